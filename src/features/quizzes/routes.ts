import { requireManagedHidden } from '../../access/courses.ts'
import { seesModule } from '../../access/modules.ts'
import { requireManagedQuiz, requireQuiz } from '../../access/quizzes.ts'
import { manages } from '../../access/teaching.ts'
import { asViewer } from '../../access/viewer.ts'
import { batch } from '../../db/batch.ts'
import type { Api } from '../../http/api.ts'
import { failedOn, forbidden, invalid, notFound } from '../../http/errors.ts'
import { object, pathId, queryFlag, queryId } from '../../http/fields.ts'
import { cursorQuery, pageBodyById, pageOf, pageQuery } from '../../http/pagination.ts'
import { recordDeletion, recordRestoration } from '../audit/queries/acts.ts'
import { enrollmentForModule, moduleById } from '../modules/queries.ts'
import {
  accessibleQuizzes,
  deleteQuiz,
  enrollmentForQuiz,
  insertQuiz,
  newestQuizOf,
  quizById,
  quizExtras,
  restorableQuizById,
  restoreQuiz,
  updateQuiz,
} from './queries.ts'
import { newQuestion } from './questions/build.ts'
import { requireKey } from './questions/edit.ts'
import { insertQuestions, questionsOf } from './questions/queries.ts'
import { fromColumns } from './questions/question.ts'
import { toAuthorQuestion } from './questions/views.ts'
import { Quiz, QuizDetail, QuizFields, QuizInput, QuizPage, quizValues, toQuiz } from './schemas.ts'

const tag = 'Quiz System'
const params = object(() => ({ id: pathId(2) }))
const NOT_ITS_INSTRUCTOR = "Not the course's instructor"

export function quizRoutes(api: Api): void {
  api.route(
    {
      method: 'get',
      path: '/api/quizzes/',
      tag,
      summary: 'List quizzes',
      description:
        'Of your own courses, and the published ones in published modules of courses you take; for staff all. Newest first.',
      token: 'read',
      query: object(() => ({
        course: queryId().optional(),
        module: queryId().optional(),
        is_published: queryFlag().optional(),
        is_survey: queryFlag().optional(),
        ...pageQuery,
        ...cursorQuery,
      })),
      responses: { 200: QuizPage },
    },
    async ({ query, caller, db, c, json }) => {
      const page = pageOf(query)
      const accessible = accessibleQuizzes({ viewerId: caller.userId, ...page }, query)
      const [, rows, [total]] = await asViewer(db, caller, ...accessible)
      return json(
        200,
        pageBodyById(c, page, total?.count ?? 0, rows.map(toQuiz), ({ id }) => id),
      )
    },
  )

  api.route(
    {
      method: 'get',
      path: '/api/quizzes/{id}/',
      revised: 'quizzes',
      tag,
      summary: 'Get quiz details',
      description: 'Its questions are there for its instructor and staff; learners get them through an attempt.',
      token: 'read',
      about: ['quiz', 'id'],
      params,
      responses: { 200: QuizDetail },
      refuses: { 403: 'Not enrolled in the course' },
    },
    async ({ params, caller, db, json }) => {
      const [viewer, [row], [enrollment], [extras], questions] = await asViewer(
        db,
        caller,
        quizById({ id: params.id }),
        enrollmentForQuiz({ userId: caller.userId, quizId: params.id }),
        quizExtras({ quizId: params.id, userId: caller.userId }),
        questionsOf({ quizId: params.id, viewerId: caller.userId }),
      )
      const quiz = requireQuiz(viewer, row, enrollment?.status)
      if (!extras) throw notFound()
      return json(
        200,
        {
          ...toQuiz(quiz),
          question_total: extras.questionTotal,
          requires_access_code: extras.requiresAccessCode,
          attempts_used: extras.attemptsUsed,
          questions: manages(viewer, quiz)
            ? questions.map(question => toAuthorQuestion(question, fromColumns(question)))
            : [],
        },
        quiz.revision,
      )
    },
  )

  api.route(
    {
      method: 'post',
      path: '/api/quizzes/',
      tag,
      summary: 'Create a quiz',
      description: 'Alone, or whole with its `questions`.',
      token: 'write',
      about: ['module', 'module'],
      body: QuizInput,
      responses: { 201: Quiz },
      refuses: { 403: NOT_ITS_INSTRUCTOR },
    },
    async ({ body, caller, db, now, json }) => {
      const [viewer, [module], [enrollment]] = await asViewer(
        db,
        caller,
        moduleById({ id: body.module }),
        enrollmentForModule({ userId: caller.userId, moduleId: body.module }),
      )
      if (!module || !seesModule(viewer, module, enrollment?.status)) throw invalid({ module: ['No such module.'] })
      if (!manages(viewer, module)) throw forbidden()
      const questions = (body.questions ?? []).map(question => newQuestion(question))
      if (!body.is_survey) {
        questions.forEach((question, place) => {
          requireKey(question, `questions.${place}.`)
        })
      }
      const { places, versions } = insertQuestions({ moduleId: module.id }, questions, now)
      const withQuestions = questions.length > 0 ? [places, ...versions] : []
      const [, [created]] = await batch(
        db,
        insertQuiz({ moduleId: module.id, now }, quizValues(body)),
        newestQuizOf({ moduleId: module.id }),
        ...withQuestions,
      ).catch(refuseWindow)
      if (!created) throw notFound()
      return json(201, toQuiz(created))
    },
  )

  api.route(
    {
      method: 'put',
      path: '/api/quizzes/{id}/',
      revised: 'quizzes',
      tag,
      summary: 'Update a quiz',
      description: 'What is omitted keeps its value. Attempts that have begun go on as they were.',
      token: 'write',
      about: ['quiz', 'id'],
      params,
      body: QuizFields,
      responses: { 200: Quiz },
      refuses: { 403: NOT_ITS_INSTRUCTOR },
    },
    async ({ params, body, caller, db, now, json }) => {
      const [viewer, [row], [enrollment]] = await asViewer(
        db,
        caller,
        quizById({ id: params.id }),
        enrollmentForQuiz({ userId: caller.userId, quizId: params.id }),
      )
      const quiz = requireManagedQuiz(viewer, row, enrollment?.status)
      if (body.module !== undefined && body.module !== quiz.moduleId) {
        throw invalid({ module: ['A quiz stays in its module.'] })
      }
      const [[written], [updated]] = await batch(
        db,
        updateQuiz({ id: quiz.id, now }, quizValues(body)),
        quizById({ id: quiz.id }),
      ).catch(refuseWindow)
      if (!updated) throw notFound()
      if (!written) throw invalid({ is_survey: ['A question lacks its key: only a survey can do without.'] })
      return json(200, toQuiz(updated), updated.revision)
    },
  )

  api.route(
    {
      method: 'delete',
      path: '/api/quizzes/{id}/',
      revised: 'quizzes',
      tag,
      summary: 'Delete a quiz',
      description: 'It is gone from everywhere at once; for 30 days it can be restored.',
      token: 'write',
      about: ['quiz', 'id'],
      params,
      responses: { 204: null },
      refuses: { 403: NOT_ITS_INSTRUCTOR },
    },
    async ({ params, caller, db, now, empty }) => {
      const [viewer, [row], [enrollment]] = await asViewer(
        db,
        caller,
        quizById({ id: params.id }),
        enrollmentForQuiz({ userId: caller.userId, quizId: params.id }),
      )
      const quiz = requireManagedQuiz(viewer, row, enrollment?.status)
      const act = { actorId: viewer.id, id: quiz.id, now }
      await batch(db, recordDeletion('quiz', act), deleteQuiz(act))
      return empty(204)
    },
  )

  api.route(
    {
      method: 'post',
      path: '/api/quizzes/{id}/restore/',
      tag,
      summary: 'Restore a deleted quiz',
      description: 'Within 30 days, with its questions and results. A quiz that is not deleted is answered as it is.',
      token: 'write',
      about: ['quiz', 'id'],
      params,
      responses: { 200: Quiz },
    },
    async ({ params, caller, db, now, json }) => {
      const [viewer, [row]] = await asViewer(db, caller, restorableQuizById({ id: params.id, now }))
      // Only managers of the course may learn that a deleted quiz existed.
      const { id } = requireManagedHidden(viewer, row)
      const act = { actorId: viewer.id, id, now }
      const [, , [restored]] = await batch(db, recordRestoration('quiz', act), restoreQuiz(act), quizById(act))
      if (!restored) throw notFound()
      return json(200, toQuiz(restored))
    },
  )
}

/** The table checks the window, because two simultaneous changes can each be valid and together not. */
function refuseWindow(error: unknown): never {
  throw failedOn(error, 'quizzes_window') ? invalid({ available_until: ['Must be after available_from.'] }) : error
}
