/** Who takes part in a course as a learner: whoever is enrolled and has neither left nor been removed. */

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

/** A course taken back to draft is none of its learners' to see. */
export const isOpenToLearners = (course: { status: CourseStatus }) => course.status !== 'draft'

/** In SQL, of a row of `courses` under an alias; a deleted course is nobody's to see. */
export const isCourseOpenToLearners = (course: SQL = sql`c`) =>
  sql`(${course}.deleted_at IS NULL AND ${course}.status <> 'draft')`

/** Whether a learner studies in a course: takes part, and may see it. */
export const studies = (course: { status: CourseStatus }, enrollment: EnrollmentStatus | null | undefined) =>
  takesPart(enrollment) && isOpenToLearners(course)

/** As a table of a `FROM`: the courses somebody studies in, by index. */
export const coursesStudiedBy = (userId: Value) =>
  sql`(SELECT c.* FROM enrollments e CROSS JOIN courses c
    WHERE e.user_id = ${userId} AND ${isTakingPart()} AND c.id = e.course_id AND ${isCourseOpenToLearners()})`
