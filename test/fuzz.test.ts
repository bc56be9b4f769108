import { env } from 'cloudflare:workers'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { type Case, casesOf, type Operation, operationsOf } from './fuzz/cases.ts'
import { Laws } from './fuzz/laws.ts'
import { report, run } from './fuzz/run.ts'
import { unlisted } from './fuzz/unlisted.ts'
import { makeWorld, type World } from './fuzz/world.ts'
import { call } from './helpers/client.ts'
import { countsAndTruth } from './helpers/ended-attempts.ts'
import { keptStatistics, recountedStatistics } from './helpers/statistics.ts'

// Every operation of the OpenAPI document, asked by everybody for everything, well and badly. The seed is another one
// each time, and printed: FUZZ_SEED repeats a run, FUZZ_ROUNDS and FUZZ_CASES make it longer.

const SEED = Number(env.FUZZ_SEED) || 1 + Math.floor(Math.random() * 0x7fff_fffe)
/** Each in a world of its own. */
const ROUNDS = Number(env.FUZZ_ROUNDS) || 3
/** Of each operation in a round. */
const CASES = Number(env.FUZZ_CASES) || 19
/** Those that hash passwords, 60 ms each. */
const DEAR = /users\/(register|login|password\/)/
/** Every so many cases are asked twice. */
const SAMPLED = 9

let operations: Operation[]
let laws: Laws
let sent = 0
const statuses: Record<string, number> = {}
beforeAll(async () => {
  // Google sign-in is off, and says so each time.
  vi.spyOn(console, 'warn').mockReturnValue()
  const { body } = await call('GET', '/api/openapi.json')
  operations = operationsOf(body)
  operations.push(...unlisted(operations))
  laws = new Laws(body)
})
afterAll(() => {
  console.log(`fuzz: ${sent} cases with FUZZ_SEED=${SEED}, answered ${JSON.stringify(statuses)}`)
})

describe.each(Array.from({ length: ROUNDS }, (_, round) => round + 1))(`FUZZ_SEED=${SEED}, round %i`, round => {
  let world: World
  test('every answer keeps the laws', async () => {
    world = await makeWorld(round)
    const broken: string[] = []
    for (const [operation, made] of order(SEED + round)) {
      sent += 1
      const outcome = await run(world, laws, operation, made, sent % SAMPLED === 0)
      const { status } = outcome.answer
      statuses[status] = (statuses[status] ?? 0) + 1
      if (outcome.broken.length > 0) broken.push(report(operation, made, outcome))
    }
    if (broken.length > 0) throw new Error(`FUZZ_SEED=${SEED}, ${broken.length} broken:\n\n${broken.join('\n\n')}`)
  }, 3_600_000)

  test('what is kept is what a count would find', async () => {
    expect(await keptStatistics()).toEqual(await recountedStatistics())
    const { kept, truth } = await countsAndTruth()
    expect(kept).toEqual(truth)
  })
})

/** The cases of a round, mixed; those that delete come last, so that there is something to ask for until then. */
function order(seed: number): [Operation, Case][] {
  const cases = operations.flatMap((operation, place) => {
    const numRuns = DEAR.test(operation.path) ? 2 : operation.isListed ? CASES : Math.ceil(CASES / 4)
    return fc
      .sample(casesOf(operation), { seed: seed * 1_000 + place, numRuns })
      .map(made => [operation, made] as const)
  })
  const [mixed = []] = fc.sample(fc.shuffledSubarray(cases, { minLength: cases.length }), { seed, numRuns: 1 })
  const isLast = ([{ name }]: (typeof cases)[number]) => /^DELETE|restore/.test(name)
  return [...mixed.filter(one => !isLast(one)), ...mixed.filter(isLast)] as [Operation, Case][]
}
