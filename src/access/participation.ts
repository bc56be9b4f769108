/** Taking part in a course as a learner: being enrolled, and having neither left nor been removed. */

import { type SQL, sql } from 'drizzle-orm'
import type { courses } from '../db/schema/courses.ts'
import type { enrollments } from '../db/schema/enrollments.ts'
import type { Value } from '../db/statement.ts'

export type EnrollmentStatus = (typeof enrollments.$inferSelect)['status']
export type CourseStatus = (typeof courses.$inferSelect)['status']

export const takesPart = (
  enrollment: EnrollmentStatus | null | undefined,
): enrollment is Exclude<EnrollmentStatus, 'dropped'> => enrollment === 'active' || enrollment === 'completed'

/** In SQL, of a row of `enrollments` under an alias. */
export const isTakingPart = (enrollment: SQL = sql`e`) => sql`${enrollment}.status <> 'dropped'`

/** Learners do not see a course that was taken back to draft. */
export const isOpenToLearners = (course: { status: CourseStatus }) => course.status !== 'draft'

/** In SQL, of a row of `courses` under an alias; nobody sees a deleted course. */
export const isCourseOpenToLearners = (course: SQL = sql`c`) =>
  sql`(${course}.deleted_at IS NULL AND ${course}.status <> 'draft')`

/** Whether a learner studies in a course: the learner takes part and may see the course. */
export const studies = (course: { status: CourseStatus }, enrollment: EnrollmentStatus | null | undefined) =>
  takesPart(enrollment) && isOpenToLearners(course)

/** A table for `FROM`: the courses in which a user studies, found by index. */
export const coursesStudiedBy = (userId: Value) =>
  sql`(SELECT c.* FROM enrollments e CROSS JOIN courses c
    WHERE e.user_id = ${userId} AND ${isTakingPart()} AND c.id = e.course_id AND ${isCourseOpenToLearners()})`
