/**
 * Who teaches a course: its instructor, while still one. A further role of a course is added here alone, as one more
 * condition of `teaches`, `isTaughtBy` and `coursesTaughtBy`.
 */

import { and, eq, type SQL, sql } from 'drizzle-orm'
import { users } from '../db/schema/users.ts'
import type { Value } from '../db/statement.ts'
import { forbidden } from '../http/errors.ts'
import { isStaff, type Viewer } from './viewer.ts'

type Course = { instructorId: number }

export const teaches = (viewer: Viewer, course: Course) => viewer.isInstructor && course.instructorId === viewer.id

/** In SQL, of a row of `courses` under an alias. Never null, so that `NOT` is its opposite. */
export const isTaughtBy = (viewerId: Value, course: SQL = sql`c`) =>
  sql`${course}.instructor_id IS (SELECT id FROM users WHERE id = ${viewerId} AND is_instructor = 1)`

/** Who changes a course and sees all of it: who teaches it, and staff. */
export const manages = (viewer: Viewer, course: Course) => viewer.isStaff || teaches(viewer, course)

/** `manages` in SQL. */
export const isManagedBy = (viewerId: Value, course?: SQL) =>
  sql`(${isTaughtBy(viewerId, course)} OR ${isStaff(viewerId)})`

/** As a table of a `FROM`: the live courses a viewer teaches, by index. */
export const coursesTaughtBy = (viewerId: Value) =>
  sql`(SELECT * FROM courses WHERE deleted_at IS NULL AND ${isTaughtBy(viewerId, sql`courses`)})`

/** `manages` in SQL, of the id of a live course. */
export const isManagedCourse = (viewerId: Value, courseId: SQL) =>
  sql`(${courseId} IN (SELECT id FROM ${coursesTaughtBy(viewerId)}) OR ${isStaff(viewerId)})`

/** Whether a row of `users` can own a course: an active instructor. */
export const canOwnCourses = and(eq(users.isActive, true), eq(users.isInstructor, true))

/** @throws 403 for who is neither an instructor nor staff. */
export function requireTeacher(viewer: Viewer): void {
  if (!viewer.isInstructor && !viewer.isStaff) throw forbidden()
}

/** Under whose id the learners of a viewer's courses are kept: for staff, who manage all courses, under 0. */
const keptFor = (viewerId: Value) =>
  sql`(SELECT CASE WHEN is_staff THEN 0 WHEN is_instructor THEN id END FROM users WHERE id = ${viewerId})`

/** As a table of `user_id`: the learners of the courses a viewer manages. Kept, so that nothing is read beyond a page. */
export const learnersManagedBy = (viewerId: Value) =>
  sql`(SELECT user_id FROM taught_learners WHERE instructor_id = ${keptFor(viewerId)})`

/** How many they are; null for none. */
export const countOfLearnersManagedBy = (viewerId: Value) =>
  sql`(SELECT value FROM totals WHERE name = 'learners.' || ${keptFor(viewerId)})`
