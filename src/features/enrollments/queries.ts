/** All SQL of enrollments. */

import { and, desc, eq, type SQL, sql } from 'drizzle-orm'
import { type EnrollmentStatus, isCourseOpenToLearners } from '../../access/participation.ts'
import { seatVerdictOn } from '../../access/seats.ts'
import { coursesTaughtBy, isManagedBy } from '../../access/teaching.ts'
import { isStaff, staffViewer } from '../../access/viewer.ts'
import { distinctly } from '../../db/columns.ts'
import { courses } from '../../db/schema/courses.ts'
import { enrollments } from '../../db/schema/enrollments.ts'
import { users } from '../../db/schema/users.ts'
import { type Builder, type Given, type Names, partialStatement, statement, type Value } from '../../db/statement.ts'
import { countFor, type Page } from '../../http/pagination.ts'
import { CHANGED } from '../activities/queries.ts'
import { completedModules, publishedModules } from '../progress/queries/completion-conditions.ts'
import { completeReturned } from '../progress/queries/completions.ts'

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

export const selectEnrollments = (db: Builder, fields = enrollmentColumns) =>
  db
    .select(fields)
    .from(enrollments)
    .innerJoin(users, eq(users.id, enrollments.userId))
    .innerJoin(courses, eq(courses.id, enrollments.courseId))
    .$dynamic()

export type EnrollmentRow = Awaited<ReturnType<typeof selectEnrollments>>[number]

/** The learner's enrollment in a course, with the columns that decisions need. */
export const enrollmentOf = statement((db, { userId, courseId }: Names<{ userId: number; courseId: number }>) =>
  selectState(db).where(and(eq(enrollments.userId, userId), eq(enrollments.courseId, courseId))),
)

export const enrollmentBySlug = statement((db, { userId, slug }: Names<{ userId: number; slug: string }>) =>
  selectState(db).where(
    and(
      eq(enrollments.userId, userId),
      sql`${enrollments.courseId} = (SELECT course_id FROM course_slugs WHERE slug = ${slug})`,
    ),
  ),
)

const selectState = (db: Builder) =>
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

/** The learner's enrollment in a course, with the columns of an answer. */
export const enrollmentIn = statement((db, { userId, courseId }: Names<{ userId: number; courseId: number }>) =>
  selectEnrollments(db).where(and(eq(enrollments.userId, userId), eq(enrollments.courseId, courseId))),
)

/**
 * Takes a seat if one is free at this moment: inserts an enrollment, or brings a dropped one back with its progress.
 * @returns no row when the learner gets no seat, or is enrolled already
 */
export const takeSeat = statement(
  (db, { userId, courseId, now }: Names<{ userId: number; courseId: number; now: number }>) =>
    db
      .insert(enrollments)
      .select(
        sql`SELECT NULL, ${userId}, ${courseId}, 'active', 'self', ${now}, NULL, NULL
        WHERE ${seatVerdictOn('self', courseId, userId, now)} = 'free'`,
      )
      .onConflictDoUpdate({
        target: [enrollments.userId, enrollments.courseId],
        set: { status: 'active' },
      })
      .returning({ id: enrollments.id }),
)

/** Must follow the seat's activity in the batch, whose `changes()` says whether a seat was taken. */
export const completeOnReturn = statement(
  (db, { userId, courseId, now }: Names<{ userId: number; courseId: number; now: number }>) =>
    completeReturned(
      db,
      sql`${CHANGED} AND ${enrollments.userId} = ${userId} AND ${enrollments.courseId} = ${courseId}`,
      now,
    ),
)

/** Gives the seat back and keeps the progress. Returns no row when there was no active enrollment. */
export const dropEnrollment = statement((db, { userId, courseId }: Names<{ userId: number; courseId: number }>) =>
  db
    .update(enrollments)
    .set({ status: 'dropped' })
    .where(and(eq(enrollments.userId, userId), eq(enrollments.courseId, courseId), eq(enrollments.status, 'active')))
    .returning({ id: enrollments.id }),
)

/**
 * A learner's active courses, newest enrollment first; learners do not see a course taken back to draft. The plus keeps the
 * planner from the index of everybody's active enrollments, because one learner has few.
 */
export const activeEnrollments = statement((db, { userId }: Names<{ userId: number }>) =>
  selectEnrollments(db)
    .where(
      and(
        eq(enrollments.userId, userId),
        sql`+${enrollments.status} = 'active'`,
        isCourseOpenToLearners(sql`${courses}`),
      ),
    )
    .orderBy(desc(enrollments.id)),
)

export type EnrollmentFilter = { course?: number; user?: number; status?: EnrollmentStatus }

type Listing = { ids: SQL; count: SQL }
type Viewing = { viewerId: number }

const taughtPage = partialStatement((db, viewing: Names<Viewing & Page>, filter: Given<EnrollmentFilter>) =>
  selectEnrollments(db)
    .where(sql`${enrollments.id} IN (${listing(viewing, filter).ids})`)
    .orderBy(desc(enrollments.id)),
)

const taughtCount = partialStatement((db, viewing: Names<Viewing & Page>, filter: Given<EnrollmentFilter>) =>
  db.select({ count: sql<number>`(${listing(viewing, filter).count})`.as('count') }).from(sql`(SELECT 1)`),
)

/**
 * The enrollments that a teacher lists, newest first: of their own courses, for staff of all. The filter decides which index
 * leads, so that no page costs more when there are more enrollments.
 */
export const taughtEnrollments = (viewing: Viewing & Page, { course, user, status }: EnrollmentFilter) => {
  const filter = { course, user, status }
  return [taughtPage(viewing, filter), countFor(viewing, taughtCount(viewing, filter))] as const
}

function listing(viewing: Names<Viewing & Page>, filter: Given<EnrollmentFilter>): Listing {
  if (filter.user) return ofUser(viewing, filter, filter.user)
  if (filter.course) return ofCourse(viewing, filter, filter.course)
  return ofAllTaught(viewing, filter)
}

const isManaged = (viewerId: Value) => sql`c.deleted_at IS NULL AND ${isManagedBy(viewerId)}`
const hasStatus = ({ status }: Given<EnrollmentFilter>) => (status ? sql`e.status = ${status}` : sql`1`)
const isListed = ({ before }: Names<Page>) => sql`e.id < ${before}`
const slice = ({ limit, offset }: Names<Page>) => sql`ORDER BY id DESC LIMIT ${limit} OFFSET ${offset}`

/** Enrollments of one learner, who has few, so that the query counts them. */
function ofUser(viewing: Names<Viewing & Page>, filter: Given<EnrollmentFilter>, userId: SQL): Listing {
  const inCourse = filter.course ? sql`e.course_id = ${filter.course}` : sql`1`
  const matching = sql`SELECT e.id FROM enrollments e JOIN courses c ON c.id = e.course_id
    WHERE e.user_id = ${userId} AND ${inCourse} AND ${hasStatus(filter)} AND ${isManaged(viewing.viewerId)}`
  return {
    ids: sql`SELECT id FROM (${matching} AND ${isListed(viewing)}) ${slice(viewing)}`,
    count: sql`SELECT count(*) FROM (${matching})`,
  }
}

/** Enrollments of one course, whose kept counters give their number. */
function ofCourse(viewing: Names<Viewing & Page>, filter: Given<EnrollmentFilter>, courseId: SQL): Listing {
  const isThis = sql`c.id = ${courseId} AND ${isManaged(viewing.viewerId)}`
  const course = sql`SELECT 1 FROM courses c WHERE ${isThis}`
  return {
    ids: sql`SELECT e.id FROM enrollments e WHERE e.course_id = ${courseId} AND ${hasStatus(filter)} AND ${isListed(viewing)} AND EXISTS (${course}) ${slice(viewing)}`,
    count: sql`SELECT coalesce(sum(${keptCount(filter)}), 0) FROM courses c WHERE ${isThis}`,
  }
}

/** Enrollments of all courses of an instructor: the newest of each, merged; for staff the newest of all courses. */
function ofAllTaught(viewing: Names<Viewing & Page>, filter: Given<EnrollmentFilter>): Listing {
  const { viewerId, limit, offset } = viewing
  const newestOfCourse = sql`SELECT json_group_array(id) FROM (
    SELECT e.id FROM enrollments e WHERE e.course_id = c.id AND ${hasStatus(filter)} AND ${isListed(viewing)} ORDER BY e.id DESC LIMIT ${offset} + ${limit}
  )`
  const own = sql`SELECT value AS id FROM ${coursesTaughtBy(viewerId)} c, json_each((${newestOfCourse}))
    WHERE NOT ${isStaff(viewerId)}`
  // The cross join looks at the viewer first, so that the query reads nothing for anybody but staff.
  const all = sql`SELECT e.id FROM ${staffViewer(viewerId)} v CROSS JOIN enrollments e JOIN courses c ON c.id = e.course_id
    WHERE c.deleted_at IS NULL AND ${hasStatus(filter)} AND ${isListed(viewing)}
    ORDER BY e.id DESC LIMIT ${offset} + ${limit}`
  const names = filter.status
    ? sql`'enrollments.' || ${filter.status}`
    : sql`'enrollments.active', 'enrollments.completed', 'enrollments.dropped'`
  return {
    ids: sql`SELECT id FROM (${own} UNION ALL SELECT * FROM (${all})) ${slice(viewing)}`,
    count: sql`SELECT CASE WHEN ${isStaff(viewerId)}
      THEN (SELECT sum(value) FROM totals WHERE name IN (${names}))
      ELSE (SELECT coalesce(sum(${keptCount(filter)}), 0) FROM ${coursesTaughtBy(viewerId)} c)
      END`,
  }
}

/** The kept counter of a course for the status in the filter. */
const keptCount = ({ status }: Given<EnrollmentFilter>) =>
  status
    ? sql`CASE ${status} WHEN 'active' THEN c.active_count WHEN 'completed' THEN c.completed_count ELSE c.dropped_count END`
    : sql`c.active_count + c.completed_count + c.dropped_count`
