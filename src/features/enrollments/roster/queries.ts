/** The SQL of an instructor's changes to the enrollments of a course. */

import { and, eq, sql } from 'drizzle-orm'
import type { EnrollmentStatus } from '../../../access/participation.ts'
import { type Door, seatVerdictOn } from '../../../access/seats.ts'
import { distinctly } from '../../../db/columns.ts'
import { enrollments } from '../../../db/schema/enrollments.ts'
import { users } from '../../../db/schema/users.ts'
import { type Names, type RowOf, statement } from '../../../db/statement.ts'
import { insertActs } from '../../audit/queries/acts.ts'
import { publishedModulesOf } from '../../progress/queries/completion-conditions.ts'
import { completeReturned } from '../../progress/queries/completions.ts'
import { enrollmentColumns, selectEnrollments } from '../queries.ts'

const candidateColumns = distinctly({
  id: users.id,
  usernameKey: users.usernameKey,
  emailKey: users.emailKey,
  username: users.username,
  firstName: users.firstName,
  lastName: users.lastName,
  isActive: users.isActive,
  enrollment: sql<EnrollmentStatus | null>`${enrollments.status}`.as('enrollment'),
  source: sql<Door | null>`${enrollments.source}`.as('source'),
  removedAt: sql<number | null>`${enrollments.removedAt}`.as('removedAt'),
})

/** The users with the given names or addresses (in the form of `keyOf`), each with the enrollment in the course. */
export const candidates = statement((db, { courseId, keys }: Names<{ courseId: number; keys: string[] }>) =>
  db
    .select(candidateColumns)
    .from(users)
    .leftJoin(enrollments, and(eq(enrollments.userId, users.id), eq(enrollments.courseId, courseId)))
    .where(
      sql`${users.id} IN (
        SELECT u.id FROM json_each(${keys}) k JOIN users u ON u.username_key = k.value
        UNION SELECT u.id FROM json_each(${keys}) k JOIN users u ON u.email_key = k.value)`,
    ),
)
export type Candidate = RowOf<typeof candidates>

/** Enrolls all of the users or none: without enough seats, the capacity trigger aborts the batch with `COURSE_FULL`. */
export const enrollAll = statement(
  (db, { courseId, userIds, now }: Names<{ courseId: number; userIds: number[]; now: number }>) =>
    db
      .insert(enrollments)
      .select(
        // The trigger refuses a full course, because each row here sees the seats as they were before the statement.
        sql`SELECT NULL, j.value, ${courseId}, 'active', 'instructor', ${now}, NULL, NULL
        FROM json_each(${userIds}) j
        WHERE ${seatVerdictOn('instructor', courseId, sql`j.value`, now)} IN ('free', 'full')`,
      )
      .onConflictDoUpdate({
        target: [enrollments.userId, enrollments.courseId],
        set: {
          // A learner who was removed after completing the course comes back as having completed it.
          status: sql`iif(${enrollments.completedAt} IS NULL, 'active', 'completed')`,
          source: 'instructor',
          removedAt: null,
        },
      }),
)

/** `completeReturned` for the learners whom `enrollAll` brought back. */
export const completeAllReturned = statement(
  (db, { courseId, userIds, now }: Names<{ courseId: number; userIds: number[]; now: number }>) =>
    completeReturned(
      db,
      sql`${enrollments.id} IN (SELECT e.id FROM json_each(${userIds}) j
      CROSS JOIN enrollments e ON e.user_id = j.value AND e.course_id = ${courseId})`,
      now,
    ),
)

/** All are of one course, so the query counts its published modules once. */
export const enrollmentsOfUsers = statement(
  (db, { courseId, userIds }: Names<{ courseId: number; userIds: number[] }>) =>
    selectEnrollments(db, {
      ...enrollmentColumns,
      publishedModules: publishedModulesOf(courseId).as('publishedModules'),
    }).where(
      and(eq(enrollments.courseId, courseId), sql`${enrollments.userId} IN (SELECT value FROM json_each(${userIds}))`),
    ),
)

type Removal = { courseId: number; id: number; now: number }

export const recordRemoval = statement((db, { courseId, id, actorId, now }: Names<Removal & { actorId: number }>) => {
  const act = {
    actorId,
    action: 'enrollment.removed',
    now,
    targetId: sql`e.id`,
    userId: sql`e.user_id`,
    courseId,
    old: sql`json_object('status', e.status)`,
    new: sql`json_object('status', 'dropped')`,
  } as const
  return insertActs(
    db,
    act,
    sql`FROM enrollments e WHERE e.id = ${id} AND e.course_id = ${courseId} AND e.removed_at IS NULL`,
  )
})

/** Removes a learner, who then cannot enroll alone again. Returns no row when the enrollment does not exist. */
export const removeEnrollment = statement((db, { courseId, id, now }: Names<Removal>) =>
  db
    .update(enrollments)
    .set({ status: 'dropped', removedAt: sql`${now}` })
    .where(and(eq(enrollments.id, id), eq(enrollments.courseId, courseId)))
    .returning({ id: enrollments.id }),
)
