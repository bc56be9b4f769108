/** From what was measured to what a month costs: sums and products, nothing else. */
import type { FirstMinute } from '../first-minute/measure.ts'
import type { Aftermath, Usage } from './counted/index.ts'
import { OBJECT_GB, PLAN, PRICES, priceOf, type Use } from './prices.ts'
import type { Size } from './size.ts'
import {
  ACTIVE_DAYS,
  type Action,
  ANONYMOUS,
  ANONYMOUS_STEP,
  COURSE_SIZE,
  COURSES,
  DAILY_GATES,
  FREE,
  ISOLATES,
  LASTING_GATES,
  LEARNER,
  LOG_DAYS,
  LOG_LINE_BYTES,
  MONTHS,
  OBJECT_REQUEST_MS,
  PINGS_PER_CLOCK,
  PINGS_PER_REQUEST,
  PREFLIGHTS_PER_CALL,
  TEACHER,
  TIMED_OUT_SHARE,
  WEEKS,
} from './term.ts'

/** Objects throughout, so that it is JSON as it stands. */
export type Measured = {
  about: { date: string; commit: string; machine: string; runtime: string; learners: number }
  /** Of each action, once. */
  usage: Record<Action, Usage>
  cpuMs: Record<Action | 'preflight', number>
  /** Of one call that a daily quota counts. */
  quota: Usage
  cron: Usage
  aftermath: Record<'gates' | 'attempts', Aftermath>
  size: Size
  /** Of an exam that all start and end at once. */
  exam: FirstMinute
}

/** What a learner comes to in a term, teachers' part included, but for what is stored. */
export type PerLearner = Omit<Use, Stored> & { d1Trips: number }
type Stored = 'storedGb' | 'objectStoredGb' | 'logStoredGb'

/** How often it is done in a term, for one learner: a teacher's actions are shared by the class. */
export const timesOf = (): [Action, number][] => [
  ...(Object.entries(LEARNER) as [Action, number][]),
  ...Object.entries(TEACHER).map(([action, times]): [Action, number] => [
    action as Action,
    (times * COURSES) / COURSE_SIZE,
  ]),
]

export function perLearner(measured: Measured): PerLearner {
  const { usage, cpuMs, quota, aftermath } = measured
  const sum = (each: (action: Action, usage: Usage) => number) =>
    timesOf().reduce((total, [action, times]) => total + times * each(action, usage[action]), 0)
  const calls = sum(() => 1)
  const preflights = calls * PREFLIGHTS_PER_CALL
  const anonymous = sum(action => Number(ANONYMOUS.has(action)))
  const counted = sum(action => Number(!FREE.has(action) && !ANONYMOUS.has(action)))
  const flushes = counted * quota.kvWrites + anonymous / ANONYMOUS_STEP
  const attempts = LEARNER['start an attempt']
  const alarms = (kind: 'gates' | 'attempts', of: keyof Usage) => aftermath[kind].usage[of] / aftermath[kind].objects
  const gateAlarms = ACTIVE_DAYS * (DAILY_GATES + LASTING_GATES)
  const later = (of: keyof Usage) => gateAlarms * alarms('gates', of) + attempts * alarms('attempts', of)
  const objectRequests =
    sum((_, used) => used.objectRequests) +
    later('objectRequests') +
    attempts * TIMED_OUT_SHARE +
    (LEARNER['watch the live clock'] * PINGS_PER_CLOCK) / PINGS_PER_REQUEST
  return {
    requests: calls + preflights,
    cpuMs: sum(action => cpuMs[action]) + preflights * cpuMs.preflight,
    // One a request, one when an attempt's result has arrived.
    logGb: ((calls + preflights + attempts) * LOG_LINE_BYTES) / GB,
    d1Trips: sum((_, used) => used.d1Trips),
    rowsRead: sum((_, used) => used.rowsRead),
    rowsWritten: sum((_, used) => used.rowsWritten),
    kvReads: sum((_, used) => used.kvReads) + ACTIVE_DAYS * ISOLATES + anonymous + flushes,
    kvWrites: sum((_, used) => used.kvWrites) + flushes,
    objectRequests,
    objectGbSeconds: objectRequests * (OBJECT_REQUEST_MS / 1000) * OBJECT_GB,
    objectRowsRead: sum((_, used) => used.objectRowsRead) + later('objectRowsRead'),
    objectRowsWritten: sum((_, used) => used.objectRowsWritten) + later('objectRowsWritten'),
  }
}

/** On average, over the days of a term: an attempt's object lives a day, a learner's gates a day or a month. */
export function objectBytesPerLearner({ aftermath: { gates, attempts } }: Measured): number {
  const days = WEEKS * 7
  const kept = LASTING_GATES + (DAILY_GATES * ACTIVE_DAYS) / days
  const bytesOf = ({ bytes, objects }: Aftermath) => bytes / objects
  return kept * bytesOf(gates) + (LEARNER['start an attempt'] / days) * bytesOf(attempts)
}

export type Bill = { learners: number; use: Use; dollars: Record<keyof Use, number>; month: number; term: number }

const DAYS_OF_MONTH = 30
const CRON_A_MONTH = 6 * 24 * DAYS_OF_MONTH
const GB = 1e9

/** @param learners of one account, in their first term: stored is what there is at its end */
export function bill(measured: Measured, learners: number): Bill {
  const { d1Trips: _, ...term } = perLearner(measured)
  const month = Object.fromEntries(Object.entries(term).map(([kind, used]) => [kind, (used * learners) / MONTHS]))
  const use: Use = {
    ...(month as Omit<Use, Stored>),
    logStoredGb: ((term.logGb * learners) / MONTHS / DAYS_OF_MONTH) * LOG_DAYS,
    storedGb: (measured.size.learner * learners) / GB,
    objectStoredGb: (objectBytesPerLearner(measured) * learners) / GB,
  }
  use.requests += CRON_A_MONTH
  use.rowsRead += CRON_A_MONTH * measured.cron.rowsRead
  const kinds = Object.keys(PRICES) as (keyof Use)[]
  const dollars = Object.fromEntries(kinds.map(kind => [kind, priceOf(kind, use[kind])])) as Record<keyof Use, number>
  const total = kinds.reduce((sum, kind) => sum + dollars[kind], PLAN)
  return { learners, use, dollars, month: total, term: total * MONTHS }
}
