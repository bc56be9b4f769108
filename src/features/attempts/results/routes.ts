import { requireRecord } from '../../../access/records.ts'
import { manages, requireTeacher } from '../../../access/teaching.ts'
import { asViewer } from '../../../access/viewer.ts'
import type { Api } from '../../../http/api.ts'
import { isToken } from '../../../http/authentication.ts'
import { notForTokens, ruleViolation } from '../../../http/errors.ts'
import { object, pathId, queryId } from '../../../http/fields.ts'
import { cursorQuery, pageBodyById, pageOf, pageQuery } from '../../../http/pagination.ts'
import { countUnlessLearner, seenRow } from '../attempt-request.ts'
import { type AttemptRow, type AttemptStatus, attemptById } from '../queries.ts'
import { answersHash } from '../receipts/answers-hash.ts'
import { type Receipt, signReceipt } from '../receipts/receipt.ts'
import { attemptStatus, toEnded, toEndedRow, toListed } from '../schemas.ts'
import { attemptObject, orAbsent, requireKnown, TOO_MANY_CALLS } from '../session/client.ts'
import type { EndedAttempt } from '../session/messages.ts'
import { toResumed } from '../starting/schemas.ts'
import { listedAttempts, responsesOf } from './queries.ts'
import { AttemptPage, AttemptResult, entriesOf, entryOfRow, FoundAttempt, toResultEntry } from './schemas.ts'

const tag = 'Quiz System'
const params = object(() => ({ id: pathId(17) }))

export function resultRoutes(api: Api): void {
  api.route(
    {
      method: 'get',
      path: '/api/courses/quiz-attempts/',
      tag,
      summary: 'List quiz attempts',
      description: 'Your own, and those in courses you teach; for staff all. Previews are left out. Newest first.',
      token: 'read',
      about: ['quiz', 'quiz'],
      query: object(() => ({
        quiz: queryId().optional(),
        user: queryId().optional(),
        status: attemptStatus.optional(),
        ...pageQuery,
        ...cursorQuery,
      })),
      responses: { 200: AttemptPage },
    },
    async ({ query, caller, db, c, json }) => {
      const page = pageOf(query)
      const listed = listedAttempts({ viewerId: caller.userId, ...page }, query)
      const [viewer, rows, [total]] = await asViewer(db, caller, ...listed)
      if (isToken(caller)) requireTeacher(viewer)

      return json(
        200,
        pageBodyById(c, page, total?.count ?? 0, rows.map(toListed), ({ id }) => id),
      )
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
      const reply = orAbsent(await attemptObject(env, params.id).resume(caller.userId))
      if (reply !== 'absent' && reply.kind === 'running') return json(200, toResumed(reply))
      if (reply !== 'absent' && !reply.isPersisted) return json(200, toEnded(reply))
      const { row } = await seenRow(operation)
      if (row.checkAt === null) return json(200, toEndedRow(row))
      const attempt = requireKnown(await attemptObject(env, row.id).look())
      return json(200, attempt.kind === 'running' ? toResumed(attempt) : toEnded(attempt))
    },
  )

  api.route(
    {
      method: 'get',
      path: '/api/courses/quiz-attempts/{id}/result/',
      tag,
      summary: 'Get a quiz result',
      description:
        'Of an ended attempt. Where the quiz never shows feedback, its learner sees score and passed of the attempt only. Of an ' +
        'abandoned attempt feedback, `is_correct` and `score` are there only for questions that were answered.',
      token: 'read',
      about: ['attempt', 'id'],
      quota: 'free',
      params,
      responses: { 200: AttemptResult },
      refuses: { 400: 'It runs still' },
    },
    async ({ params, caller, env, db, c, json }) => {
      const [viewer, [attemptRow], responses] = await asViewer(
        db,
        caller,
        attemptById({ id: params.id }),
        responsesOf({ attemptId: params.id }),
      )
      await countUnlessLearner(c, viewer, attemptRow)
      const row = requireRecord(viewer, attemptRow)
      if (isToken(caller) && row.userId === viewer.id) throw notForTokens()
      const isLearner = !manages(viewer, row)
      const readerOf = (status: AttemptStatus) => ({
        isLearner,
        showFeedback: row.showFeedback,
        isAbandoned: status === 'abandoned',
      })
      if (row.checkAt === null) {
        const reader = readerOf(row.status)
        const entries = responses.map(response => toResultEntry(entryOfRow(response), reader))
        return json(200, { ...toEndedRow(row), responses: entries, receipt: await signReceipt(env, receiptOfRow(row)) })
      }
      // D1 does not have the end yet, so the object answers.
      const attempt = requireKnown(await attemptObject(env, row.id).look())
      if (attempt.kind === 'running') throw ruleViolation('attempt_running', 'This attempt has not ended yet.')
      const reader = readerOf(attempt.status)
      const entries = entriesOf(attempt).map(entry => toResultEntry(entry, reader))
      const receipt = await signReceipt(env, await receiptOf(attempt))
      return json(200, { ...toEnded(attempt), responses: entries, receipt })
    },
  )
}

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
