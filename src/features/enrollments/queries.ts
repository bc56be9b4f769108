/** All SQL of enrollments. */
import { and, desc, eq, type SQL, sql } from 'drizzle-orm'
import { type EnrollmentStatus, isCourseOpenToLearners } from '../../access/participation.ts'
import { seatVerdictOn } from '../../access/seats.ts'
import { coursesTaughtBy, isManagedBy } from '../../access/teaching.ts'
import { isStaff, staffViewer } from '../../access/viewer.ts'
import type { Db } from '../../db/client.ts'
import { distinctly } from '../../db/columns.ts'
import { courses } from '../../db/schema/courses.ts'
import { enrollments } from '../../db/schema/enrollments.ts'
import { users } from '../../db/schema/users.ts'
import { toDate } from '../../http/fields.ts'
import type { Page } from '../../http/pagination.ts'
import { completeReturned } from '../progress/queries/completions.ts'
import { completedModules, publishedModules } from '../progress/queries/counted.ts'

export const enrollmentColumns = distinctly({
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

export const selectEnrollments = (db: Db, fields = enrollmentColumns) =>
  db
    .select(fields)
    .from(enrollments)
    .innerJoin(users, eq(users.id, enrollments.userId))
    .innerJoin(courses, eq(courses.id, enrollments.courseId))
    .$dynamic()

export type EnrollmentRow = Awaited<ReturnType<typeof selectEnrollments>>[number]

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
 * Returns no row when there is no seat for the learner any more, or they are enrolled already.
 */
export const takeSeat = (db: Db, userId: number, courseId: number, now: number) =>
  db
    .insert(enrollments)
    .select(
      sql`SELECT NULL, ${userId}, ${courseId}, 'active', 'self', ${now}, NULL, NULL
        WHERE ${seatVerdictOn('self', sql`${courseId}`, sql`${userId}`, toDate(now))} = 'free'`,
    )
    .onConflictDoUpdate({
      target: [enrollments.userId, enrollments.courseId],
      set: { status: 'active' },
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

/** A learner's active courses, newest enrollment first. A course taken back to draft is nobody's to see. */
export const activeEnrollments = (db: Db, userId: number) =>
  selectEnrollments(db)
    .where(
      and(eq(enrollments.userId, userId), eq(enrollments.status, 'active'), isCourseOpenToLearners(sql`${courses}`)),
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

const isManaged = (viewerId: number) => sql`c.deleted_at IS NULL AND ${isManagedBy(viewerId)}`
const hasStatus = ({ status }: EnrollmentFilter) => (status === undefined ? sql`1` : sql`e.status = ${status}`)
const slice = ({ limit, offset }: Page) => sql`ORDER BY id DESC LIMIT ${limit} OFFSET ${offset}`

/** One learner's: few, so they are counted. */
function ofUser(viewerId: number, filter: EnrollmentFilter, userId: number, page: Page) {
  const inCourse = filter.course === undefined ? sql`1` : sql`e.course_id = ${filter.course}`
  const found = sql`SELECT e.id FROM enrollments e JOIN courses c ON c.id = e.course_id
    WHERE e.user_id = ${userId} AND ${inCourse} AND ${hasStatus(filter)} AND ${isManaged(viewerId)}`
  return { ids: sql`SELECT id FROM (${found}) ${slice(page)}`, count: sql`SELECT count(*) FROM (${found})` }
}

/** One course's: its own counters count them. */
function ofCourse(viewerId: number, filter: EnrollmentFilter, courseId: number, page: Page) {
  const course = sql`SELECT 1 FROM courses c WHERE c.id = ${courseId} AND ${isManaged(viewerId)}`
  return {
    ids: sql`SELECT e.id FROM enrollments e WHERE e.course_id = ${courseId} AND ${hasStatus(filter)} AND EXISTS (${course}) ${slice(page)}`,
    count: sql`SELECT coalesce(sum(${counted(filter)}), 0) FROM courses c WHERE c.id = ${courseId} AND ${isManaged(viewerId)}`,
  }
}

/** An instructor's: the newest of each own course, merged; for staff simply the newest of all. */
function ofAllTaught(viewerId: number, filter: EnrollmentFilter, page: Page) {
  const newestOfCourse = sql`SELECT json_group_array(id) FROM (
    SELECT e.id FROM enrollments e WHERE e.course_id = c.id AND ${hasStatus(filter)} ORDER BY e.id DESC LIMIT ${page.offset + page.limit}
  )`
  const own = sql`SELECT value AS id FROM ${coursesTaughtBy(viewerId)} c, json_each((${newestOfCourse}))
    WHERE NOT ${isStaff(viewerId)}`
  // Crossed, so that the viewer is looked at first: for anybody but staff nothing of it is read.
  const all = sql`SELECT e.id FROM ${staffViewer(viewerId)} v CROSS JOIN enrollments e JOIN courses c ON c.id = e.course_id
    WHERE c.deleted_at IS NULL AND ${hasStatus(filter)}
    ORDER BY e.id DESC LIMIT ${page.offset + page.limit}`
  const names =
    filter.status === undefined
      ? sql`'enrollments.active', 'enrollments.completed', 'enrollments.dropped'`
      : sql`${`enrollments.${filter.status}`}`
  return {
    ids: sql`SELECT id FROM (${own} UNION ALL SELECT * FROM (${all})) ${slice(page)}`,
    count: sql`SELECT CASE WHEN ${isStaff(viewerId)}
      THEN (SELECT sum(value) FROM totals WHERE name IN (${names}))
      ELSE (SELECT coalesce(sum(${counted(filter)}), 0) FROM ${coursesTaughtBy(viewerId)} c)
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
