/**
 * Who teaches a course: its instructor, while still one. A further role of a course comes in here alone: as one more
 * condition of `teaches`, and one more branch of `isTaughtBy` and `coursesTaughtBy`.
 */
import { type SQL, sql } from 'drizzle-orm'
import { forbidden } from '../http/errors.ts'
import { isStaff, type Viewer } from './viewer.ts'

type Course = { instructorId: number }

export const teaches = (viewer: Viewer, course: Course) => viewer.isInstructor && course.instructorId === viewer.id

/** Who may change a course and see all of it: who teaches it, and staff. */
export const manages = (viewer: Viewer, course: Course) => viewer.isStaff || teaches(viewer, course)

/** @throws 403 for who is neither an instructor nor staff. */
export function requireTeacher(viewer: Viewer): void {
  if (!viewer.isInstructor && !viewer.isStaff) throw forbidden()
}

/** The viewer's id while an instructor, else null. */
const instructor = (viewerId: number) => sql`(SELECT id FROM users WHERE id = ${viewerId} AND is_instructor = 1)`

/** `teaches` in SQL, of a row of `courses` under the alias `c` or another one. */
export const isTaughtBy = (viewerId: number, course: SQL = sql`c`) =>
  sql`${course}.instructor_id = ${instructor(viewerId)}`

/** `manages` in SQL. */
export const isManagedBy = (viewerId: number, course?: SQL) =>
  sql`(${isTaughtBy(viewerId, course)} OR ${isStaff(viewerId)})`

/** As a table of a `FROM`: the live courses a viewer teaches, walked by index. */
export const coursesTaughtBy = (viewerId: number) =>
  sql`(SELECT * FROM courses WHERE deleted_at IS NULL AND ${isTaughtBy(viewerId, sql`courses`)})`

/** As `coursesTaughtBy`, but none for staff: for lists in which staff find all courses anyway. */
export const coursesTaughtByNonStaff = (viewerId: number) =>
  sql`(SELECT * FROM courses WHERE deleted_at IS NULL AND ${isTaughtBy(viewerId, sql`courses`)} AND NOT ${isStaff(viewerId)})`

/** Their ids, for `IN`. */
export const taughtCourseIds = (viewerId: number) => sql`(SELECT id FROM ${coursesTaughtBy(viewerId)})`

/** As a table of `user_id`: the learners of the courses a viewer teaches, for staff all. Kept by triggers. */
export const learnersTaughtBy = (viewerId: number) =>
  sql`(SELECT user_id FROM taught_learners WHERE instructor_id = ${keptFor(viewerId)})`

/** The kept number of `learnersTaughtBy`; null for nobody. */
export const countOfLearnersTaughtBy = (viewerId: number) =>
  sql`(SELECT value FROM totals WHERE name = 'learners.' || ${keptFor(viewerId)})`

/** Under whose id the learners are kept: the viewer's, for staff 0. */
const keptFor = (viewerId: number) => sql`(SELECT iif(is_staff, 0, id) FROM users WHERE id = ${viewerId})`
