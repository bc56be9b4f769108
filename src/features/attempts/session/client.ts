/** Calls an attempt's object and turns its replies into answers and refusals. */
import { notFound, throttled } from '../../../http/errors.ts'
import { objectNamed } from '../../../http/objects.ts'
import type { AttemptSession } from './session.ts'
import { isSameAttempt } from './snapshot.ts'

export const attemptObject = (env: Env, attemptId: number): DurableObjectStub<AttemptSession> =>
  objectNamed(env, env.ATTEMPTS, String(attemptId))

/** The attempt of a row from its object; `unknown` when the object holds another learner's attempt (see `beginAttempt`). */
export async function lookAtOwn(env: Env, attemptId: number, own: { userId: number; quizId: number }) {
  const reply = await attemptObject(env, attemptId).look()
  return reply.kind === 'unknown' || isSameAttempt(reply.terms, own) ? reply : ({ kind: 'unknown' } as const)
}

/** The refusal of `orAbsent`, for contracts. */
export const TOO_MANY_CALLS = 'More than 10 calls a second on one attempt'

/**
 * @returns the object's reply, or `absent` when the caller must ask the database: for another learner's attempt, and for one
 * that the object never had or has deleted
 * @throws 429 for more than ten calls a second
 */
export function orAbsent<Reply extends { kind: string }>(
  reply: Reply,
): Exclude<Reply, { kind: 'unknown' | 'foreign' | 'throttled' }> | 'absent' {
  if (reply.kind === 'throttled') throw throttled(1)
  if (reply.kind === 'unknown' || reply.kind === 'foreign') return 'absent'
  return reply as Exclude<Reply, { kind: 'unknown' | 'foreign' | 'throttled' }>
}

/** @throws 404 when the object has no attempt */
export function requireKnown<Reply extends { kind: string }>(reply: Reply): Exclude<Reply, { kind: 'unknown' }> {
  if (reply.kind === 'unknown') throw notFound()
  return reply as Exclude<Reply, { kind: 'unknown' }>
}
