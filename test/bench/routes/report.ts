/** The figures of a run as one page, on the terminal and in results.md, and what is wrong with them. */
import { writeFileSync } from 'node:fs'
import { about, ms, table } from '../page.ts'
import { DAYS, LEARNERS } from './campus.ts'
import type { Counted } from './counts.ts'
import type { Route } from './measured.ts'
import type { StartUp } from './start-up.ts'

export type Measured = {
  size: number
  route: Route
  perSecond: number
  floorPerSecond: number
  p50: number
  p99: number
  /** Calls a second ÷ those of the floor, the median of all rounds. */
  ratio: number
  /** Processor time of a call, of the route and of its floor. */
  cpuMs: number
  floorCpuMs: number
}

type Run = {
  sizes: number[]
  rounds: number
  measured: Measured[]
  /** One call of each route, by size. */
  counted: Counted[]
  lists: Counted[]
  /** Processor time that LearnMore's headers take of a call. */
  headersMs: number
  startUp: StartUp
  isKept: boolean
}

/** A route is slow under this share of its floor. */
const SHARE = 0.8
/** Rows may differ by this with any amount of data. */
const GROWTH = 1.1
/** But for this list, whose count reads a row for each learner of a teacher's several courses, up to so many. */
const COUNTED: Record<string, number> = { '/api/analytics/learner-analytics/, instructor': 10_000 }

/** @returns what must not be: too many round trips, rows that grow with the data */
export function report(run: Run): string[] {
  const faults = [...trips(run), ...run.lists.flatMap(moreThanOneTrip), ...growth(run.counted), ...growth(run.lists)]
  const page = [
    conditions(run),
    ...run.sizes.map((_, place) => rates(run, place)),
    startUp(run),
    // One size says nothing of growth.
    ...(run.sizes.length > 1 ? [lists(run)] : []),
  ].join('\n\n')
  console.log(`\n${page}\n`)
  if (run.isKept) writeFileSync(new URL('../results.md', import.meta.url), `# Thirteen routes\n\n${page}\n`)
  return faults
}

function trips({ sizes, counted, measured }: Run): string[] {
  return sizes.flatMap((size, place) =>
    measured
      .filter(one => one.size === size)
      .flatMap(({ route }) => {
        const made = counted[place]?.get(route.name)?.d1Trips ?? Number.NaN
        return made <= route.trips
          ? []
          : [`${route.name}: ${made} round trips at ${size}× the data, not ${route.trips}`]
      }),
  )
}

const moreThanOneTrip = (counted: Counted): string[] =>
  [...counted].flatMap(([name, { d1Trips }]) => (d1Trips === 1 ? [] : [`${name}: ${d1Trips} round trips`]))

function growth([little, much]: Counted[]): string[] {
  if (!little || !much) return []
  return [...little].flatMap(([name, { rowsRead }]) => {
    const grown = much.get(name)?.rowsRead ?? Number.NaN
    const most = Math.ceil(rowsRead * GROWTH) + (COUNTED[name] ?? 0)
    return grown <= most ? [] : [`${name}: ${rowsRead} rows, and ${grown} with more data`]
  })
}

function conditions({ rounds, headersMs }: Run): string {
  return [
    about('npm run bench'),
    `Calls by autocannon, a route and its floor in turn, ${rounds} times each: medians. The floor is a route of a bare Hono ` +
      'Worker in a process of the same kind that does the one thing, or the few, that no implementation of the route could do without. ' +
      'Processor: what a call of the floor takes of it ÷ what a call of the route takes, proxy and all; the figure that ' +
      'other users of the machine disturb least. ' +
      `Of every call ${headersMs.toFixed(2)} ms are for the token that is sent along and for the headers of security, CORS and consistency ` +
      'that come back, on their way through wrangler’s proxies, of which a deployment has none: the last column leaves them out.',
    `1× is ${LEARNERS} learners and half as many courses, with all that they left behind in ${DAYS} days, the last of them a week ago.`,
  ].join('\n\n')
}

function rates({ sizes, measured, counted, headersMs }: Run, place: number): string {
  const size = sizes[place] ?? 0
  const rows = measured
    .filter(one => one.size === size)
    .map(({ route, perSecond, floorPerSecond, p50, p99, ratio, cpuMs, floorCpuMs }) => {
      const counts = counted[place]?.get(route.name)
      return [
        route.name,
        `${perSecond < 20 ? perSecond.toFixed(1) : Math.round(perSecond)}/s`,
        ms(p50),
        ms(p99),
        route.floor.name,
        `${floorPerSecond < 20 ? floorPerSecond.toFixed(1) : Math.round(floorPerSecond)}/s`,
        ratio < SHARE ? `**${ratio.toFixed(2)}**` : ratio.toFixed(2),
        share(floorCpuMs / cpuMs),
        String(counts?.d1Trips),
        String(counts?.rowsRead),
        String(counts?.rowsWritten),
        share(floorCpuMs / (cpuMs - headersMs)),
      ]
    })
  const head = [
    '',
    'calls',
    'p50',
    'p99',
    'floor',
    'its calls',
    'ratio',
    'processor',
    'D1 trips',
    'read',
    'written',
    'less headers',
  ]
  return `## ${size}× the data\n\n${table(head, rows)}`
}

/** Where no /proc tells of processor time, there is none. */
const share = (value: number) => (Number.isNaN(value) ? '' : value.toFixed(2))

function startUp({ startUp: { learnMoreMs, bareMs } }: Run): string {
  return (
    '## Start-up\n\n' +
    `${ms(learnMoreMs)} of processor time, ${Math.round(learnMoreMs / bareMs)} times the ${ms(bareMs)} of a Worker that is nothing but Hono: ` +
    'to compile the minified bundle and to run it, the least of all starts.'
  )
}

/** Those that differ most; all are checked. */
function lists({ lists: [little, much] }: Run): string {
  const grown = [...(little ?? [])].map(([name, { rowsRead }]) => ({
    name,
    rows: rowsRead,
    more: much?.get(name)?.rowsRead ?? Number.NaN,
  }))
  const worst = grown.toSorted((one, other) => other.more / other.rows - one.more / one.rows).slice(0, 5)
  return (
    `## Rows of page 1\n\n1× and 50× the data. Of every list and every statistic, by each filter, as instructor, staff and learner: ${grown.length} reads, one round trip each. ` +
    `The five whose rows differ most:\n\n${table(
      ['', 'rows', 'at 50×'],
      worst.map(({ name, rows, more }) => [`\`${name}\``, String(rows), String(more)]),
    )}`
  )
}
