/** All SQL of batches. */

import { desc, eq, type SQL, sql } from 'drizzle-orm'
import { coursesTaughtBy } from '../../../access/teaching.ts'
import { isStaff, staffViewer } from '../../../access/viewer.ts'
import { distinctly } from '../../../db/columns.ts'
import { qrBatches } from '../../../db/schema/qr-codes.ts'
import { users } from '../../../db/schema/users.ts'
import { type Builder, type Given, type Names, partialStatement, statement, type Value } from '../../../db/statement.ts'
import { countFor, type Page } from '../../../http/pagination.ts'

/** The sum of a batch's tallies that match a condition. */
const sumOf = (ofKind: SQL) =>
  sql<number>`(SELECT coalesce(sum(t.count), 0) FROM qr_tallies t WHERE t.batch_id = ${qrBatches.id} AND ${ofKind})`

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
  codeCount: sumOf(sql`t.kind = 'codes'`).as('codeCount'),
  scanCount: sumOf(sql`t.kind = 'valid_scans'`).as('scanCount'),
})

const selectBatches = (db: Builder, now: Value) =>
  db
    .select({ ...selected, activeCount: sumOf(sql`t.kind = 'expiring' AND t.expires_at > ${now}`).as('activeCount') })
    .from(qrBatches)
    .innerJoin(users, eq(users.id, qrBatches.createdBy))
    .$dynamic()
export type BatchRow = Awaited<ReturnType<typeof selectBatches>>[number]

type BatchType = (typeof qrBatches.$inferSelect)['type']

/** The count of a teacher's batches stops here; no teacher has that many. */
const COUNTED_AT_MOST = 10_000

type Viewing = { viewerId: number; now: number } & Page
type Filter = { type?: BatchType }
const ofType = ({ type }: Given<Filter>) => (type ? sql`b.type = ${type}` : sql`1`)

/** Ids of the batches that have, or had, codes in the viewer's courses: the row of a tally stays when its count falls to 0. */
const taught = ({ viewerId }: Names<Viewing>, filter: Given<Filter>) =>
  sql`SELECT DISTINCT t.batch_id AS id FROM ${coursesTaughtBy(viewerId)} c CROSS JOIN qr_tallies t
      ${filter.type ? sql`JOIN qr_batches b ON b.id = t.batch_id` : sql``}
    WHERE t.course_id = c.id AND t.kind = 'codes' AND t.batch_id > 0 AND ${ofType(filter)} AND NOT ${isStaff(viewerId)}`

const visiblePage = partialStatement((db, viewing: Names<Viewing>, filter: Given<Filter>) => {
  const { viewerId, now, limit, offset, before } = viewing
  const all = sql`SELECT b.id FROM ${staffViewer(viewerId)} v CROSS JOIN qr_batches b WHERE ${ofType(filter)} AND b.id < ${before} ORDER BY b.id DESC LIMIT ${offset} + ${limit}`
  const ids = sql`SELECT id FROM (${taught(viewing, filter)} UNION SELECT * FROM (${all})) WHERE id < ${before}
    ORDER BY id DESC LIMIT ${limit} OFFSET ${offset}`
  return selectBatches(db, now).where(sql`${qrBatches.id} IN (${ids})`).orderBy(desc(qrBatches.id))
})

const visibleCount = partialStatement((db, viewing: Names<Viewing>, filter: Given<Filter>) => {
  const names = filter.type ? sql`= 'qr_batches.' || ${filter.type}` : sql`GLOB 'qr_batches.*'`
  const count = sql<number>`CASE WHEN ${isStaff(viewing.viewerId)}
    THEN (SELECT coalesce(sum(value), 0) FROM totals WHERE name ${names})
    ELSE (SELECT count(*) FROM (${taught(viewing, filter)} LIMIT ${COUNTED_AT_MOST})) END`
  return db.select({ count: count.as('count') }).from(sql`(SELECT 1)`)
})

/** A page of the batches that the viewer sees, newest first, and their count: those with past or present codes of theirs. */
export const seenBatches = (viewing: Viewing, { type }: Filter) =>
  [visiblePage(viewing, { type }), countFor(viewing, visibleCount(viewing, { type }))] as const

type BatchValues = Pick<typeof qrBatches.$inferInsert, 'name' | 'description' | 'type'>

export const insertBatch = partialStatement(
  (db, { viewerId, now }: Names<{ viewerId: number; now: number }>, values: Given<BatchValues>) =>
    db.insert(qrBatches).values({ ...values, createdBy: viewerId, createdAt: now, updatedAt: now }),
)

/** The id of the batch inserted earlier in the same transaction. */
export const newestBatchOf = (viewerId: Value) => sql`(SELECT max(id) FROM qr_batches WHERE created_by = ${viewerId})`
export const newestBatch = statement((db, { viewerId, now }: Names<{ viewerId: number; now: number }>) =>
  selectBatches(db, now).where(sql`${qrBatches.id} = ${newestBatchOf(viewerId)}`),
)
