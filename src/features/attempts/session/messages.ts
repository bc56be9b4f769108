/** What an attempt's object is told and says: plain values, because classes do not survive the call. */
import type { EndStatus, Outcome } from './outcome.ts'
import type { SnapshotQuestion, Terms } from './snapshot.ts'

export type GivenAnswer = {
  questionId: number
  /** JSON, as sent. */
  responseData: string
  timeSpentSeconds: number | undefined
  sequence: number | undefined
}
export type SavedAnswer = {
  id: number
  questionId: number
  questionText: string
  /** JSON, as understood. */
  responseData: string
  isCorrect: boolean | null
  scoreNano: number | null
  timeSpentSeconds: number
  submittedAt: number
  /** Of the answer that is kept; null where its client sent none. */
  sequence: number | null
}

export type RunningAttempt = {
  kind: 'running'
  terms: Terms
  startedAt: number
  extendedMinutes: number
  remainingSeconds: number | null
  questions: SnapshotQuestion['shown'][]
  answers: SavedAnswer[]
}
/** What an ended attempt came to, and the questions it was about: for the result. */
export type EndedAttempt = {
  kind: 'ended'
  /** D1 has the result and speaks for it from now on. */
  isPersisted: boolean
  terms: Terms
  startedAt: number
  completedAt: number
  status: EndStatus
  timeSpentSeconds: number
  extendedMinutes: number
  outcome: Outcome
  questions: SnapshotQuestion[]
}
/** No such attempt here: never begun, or carried over long ago. */
export type Unknown = { kind: 'unknown' }
/** Somebody else's. */
export type Foreign = { kind: 'foreign' }
export type Throttled = { kind: 'throttled' }
export type Over = { kind: 'over' }
export type Kept = { kind: 'kept'; answer: SavedAnswer }
export type Refused =
  | { kind: 'no_such_question' }
  | { kind: 'invalid'; message: string }
  | { kind: 'refused'; detail: string }
  /** Older than the answer that is kept, whose sequence this is. */
  | { kind: 'late'; sequence: number }
export type Extended = {
  kind: 'extended'
  terms: Terms
  startedAt: number
  extendedMinutes: number
  remainingSeconds: number | null
}
