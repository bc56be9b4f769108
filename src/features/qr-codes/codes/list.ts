/** The SQL of the list of codes: of all that a viewer sees, or of one batch, by status. */
import { type SQL, sql } from 'drizzle-orm'
import { isManagedCourse } from '../../../access/teaching.ts'
import { qrCodes } from '../../../db/schema/qr-codes.ts'
import { type Builder, type Names, statements, type Value } from '../../../db/statement.ts'
import { countFor, type Page } from '../../../http/pagination.ts'
import { flagRows, newestSeen, tallied } from '../scope.ts'
import { codesWithStaleFlag } from './expiry.ts'
import { type CodeStatus, selectCodes } from './queries.ts'

type CodeFilter = { batch?: number; status?: CodeStatus }
type Status = CodeStatus | 'any'
/** Only after a cursor has a list a bound, because each empty part of the index would cost the reading of a row. */
type Shape = `${Status} numbered` | `${Status} after cursor`
const shapeOf = (status: Status, page: Page): Shape =>
  page.number === null ? `${status} after cursor` : `${status} numbered`
const statusOf = (shape: Shape) => shape.split(' ')[0] as Status
/** The condition on a code `q` to be listed behind the cursor. */
const isBefore = (shape: Shape, before: Value) => (shape.endsWith('after cursor') ? sql`q.id < ${before}` : sql`1`)
type Viewing = { viewerId: number; now: number } & Page

/** The flags of a status as a table: `column1` is 1 for revoked codes, `column2` for those flagged as expired. */
function flagsOf(status: Status): SQL {
  if (status === 'active') return flagRows([[0, 0]])
  if (status === 'expired') return flagRows([[0, 1]])
  const revoked: (0 | 1)[][] = [
    [1, 0],
    [1, 1],
  ]
  return flagRows(status === 'revoked' ? revoked : [[0, 0], [0, 1], ...revoked])
}

/** The condition on a code `q` with the flags `f` that its date gives it the status too. */
function hasStatus(status: Status, now: Value): SQL {
  const flagged = sql`q.is_live = 1 AND q.is_revoked = f.column1 AND q.is_expired = f.column2`
  if (status === 'active') return sql`${flagged} AND (q.expires_at IS NULL OR q.expires_at > ${now})`
  if (status === 'expired') return sql`${flagged} AND q.expires_at <= ${now}`
  return flagged
}

/** Ids of the viewer's codes of a status that their flags do not find; `condition` narrows them down. */
const staleFlagged = (status: Status, { viewerId, now }: Names<Viewing>, condition: SQL) =>
  status === 'active' || status === 'expired'
    ? sql`${codesWithStaleFlag(status, now)} AND ${condition} AND ${isManagedCourse(viewerId, sql`q.course_id`)}`
    : undefined

const selectCodesIn = (db: Builder, ids: SQL) =>
  selectCodes(db).where(sql`${qrCodes.id} IN (${ids})`).orderBy(sql`${qrCodes.id} DESC`)

const visiblePage = statements((db, viewing: Names<Viewing>, shape: Shape) => {
  const status = statusOf(shape)
  const isOnPage = isBefore(shape, viewing.before)
  return selectCodesIn(
    db,
    newestSeen(
      viewing,
      flagsOf(status),
      (course, upTo) => {
        const scope = course ? sql`q.course_id = ${course}` : sql`1`
        return sql`SELECT q.id FROM qr_codes q WHERE ${scope} AND ${hasStatus(status, viewing.now)} AND ${isOnPage} ORDER BY q.id DESC LIMIT ${upTo}`
      },
      staleFlagged(status, viewing, isOnPage),
    ),
  )
})

const visiblePageOfBatch = statements((db, viewing: Names<Viewing & { batch: number }>, shape: Shape) => {
  const { viewerId, now, batch, limit, offset, before } = viewing
  const status = statusOf(shape)
  const isOnPage = sql`q.batch_id = ${batch} AND ${isBefore(shape, before)}`
  const stale = staleFlagged(status, viewing, isOnPage)
  return selectCodesIn(
    db,
    sql`SELECT id FROM (
      SELECT n.value AS id FROM ${flagsOf(status)} f CROSS JOIN json_each((SELECT json_group_array(id) FROM (
        SELECT q.id FROM qr_codes q WHERE ${isOnPage} AND ${hasStatus(status, now)} AND ${isManagedCourse(viewerId, sql`q.course_id`)}
        ORDER BY q.id DESC LIMIT ${offset} + ${limit}))) n
      ${stale ? sql`UNION ${stale}` : sql``}
    ) ORDER BY id DESC LIMIT ${limit} OFFSET ${offset}`,
  )
})

const talliedInBatch = ({ viewerId, batch }: Names<Viewing & { batch: number }>, ofKind: SQL) =>
  sql`(SELECT coalesce(sum(t.count), 0) FROM qr_tallies t WHERE t.batch_id = ${batch} AND ${ofKind}
    AND ${isManagedCourse(viewerId, sql`t.course_id`)})`

/** Codes that expire in a later second are active; all other codes that are not revoked are expired. */
function countOf(db: Builder, status: Status, now: Value, sum: (ofKind: SQL) => SQL) {
  const [all, revoked] = [sum(sql`t.kind = 'codes'`), sum(sql`t.kind = 'revoked'`)]
  const active = sum(sql`t.kind = 'expiring' AND t.expires_at > ${now}`)
  const count = {
    any: sql<number>`(${all})`,
    revoked: sql<number>`(${revoked})`,
    active: sql<number>`(${active})`,
    expired: sql<number>`((${all}) - (${revoked}) - (${active}))`,
  }
  return db.select({ count: count[status].as('count') }).from(sql`(SELECT 1)`)
}

const visibleCount = statements((db, viewing: Names<Viewing>, status: Status) =>
  countOf(db, status, viewing.now, ofKind => tallied(viewing.viewerId, ofKind)),
)
const visibleCountOfBatch = statements((db, viewing: Names<Viewing & { batch: number }>, status: Status) =>
  countOf(db, status, viewing.now, ofKind => talliedInBatch(viewing, ofKind)),
)

/** The page of codes that the viewer sees, newest first, and their count. */
export function seenCodes(viewing: Viewing, { batch, status: wanted }: CodeFilter) {
  const status = wanted ?? 'any'
  if (batch === undefined)
    return [visiblePage(shapeOf(status, viewing), viewing), countFor(viewing, visibleCount(status, viewing))] as const
  const ofBatch = { ...viewing, batch }
  return [
    visiblePageOfBatch(shapeOf(status, viewing), ofBatch),
    countFor(viewing, visibleCountOfBatch(status, ofBatch)),
  ] as const
}
