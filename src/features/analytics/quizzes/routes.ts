import { requireManagedModule } from '../../../access/modules.ts'
import { asViewer } from '../../../access/viewer.ts'
import type { Api } from '../../../http/api.ts'
import { object, pathId, toDateTime } from '../../../http/fields.ts'
import { enrollmentForQuiz } from '../../quizzes/queries.ts'
import { itemFigures, quizFigures } from './queries.ts'
import { rebuildQuizStatistics } from './rebuild.ts'
import { QuizAnalytics, Recalculated, toQuizAnalytics } from './schemas.ts'

const tag = 'Quiz System'
const params = object(() => ({ id: pathId(2) }))
const NOT_ITS_INSTRUCTOR = "Not the course's instructor"

export function quizAnalyticsRoutes(api: Api): void {
  api.route(
    {
      method: 'get',
      path: '/api/courses/quizzes/{id}/analytics/',
      tag,
      summary: 'Get quiz analytics',
      description:
        'Kept up to date by every attempt and grading. Previews never count, nor do a survey’s scores. Questions come in ' +
        'their order, each version that was shown by itself.',
      token: 'read',
      about: ['quiz', 'id'],
      params,
      responses: { 200: QuizAnalytics },
      refuses: { 403: NOT_ITS_INSTRUCTOR },
    },
    async ({ params, caller, db, json }) => {
      const [viewer, [row], [enrollment], items] = await asViewer(
        db,
        caller,
        quizFigures({ quizId: params.id }),
        enrollmentForQuiz({ userId: caller.userId, quizId: params.id }),
        itemFigures({ quizId: params.id }),
      )
      const quiz = requireManagedModule(viewer, row, enrollment?.status)
      return json(200, toQuizAnalytics(quiz, items))
    },
  )

  api.route(
    {
      method: 'post',
      path: '/api/courses/quizzes/{id}/recalculate-analytics/',
      tag,
      summary: 'Recalculate quiz analytics',
      description: 'Rebuilds them from the attempts. As they are kept up to date anyway, it changes nothing.',
      token: 'write',
      about: ['quiz', 'id'],
      params,
      responses: { 200: Recalculated },
      refuses: { 403: NOT_ITS_INSTRUCTOR },
    },
    async ({ params, caller, db, now, json }) => {
      const [viewer, [row], [enrollment]] = await asViewer(
        db,
        caller,
        quizFigures({ quizId: params.id }),
        enrollmentForQuiz({ userId: caller.userId, quizId: params.id }),
      )
      const quiz = requireManagedModule(viewer, row, enrollment?.status)
      await rebuildQuizStatistics(db, quiz.id)
      return json(200, {
        status: 'success',
        message: 'Quiz analytics recalculated successfully',
        last_calculated: toDateTime(now),
      })
    },
  )
}
