import { asViewer, type Viewer } from '../../../access/viewer.ts'
import type { Api } from '../../../http/api.ts'
import { forbidden } from '../../../http/errors.ts'
import { object, pathId } from '../../../http/fields.ts'
import { behindGates, passGate } from '../../../http/gates.ts'
import { enrollmentForQuiz } from '../../quizzes/queries.ts'
import { attemptObject, lookAtOwn } from '../session/client.ts'
import { admitAttempt, attemptsAtMost, isAccessCode } from './admission.ts'
import { attemptsUsed, drawableQuestions, runningAttempt, type StartableQuiz, startableQuiz } from './queries.ts'
import { ResumedAttempt, StartedAttempt, StartInput, toResumed, toStarted } from './schemas.ts'
import { beginAttempt, writeAttempt } from './start.ts'

const tag = 'Quiz System'
const params = object(() => ({ id: pathId(2) }))
/** How many wrong access codes one learner may try at one quiz. */
const ACCESS_CODE_LIMIT = { limit: 5, windowSeconds: 60 }
/** How many attempts one learner may start where a quiz sets no limit, because each stores its questions and responses. */
const UNLIMITED_ATTEMPTS_LIMIT = { limit: 30, windowSeconds: 3_600 }

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
    async ({ params, body, caller, db, env, now, json }) => {
      const [viewer, [quiz], [running], [enrollment], [count], drawable] = await asViewer(
        db,
        caller,
        startableQuiz({ id: params.id }),
        runningAttempt({ userId: caller.userId, quizId: params.id }),
        enrollmentForQuiz({ userId: caller.userId, quizId: params.id }),
        attemptsUsed({ userId: caller.userId, quizId: params.id }),
        drawableQuestions({ quizId: params.id }),
      )
      const attempt = running && (await lookAtOwn(env, running.id, { userId: viewer.id, quizId: params.id }))
      if (attempt?.kind === 'running') return json(200, toResumed(attempt))
      // The attempt has ended and D1 does not have its end yet: a new attempt may begin once D1 has it.
      if (attempt?.kind === 'ended') await attemptObject(env, attempt.terms.attemptId).check()
      // This start finishes one that died before its object began, so the two count as one attempt.
      const isUnbegun = attempt?.kind === 'unknown' && running?.isPreview === false
      const used = (count?.used ?? 0) - (isUnbegun ? 1 : 0)
      const admitted = admitAttempt(viewer, quiz, enrollment, used, now)
      if (!admitted.isPreview) await requireAccessCode(env, viewer, admitted.quiz, body.access_code)
      if (!attempt && attemptsAtMost(admitted.quiz) === null) await requireHourlyLimit(env, viewer, admitted.quiz)
      const snapshot = await writeAttempt(db, { ...admitted, userId: viewer.id, drawable }, now)
      const begun = await beginAttempt(env, db, snapshot)
      return begun.isNew ? json(201, toStarted(begun)) : json(200, toResumed(begun))
    },
  )
}

/** @throws 403 for a missing or wrong code, 429 after five wrong ones within a minute */
async function requireAccessCode(env: Env, viewer: Viewer, quiz: StartableQuiz, input?: string | null): Promise<void> {
  const { accessCode } = quiz
  if (accessCode === null) return
  if (!input) throw forbidden('This quiz needs an access code.')
  const gate = { key: `access-code:${quiz.id}:${viewer.id}`, limit: ACCESS_CODE_LIMIT }
  const isRight = await behindGates(
    env,
    [gate],
    async () => isAccessCode(accessCode, input),
    right => !right,
  )
  if (!isRight) throw forbidden('The access code is wrong.')
}

/** @throws 429 with the seconds until the next start may pass */
const requireHourlyLimit = (env: Env, viewer: Viewer, quiz: StartableQuiz) =>
  passGate(env, `new-attempts:${quiz.id}:${viewer.id}`, UNLIMITED_ATTEMPTS_LIMIT)
