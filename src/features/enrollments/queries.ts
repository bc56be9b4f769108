/** All SQL of enrollments. */
import { and, desc, eq, isNull, ne, type SQL, sql } from 'drizzle-orm'
import type { Db } from '../../db/client.ts'
import { distinctly, isStaff } from '../../db/read.ts'
import { courses, enrollments, users } from '../../db/schema.ts'
import type { Page } from '../../http/pagination.ts'
import { completeReturned } from '../progress/queries/completions.ts'
import { completedModules, publishedModules, publishedModulesOf } from '../progress/queries/counted.ts'

const selected = distinctly({
  id: enrollments.id,
  userId: enrollments.userId,
  username: users.username,
  courseId: enrollments.courseId,
  courseTitle: courses.title,
  status: enrollments.status,
  enrolledAt: enrollments.enrolledAt,
  completedAt: enrollments.completedAt,
  publishedModules: publishedModules.as('publishedModules'),
  completedModules: completedModules.as('completedModules'),
})

const selectEnrollments = (db: Db, fields = selected) =>
  db
    .select(fields)
    .from(enrollments)
    .innerJoin(users, eq(users.id, enrollments.userId))
    .innerJoin(courses, eq(courses.id, enrollments.courseId))
    .$dynamic()

export type EnrollmentRow = Awaited<ReturnType<typeof selectEnrollments>>[number]
export type EnrollmentStatus = EnrollmentRow['status']

/** A learner's own enrollment in a course, as decisions need it. */
export const enrollmentOf = (db: Db, userId: number, courseId: number) =>
  selectState(db).where(and(eq(enrollments.userId, userId), eq(enrollments.courseId, courseId)))

export const enrollmentBySlug = (db: Db, userId: number, slug: string) =>
  selectState(db).where(
    and(
      eq(enrollments.userId, userId),
      sql`${enrollments.courseId} = (SELECT course_id FROM course_slugs WHERE slug = ${slug})`,
    ),
  )

const selectState = (db: Db) =>
  db
    .select({
      id: enrollments.id,
      status: enrollments.status,
      source: enrollments.source,
      removedAt: enrollments.removedAt,
    })
    .from(enrollments)
    .$dynamic()
export type EnrollmentState = Awaited<ReturnType<typeof selectState>>[number]

/** The enrollment as answered. */
export const enrollmentIn = (db: Db, userId: number, courseId: number) =>
  selectEnrollments(db).where(and(eq(enrollments.userId, userId), eq(enrollments.courseId, courseId)))

/**
 * Takes a seat, if there is one at this moment: inserts, or brings a dropped enrollment back with its progress.
 * Returns no row when the course has no seat left, or the learner is enrolled already.
 */
export const takeSeat = (db: Db, userId: number, courseId: number, now: number) =>
  db
    .insert(enrollments)
    .select(
      sql`SELECT NULL, ${userId}, id, 'active', 'self', ${now}, NULL, NULL FROM courses
        WHERE id = ${courseId} AND deleted_at IS NULL AND status = 'published'
          AND (max_students = 0 OR active_count + completed_count < max_students)`,
    )
    .onConflictDoUpdate({
      target: [enrollments.userId, enrollments.courseId],
      set: { status: 'active' },
      setWhere: sql`${enrollments.status} = 'dropped' AND ${enrollments.removedAt} IS NULL`,
    })
    .returning({ id: enrollments.id })

/** Follows the seat's activity, which tells whether there was one. */
export const completeOnReturn = (db: Db, userId: number, courseId: number, now: number) =>
  completeReturned(
    db,
    sql`changes() > 0 AND ${enrollments.userId} = ${userId} AND ${enrollments.courseId} = ${courseId}`,
    now,
  )

/** Gives the seat back; progress is kept. No row: there was no active enrollment. */
export const dropEnrollment = (db: Db, userId: number, courseId: number) =>
  db
    .update(enrollments)
    .set({ status: 'dropped' })
    .where(and(eq(enrollments.userId, userId), eq(enrollments.courseId, courseId), eq(enrollments.status, 'active')))
    .returning({ id: enrollments.id })

/** The instructor's removal, which also keeps the learner from enrolling alone again. No row: no such enrollment. */
export const removeEnrollment = (db: Db, courseId: number, id: number, now: number) =>
  db
    .update(enrollments)
    .set({ status: 'dropped', removedAt: now })
    .where(and(eq(enrollments.id, id), eq(enrollments.courseId, courseId)))
    .returning({ id: enrollments.id })

/** A learner's active courses, newest enrollment first. A course taken back to draft is nobody's to see. */
export const activeEnrollments = (db: Db, userId: number) =>
  selectEnrollments(db)
    .where(
      and(
        eq(enrollments.userId, userId),
        eq(enrollments.status, 'active'),
        isNull(courses.deletedAt),
        ne(courses.status, 'draft'),
      ),
    )
    .orderBy(desc(enrollments.id))

export type EnrollmentFilter = { course?: number; user?: number; status?: EnrollmentStatus }

/**
 * The page and the count of what a teacher lists: enrollments of their own courses, for staff of all. Which index leads
 * depends on the filter, so that no page costs more when there are more enrollments.
 */
export function taughtEnrollments(db: Db, viewerId: number, filter: EnrollmentFilter, page: Page) {
  const { ids, count } =
    filter.user !== undefined
      ? ofUser(viewerId, filter, filter.user, page)
      : filter.course !== undefined
        ? ofCourse(viewerId, filter, filter.course, page)
        : ofAllTaught(viewerId, filter, page)
  return {
    rows: selectEnrollments(db).where(sql`${enrollments.id} IN (${ids})`).orderBy(desc(enrollments.id)),
    count: db.select({ count: sql<number>`(${count})`.as('count') }).from(sql`(SELECT 1)`),
  }
}

const teaches = (viewerId: number) =>
  sql`c.deleted_at IS NULL AND (c.instructor_id = ${viewerId} OR ${isStaff(viewerId)})`
const hasStatus = ({ status }: EnrollmentFilter) => (status === undefined ? sql`1` : sql`e.status = ${status}`)
const slice = ({ limit, offset }: Page) => sql`ORDER BY id DESC LIMIT ${limit} OFFSET ${offset}`

/** One learner's: few, so they are counted. */
function ofUser(viewerId: number, filter: EnrollmentFilter, userId: number, page: Page) {
  const inCourse = filter.course === undefined ? sql`1` : sql`e.course_id = ${filter.course}`
  const found = sql`SELECT e.id FROM enrollments e JOIN courses c ON c.id = e.course_id
    WHERE e.user_id = ${userId} AND ${inCourse} AND ${hasStatus(filter)} AND ${teaches(viewerId)}`
  return { ids: sql`SELECT id FROM (${found}) ${slice(page)}`, count: sql`SELECT count(*) FROM (${found})` }
}

/** One course's: its own counters count them. */
function ofCourse(viewerId: number, filter: EnrollmentFilter, courseId: number, page: Page) {
  const course = sql`SELECT 1 FROM courses c WHERE c.id = ${courseId} AND ${teaches(viewerId)}`
  return {
    ids: sql`SELECT e.id FROM enrollments e WHERE e.course_id = ${courseId} AND ${hasStatus(filter)} AND EXISTS (${course}) ${slice(page)}`,
    count: sql`SELECT coalesce(sum(${counted(filter)}), 0) FROM courses c WHERE c.id = ${courseId} AND ${teaches(viewerId)}`,
  }
}

/** An instructor's: the newest of each own course, merged; for staff simply the newest of all. */
function ofAllTaught(viewerId: number, filter: EnrollmentFilter, page: Page) {
  const newestOfCourse = sql`SELECT json_group_array(id) FROM (
    SELECT e.id FROM enrollments e WHERE e.course_id = c.id AND ${hasStatus(filter)} ORDER BY e.id DESC LIMIT ${page.offset + page.limit}
  )`
  const own = sql`SELECT value AS id FROM courses c, json_each((${newestOfCourse}))
    WHERE c.deleted_at IS NULL AND c.instructor_id = ${viewerId} AND NOT ${isStaff(viewerId)}`
  // Crossed, so that the viewer is looked at first: for anybody but staff nothing of it is read.
  const all = sql`SELECT e.id FROM users v CROSS JOIN enrollments e JOIN courses c ON c.id = e.course_id
    WHERE v.id = ${viewerId} AND v.is_staff = 1 AND c.deleted_at IS NULL AND ${hasStatus(filter)}
    ORDER BY e.id DESC LIMIT ${page.offset + page.limit}`
  const names =
    filter.status === undefined
      ? sql`'enrollments.active', 'enrollments.completed', 'enrollments.dropped'`
      : sql`${`enrollments.${filter.status}`}`
  return {
    ids: sql`SELECT id FROM (${own} UNION ALL SELECT * FROM (${all})) ${slice(page)}`,
    count: sql`SELECT CASE WHEN ${isStaff(viewerId)}
      THEN (SELECT sum(value) FROM totals WHERE name IN (${names}))
      ELSE (SELECT coalesce(sum(${counted(filter)}), 0) FROM courses c WHERE c.deleted_at IS NULL AND c.instructor_id = ${viewerId})
      END`,
  }
}

/** A course's kept counter of the wanted status. */
function counted({ status }: EnrollmentFilter): SQL {
  if (status === 'active') return sql`c.active_count`
  if (status === 'completed') return sql`c.completed_count`
  if (status === 'dropped') return sql`c.dropped_count`
  return sql`c.active_count + c.completed_count + c.dropped_count`
}

const candidateColumns = distinctly({
  id: users.id,
  usernameKey: users.usernameKey,
  emailKey: users.emailKey,
  isActive: users.isActive,
  enrollment: sql<EnrollmentStatus | null>`${enrollments.status}`.as('enrollment'),
})

/** Who is meant by each of the given names or addresses (as compared: lower case), and how each stands in the course. */
export const candidates = (db: Db, courseId: number, keys: string[]) =>
  db
    .select(candidateColumns)
    .from(users)
    .leftJoin(enrollments, and(eq(enrollments.userId, users.id), eq(enrollments.courseId, courseId)))
    .where(
      sql`${users.id} IN (
        SELECT u.id FROM json_each(${JSON.stringify(keys)}) k JOIN users u ON u.username_key = k.value
        UNION SELECT u.id FROM json_each(${JSON.stringify(keys)}) k JOIN users u ON u.email_key = k.value)`,
    )
export type Candidate = Awaited<ReturnType<typeof candidates>>[number]

/**
 * Enrolls all of them or, when there are not seats enough, none: the capacity trigger then aborts the batch with
 * `COURSE_FULL`.
 */
export const enrollAll = (db: Db, courseId: number, userIds: number[], now: number) =>
  db
    .insert(enrollments)
    .select(
      sql`SELECT NULL, value, c.id, 'active', 'instructor', ${now}, NULL, NULL
        FROM json_each(${JSON.stringify(userIds)}), courses c
        WHERE c.id = ${courseId} AND c.deleted_at IS NULL AND c.status = 'published'`,
    )
    .onConflictDoUpdate({
      target: [enrollments.userId, enrollments.courseId],
      set: {
        // Who was removed after completing the course comes back as having completed it.
        status: sql`iif(${enrollments.completedAt} IS NULL, 'active', 'completed')`,
        source: 'instructor',
        removedAt: null,
      },
      setWhere: sql`${enrollments.status} = 'dropped'`,
    })

/** Of who was brought back by `enrollAll`. */
export const completeAllReturned = (db: Db, courseId: number, userIds: number[], now: number) =>
  completeReturned(
    db,
    sql`${enrollments.id} IN (SELECT e.id FROM json_each(${JSON.stringify(userIds)}) j
      CROSS JOIN enrollments e ON e.user_id = j.value AND e.course_id = ${courseId})`,
    now,
  )

/** All of one course, so its published modules are counted once. */
export const enrollmentsOfUsers = (db: Db, courseId: number, userIds: number[]) =>
  selectEnrollments(db, { ...selected, publishedModules: publishedModulesOf(courseId).as('publishedModules') }).where(
    and(
      eq(enrollments.courseId, courseId),
      sql`${enrollments.userId} IN (SELECT value FROM json_each(${JSON.stringify(userIds)}))`,
    ),
  )
