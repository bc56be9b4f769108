/** Rights on a quiz: those on its module; a quiz in an unpublished module counts as unpublished. */

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

/** Whether the viewer may read the quiz, beyond learning that it exists. */
export const readsQuiz = (viewer: Viewer, quiz: Quiz, enrollment?: EnrollmentStatus) =>
  readsModule(viewer, shownWith(quiz), enrollment)

/**
 * `readsQuiz` in SQL, for anybody but staff.
 * @param select builds a query of the quizzes `q` in the modules `m` of the given courses; its second argument is the condition
 * on both for being shown
 */
export const quizzesReadBy = (viewerId: Value, select: (courses: SQL, isShown: SQL) => SQL) =>
  // The plus hides the column from the planner, which would walk all published quizzes to find those of a few courses.
  sql`${select(coursesTaughtBy(viewerId), sql`1`)}
    UNION ${select(coursesStudiedBy(viewerId), sql`m.is_published = 1 AND +q.is_published = 1`)}`

/** @throws 404 for a quiz that the viewer may not see, 403 for a quiz of a course that the viewer sees but does not take. */
export function requireQuiz<Q extends Quiz>(viewer: Viewer, quiz: Q | undefined, enrollment?: EnrollmentStatus): Q {
  if (!quiz || !seesModule(viewer, shownWith(quiz), enrollment)) throw notFound()
  if (!readsQuiz(viewer, quiz, enrollment)) throw forbidden()
  return quiz
}

/** @throws 404 for a quiz that the viewer may not see, 403 for one that the viewer sees but does not manage. */
export function requireManagedQuiz<Q extends Quiz>(
  viewer: Viewer,
  quiz: Q | undefined,
  enrollment?: EnrollmentStatus,
): Q {
  if (!quiz || !seesModule(viewer, shownWith(quiz), enrollment)) throw notFound()
  if (!manages(viewer, quiz)) throw forbidden()
  return quiz
}
