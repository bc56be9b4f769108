import { asViewer } from '../../../access/viewer.ts'
import type { Api } from '../../../http/api.ts'
import { forbidden, invalid, notFound, Refusal, ruleViolation } from '../../../http/errors.ts'
import { object, pathId } from '../../../http/fields.ts'
import { actKeyOf, keyReused, markReplayed } from '../../../http/idempotency.ts'
import { type AttemptRequest, seenRow } from '../attempt-request.ts'
import { type AttemptRow, attemptById } from '../queries.ts'
import { EndedAttemptBody, toEnded, toEndedRow } from '../schemas.ts'
import { attemptObject, orAbsent, TOO_MANY_CALLS } from '../session/client.ts'
import type { EndedAttempt } from '../session/messages.ts'
import type { EndStatus } from '../session/outcome.ts'
import { ResponseInput, SavedResponse, toSavedResponse } from './schemas.ts'

const tag = 'Quiz System'
const params = object(() => ({ id: pathId(71) }))
const LATE_COPY = 'The answer that is kept has a higher sequence than this one.'
const ATTEMPT_OVER = 'This attempt has ended.'
const NOT_ITS_LEARNER = 'Another learner’s attempt in a course you teach'

export function takingRoutes(api: Api): void {
  api.route(
    {
      method: 'post',
      path: '/api/courses/quiz-attempts/{id}/submit-response/',
      tag,
      summary: 'Submit a question response',
      description:
        'Safe to repeat. With immediate feedback an auto-graded answer is final; otherwise, and for essays always, it can be ' +
        'changed until the end. Taken until five seconds past the deadline. With a `sequence`, an answer that the network ' +
        'delivers after a newer one is refused: `{"detail", "sequence"}` names the kept one’s. Only the fields of the ' +
        'question’s type are kept and answered.',
      quota: 'free',
      idempotency: 'object',
      params,
      body: ResponseInput,
      responses: { 200: SavedResponse },
      refuses: {
        400: 'Wrong form for its question, answered already, older than the answer kept, over, or more than 1 MB of answers',
        403: NOT_ITS_LEARNER,
        429: TOO_MANY_CALLS,
      },
    },
    async operation => {
      const { params, body, caller, env, key, c, json } = operation
      const reply = orAbsent(
        await attemptObject(env, params.id).answer(
          caller.userId,
          {
            questionId: body.question,
            responseData: JSON.stringify(body.response_data),
            timeSpentSeconds: body.time_spent_seconds,
            sequence: body.sequence,
          },
          actKeyOf(key),
        ),
      )
      if (reply === 'absent') {
        await requireOwnRow(operation)
        throw ruleViolation('attempt_over', ATTEMPT_OVER)
      }
      switch (reply.kind) {
        case 'kept':
          markReplayed(c, reply)
          return json(200, toSavedResponse(params.id, reply.answer))
        case 'no_such_question':
          throw notFound()
        case 'invalid':
          throw invalid({ response_data: [reply.message] })
        case 'refused':
          throw ruleViolation(reply.code, reply.detail)
        case 'late':
          throw new Refusal(400, { detail: LATE_COPY, code: 'answer_outdated', sequence: reply.sequence })
        case 'over':
          throw ruleViolation('attempt_over', ATTEMPT_OVER)
        case 'key_reused':
          throw keyReused()
      }
    },
  )

  const endings = [
    [
      'complete',
      'completed',
      'Complete a quiz attempt',
      'On an attempt that has ended already: its end, whichever way it came.',
    ],
    [
      'timeout',
      'timed_out',
      'Time out a quiz attempt',
      'Ends it now, its saved answers scored. On an ended attempt: its end.',
    ],
    ['abandon', 'abandoned', 'Abandon a quiz attempt', 'It counts as an attempt and has no score.'],
  ] as const
  for (const [action, status, summary, description] of endings) {
    api.route(
      {
        method: 'post',
        path: `/api/courses/quiz-attempts/{id}/${action}/`,
        tag,
        summary,
        description,
        quota: 'free',
        idempotency: 'object',
        params,
        responses: { 200: EndedAttemptBody },
        refuses: {
          ...(status === 'abandoned' && { 400: 'It has ended another way' }),
          403: NOT_ITS_LEARNER,
          429: TOO_MANY_CALLS,
        },
      },
      async operation => {
        const { params, caller, env, key, c, json } = operation
        const reply = orAbsent(await attemptObject(env, params.id).end(caller.userId, status, actKeyOf(key)))
        if (reply !== 'absent' && reply.kind === 'key_reused') throw keyReused()
        if (reply !== 'absent') markReplayed(c, reply)
        const body =
          reply === 'absent'
            ? toEndedRow(await requireOwnRow(operation))
            : reply.wasPersisted
              ? await currentEnd(operation, reply)
              : toEnded(reply)
        requireEnding(body.status, status)
        return json(200, body)
      },
    )
  }
}

/**
 * The row of the caller's own attempt, for when the object no longer has it.
 * @throws 404 for an attempt that the caller may not see, 403 for another learner's, 400 for one whose start died half-way
 */
async function requireOwnRow(request: AttemptRequest): Promise<AttemptRow> {
  const { viewer, row } = await seenRow(request)
  if (row.userId !== viewer.id) throw forbidden()
  if (row.checkAt !== null) throw ruleViolation('attempt_not_begun', 'This attempt was never begun. Start it again.')
  return row
}

/**
 * The row when D1 has the result, because it includes later grades. Repeating an ending is no error, so the object's reply
 * answers when a replica is behind or the course is deleted.
 */
async function currentEnd(request: AttemptRequest, ended: EndedAttempt) {
  const { params, db, caller } = request
  const [, [row]] = await asViewer(db, caller, attemptById({ id: params.id }))
  return row?.checkAt === null ? toEndedRow(row) : toEnded(ended)
}

/** @throws 400 for abandoning an attempt that ended another way; completing or timing out an ended attempt is no error */
function requireEnding(actual: EndStatus, wanted: EndStatus): void {
  if (wanted === 'abandoned' && actual !== 'abandoned') throw ruleViolation('attempt_over', ATTEMPT_OVER)
}
