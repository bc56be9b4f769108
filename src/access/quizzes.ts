/** Who may see and change a quiz: as its module, and unpublished with it. */

import { type SQL, sql } from 'drizzle-orm'
import type { Value } from '../db/statement.ts'
import { forbidden, notFound } from '../http/errors.ts'
import { readsModule, seesModule } from './modules.ts'
import { type CourseStatus, coursesStudiedBy, type EnrollmentStatus } from './participation.ts'
import { coursesTaughtBy, manages } from './teaching.ts'
import type { Viewer } from './viewer.ts'

type Quiz = { isPublished: boolean; moduleIsPublished: boolean; instructorId: number; courseStatus: CourseStatus }

const shownWith = ({ isPublished, moduleIsPublished, instructorId, courseStatus }: Quiz) => ({
  isPublished: isPublished && moduleIsPublished,
  instructorId,
  courseStatus,
})

/** Whether the viewer may read the quiz, and not only know of it. */
export const readsQuiz = (viewer: Viewer, quiz: Quiz, enrollment?: EnrollmentStatus) =>
  readsModule(viewer, shownWith(quiz), enrollment)

/**
 * `readsQuiz` in SQL, for anybody but staff.
 * @param select a query of the quizzes `q` in the modules `m` in the courses given, of which a condition on both says
 * whether they are shown
 */
export const quizzesReadBy = (viewerId: Value, select: (courses: SQL, isShown: SQL) => SQL) =>
  // A plus hides a column from the planner, who would walk all published quizzes for those of a few courses.
  sql`${select(coursesTaughtBy(viewerId), sql`1`)}
    UNION ${select(coursesStudiedBy(viewerId), sql`m.is_published = 1 AND +q.is_published = 1`)}`

/** @throws 404 for what the viewer may not know of, 403 for a quiz of a course the viewer sees but does not take. */
export function requireQuiz<Q extends Quiz>(viewer: Viewer, quiz: Q | undefined, enrollment?: EnrollmentStatus): Q {
  if (!quiz || !seesModule(viewer, shownWith(quiz), enrollment)) throw notFound()
  if (!readsQuiz(viewer, quiz, enrollment)) throw forbidden()
  return quiz
}

/** @throws 404 for what the viewer may not know of, 403 for a quiz that is another's. */
export function requireManagedQuiz<Q extends Quiz>(
  viewer: Viewer,
  quiz: Q | undefined,
  enrollment?: EnrollmentStatus,
): Q {
  if (!quiz || !seesModule(viewer, shownWith(quiz), enrollment)) throw notFound()
  if (!manages(viewer, quiz)) throw forbidden()
  return quiz
}
