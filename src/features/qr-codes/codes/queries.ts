/** All SQL of codes. What is deleted, or whose module or course is, is in none of it. */
import { and, eq, type SQL, sql } from 'drizzle-orm'
import { alias } from 'drizzle-orm/sqlite-core'
import { coursesTaughtBy, isManagedBy, isManagedCourse } from '../../../access/teaching.ts'
import { isStaff } from '../../../access/viewer.ts'
import type { Db } from '../../../db/client.ts'
import { distinctly } from '../../../db/columns.ts'
import { courses } from '../../../db/schema/courses.ts'
import { enrollments } from '../../../db/schema/enrollments.ts'
import { modules } from '../../../db/schema/modules.ts'
import { qrBatches, qrCodes } from '../../../db/schema/qr-codes.ts'
import { users } from '../../../db/schema/users.ts'
import type { Page } from '../../../http/pagination.ts'
import { flagRows, newestSeen, tallied } from '../visible.ts'
import { behindTheirDate, hasPassed } from './expiry.ts'

const creators = alias(users, 'creators')
const holders = alias(users, 'holders')

const selected = distinctly({
  id: qrCodes.id,
  uuid: qrCodes.uuid,
  batchId: qrCodes.batchId,
  batchName: sql<string | null>`${qrBatches.name}`.as('batchName'),
  type: qrCodes.type,
  targetId: qrCodes.targetId,
  courseId: qrCodes.courseId,
  courseTitle: courses.title,
  courseStatus: courses.status,
  courseStartDate: courses.startDate,
  courseEndDate: courses.endDate,
  enrollmentType: courses.enrollmentType,
  maxStudents: courses.maxStudents,
  activeCount: courses.activeCount,
  completedCount: courses.completedCount,
  instructorId: courses.instructorId,
  moduleTitle: sql<string | null>`${modules.title}`.as('moduleTitle'),
  isModulePublished: sql<boolean | null>`${modules.isPublished}`.as('isModulePublished'),
  holderFirstName: sql<string | null>`${holders.firstName}`.as('holderFirstName'),
  holderLastName: sql<string | null>`${holders.lastName}`.as('holderLastName'),
  holderUsername: sql<string | null>`${holders.username}`.as('holderUsername'),
  enrollmentStatus: sql<'active' | 'completed' | 'dropped' | null>`${enrollments.status}`.as('enrollmentStatus'),
  completedAt: sql<number | null>`${enrollments.completedAt}`.as('completedAt'),
  createdBy: qrCodes.createdBy,
  creatorFirstName: creators.firstName,
  creatorLastName: creators.lastName,
  creatorUsername: creators.username,
  isRevoked: qrCodes.isRevoked,
  isRotating: qrCodes.isRotating,
  maxScans: qrCodes.maxScans,
  scanCount: qrCodes.scanCount,
  expiresAt: qrCodes.expiresAt,
  createdAt: qrCodes.createdAt,
  updatedAt: qrCodes.updatedAt,
})

const selectCodes = (db: Db) =>
  db
    .select(selected)
    .from(qrCodes)
    .innerJoin(courses, eq(courses.id, qrCodes.courseId))
    .innerJoin(creators, eq(creators.id, qrCodes.createdBy))
    .leftJoin(qrBatches, eq(qrBatches.id, qrCodes.batchId))
    .leftJoin(modules, sql`${modules.id} = ${qrCodes.targetId} AND ${qrCodes.type} IN ('attendance', 'module')`)
    .leftJoin(enrollments, sql`${enrollments.id} = ${qrCodes.targetId} AND ${qrCodes.type} = 'certificate'`)
    .leftJoin(holders, eq(holders.id, enrollments.userId))
    .$dynamic()
export type CodeRow = Awaited<ReturnType<typeof selectCodes>>[number]

const isLive = sql`${qrCodes.isLive} = 1`

export const codeById = (db: Db, id: number) => selectCodes(db).where(and(eq(qrCodes.id, id), isLive))
export const codeByUuid = (db: Db, uuid: string) => selectCodes(db).where(and(eq(qrCodes.uuid, uuid), isLive))
/** The codes just made, in the order of the given UUIDs. */
export const codesByUuids = (db: Db, uuids: string[]) =>
  selectCodes(db)
    .where(sql`${qrCodes.uuid} IN (SELECT value FROM json_each(${JSON.stringify(uuids)}))`)
    .orderBy(qrCodes.id)

export type CodeStatus = 'active' | 'expired' | 'revoked'
export type CodeType = (typeof qrCodes.$inferSelect)['type']
/** What a teacher writes of a code; undefined stays as it is, or becomes the default. */
type CodeValues = Partial<Pick<typeof qrCodes.$inferInsert, 'maxScans' | 'expiresAt' | 'isRotating'>>
export type CodeFilter = { batch?: number; status?: CodeStatus }

/** The page and the count of the codes a teacher sees, the newest first. */
export function seenCodes(db: Db, viewerId: number, filter: CodeFilter, page: Page, now: number) {
  const ids =
    filter.batch === undefined
      ? idsOfAll(viewerId, filter, page, now)
      : idsOfBatch(viewerId, filter.batch, filter, page, now)
  const count =
    filter.batch === undefined
      ? countOf(filter.status, now, key => tallied(viewerId, key))
      : countOf(filter.status, now, key => talliedInBatch(viewerId, filter.batch as number, key))
  return {
    rows: selectCodes(db).where(sql`${qrCodes.id} IN (${ids})`).orderBy(sql`${qrCodes.id} DESC`),
    count: db.select({ count: sql<number>`${count}`.as('count') }).from(sql`(SELECT 1)`),
  }
}

/** Revoked or not, and flagged as expired or not. */
function flagsOf(status: CodeStatus | undefined): readonly (0 | 1)[][] {
  if (status === 'active') return [[0, 0]]
  if (status === 'expired') return [[0, 1]]
  const revoked: (0 | 1)[][] = [
    [1, 0],
    [1, 1],
  ]
  return status === 'revoked' ? revoked : [[0, 0], [0, 1], ...revoked]
}

/** The condition on a code of the flags `f`: that its date says the same. */
function placed(status: CodeStatus | undefined, now: number): SQL {
  const flagged = sql`q.is_live = 1 AND q.is_revoked = f.column1 AND q.is_expired = f.column2`
  if (status === 'active') return sql`${flagged} AND (q.expires_at IS NULL OR q.expires_at > ${now})`
  if (status === 'expired') return sql`${flagged} AND q.expires_at <= ${now}`
  return flagged
}

/** The codes of a status that the flags do not find, of those the viewer sees and another condition names. */
const others = (viewerId: number, status: CodeStatus | undefined, now: number, condition = sql`1`) =>
  status === 'active' || status === 'expired'
    ? sql`${behindTheirDate(status, now)} AND ${condition} AND ${isManagedCourse(viewerId, sql`q.course_id`)}`
    : undefined

function idsOfAll(viewerId: number, { status }: CodeFilter, page: Page, now: number): SQL {
  const newest: Parameters<typeof newestSeen>[3] = (course, upTo) => {
    const scope = course ? sql`q.course_id = ${course}` : sql`1`
    return sql`SELECT q.id FROM qr_codes q WHERE ${scope} AND ${placed(status, now)} ORDER BY q.id DESC LIMIT ${upTo}`
  }
  return newestSeen(viewerId, page, flagsOf(status), newest, others(viewerId, status, now))
}

function idsOfBatch(
  viewerId: number,
  batch: number,
  { status }: CodeFilter,
  { limit, offset }: Page,
  now: number,
): SQL {
  const ofBatch = sql`q.batch_id = ${batch}`
  const besides = others(viewerId, status, now, ofBatch)
  return sql`SELECT id FROM (
      SELECT n.value AS id FROM ${flagRows(flagsOf(status))} f CROSS JOIN json_each((SELECT json_group_array(id) FROM (
        SELECT q.id FROM qr_codes q WHERE ${ofBatch} AND ${placed(status, now)} AND ${isManagedCourse(viewerId, sql`q.course_id`)}
        ORDER BY q.id DESC LIMIT ${limit + offset}))) n
      ${besides ? sql`UNION ${besides}` : sql``}
    ) ORDER BY id DESC LIMIT ${limit} OFFSET ${offset}`
}

const talliedInBatch = (viewerId: number, batch: number, ofKey: SQL) =>
  sql`(SELECT coalesce(sum(t.count), 0) FROM qr_tallies t WHERE t.batch_id = ${batch} AND ${ofKey}
    AND ${isManagedCourse(viewerId, sql`t.course_id`)})`

/** Active are those whose second of expiry is yet to come; expired is the rest that is not revoked. */
function countOf(status: CodeStatus | undefined, now: number, sum: (ofKey: SQL) => SQL): SQL {
  const [all, revoked, active] = [sum(sql`t.key = -2`), sum(sql`t.key = -1`), sum(sql`t.key > ${now}`)]
  if (status === 'revoked') return sql`(${revoked})`
  if (status === 'active') return sql`(${active})`
  if (status === 'expired') return sql`((${all}) - (${revoked}) - (${active}))`
  return sql`(${all})`
}

/** What a type's codes may point at, of those asked for: live, and in courses of the caller's own (staff: any). */
export const targetsFor = (db: Db, viewerId: number, type: CodeType, ids: number[]) =>
  db
    .select({ id: sql<number>`t.id`.as('id') })
    .from(
      sql`${targets(type, isManagedBy(viewerId))} t WHERE t.id IN (SELECT value FROM json_each(${JSON.stringify(ids)}))`,
    )

/** As a table of `id` and `course_id`, of the courses `c` that a condition names. */
function targets(type: CodeType, condition = sql`1`): SQL {
  const ofCourse = sql`c.id AS course_id FROM courses c`
  const isLive = sql`c.deleted_at IS NULL AND ${condition}`
  if (type === 'access') return sql`(SELECT c.id, ${ofCourse} WHERE ${isLive})`
  if (type === 'certificate') {
    return sql`(SELECT e.id, ${ofCourse} JOIN enrollments e ON e.course_id = c.id
      WHERE ${isLive} AND e.status = 'completed')`
  }
  return sql`(SELECT m.id, ${ofCourse} JOIN modules m ON m.course_id = c.id WHERE ${isLive} AND m.deleted_at IS NULL)`
}

type NewCodes = CodeValues & {
  type: CodeType
  codes: { uuid: string; target: number }[]
  /** A batch's id, or how a statement of the same transaction finds it. */
  batch: number | SQL | null
}

/** One code per target; a target that was deleted this moment gets none, so the caller counts (`allOrNothing`). */
export const insertCodes = (db: Db, viewerId: number, input: NewCodes, now: number) =>
  db.insert(qrCodes).select(
    sql`SELECT NULL, j.value->>'uuid', ${input.batch}, ${input.type}, t.id, t.course_id, ${viewerId}, 0, ${input.isRotating ? 1 : 0},
      ${input.maxScans ?? null}, 0, 0, ${input.expiresAt ?? null}, ${hasPassed(input.expiresAt, now) ? 1 : 0}, ${now}, ${now}, NULL, 1
      FROM json_each(${JSON.stringify(input.codes)}) j JOIN ${targets(input.type)} t ON t.id = j.value->>'target' ORDER BY j.key`,
  )

/** Aborts the batch unless every one of the codes was made. */
export const allOrNothing = (db: Db, uuids: string[]) =>
  db
    .select({
      made: sql<number>`CASE WHEN (
        SELECT count(*) FROM qr_codes WHERE uuid IN (SELECT value FROM json_each(${JSON.stringify(uuids)}))
      ) = ${uuids.length} THEN 1 ELSE json('TARGET_GONE') END`.as('made'),
    })
    .from(sql`(SELECT 1)`)

/** Changes what is given. No row: `active` is asked for, but its date has passed by now. */
export function updateCode(db: Db, id: number, change: CodeValues & { status?: CodeStatus }, now: number) {
  const expiresAt = change.status === 'expired' ? now : change.expiresAt
  return db
    .update(qrCodes)
    .set({
      isRevoked: change.status === undefined ? undefined : change.status === 'revoked',
      maxScans: change.maxScans,
      expiresAt,
      isExpired: expiresAt === undefined ? undefined : hasPassed(expiresAt, now),
      isRotating: change.isRotating,
      updatedAt: now,
    })
    .where(
      sql`${qrCodes.id} = ${id} AND ${isLive} AND ${
        change.status === 'active' && change.expiresAt === undefined
          ? sql`coalesce(${qrCodes.expiresAt} > ${now}, 1)`
          : sql`1`
      }`,
    )
    .returning({ id: qrCodes.id })
}

export const deleteCode = (db: Db, id: number, now: number) =>
  db
    .update(qrCodes)
    .set({ deletedAt: now })
    .where(and(eq(qrCodes.id, id), isLive))

/** The type of a batch the viewer sees. */
export const seenBatch = (db: Db, viewerId: number, batch: number) =>
  db
    .select({ type: qrBatches.type })
    .from(qrBatches)
    .where(
      sql`${qrBatches.id} = ${batch} AND (${isStaff(viewerId)} OR EXISTS (
        SELECT 1 FROM qr_tallies t WHERE t.key = -2 AND t.batch_id = ${batch} AND t.course_id IN (SELECT id FROM ${coursesTaughtBy(viewerId)})))`,
    )

/** What an image has to know of its code. */
export const liveCode = (db: Db, uuid: string) =>
  db
    .select({ uuid: qrCodes.uuid, type: qrCodes.type, targetId: qrCodes.targetId, courseId: qrCodes.courseId })
    .from(qrCodes)
    .where(and(eq(qrCodes.uuid, uuid), isLive))
