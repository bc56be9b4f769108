import { manages, requireTeacher } from '../../../access/teaching.ts'
import { asViewer, type Viewer } from '../../../access/viewer.ts'
import { batch } from '../../../db/batch.ts'
import type { Api } from '../../../http/api.ts'
import { forbidden, notFound, ruleViolation } from '../../../http/errors.ts'
import { object, pathId, queryId } from '../../../http/fields.ts'
import { cursorQuery, pageBodyById, pageOf, pageQuery } from '../../../http/pagination.ts'
import { toMilliPoints, toNano } from '../../quizzes/answers/points.ts'
import { fromColumns, type QuestionOf } from '../../quizzes/questions/question.ts'
import { settle } from '../settlement.ts'
import { essayScore } from './grade.ts'
import { type EssayRow, essayById, gradeEssay, pendingEssays, recordGrade } from './queries.ts'
import { EssayGradeInput, GradedEssay, PendingEssayPage, toGradedEssay, toPendingEssay } from './schemas.ts'

const tag = 'Quiz System'

export function gradingRoutes(api: Api): void {
  api.route(
    {
      method: 'post',
      path: '/api/courses/question-responses/{id}/grade-essay/',
      tag,
      summary: 'Grade an essay',
      description:
        'The attempt’s score and pass, completions and all statistics follow at once. Grading again corrects: a pass that is lost takes back what it completed.',
      token: 'write',
      about: ['response', 'id'],
      params: object(() => ({ id: pathId(36_008) })),
      body: EssayGradeInput,
      responses: { 200: GradedEssay },
      refuses: { 400: 'Not an essay, of a survey, or of an abandoned attempt', 403: "Not the course's instructor" },
    },
    async ({ params, body, caller, db, now, json }) => {
      const [viewer, [row]] = await asViewer(db, caller, essayById({ id: params.id }))
      const { essay, ...response } = requireEssay(viewer, row)
      const grade = {
        scoreNano: toNano(
          essayScore(
            { maxMilli: toMilliPoints(response.maxNano), rubric: essay.rubric },
            { score: body.score, rubricScores: body.rubric_scores },
          ),
        ),
        feedback: body.feedback,
        rubricScores: body.rubric_scores ?? {},
        gradedBy: viewer.id,
      }
      const [, , [graded]] = await batch(
        db,
        recordGrade({ ...grade, id: response.id, now }),
        gradeEssay({ id: response.id, now }, grade),
        essayById({ id: response.id }),
        ...settle({ attemptIds: [response.attemptId], now }),
      )
      if (!graded) throw notFound()
      return json(200, toGradedEssay(graded))
    },
  )

  api.route(
    {
      method: 'get',
      path: '/api/courses/question-responses/pending-grading/',
      tag,
      summary: 'List essays to grade',
      description:
        'Of your own courses; for staff of all. The newest attempt first, each attempt’s last essay first. Previews are left out.',
      token: 'read',
      about: ['course', 'course'],
      query: object(() => ({ course: queryId().optional(), quiz: queryId().optional(), ...pageQuery, ...cursorQuery })),
      responses: { 200: PendingEssayPage },
      refuses: { 403: 'Instructors only' },
    },
    async ({ query, caller, db, c, json }) => {
      const page = pageOf(query)
      const pending = pendingEssays({ viewerId: caller.userId, ...page }, query)
      const [viewer, rows, [total]] = await asViewer(db, caller, ...pending)
      requireTeacher(viewer)
      return json(
        200,
        pageBodyById(c, page, total?.count ?? 0, rows.map(toPendingEssay), ({ id }) => id),
      )
    },
  )
}

/**
 * @throws 404 for a response that is neither the viewer's own nor in a course that they manage, 403 for their own, 400 for
 * one that nobody grades by hand
 */
function requireEssay(viewer: Viewer, row: EssayRow | undefined): EssayRow & { essay: QuestionOf<'essay'> } {
  if (!row) throw notFound()
  if (!manages(viewer, row)) {
    throw row.learnerId === viewer.id ? forbidden() : notFound()
  }
  const essay = fromColumns(row)
  if (essay.type !== 'essay') throw ruleViolation('not_an_essay', 'Only essays are graded by hand.')
  if (row.isSurvey) throw ruleViolation('survey_not_graded', 'Surveys are not graded.')
  if (row.attemptStatus === 'abandoned') throw ruleViolation('attempt_abandoned', 'An abandoned attempt is not graded.')
  return { ...row, essay }
}
