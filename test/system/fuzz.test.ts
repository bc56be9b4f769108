import { env } from 'cloudflare:workers'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { call } from '../helpers/client.ts'
import { countsAndTruth, qrTallies, wrongCounters } from '../helpers/counters.ts'
import { keptStatistics, recountedStatistics } from '../helpers/statistics.ts'
import { type Case, casesOf, type Operation, operationsOf } from './fuzz/cases.ts'
import { Laws } from './fuzz/laws.ts'
import { report, run } from './fuzz/run.ts'
import { makeWorld } from './fuzz/school.ts'
import { MAY_SEE, secretsIn } from './fuzz/secrets.ts'
import { sweep } from './fuzz/sweep.ts'
import { unlisted } from './fuzz/unlisted.ts'
import type { World } from './fuzz/world.ts'

// Every operation of the OpenAPI document, asked by everybody for everything, well and badly. The seed is another one
// each time, and printed: FUZZ_SEED repeats a run, FUZZ_ROUNDS and FUZZ_CASES make it longer.

const SEED = Number(env.FUZZ_SEED) || 1 + Math.floor(Math.random() * 0x7fff_fffe)
/** Each in a world of its own. */
const ROUNDS = Number(env.FUZZ_ROUNDS) || 3
/** Of each operation in a round. */
const CASES = Number(env.FUZZ_CASES) || 17
/** Those that hash passwords, 60 ms each. */
const DEAR = /users\/(register|login|password\/|tokens)/
/** Those that a long way leads to: an attempt that still runs, and an answer to one of its questions. */
const FAR = /start-attempt|submit-response/
/** Every so many cases are asked twice. */
const SAMPLED = 9

let operations: Operation[]
let laws: Laws
let sent = 0
const statuses: Record<string, number> = {}
const succeeded = new Set<string>()
/** The secrets that somebody was told who may know them. */
const told = new Set<string>()
beforeAll(async () => {
  // Google sign-in is off, and says so each time.
  vi.spyOn(console, 'warn').mockReturnValue()
  // The receivers of webhooks, of which some fail.
  vi.spyOn(globalThis, 'fetch').mockImplementation(async () => new Response(null, { status: 204 + (sent % 2) * 296 }))
  const { body } = await call('GET', '/api/openapi.json')
  operations = operationsOf(body)
  operations.push(...unlisted(operations))
  laws = new Laws(body)
})
afterAll(() => {
  console.log(`fuzz: ${sent} cases with FUZZ_SEED=${SEED}, answered ${JSON.stringify(statuses)}`)
  const listed = operations.filter(({ isListed }) => isListed)
  const never = listed.filter(({ name }) => !succeeded.has(name)).map(({ name }) => name)
  console.log(
    `fuzz: ${listed.length - never.length} of ${listed.length} operations succeeded at least once; not: ${never.join(', ')}`,
  )
})

describe.each(Array.from({ length: ROUNDS }, (_, round) => round + 1))(`FUZZ_SEED=${SEED}, round %i`, round => {
  let world: World
  test('every answer keeps the laws', async () => {
    world = await makeWorld(round)
    const broken: string[] = []
    const cases = [...(round === 1 ? sweep(world, operations) : []), ...order(SEED + round)]
    for (const [operation, made] of cases) {
      sent += 1
      const outcome = await run(world, laws, operation, made, sent % SAMPLED === 0)
      const { status } = outcome.answer
      statuses[status] = (statuses[status] ?? 0) + 1
      if (status < 400) succeeded.add(operation.name)
      if (round === 1) for (const secret of secretsIn(outcome.answer.text)) told.add(secret)
      if (outcome.broken.length > 0) broken.push(report(operation, made, outcome))
    }
    if (broken.length > 0) throw new Error(`FUZZ_SEED=${SEED}, ${broken.length} broken:\n\n${broken.join('\n\n')}`)
  }, 3_600_000)

  test('what is kept is what a count would find', async () => {
    expect(await keptStatistics()).toEqual(await recountedStatistics())
    const { kept, truth } = await countsAndTruth()
    expect(kept).toEqual(truth)
    expect(await wrongCounters()).toEqual([])
    const tallies = await qrTallies()
    expect(tallies.kept).toEqual(tallies.counted)
  })
})

test('every secret was there to be found, by those who may', () => {
  const known = Object.entries(MAY_SEE).flatMap(([secret, roles]) => (roles.length > 0 ? [secret] : []))
  expect([...told].sort()).toEqual(known.sort())
})

function howMany({ path, isListed }: Operation): number {
  if (DEAR.test(path)) return 5
  if (FAR.test(path)) return CASES * 2
  return isListed ? CASES : Math.ceil(CASES / 4)
}

/** The cases of a round, mixed; those that delete come last, so that there is something to ask for until then. */
function order(seed: number): [Operation, Case][] {
  const cases = operations.flatMap((operation, place) => {
    const parameters = { seed: seed * 1_000 + place, numRuns: howMany(operation) }
    return fc.sample(casesOf(operation), parameters).map(made => [operation, made] as const)
  })
  const [mixed = []] = fc.sample(fc.shuffledSubarray(cases, { minLength: cases.length }), { seed, numRuns: 1 })
  const isLast = ([{ name }]: (typeof cases)[number]) => /^DELETE|restore/.test(name)
  return [...mixed.filter(one => !isLast(one)), ...mixed.filter(isLast)] as [Operation, Case][]
}
