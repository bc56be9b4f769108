/** Arguments and replies of an attempt's object: plain values, because classes do not survive the call. */
import type { ErrorCode } from '../../../http/error-codes.ts'
import type { EndStatus, Outcome } from './outcome.ts'
import type { SnapshotQuestion, Terms } from './snapshot.ts'

export type AnswerInput = {
  questionId: number
  /** JSON as the client sent it. */
  responseData: string
  timeSpentSeconds: number | undefined
  sequence: number | undefined
}
export type SavedAnswer = {
  id: number
  questionId: number
  questionText: string
  /** JSON of the parsed answer. */
  responseData: string
  isCorrect: boolean | null
  scoreNano: number | null
  timeSpentSeconds: number
  submittedAt: number
  /** The sequence of the kept answer; null when its client sent none. */
  sequence: number | null
}

/** What an attempt reports to the exam room of its quiz. */
export type AttemptReport = {
  attemptId: number
  userId: number
  status: 'in_progress' | EndStatus
  /** How many of the questions have a kept answer. */
  answered: number
  questions: number
  /** Unix milliseconds; null for an untimed attempt. */
  deadlineMs: number | null
  /** When the learner last answered, or began, in Unix seconds. */
  lastSeenAt: number
  /** When the attempt said so, in Unix milliseconds. */
  atMs: number
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
/** An ended attempt with its outcome and its questions, for the result. */
export type EndedAttempt = {
  kind: 'ended'
  /** Whether D1 has the result, which then includes later grades. */
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
/** The object has no attempt: it never began one, or has deleted it after D1 confirmed the result. */
export type Unknown = { kind: 'unknown' }
/** The attempt is another learner's. */
export type Foreign = { kind: 'foreign' }
export type Throttled = { kind: 'throttled' }
export type Over = { kind: 'over' }
export type Kept = { kind: 'kept'; answer: SavedAnswer }
export type Refused =
  | { kind: 'no_such_question' }
  | { kind: 'invalid'; message: string }
  | { kind: 'refused'; code: ErrorCode; detail: string }
  /** The answer is older than the kept one; `sequence` is the kept one's. */
  | { kind: 'late'; sequence: number }
/** The key of the act was used for another one. */
export type KeyReused = { kind: 'key_reused' }
/** The reply to an act that may come with a key; a repeat gets the first reply. */
export type Repeatable<Reply> = (Reply & { isReplayed?: true }) | KeyReused
export type Extended = {
  kind: 'extended'
  terms: Terms
  startedAt: number
  extendedMinutes: number
  remainingSeconds: number | null
}
