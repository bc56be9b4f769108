/** Cloudflare's limits that a growing school meets, and where the measured figures meet them. Looked up with the prices. */
import { type Measured, perLearner } from './bill.ts'
import { ACTIVE_DAYS, BUSIEST_HOUR_SHARE, WEEKS } from './term.ts'

/** Of one D1 database: https://developers.cloudflare.com/d1/platform/limits/ */
export const D1_BYTES = 10e9
/** Of an account, all databases together. */
export const D1_ACCOUNT_BYTES = 1e12
/** One query at a time: a thousand a second of a millisecond each, says the same page. */
export const D1_TRIPS_PER_SECOND = 1_000
/** https://developers.cloudflare.com/durable-objects/platform/limits/ */
export const OBJECT_CLASSES = 500
export const OUR_CLASSES = 5

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
  /** Seconds that an exam takes to begin, and its results to be in D1, for all at once in one database. */
  startSeconds: number
  endSeconds: number
  /** Schools that keep each database to what is planned, one term kept. */
  schools: number
}

export function limitsOf(measured: Measured, learners: number): Limits {
  const bytes = measured.size.learner * learners
  const terms = D1_BYTES / bytes
  return {
    fullInWeek: terms < 1 ? Math.ceil(terms * WEEKS) : null,
    terms: Math.floor(terms),
    busiest: ((perLearner(measured).d1Trips * learners) / ACTIVE_DAYS / 3600) * BUSIEST_HOUR_SHARE,
    startSeconds: (learners * measured.usage['start an attempt'].d1Trips) / D1_TRIPS_PER_SECOND,
    endSeconds: (learners * measured.size.attemptMs) / 1000,
    schools: Math.ceil(learners / learnersPerSchool(measured)),
  }
}

/** In one database, with one term kept. */
export function learnersPerSchool({ size }: Measured): number {
  return Math.floor((D1_BYTES * PLANNED_SHARE) / size.learner / ROUND) * ROUND
}
