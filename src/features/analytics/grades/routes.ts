import * as z from 'zod'
import { requireManaged } from '../../../access/courses.ts'
import { asViewer } from '../../../access/viewer.ts'
import { batch } from '../../../db/batch.ts'
import type { Api } from '../../../http/api.ts'
import { csvFile } from '../../../http/csv.ts'
import { object, pathId } from '../../../http/fields.ts'
import { courseById } from '../../courses/queries.ts'
import { enrollmentOf } from '../../enrollments/queries.ts'
import { firstGrades, gradedQuizzes, gradesAfter } from './queries.ts'
import { gradeLines } from './sheet.ts'

/** A course of 100,000 learners takes 100 round trips, each with an answer of some hundred kilobytes. */
const LEARNERS_PER_TRIP = 1_000

export function gradeRoutes(api: Api): void {
  api.route(
    {
      method: 'get',
      path: '/api/courses/{id}/grades/export/',
      tag: 'Analytics',
      summary: 'Export grades',
      description:
        'A line for each enrollment, dropped ones too, in the order of enrollment: learner, status, progress in percent, and ' +
        'a column for each quiz, its id behind the title. Surveys and deleted quizzes have none, unpublished ones only ' +
        'with scores in them. A cell is the percentage by the quiz’s grading policy, by which an abandoned attempt is 0 where the latest or the average counts; empty without one, ' +
        '`pending` while an essay waits in an attempt that decides it. CSV, streamed: 1,000 learners a round trip. Text that ' +
        'a spreadsheet would take for a formula begins with an apostrophe.',
      token: 'read',
      about: ['course', 'id'],
      params: object(() => ({ id: pathId() })),
      download: ['text/csv'],
      responses: { 200: z.string() },
      refuses: { 403: "Not the course's instructor" },
    },
    async ({ params, caller, db }) => {
      const [viewer, [row], [own], quizzes, first] = await asViewer(
        db,
        caller,
        courseById({ id: params.id }),
        enrollmentOf({ userId: caller.userId, courseId: params.id }),
        gradedQuizzes({ courseId: params.id }),
        firstGrades({ courseId: params.id, after: 0, limit: LEARNERS_PER_TRIP, viewerId: caller.userId }),
      )
      const course = requireManaged(viewer, row, own?.status)
      const readAfter = async ({ id }: { id: number }) =>
        (await batch(db, gradesAfter({ courseId: course.id, after: id, limit: LEARNERS_PER_TRIP })))[0]
      return csvFile(
        `grades-${course.slug}.csv`,
        gradeLines(quizzes, { first, pageSize: LEARNERS_PER_TRIP, readAfter }),
      )
    },
  )
}
