import type { Api } from '../../../http/api.ts'
import { unavailable } from '../../../http/errors.ts'
import { object, pathId } from '../../../http/fields.ts'
import { actKeyOf } from '../../../http/idempotency.ts'
import { attemptObject, lookAtOwn } from '../session/client.ts'
import { ResumedAttempt, StartedAttempt, StartInput, toResumed, toStarted } from './schemas.ts'
import { askDesk, beginAttempt, snapshotOf } from './start.ts'

const tag = 'Quiz System'
const params = object(() => ({ id: pathId(2) }))
export function startRoutes(api: Api): void {
  api.route(
    {
      method: 'post',
      path: '/api/courses/quizzes/{id}/start-attempt/',
      tag,
      summary: 'Start a quiz attempt',
      description:
        'A running attempt is returned first, with the answers saved so far, whatever became of course, quiz or enrollment. ' +
        'Simultaneous starts make one attempt. Its instructor and staff start previews, which count nowhere.',
      quota: 'free',
      params,
      body: StartInput,
      responses: { 201: StartedAttempt, 200: ResumedAttempt },
      refuses: {
        400: 'Course, module or quiz not published, before or after the dates of the course (unless the quiz has a window of its own), no question in it, or more text than an attempt can hold',
        403: 'Not enrolled, outside its window, wrong or missing access code, or no attempt left',
        429: 'Five wrong access codes within a minute; where attempts are unlimited, 30 new ones within an hour',
      },
    },
    async ({ params, body, caller, env, key, c, json }) => {
      const request = { ...caller, accessCode: body.access_code ?? null, unbegun: null, key: actKeyOf(key) }
      let reply = await askDesk(c, params.id, request)
      if (reply.kind === 'running') {
        const { id } = reply.attempt
        const attempt = await lookAtOwn(env, id, { userId: caller.userId, quizId: params.id })
        if (attempt.kind === 'running') return json(200, toResumed(attempt))
        // The attempt has ended and D1 does not have its end yet: a new attempt may begin once D1 has it.
        if (attempt.kind === 'ended') await attemptObject(env, id).check()
        reply = await askDesk(c, params.id, { ...request, unbegun: attempt.kind === 'unknown' ? id : null })
        if (reply.kind === 'running') throw unavailable()
      }
      const begun = await beginAttempt(env, snapshotOf(reply))
      return begun.isNew ? json(201, toStarted(begun)) : json(200, toResumed(begun))
    },
  )
}
