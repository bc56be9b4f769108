/** Reaching an attempt's object, and what its answers mean to a learner who calls. */
import { notFound, throttled } from '../../http/errors.ts'
import { objectNamed } from '../../http/objects.ts'
import type { AttemptSession } from './session/session.ts'
import { isSameAttempt } from './session/snapshot.ts'

export const attemptObject = (env: Env, attemptId: number): DurableObjectStub<AttemptSession> =>
  objectNamed(env, env.ATTEMPTS, String(attemptId))

/** The attempt of a row, as its object knows it; `unknown` where the object knows another's (see `beginAttempt`). */
export async function lookAtOwn(env: Env, attemptId: number, own: { userId: number; quizId: number }) {
  const said = await attemptObject(env, attemptId).look()
  return said.kind === 'unknown' || isSameAttempt(said.terms, own) ? said : ({ kind: 'unknown' } as const)
}

/** The refusal of `orElsewhere`, as contracts tell it. */
export const TOO_MANY_CALLS = 'More than 10 calls a second on one attempt'

/**
 * Splits what the object says of its attempt from what the database has to be asked for: `elsewhere` for somebody
 * else's attempt, and for one the object knows nothing of (any more).
 * @throws 429 for more than ten calls a second
 */
export function orElsewhere<Said extends { kind: string }>(
  said: Said,
): Exclude<Said, { kind: 'unknown' | 'foreign' | 'throttled' }> | 'elsewhere' {
  if (said.kind === 'throttled') throw throttled(1)
  if (said.kind === 'unknown' || said.kind === 'foreign') return 'elsewhere'
  return said as Exclude<Said, { kind: 'unknown' | 'foreign' | 'throttled' }>
}

/** @throws 404 when the object knows of no such attempt. */
export function known<Said extends { kind: string }>(said: Said): Exclude<Said, { kind: 'unknown' }> {
  if (said.kind === 'unknown') throw notFound()
  return said as Exclude<Said, { kind: 'unknown' }>
}
