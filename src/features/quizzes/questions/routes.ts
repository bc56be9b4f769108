import { requireManagedQuiz } from '../../../access/quizzes.ts'
import { asViewer } from '../../../access/viewer.ts'
import { batch } from '../../../db/batch.ts'
import type { Api } from '../../../http/api.ts'
import { invalid, notFound, ruleViolation } from '../../../http/errors.ts'
import { id, list, object, pathId } from '../../../http/fields.ts'
import { pageBody, pageOf, pageQuery, paginated } from '../../../http/pagination.ts'
import { recordDeletion } from '../../audit/queries/acts.ts'
import { enrollmentForQuiz, quizById } from '../queries.ts'
import { newQuestion } from './build.ts'
import { editQuestion, managedQuestion, requireKey } from './edit.ts'
import { QuestionFields, QuestionInput } from './input.ts'
import { countOfQuestions, insertQuestions, pageOfQuestions, removeQuestion, reorderQuestions } from './queries.ts'
import { fromColumns, QUESTIONS_AT_MOST, TOO_MANY_QUESTIONS } from './question.ts'
import { AuthorQuestion, toAuthorQuestion } from './views.ts'

const tag = 'Quiz System'
const params = object(() => ({ id: pathId() }))
const NOT_ITS_INSTRUCTOR = "Not the course's instructor"

const Order = object(() => ({
  order: list(id(), QUESTIONS_AT_MOST).meta({
    description: 'The ids of all its questions, each once',
    examples: [[2, 1, 3]],
  }),
}))

export function questionRoutes(api: Api): void {
  api.route(
    {
      method: 'get',
      path: '/api/quizzes/{id}/questions/',
      tag,
      summary: 'List questions',
      description: 'With their keys, by `order`, ties by id. Learners get questions only through an attempt.',
      token: 'read',
      about: ['quiz', 'id'],
      params,
      query: object(() => pageQuery),
      responses: { 200: paginated(AuthorQuestion) },
      refuses: { 403: NOT_ITS_INSTRUCTOR },
    },
    async ({ params, query, caller, db, c, json }) => {
      const page = pageOf(query)
      const [viewer, [quiz], [enrollment], rows, [total]] = await asViewer(
        db,
        caller,
        quizById({ id: params.id }),
        enrollmentForQuiz({ userId: caller.userId, quizId: params.id }),
        pageOfQuestions({ quizId: params.id, viewerId: caller.userId, ...page }),
        countOfQuestions({ quizId: params.id }),
      )
      requireManagedQuiz(viewer, quiz, enrollment?.status)
      const results = rows.map(row => toAuthorQuestion(row, fromColumns(row)))
      return json(200, pageBody(c, page, total?.count ?? 0, results))
    },
  )

  api.route(
    {
      method: 'post',
      path: '/api/quizzes/{id}/questions/',
      tag,
      summary: 'Add a question',
      description: 'Behind the last one. In a survey the key may be left out.',
      token: 'write',
      about: ['quiz', 'id'],
      params,
      body: QuestionInput,
      responses: { 201: AuthorQuestion },
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
      const question = newQuestion(body)
      if (!quiz.isSurvey) requireKey(question)
      const { places, versions } = insertQuestions({ quizId: quiz.id }, [question], now)
      const [[added], [current]] = await batch(db, places, quizById({ id: quiz.id }), ...versions)
      if (!current) throw notFound()
      // The quiz may have stopped being a survey since the handler read it.
      if (!added && !current.isSurvey) requireKey(question)
      if (!added) throw ruleViolation('too_many_questions', TOO_MANY_QUESTIONS)
      return json(201, toAuthorQuestion({ ...added, quizId: quiz.id }, question))
    },
  )

  api.route(
    {
      method: 'post',
      path: '/api/quizzes/{id}/questions/reorder/',
      tag,
      summary: 'Reorder questions',
      token: 'write',
      about: ['quiz', 'id'],
      params,
      body: Order,
      responses: { 200: Order },
      refuses: { 403: NOT_ITS_INSTRUCTOR },
    },
    async ({ params, body, caller, db, json }) => {
      const [viewer, [row], [enrollment]] = await asViewer(
        db,
        caller,
        quizById({ id: params.id }),
        enrollmentForQuiz({ userId: caller.userId, quizId: params.id }),
      )
      const quiz = requireManagedQuiz(viewer, row, enrollment?.status)
      const [reordered, [total]] = await batch(
        db,
        reorderQuestions({ quizId: quiz.id, order: body.order }),
        countOfQuestions({ quizId: quiz.id }),
      )
      if (reordered.length !== body.order.length || total?.count !== body.order.length) {
        throw invalid({ order: ['Give the id of every question of the quiz once.'] })
      }
      return json(200, { order: body.order })
    },
  )

  api.route(
    {
      method: 'get',
      path: '/api/questions/{id}/',
      revised: 'questions',
      tag,
      summary: 'Get a question',
      token: 'read',
      about: ['question', 'id'],
      params,
      responses: { 200: AuthorQuestion },
      refuses: { 403: NOT_ITS_INSTRUCTOR },
    },
    async ({ params, caller, db, json }) => {
      const { row } = await managedQuestion(db, caller, params.id)
      return json(200, toAuthorQuestion(row, fromColumns(row)), row.revision)
    },
  )

  api.route(
    {
      method: 'put',
      path: '/api/questions/{id}/',
      revised: 'questions',
      tag,
      summary: 'Update a question',
      description:
        'What is omitted keeps its value, and parts that are sent back with their ids keep them. Attempts that have begun, and ' +
        'results, keep the question as it was shown.',
      token: 'write',
      about: ['question', 'id'],
      params,
      body: QuestionFields,
      responses: { 200: AuthorQuestion },
      refuses: { 403: NOT_ITS_INSTRUCTOR },
    },
    async ({ params, body, caller, db, now, json }) => {
      const { row, question } = await editQuestion(db, caller, params.id, body, now)
      return json(200, toAuthorQuestion(row, question), row.revision)
    },
  )

  api.route(
    {
      method: 'delete',
      path: '/api/questions/{id}/',
      revised: 'questions',
      tag,
      summary: 'Delete a question',
      description: 'It is asked no more. Attempts in which it was shown, and their results, keep it.',
      token: 'write',
      about: ['question', 'id'],
      params,
      responses: { 204: null },
      refuses: { 403: NOT_ITS_INSTRUCTOR },
    },
    async ({ params, caller, db, now, empty }) => {
      const { row } = await managedQuestion(db, caller, params.id)
      const act = { actorId: caller.userId, id: row.id, now }
      await batch(db, recordDeletion('question', act), ...removeQuestion(act))
      return empty(204)
    },
  )
}
