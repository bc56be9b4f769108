/** What callers ask the desk of a quiz when they start an attempt, and its replies: plain values, to cross a call. */
import type { Usage } from '../../../db/client.ts'
import type { SessionCaller } from '../../../http/authentication.ts'
import type { RefusalValue } from '../../../http/errors.ts'
import type { ActKey } from '../../../http/idempotency.ts'
import type { DrawnVersion, RunningRow, StartableQuiz } from './queries.ts'

export type StartRequest = SessionCaller & {
  /** What the caller gave; null for nothing. */
  accessCode: string | null
  /** The id of the attempt that the caller found never begun, which this start finishes. */
  unbegun: number | null
  /** The caller's `Idempotency-Key`, kept with the attempt that it begins. */
  key: ActKey | null
}

/** The version of a question that an attempt shows. */
export type AskedVersion = DrawnVersion & { questionId: number }

/** `usage` is the learner's share of what the round read and wrote. */
export type StartReply = { bookmark: string | null; usage: Usage } & (
  | { kind: 'refused'; refusal: RefusalValue }
  /** The `Idempotency-Key` was used before. */
  | { kind: 'key_used' }
  | { kind: 'code_missing' }
  | { kind: 'code_wrong' }
  /** D1 does not have the end of an attempt, which may still run. */
  | { kind: 'running'; attempt: RunningRow }
  /** The attempt has its row, and its object may begin. */
  | { kind: 'admitted'; attempt: RunningRow; quiz: Omit<StartableQuiz, 'accessCode'>; asked: AskedVersion[] }
)
