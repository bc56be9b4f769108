/** Cloudflare's limits that a growing school meets, and where the measured figures meet them. Looked up with the prices. */
import { D1_BATCH_MS, d1Time } from '../first-minute/arithmetic.ts'
import { type Measured, perLearner, timesOf } from './bill.ts'
import { ACTIVE_DAYS, BUSIEST_HOUR_SHARE, WEEKS } from './term.ts'

/** Of one D1 database: https://developers.cloudflare.com/d1/platform/limits/ */
export const D1_BYTES = 10e9
/** Of an account, all databases together. */
export const D1_ACCOUNT_BYTES = 1e12
/** One query at a time: a thousand a second of a millisecond each, says the same page. A batch that writes takes `D1_BATCH_MS`. */
export const D1_READ_MS = 1
/** https://developers.cloudflare.com/durable-objects/platform/limits/ */
export const OBJECT_CLASSES = 500
export const OUR_CLASSES = 6

/** So full a database may be planned: what is deleted leaves holes, and terms differ. */
const PLANNED_SHARE = 0.75
/** A round number that leaves room. */
const ROUND = 5_000

export type Limits = {
  /** After how many weeks of the first term the database is full; null: not in it. */
  fullInWeek: number | null
  /** How many terms fit. */
  terms: number
  /** Round trips a second in the busiest hour. */
  busiest: number
  /** Of that hour, the share in which D1 works; more than 1 is more than one database can. */
  busyShare: number
  /** Seconds that D1 works until an exam has begun, and until its results have arrived, for all at once in one database. */
  startSeconds: number
  endSeconds: number
  /** Schools that keep each database to what is planned, one term kept. */
  schools: number
}

export function limitsOf(measured: Measured, learners: number): Limits {
  const bytes = measured.size.learner * learners
  const terms = D1_BYTES / bytes
  const { starts, ends } = d1Time(measured.exam, learners)
  const inBusiestSecond = (perLearner: number) => ((perLearner * learners) / ACTIVE_DAYS / 3600) * BUSIEST_HOUR_SHARE
  return {
    fullInWeek: terms < 1 ? Math.ceil(terms * WEEKS) : null,
    terms: Math.floor(terms),
    busiest: inBusiestSecond(perLearner(measured).d1Trips),
    busyShare: inBusiestSecond(d1MsPerLearner(measured)) / 1000,
    startSeconds: starts.seconds,
    endSeconds: ends.seconds,
    schools: Math.ceil(learners / learnersPerSchool(measured)),
  }
}

/** D1's time in a term. Where an action writes, its last round trip does, which many may share. */
function d1MsPerLearner({ usage }: Measured): number {
  return timesOf().reduce((sum, [action, times]) => {
    const { d1Trips, rowsWritten } = usage[action]
    const writes = rowsWritten > 0 ? Math.min(1, d1Trips) : 0
    return sum + times * ((d1Trips - writes) * D1_READ_MS + writes * D1_BATCH_MS)
  }, 0)
}

/** In one database, with one term kept. */
export function learnersPerSchool({ size }: Measured): number {
  return Math.floor((D1_BYTES * PLANNED_SHARE) / size.learner / ROUND) * ROUND
}
