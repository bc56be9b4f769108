/**
 * Teaching a course: its instructor does, as long as the account has that role. A further role of a course is added here
 * alone, as one more condition of `teaches`, `isTaughtBy` and `coursesTaughtBy`. No table is keyed by teacher, so naming a
 * teacher writes one row. Lists over several courses merge the newest of each; learners over several courses are counted to
 * 10,000.
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

/** Managing a course, which is to change it and to see all of it: its teachers and staff do. */
export const manages = (viewer: Viewer, course: Course) => viewer.isStaff || teaches(viewer, course)

/** `manages` in SQL. */
export const isManagedBy = (viewerId: Value, course?: SQL) =>
  sql`(${isTaughtBy(viewerId, course)} OR ${isStaff(viewerId)})`

/** A table for `FROM`: the live courses that the viewer teaches, found by index. */
export const coursesTaughtBy = (viewerId: Value) =>
  sql`(SELECT * FROM courses WHERE deleted_at IS NULL AND ${isTaughtBy(viewerId, sql`courses`)})`

/** `manages` in SQL, of the id of a live course. */
export const isManagedCourse = (viewerId: Value, courseId: SQL) =>
  sql`(${courseId} IN (SELECT id FROM ${coursesTaughtBy(viewerId)}) OR ${isStaff(viewerId)})`

/** Whether a row of `users` can own a course: an active instructor. */
export const canOwnCourses = and(eq(users.isActive, true), eq(users.isInstructor, true))

/** @throws 403 for a viewer who is neither an instructor nor staff. */
export function requireTeacher(viewer: Viewer): void {
  if (!viewer.isInstructor && !viewer.isStaff) throw forbidden()
}

/** The count of learners over several courses stops here. */
const COUNTED_AT_MOST = 10_000

/**
 * A query of `user_id`: the learners of the live courses that the viewer manages, each once. It takes the newest of each
 * course from an index and merges them, so that it reads nothing beyond a page.
 * @param condition on `user_id`
 * @param upTo how many of the newest accounts are certainly among the rows; older ones may be, in no order
 */
export const learnersManagedBy = (viewerId: Value, condition: SQL, upTo: Value) => {
  const ofCourse = sql`SELECT user_id FROM enrollments e WHERE e.course_id = c.id AND ${isTakingPart()} AND ${condition}
    ORDER BY user_id DESC LIMIT ${upTo}`
  const taught = sql`SELECT n.value AS user_id FROM ${coursesTaughtBy(viewerId)} c CROSS JOIN json_each((
      SELECT json_group_array(user_id) FROM (${ofCourse}))) n WHERE NOT ${isStaff(viewerId)}`
  // The cross join looks at the viewer first, so that nothing is read for anybody but staff. The named index gives users in
  // their order.
  const all = sql`SELECT e.user_id FROM ${staffViewer(viewerId)} v CROSS JOIN enrollments e INDEXED BY enrollments_user_course
      CROSS JOIN courses c ON c.id = e.course_id
    WHERE ${isTakingPart()} AND c.deleted_at IS NULL AND ${condition} GROUP BY e.user_id ORDER BY e.user_id DESC LIMIT ${upTo}`
  return sql`SELECT user_id FROM (${taught} UNION SELECT * FROM (${all}))`
}

/**
 * How many learners the viewer manages. Staff get a kept total; a teacher of a single course with learners gets the counters
 * of that course; over several courses the learners are counted, each once, to 10,000.
 */
export const countOfLearnersManagedBy = (viewerId: Value) => {
  const taught = sql`${coursesTaughtBy(viewerId)} c WHERE c.active_count + c.completed_count > 0`
  const distinct = sql`SELECT DISTINCT e.user_id FROM ${coursesTaughtBy(viewerId)} c CROSS JOIN enrollments e
    WHERE e.course_id = c.id AND ${isTakingPart()} LIMIT ${COUNTED_AT_MOST}`
  return sql`(SELECT CASE WHEN ${isStaff(viewerId)} THEN (SELECT value FROM totals WHERE name = 'learners')
    WHEN (SELECT count(*) FROM ${taught}) = 1 THEN (SELECT c.active_count + c.completed_count FROM ${taught})
    ELSE (SELECT count(*) FROM (${distinct})) END)`
}
