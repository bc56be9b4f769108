import * as z from 'zod'
import { asViewer, type Viewer } from '../../db/read.ts'
import type { Api } from '../../http/api.ts'
import { forbidden, invalid, notFound, ruledOut } from '../../http/errors.ts'
import { pathId, queryId } from '../../http/fields.ts'
import { behindGates, passGate } from '../../http/gates.ts'
import { pageBody, pageOf, pageQuery } from '../../http/pagination.ts'
import { enrollmentForQuiz } from '../quizzes/queries.ts'
import { type AttemptRequest, countUnlessLearner, managesCourseOf, requireAttempt, seenRow } from './access.ts'
import { attemptObject, known, lookAtOwn, orElsewhere } from './object.ts'
import { type AttemptRow, attemptById } from './queries.ts'
import { answersHash } from './receipts/answers-hash.ts'
import { type Receipt, signReceipt } from './receipts/receipt.ts'
import { listedAttempts, responsesOf } from './results/queries.ts'
import {
  AttemptPage,
  AttemptResult,
  attemptStatus,
  EndedAttemptBody,
  entriesOf,
  entryOfRow,
  FoundAttempt,
  ResponseInput,
  ResumedAttempt,
  SavedResponse,
  StartedAttempt,
  StartInput,
  toEnded,
  toEndedRow,
  toListed,
  toResultEntry,
  toResumed,
  toSavedResponse,
  toStarted,
} from './schemas.ts'
import type { EndStatus } from './session/outcome.ts'
import type { EndedAttempt } from './session/said.ts'
import { admitAttempt, attemptsAtMost, isAccessCode } from './starting/admission.ts'
import {
  attemptsUsed,
  drawableQuestions,
  runningAttempt,
  type StartableQuiz,
  startableQuiz,
} from './starting/queries.ts'
import { beginAttempt, writeAttempt } from './starting/start.ts'

const tag = 'Quiz System'
const params = z.object({ id: pathId() })
const ATTEMPT_OVER = 'This attempt has ended.'
const NOT_ITS_LEARNER = 'Another learner’s attempt in a course you teach'
const TOO_MANY_CALLS = 'More than 10 calls a second on one attempt'
/** Wrong access codes of one learner at one quiz. */
const ACCESS_CODE_LIMIT = { limit: 5, windowSeconds: 60 }
/** New attempts of one learner where a quiz sets no limit: each one stores its questions and responses. */
const UNLIMITED_ATTEMPTS_LIMIT = { limit: 30, windowSeconds: 3_600 }

export function attemptRoutes(api: Api): void {
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
        400: 'Course, module or quiz not published, no question in it, or more text than an attempt can hold',
        403: 'Not enrolled, outside its window, wrong or missing access code, or no attempt left',
        429: 'Five wrong access codes within a minute; where attempts are unlimited, 30 new ones within an hour',
      },
    },
    async ({ params, body, caller, db, env, now, json }) => {
      const [viewer, [quiz], [running], [enrollment], [count], drawable] = await asViewer(
        db,
        caller,
        startableQuiz(db, params.id),
        runningAttempt(db, caller.userId, params.id),
        enrollmentForQuiz(db, caller.userId, params.id),
        attemptsUsed(db, caller.userId, params.id),
        drawableQuestions(db, params.id),
      )
      const found = running && (await lookAtOwn(env, running.id, { userId: viewer.id, quizId: params.id }))
      if (found?.kind === 'running') return json(200, toResumed(found))
      // Ended, and D1 has not heard of it yet: a new attempt may begin once it has.
      if (found?.kind === 'ended') await attemptObject(env, found.terms.attemptId).check()
      // A start that died before its object began is finished by this one, and is no attempt more.
      const isUnbegun = found?.kind === 'unknown' && running?.isPreview === false
      const used = (count?.used ?? 0) - (isUnbegun ? 1 : 0)
      const admitted = admitAttempt(viewer, quiz, enrollment, used, now)
      if (!admitted.isPreview) await requireAccessCode(env, viewer, admitted.quiz, body.access_code)
      if (!found && attemptsAtMost(admitted.quiz) === null) await requireModeration(env, viewer, admitted.quiz)
      const snapshot = await writeAttempt(db, { ...admitted, userId: viewer.id, drawable }, now)
      const begun = await beginAttempt(env, db, snapshot)
      return begun.isNew ? json(201, toStarted(begun)) : json(200, toResumed(begun))
    },
  )

  api.route(
    {
      method: 'post',
      path: '/api/courses/quiz-attempts/{id}/submit-response/',
      tag,
      summary: 'Submit a question response',
      description:
        'Safe to repeat. With immediate feedback an auto-graded answer is final; otherwise, and for essays always, it can be ' +
        'changed until the end. Taken until five seconds past the deadline. With a `sequence`, an answer that the network ' +
        'delivers after a newer one is refused.',
      quota: 'free',
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
      const { params, body, caller, env, json } = operation
      const said = orElsewhere(
        await attemptObject(env, params.id).answer(caller.userId, {
          questionId: body.question,
          responseData: JSON.stringify(body.response_data),
          timeSpentSeconds: body.time_spent_seconds,
          sequence: body.sequence,
        }),
      )
      if (said === 'elsewhere') {
        await requireOwnRow(operation)
        throw ruledOut(ATTEMPT_OVER)
      }
      switch (said.kind) {
        case 'kept':
          return json(200, toSavedResponse(params.id, said.answer))
        case 'no_such_question':
          throw notFound()
        case 'invalid':
          throw invalid({ response_data: [said.message] })
        case 'refused':
          throw ruledOut(said.detail)
        case 'over':
          throw ruledOut(ATTEMPT_OVER)
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
        params,
        responses: { 200: EndedAttemptBody },
        refuses: {
          ...(status === 'abandoned' && { 400: 'It has ended another way' }),
          403: NOT_ITS_LEARNER,
          429: TOO_MANY_CALLS,
        },
      },
      async operation => {
        const { params, caller, env, json } = operation
        const said = orElsewhere(await attemptObject(env, params.id).end(caller.userId, status))
        const body =
          said === 'elsewhere'
            ? toEndedRow(await requireOwnRow(operation))
            : said.wasCarried
              ? await endAsOfNow(operation, said)
              : toEnded(said)
        requireEnding(body.status, status)
        return json(200, body)
      },
    )
  }

  api.route(
    {
      method: 'get',
      path: '/api/courses/quiz-attempts/',
      tag,
      summary: 'List quiz attempts',
      description: 'Your own, and those in courses you teach; for staff all. Previews are left out. Newest first.',
      query: z.object({
        quiz: queryId().optional(),
        user: queryId().optional(),
        status: attemptStatus.optional(),
        ...pageQuery,
      }),
      responses: { 200: AttemptPage },
    },
    async ({ query, caller, db, c, json }) => {
      const page = pageOf(query)
      const listed = listedAttempts(db, caller.userId, query, page)
      const [, rows, [total]] = await asViewer(db, caller, listed.rows, listed.count)
      return json(200, pageBody(c, page, total?.count ?? 0, rows.map(toListed)))
    },
  )

  api.route(
    {
      method: 'get',
      path: '/api/courses/quiz-attempts/{id}/',
      tag,
      summary: 'Get a quiz attempt',
      description:
        'To go on after a lost connection: as start answered it, with the answers saved so far. Once it has ended: its end, ' +
        'without questions; those are in the result.',
      quota: 'free',
      params,
      responses: { 200: FoundAttempt },
      refuses: { 429: TOO_MANY_CALLS },
    },
    async operation => {
      const { params, caller, env, json } = operation
      const said = orElsewhere(await attemptObject(env, params.id).resume(caller.userId))
      if (said !== 'elsewhere' && said.kind === 'running') return json(200, toResumed(said))
      if (said !== 'elsewhere' && !said.isCarried) return json(200, toEnded(said))
      const { row } = await seenRow(operation)
      if (row.checkAt === null) return json(200, toEndedRow(row))
      const found = known(await attemptObject(env, row.id).look())
      return json(200, found.kind === 'running' ? toResumed(found) : toEnded(found))
    },
  )

  api.route(
    {
      method: 'get',
      path: '/api/courses/quiz-attempts/{id}/result/',
      tag,
      summary: 'Get a quiz result',
      description:
        'Of an ended attempt. Where the quiz never shows feedback, its learner sees score and passed of the attempt only.',
      quota: 'free',
      params,
      responses: { 200: AttemptResult },
      refuses: { 400: 'It runs still' },
    },
    async ({ params, caller, env, db, c, json }) => {
      const [viewer, [found], responses] = await asViewer(
        db,
        caller,
        attemptById(db, params.id),
        responsesOf(db, params.id),
      )
      await countUnlessLearner(c, viewer, found)
      const row = requireAttempt(viewer, found)
      const reader = { isLearner: !managesCourseOf(viewer, row), showFeedback: row.showFeedback }
      if (row.checkAt === null) {
        const entries = responses.map(response => toResultEntry(entryOfRow(response), reader))
        return json(200, { ...toEndedRow(row), responses: entries, receipt: await signReceipt(env, receiptOfRow(row)) })
      }
      // D1 waits for the end still: the object speaks for it.
      const attempt = known(await attemptObject(env, row.id).look())
      if (attempt.kind === 'running') throw ruledOut('This attempt has not ended yet.')
      const entries = entriesOf(attempt).map(entry => toResultEntry(entry, reader))
      const receipt = await signReceipt(env, await receiptOf(attempt))
      return json(200, { ...toEnded(attempt), responses: entries, receipt })
    },
  )
}

/**
 * The row of the caller's own attempt, where the object no longer speaks for it.
 * @throws 403 for another's that the caller may see, 400 for one whose start died half-way
 */
async function requireOwnRow(request: AttemptRequest): Promise<AttemptRow> {
  const { viewer, row } = await seenRow(request)
  if (row.userId !== viewer.id) throw forbidden()
  if (row.checkAt !== null) throw ruledOut('This attempt was never begun. Start it again.')
  return row
}

/**
 * Once D1 has the result it speaks for it, later gradings included; where it is a replica that is behind, or the course is
 * deleted, the object does: to repeat an ending is no error.
 */
async function endAsOfNow(request: AttemptRequest, ended: EndedAttempt) {
  const { params, db, caller } = request
  const [, [row]] = await asViewer(db, caller, attemptById(db, params.id))
  return row?.checkAt === null ? toEndedRow(row) : toEnded(ended)
}

/** @throws 400 when an abandoning meets another end; to complete or time out what has ended is no error. */
function requireEnding(actual: EndStatus, wanted: EndStatus): void {
  if (wanted === 'abandoned' && actual !== 'abandoned') throw ruledOut(ATTEMPT_OVER)
}

/** @throws 403 for a missing or wrong code, 429 after five wrong ones within a minute */
async function requireAccessCode(env: Env, viewer: Viewer, quiz: StartableQuiz, given?: string | null): Promise<void> {
  const { accessCode } = quiz
  if (accessCode === null) return
  if (!given) throw forbidden('This quiz needs an access code.')
  const gate = { key: `access-code:${quiz.id}:${viewer.id}`, limit: ACCESS_CODE_LIMIT }
  const isRight = await behindGates(
    env,
    [gate],
    async () => isAccessCode(accessCode, given),
    right => !right,
  )
  if (!isRight) throw forbidden('The access code is wrong.')
}

/** @throws 429 with the true wait */
const requireModeration = (env: Env, viewer: Viewer, quiz: StartableQuiz) =>
  passGate(env, `new-attempts:${quiz.id}:${viewer.id}`, UNLIMITED_ATTEMPTS_LIMIT)

const receiptOfRow = (row: AttemptRow): Receipt => ({
  attempt: row.id,
  learner: row.userId,
  quiz: row.quizId,
  endedAt: row.completedAt ?? 0,
  scoreHundredths: row.endScoreHundredths,
  answersHash: row.answersHash ?? '',
})

const receiptOf = async ({ terms, completedAt, outcome }: EndedAttempt): Promise<Receipt> => ({
  attempt: terms.attemptId,
  learner: terms.userId,
  quiz: terms.quizId,
  endedAt: completedAt,
  scoreHundredths: outcome.scoreHundredths,
  answersHash: await answersHash(outcome.responses),
})
