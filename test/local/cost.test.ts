/** What docs/operate/cost.md says is what its figures, assumptions and prices come to. */
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { bill, type Measured, perLearner, timesOf } from '../bench/cost/bill.ts'
import { costPage } from '../bench/cost/page.ts'
import { PLAN, PRICES, priceOf, type Use } from '../bench/cost/prices.ts'

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
