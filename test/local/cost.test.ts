/** What docs/operate/cost.md says is what its figures, assumptions and prices come to. */
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { bill, type Measured, perLearner, timesOf } from '../bench/cost/bill.ts'
import { limitsOf } from '../bench/cost/limits.ts'
import { costPage } from '../bench/cost/page.ts'
import { PLAN, PRICES, priceOf, type Use } from '../bench/cost/prices.ts'
import { d1Time } from '../bench/first-minute/arithmetic.ts'

const measured: Measured = JSON.parse(readFileSync('docs/operate/cost.json', 'utf8'))

test('the page is up to date with the assumptions, the prices and what was measured', () => {
  expect(readFileSync('docs/operate/cost.md', 'utf8'), 'npm run bench:cost -- --again').toBe(costPage(measured))
})

test('every action of a term was measured', () => {
  for (const [action, times] of timesOf()) {
    expect(times, action).toBeGreaterThan(0)
    expect(measured.usage[action]?.d1Trips, action).toBeGreaterThanOrEqual(0)
    expect(measured.cpuMs[action], action).toBeGreaterThanOrEqual(0)
  }
})

test('what is included costs nothing, what goes beyond costs its price', () => {
  for (const kind of Object.keys(PRICES) as (keyof Use)[]) {
    const { included, perUnit, unit } = PRICES[kind]
    expect(priceOf(kind, included), kind).toBe(0)
    expect(priceOf(kind, included + unit), kind).toBeCloseTo(perUnit)
  }
  // 60 million rows written: ten beyond the fifty, a dollar a million.
  expect(priceOf('rowsWritten', 60_000_000)).toBeCloseTo(10)
})

test('the bill of nobody is the plan; from where nothing is included any more it grows with the learners', () => {
  expect(bill(measured, 0).month).toBe(PLAN)
  const rows = perLearner(measured).rowsWritten
  expect(bill(measured, 1_000_000).dollars.rowsWritten).toBeCloseTo((rows * 1_000_000) / 4 / 1e6 - 50, 5)
  const [one, two, three] = [100, 200, 300].map(millions => bill(measured, millions * 1_000_000).month)
  expect((three ?? 0) - (two ?? 0)).toBeCloseTo((two ?? 0) - (one ?? 0), 5)
})

test('D1 works on an exam for its batches, 10 ms each, and for their SQL, as much for each learner as in the run', () => {
  const run = {
    ...measured.exam,
    learners: 1_000,
    start_d1_batches: 80,
    start_sql_ms: 500,
    end_d1_batches: 50,
    end_sql_ms: 900,
  }
  expect(d1Time(run, 3_000)).toEqual({
    starts: { batches: 240, sqlMs: 1_500, seconds: 3.9 },
    ends: { batches: 150, sqlMs: 2_700, seconds: 4.2 },
  })
  const { startSeconds, endSeconds } = limitsOf({ ...measured, exam: run }, 3_000)
  expect([startSeconds, endSeconds]).toEqual([3.9, 4.2])
})

test('the exam that was measured was begun by all and refused to nobody', () => {
  const { learners, begun, refused, lost, doubled, wrong_ends } = measured.exam
  expect({ begun, refused, lost, doubled, wrong_ends }).toEqual({
    begun: learners,
    refused: 0,
    lost: 0,
    doubled: 0,
    wrong_ends: 0,
  })
})

test('of the busiest hour D1 works for 1 ms a round trip at least, and for 10 ms at most', () => {
  const { busiest, busyShare } = limitsOf(measured, 100_000)
  expect(busyShare * 1_000).toBeGreaterThan(busiest)
  expect(busyShare * 1_000).toBeLessThan(busiest * 10)
})
