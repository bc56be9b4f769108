/** All SQL of batches. */
import { desc, eq, type SQL, sql } from 'drizzle-orm'
import { coursesTaughtBy } from '../../../access/teaching.ts'
import { isStaff, staffViewer } from '../../../access/viewer.ts'
import type { Db } from '../../../db/client.ts'
import { distinctly } from '../../../db/columns.ts'
import { qrBatches } from '../../../db/schema/qr-codes.ts'
import { users } from '../../../db/schema/users.ts'
import type { Page } from '../../../http/pagination.ts'

/** The sum over a batch's tallies, of the keys a condition names. */
const sumOf = (ofKey: SQL) =>
  sql<number>`(SELECT coalesce(sum(t.count), 0) FROM qr_tallies t WHERE t.batch_id = ${qrBatches.id} AND ${ofKey})`

const selected = distinctly({
  id: qrBatches.id,
  name: qrBatches.name,
  description: qrBatches.description,
  type: qrBatches.type,
  createdBy: qrBatches.createdBy,
  firstName: users.firstName,
  lastName: users.lastName,
  username: users.username,
  createdAt: qrBatches.createdAt,
  updatedAt: qrBatches.updatedAt,
  codeCount: sumOf(sql`t.key = -2`).as('codeCount'),
  scanCount: sumOf(sql`t.key = -3`).as('scanCount'),
})

const selectBatches = (db: Db, now: number) =>
  db
    .select({ ...selected, activeCount: sumOf(sql`t.key > ${now}`).as('activeCount') })
    .from(qrBatches)
    .innerJoin(users, eq(users.id, qrBatches.createdBy))
    .$dynamic()
export type BatchRow = Awaited<ReturnType<typeof selectBatches>>[number]

type BatchType = (typeof qrBatches.$inferSelect)['type']
const TYPES: readonly BatchType[] = ['attendance', 'certificate', 'access', 'module']

/** A teacher's batches are counted, as they are never many: up to so many. */
const COUNTED_AT_MOST = 10_000

/**
 * The page and the count of the batches a teacher sees, the newest first: those that have, or had, a code of a course they
 * teach. Of a code's tallies the row stays when the count has become 0.
 */
export function seenBatches(db: Db, viewerId: number, type: BatchType | undefined, page: Page, now: number) {
  const ofType = type === undefined ? sql`1` : sql`b.type = ${type}`
  const taught = sql`SELECT DISTINCT t.batch_id AS id FROM ${coursesTaughtBy(viewerId)} c CROSS JOIN qr_tallies t
      ${type === undefined ? sql`` : sql`JOIN qr_batches b ON b.id = t.batch_id`}
    WHERE t.course_id = c.id AND t.key = -2 AND t.batch_id > 0
      AND ${ofType} AND NOT ${isStaff(viewerId)}`
  const all = sql`SELECT b.id FROM ${staffViewer(viewerId)} v CROSS JOIN qr_batches b WHERE ${ofType} ORDER BY b.id DESC LIMIT ${page.limit + page.offset}`
  const ids = sql`SELECT id FROM (${taught} UNION SELECT * FROM (${all}))
    ORDER BY id DESC LIMIT ${page.limit} OFFSET ${page.offset}`
  const names = (type === undefined ? TYPES : [type]).map(name => `qr_batches.${name}`)
  const count = sql<number>`CASE WHEN ${isStaff(viewerId)}
    THEN (SELECT coalesce(sum(value), 0) FROM totals WHERE name IN (SELECT value FROM json_each(${JSON.stringify(names)})))
    ELSE (SELECT count(*) FROM (${taught} LIMIT ${COUNTED_AT_MOST})) END`
  return {
    rows: selectBatches(db, now).where(sql`${qrBatches.id} IN (${ids})`).orderBy(desc(qrBatches.id)),
    count: db.select({ count: count.as('count') }).from(sql`(SELECT 1)`),
  }
}

type BatchValues = Pick<typeof qrBatches.$inferInsert, 'name' | 'description' | 'type'>

export const insertBatch = (db: Db, viewerId: number, values: BatchValues, now: number) =>
  db.insert(qrBatches).values({
    ...values,
    createdBy: viewerId,
    createdAt: now,
    updatedAt: now,
  })

/** The batch inserted in the same transaction. */
export const newestBatchOf = (viewerId: number) => sql`(SELECT max(id) FROM qr_batches WHERE created_by = ${viewerId})`
export const newestBatch = (db: Db, viewerId: number, now: number) =>
  selectBatches(db, now).where(sql`${qrBatches.id} = ${newestBatchOf(viewerId)}`)
