/** More time: for one attempt, or for everybody who is taking a quiz. */
import type * as z from 'zod'
import { requireManagedQuiz } from '../../../access/quizzes.ts'
import { manages } from '../../../access/teaching.ts'
import { asViewer } from '../../../access/viewer.ts'
import { KeyUsed } from '../../../db/idempotency.ts'
import type { Api } from '../../../http/api.ts'
import { describe, forbidden, ruleViolation } from '../../../http/errors.ts'
import { object, pathId } from '../../../http/fields.ts'
import { actKeyOf, keyReused, markReplayed } from '../../../http/idempotency.ts'
import { enrollmentForQuiz } from '../../quizzes/queries.ts'
import { seenRow } from '../attempt-request.ts'
import { attemptObject, requireKnown } from '../session/client.ts'
import type { AttemptSession } from '../session/session.ts'
import { startableQuiz } from '../starting/queries.ts'
import { runningAttemptsOf } from './queries.ts'
import { ExtendedAttempt, ExtendedAttempts, ExtensionInput, toExtended } from './schemas.ts'

const tag = 'Quiz System'
const params = object(() => ({ id: pathId(4) }))
/** How many objects one request calls at a time when it extends every running attempt of a quiz. */
const EXTENDED_AT_ONCE = 50

export function extensionRoutes(api: Api): void {
  api.route(
    {
      method: 'post',
      path: '/api/courses/quiz-attempts/{id}/grant-extension/',
      idempotency: 'object',
      tag,
      summary: 'Grant a time extension',
      description: 'While it runs, its grace included; past the window of the quiz too. The learner sees it at once.',
      token: 'write',
      about: ['attempt', 'id'],
      params,
      body: ExtensionInput,
      responses: { 200: ExtendedAttempt },
      refuses: {
        400: 'It has ended, has no deadline, or its quiz allows no extension',
        403: "Not the course's instructor",
      },
    },
    async operation => {
      const { params, body, env, key, c, json } = operation
      const { viewer, row } = await seenRow(operation)
      if (!manages(viewer, row)) throw forbidden()
      requireExtensible(row)
      const reply = requireKnown(
        await attemptObject(env, params.id).extend(body.additional_minutes, actKeyOf(key), viewer.id),
      )
      if (reply.kind === 'key_reused') throw keyReused()
      if (reply.kind === 'over') throw ruleViolation('attempt_over', 'This attempt has ended.')
      if (reply.kind === 'untimed') throw ruleViolation('attempt_untimed', 'This attempt has no deadline.')
      markReplayed(c, reply)
      return json(200, toExtended(reply))
    },
  )

  api.route(
    {
      method: 'post',
      path: '/api/courses/quizzes/{id}/grant-extension/',
      tag,
      summary: 'Grant everybody a time extension',
      description: 'To every running attempt of a quiz, say after a fire alarm. Answers for each what came of it.',
      token: 'write',
      about: ['quiz', 'id'],
      params,
      body: ExtensionInput,
      responses: { 200: ExtendedAttempts },
      refuses: { 400: 'The quiz allows no extension', 403: "Not the course's instructor" },
    },
    async ({ params, body, caller, db, env, key, json }) => {
      const [viewer, [quiz], [enrollment], running] = await asViewer(
        db,
        caller,
        startableQuiz({ id: params.id }),
        enrollmentForQuiz({ userId: caller.userId, quizId: params.id }),
        runningAttemptsOf({ quizId: params.id }),
      )
      requireExtensible(requireManagedQuiz(viewer, quiz, enrollment?.status))
      key?.requireUnused()
      const extend = (id: number) => attemptObject(env, id).extend(body.additional_minutes, actKeyOf(key), viewer.id)
      const results: z.input<typeof ExtendedAttempts>['results'] = []
      for (let first = 0; first < running.length; first += EXTENDED_AT_ONCE) {
        const group = running.slice(first, first + EXTENDED_AT_ONCE)
        results.push(...(await Promise.all(group.map(({ id, userId }) => extendOne(id, userId, extend)))))
      }
      return json(200, { results })
    },
  )
}

/** @throws 400 unless the quiz allows extensions now: an instructor can set a forgotten flag during the exam */
function requireExtensible(quiz: { allowTimeExtension: boolean }): void {
  if (!quiz.allowTimeExtension)
    throw ruleViolation('extension_not_allowed', 'This quiz does not allow time extensions.')
}

async function extendOne(id: number, user: number, extend: (id: number) => ReturnType<AttemptSession['extend']>) {
  const reply = await extend(id).catch(error => {
    // The other attempts are extended already, so repeating the request without a key would extend them twice.
    console.error({ event: 'attempt not extended', attempt: id, ...describe(error) })
    return { kind: 'failed' as const }
  })
  if (reply.kind === 'key_reused') throw new KeyUsed()
  return reply.kind === 'extended'
    ? {
        id,
        user,
        status: reply.kind,
        time_remaining_seconds: reply.remainingSeconds,
        extended_minutes: reply.extendedMinutes,
      }
    : {
        id,
        user,
        status: reply.kind === 'unknown' ? ('over' as const) : reply.kind,
        time_remaining_seconds: null,
        extended_minutes: null,
      }
}
