/** All SQL of codes. No query yields a deleted code, or one whose module or course is deleted. */

import { and, eq, type SQL, sql } from 'drizzle-orm'
import { alias } from 'drizzle-orm/sqlite-core'
import { coursesTaughtBy, isManagedBy } from '../../../access/teaching.ts'
import { isStaff } from '../../../access/viewer.ts'
import { distinctly } from '../../../db/columns.ts'
import { courses } from '../../../db/schema/courses.ts'
import { enrollments } from '../../../db/schema/enrollments.ts'
import { modules } from '../../../db/schema/modules.ts'
import { qrBatches, qrCodes } from '../../../db/schema/qr-codes.ts'
import { users } from '../../../db/schema/users.ts'
import {
  type Builder,
  type Given,
  listed,
  type Names,
  partialStatement,
  statement,
  statements,
} from '../../../db/statement.ts'
import { newestBatchOf } from '../batches/queries.ts'
import { hasPassed } from './expiry.ts'

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
  revision: qrCodes.revision,
})

export const selectCodes = (db: Builder) =>
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

export const codeById = statement((db, { id }: Names<{ id: number }>) =>
  selectCodes(db).where(and(eq(qrCodes.id, id), isLive)),
)
export const codeByUuid = statement((db, { uuid }: Names<{ uuid: string }>) =>
  selectCodes(db).where(and(eq(qrCodes.uuid, uuid), isLive)),
)
/** Codes inserted earlier in the same transaction, in the order of their insertion. */
export const codesByUuids = statement((db, { uuids }: Names<{ uuids: string[] }>) =>
  selectCodes(db).where(sql`${qrCodes.uuid} IN (SELECT value FROM json_each(${uuids}))`).orderBy(qrCodes.id),
)

export type CodeStatus = 'active' | 'expired' | 'revoked'
export type CodeType = (typeof qrCodes.$inferSelect)['type']

/** Those of the given targets that codes of the type may have: live ones in the viewer's own courses, or in any for staff. */
export const targetsFor = statements(
  (db, { viewerId, ids }: Names<{ viewerId: number; ids: number[] }>, type: CodeType) =>
    db
      .select({ id: sql<number>`t.id`.as('id') })
      .from(sql`${targets(type, isManagedBy(viewerId))} t WHERE t.id IN ${listed(ids)}`),
)

/** A table of `id` and `course_id`: the live targets of a type in the courses `c` that match a condition. */
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

/** The fields that a teacher writes; undefined keeps the value, or takes the default of a new code. */
type CodeValues = Partial<Pick<typeof qrCodes.$inferInsert, 'maxScans' | 'expiresAt' | 'isRotating'>>

type NewCodes = CodeValues & {
  type: CodeType
  codes: { uuid: string; target: number }[]
  /** A batch's id, or `new` for the one that the same transaction has inserted. */
  batch: number | 'new' | null
  viewerId: number
  now: number
}
type Inserted = Required<Omit<NewCodes, 'type' | 'batch'>> & {
  batch: number | null
  isOfNewBatch: boolean
  isExpired: boolean
}

const insertCodesOf = statements((db, values: Names<Inserted>, type: CodeType) => {
  const batch = sql`iif(${values.isOfNewBatch}, ${newestBatchOf(values.viewerId)}, ${values.batch})`
  return db.insert(qrCodes).select(
    sql`SELECT NULL, j.value->>'uuid', ${batch}, ${type}, t.id, t.course_id, ${values.viewerId}, 0, ${values.isRotating},
      ${values.maxScans}, 0, 0, ${values.expiresAt}, ${values.isExpired}, ${values.now}, ${values.now}, NULL, 1, 1
      FROM json_each(${values.codes}) j JOIN ${targets(type)} t ON t.id = j.value->>'target' ORDER BY j.key`,
  )
})

/** One code per target. A target deleted meanwhile gets none, so the caller adds `allOrNothing` to the batch. */
export const insertCodes = ({ type, codes, batch, viewerId, now, ...values }: NewCodes) =>
  insertCodesOf(type, {
    codes,
    batch: batch === 'new' ? null : batch,
    isOfNewBatch: batch === 'new',
    isRotating: values.isRotating ?? false,
    maxScans: values.maxScans ?? null,
    expiresAt: values.expiresAt ?? null,
    isExpired: hasPassed(values.expiresAt, now),
    viewerId,
    now,
  })

/** Aborts the batch unless every code was inserted: `json` fails on a value that is not JSON. */
export const allOrNothing = statement((db, { uuids }: Names<{ uuids: string[] }>) =>
  db
    .select({
      made: sql<number>`CASE WHEN (
        SELECT count(*) FROM qr_codes WHERE uuid IN (SELECT value FROM json_each(${uuids}))
      ) = json_array_length(${uuids}) THEN 1 ELSE json('TARGET_GONE') END`.as('made'),
    })
    .from(sql`(SELECT 1)`),
)

type Changed = CodeValues & { isRevoked?: boolean; isExpired?: boolean }

const changeCode = partialStatement(
  (
    db,
    { id, now, needsDateAhead }: Names<{ id: number; now: number; needsDateAhead: boolean }>,
    changed: Given<Changed>,
  ) =>
    db
      .update(qrCodes)
      .set({ ...changed, updatedAt: sql`${now}` })
      .where(
        sql`${qrCodes.id} = ${id} AND ${isLive} AND (NOT ${needsDateAhead} OR coalesce(${qrCodes.expiresAt} > ${now}, 1))`,
      )
      .returning({ id: qrCodes.id }),
)

/** Changes the given fields; returns no row when the change asks for `active` and the date has passed. */
export function updateCode(id: number, { status, ...change }: CodeValues & { status?: CodeStatus }, now: number) {
  const expiresAt = status === 'expired' ? now : change.expiresAt
  return changeCode(
    { id, now, needsDateAhead: status === 'active' && change.expiresAt === undefined },
    {
      ...change,
      expiresAt,
      isRevoked: status === undefined ? undefined : status === 'revoked',
      isExpired: expiresAt === undefined ? undefined : hasPassed(expiresAt, now),
    },
  )
}

export const deleteCode = statement((db, { id, now }: Names<{ id: number; now: number }>) =>
  db
    .update(qrCodes)
    .set({ deletedAt: sql`${now}` })
    .where(and(eq(qrCodes.id, id), isLive)),
)

/** The type of a batch that the viewer sees. */
export const seenBatch = statement((db, { viewerId, batch }: Names<{ viewerId: number; batch: number }>) =>
  db
    .select({ type: qrBatches.type })
    .from(qrBatches)
    .where(
      sql`${qrBatches.id} = ${batch} AND (${isStaff(viewerId)} OR EXISTS (
        SELECT 1 FROM qr_tallies t WHERE t.kind = 'codes' AND t.batch_id = ${batch} AND t.course_id IN (SELECT id FROM ${coursesTaughtBy(viewerId)})))`,
    ),
)

/** The columns that an image needs. */
export const liveCode = statement((db, { uuid }: Names<{ uuid: string }>) =>
  db
    .select({ uuid: qrCodes.uuid, type: qrCodes.type, targetId: qrCodes.targetId, courseId: qrCodes.courseId })
    .from(qrCodes)
    .where(and(eq(qrCodes.uuid, uuid), isLive)),
)
