/**
 * `npm run bench`: thirteen routes of the built Worker, each in turn with the bare route it is held against, at 1× and 50×
 * the data. Fails on wrong answers, on more round trips than allowed and on rows that grow with the data, never on slowness.
 * `npm run bench -- --quick` only shows that all of it works, in seconds, and writes nothing.
 */
import { randomBytes } from 'node:crypto'
import { issueToken } from '../../../src/http/authentication.ts'
import { Client, Timings } from '../load.ts'
import { serveBare, serveLearnMore } from '../serve.ts'
import { found, grow, LEARNER, LEARNERS } from './campus.ts'
import { type Counted, countAll, countLists } from './counts.ts'
import { type Call, fire } from './fire.ts'
import { CONNECTIONS, measuredRoutes, type Route } from './measured.ts'
import { type Measured, report } from './report.ts'
import { measureStartUp } from './start-up.ts'

const IS_QUICK = process.argv.includes('--quick')
const SIZES = IS_QUICK ? [1] : [1, 50]
const ROUNDS = IS_QUICK ? 1 : 5
const SECONDS = IS_QUICK ? 0.1 : 0.9
const HEADER_CALLS_PER_SECOND = 600
const STARTS = IS_QUICK ? 1 : 5
/** Calls that warm up, and tell how many make a round. */
const WARM_UP_SECONDS = IS_QUICK ? 0.1 : 0.6

const jwtSecret = randomBytes(48).toString('base64url')
const bare = await serveBare()
const learnMore = await serveLearnMore(jwtSecret, 'test/bench/routes/counted/index.ts').catch(async error => {
  await bare.close()
  throw error
})
const client = new Client(learnMore.origin, CONNECTIONS)
const stop = async () => {
  client.close()
  await Promise.all([bare.close(), learnMore.close()])
}
process.once('SIGINT', () => stop().finally(() => process.exit(130)))

const tokenOf = async (userId: number) =>
  issueToken(
    { JWT_SECRET: jwtSecret, JWT_SECRET_PREVIOUS: '' },
    'access',
    { userId, sessionVersion: 1 },
    Math.floor(Date.now() / 1000),
  )

try {
  await found(learnMore.db)
  const routes = measuredRoutes(client, tokenOf)
  const measured: Measured[] = []
  const counted: Counted[] = []
  const lists: Counted[] = []
  let learners = 0
  for (const size of SIZES) {
    console.log(`${size}× the data …`)
    await grow(learnMore.db, learners, size * LEARNERS)
    learners = size * LEARNERS
    counted.push(await countAll(learnMore.origin, routes))
    lists.push(await countLists(learnMore.origin, tokenOf))
    for (const route of routes) measured.push({ size, route, ...(await measure(route)) })
  }
  const headersMs = await measureHeaders(await tokenOf(LEARNER))
  const startUp = await measureStartUp(STARTS)
  const faults = report({
    sizes: SIZES,
    rounds: ROUNDS,
    measured,
    counted,
    lists,
    headersMs,
    startUp,
    isKept: !IS_QUICK,
  })
  for (const fault of faults) console.error(fault)
  if (faults.length > 0) process.exitCode = 1
} finally {
  for (const line of learnMore.errors().slice(0, 10)) console.error(line)
  await stop()
}

/** A route and its floor turn and turn about, so that a busy moment of the machine hits both. */
async function measure(route: Route) {
  const sides = {
    route: {
      served: learnMore,
      prepare: route.prepare,
      rates: [] as number[],
      timings: new Timings(),
      cpuMs: 0,
      calls: 0,
    },
    floor: {
      served: bare,
      prepare: async (count: number) => Array.from({ length: count }, (_, turn) => route.floor.call(turn)),
      rates: [] as number[],
      timings: new Timings(),
      cpuMs: 0,
      calls: 0,
    },
  }
  const burst = async (side: (typeof sides)['route'], count: number) => {
    const calls = await side.prepare(count)
    const before = side.served.cpuMs()
    const { timings, seconds } = await fire(side.served.origin, calls, route.connections)
    return { rate: count / seconds, timings, cpuMs: side.served.cpuMs() - before }
  }
  const perRound = { route: 0, floor: 0 }
  for (const name of ['route', 'floor'] as const) {
    const { rate } = await burst(sides[name], route.connections)
    const warm = await burst(sides[name], Math.max(route.connections, Math.round(rate * WARM_UP_SECONDS)))
    perRound[name] = Math.max(route.connections, Math.round(warm.rate * SECONDS))
  }
  for (let round = 0; round < ROUNDS; round += 1) {
    const order = ['route', 'floor'] as const
    for (const name of round % 2 === 0 ? order : order.toReversed()) {
      const side = sides[name]
      const { rate, timings, cpuMs } = await burst(side, perRound[name])
      side.rates.push(rate)
      side.timings.addAll(timings)
      side.cpuMs += cpuMs
      side.calls += perRound[name]
    }
  }
  const ratios = sides.route.rates.map((rate, round) => rate / (sides.floor.rates[round] ?? Number.NaN))
  const figures = {
    perSecond: median(sides.route.rates),
    floorPerSecond: median(sides.floor.rates),
    p50: sides.route.timings.percentile(0.5),
    p99: sides.route.timings.percentile(0.99),
    ratio: median(ratios),
    cpuMs: sides.route.cpuMs / sides.route.calls,
    floorCpuMs: sides.floor.cpuMs / sides.floor.calls,
  }
  console.log(
    `${route.name}: ${Math.round(figures.perSecond)}/s, ${figures.ratio.toFixed(2)} of ${route.floor.name} (processor ${(figures.floorCpuMs / figures.cpuMs).toFixed(2)})`,
  )
  return figures
}

/** Processor time that a call of the bare Worker takes more, when it is sent a token and sends the headers LearnMore does. */
async function measureHeaders(token: string): Promise<number> {
  const calls = Math.max(CONNECTIONS, Math.round(HEADER_CALLS_PER_SECOND * SECONDS))
  const cost = async (call: Call) => {
    const before = bare.cpuMs()
    await fire(
      bare.origin,
      Array.from({ length: calls }, () => call),
      CONNECTIONS,
    )
    return (bare.cpuMs() - before) / calls
  }
  const differences: number[] = []
  for (let round = 0; round <= ROUNDS; round += 1) {
    const without = await cost({ method: 'GET', path: '/nothing' })
    const difference = (await cost({ method: 'GET', path: '/headers', token })) - without
    if (round > 0) differences.push(difference)
  }
  return median(differences)
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other)
  const middle = (sorted.length - 1) / 2
  return ((sorted[Math.floor(middle)] ?? Number.NaN) + (sorted[Math.ceil(middle)] ?? Number.NaN)) / 2
}
