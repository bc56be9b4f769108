/**
 * Who teaches a course: its instructor, while still one. A further role of a course is added here alone, as one more
 * condition of `teaches`, `isTaughtBy` and `coursesTaughtBy`: nothing is kept by teacher, so that naming one writes one row.
 * Lists over several courses merge the newest of each; learners over several courses are counted to 10,000.
 */

import { and, eq, type SQL, sql } from 'drizzle-orm'
import { users } from '../db/schema/users.ts'
import type { Value } from '../db/statement.ts'
import { forbidden } from '../http/errors.ts'
import { isTakingPart } from './participation.ts'
import { isStaff, staffViewer, type Viewer } from './viewer.ts'

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

/** Learners over several courses are counted up to so many. */
const COUNTED_AT_MOST = 10_000

/**
 * A query of `user_id`: the learners of the live courses a viewer manages, each once. Of each course the newest are taken from
 * its own index and merged, so that nothing is read beyond a page.
 * @param condition on `user_id`
 * @param upTo so many of the newest accounts are among them; what is beyond may be, in no order
 */
export const learnersManagedBy = (viewerId: Value, condition: SQL, upTo: Value) => {
  const ofCourse = sql`SELECT user_id FROM enrollments e WHERE e.course_id = c.id AND ${isTakingPart()} AND ${condition}
    ORDER BY user_id DESC LIMIT ${upTo}`
  const taught = sql`SELECT n.value AS user_id FROM ${coursesTaughtBy(viewerId)} c CROSS JOIN json_each((
      SELECT json_group_array(user_id) FROM (${ofCourse}))) n WHERE NOT ${isStaff(viewerId)}`
  // Crossed, so that the viewer is looked at first: for anybody but staff nothing of all is read. By the index that gives users
  // in their order.
  const all = sql`SELECT e.user_id FROM ${staffViewer(viewerId)} v CROSS JOIN enrollments e INDEXED BY enrollments_user_course
      CROSS JOIN courses c ON c.id = e.course_id
    WHERE ${isTakingPart()} AND c.deleted_at IS NULL AND ${condition} GROUP BY e.user_id ORDER BY e.user_id DESC LIMIT ${upTo}`
  return sql`SELECT user_id FROM (${taught} UNION SELECT * FROM (${all}))`
}

/**
 * How many they are. For staff a kept total, for who teaches a single course with learners that course's; over several
 * courses they are counted, each once, to 10,000.
 */
export const countOfLearnersManagedBy = (viewerId: Value) => {
  const taught = sql`${coursesTaughtBy(viewerId)} c WHERE c.active_count + c.completed_count > 0`
  const distinct = sql`SELECT DISTINCT e.user_id FROM ${coursesTaughtBy(viewerId)} c CROSS JOIN enrollments e
    WHERE e.course_id = c.id AND ${isTakingPart()} LIMIT ${COUNTED_AT_MOST}`
  return sql`(SELECT CASE WHEN ${isStaff(viewerId)} THEN (SELECT value FROM totals WHERE name = 'learners')
    WHEN (SELECT count(*) FROM ${taught}) = 1 THEN (SELECT c.active_count + c.completed_count FROM ${taught})
    ELSE (SELECT count(*) FROM (${distinct})) END)`
}
