/** All SQL that reads scans. Those of a code that is not live are in none of it. */
import { desc, eq, type SQL, sql } from 'drizzle-orm'
import { isManagedCourse } from '../../../access/teaching.ts'
import type { Db } from '../../../db/client.ts'
import { distinctly } from '../../../db/columns.ts'
import { courses } from '../../../db/schema/courses.ts'
import { qrCodes, qrScans } from '../../../db/schema/qr-codes.ts'
import { users } from '../../../db/schema/users.ts'
import type { Page } from '../../../http/pagination.ts'
import { flagRows, newestSeen, tallied } from '../visible.ts'

const selected = distinctly({
  id: qrScans.id,
  qrCodeId: qrScans.qrCodeId,
  uuid: qrCodes.uuid,
  courseTitle: courses.title,
  userId: qrScans.userId,
  firstName: users.firstName,
  lastName: users.lastName,
  username: users.username,
  scannedAt: qrScans.scannedAt,
  location: qrScans.location,
  deviceInfo: qrScans.deviceInfo,
  isValid: qrScans.isValid,
  validationMessage: qrScans.validationMessage,
  actionPerformed: qrScans.actionPerformed,
})

const selectScans = (db: Db) =>
  db
    .select(selected)
    .from(qrScans)
    .innerJoin(qrCodes, eq(qrCodes.id, qrScans.qrCodeId))
    .innerJoin(courses, eq(courses.id, qrScans.courseId))
    .innerJoin(users, eq(users.id, qrScans.userId))
    .$dynamic()
export type ScanRow = Awaited<ReturnType<typeof selectScans>>[number]

/** The newest scans a condition names. */
export const scansWhere = (db: Db, condition: SQL, limit: number) =>
  selectScans(db).where(condition).orderBy(desc(qrScans.id)).limit(limit)

/** The newest valid scans of a code, of those after one. */
export const validScansOf = (db: Db, codeId: number | SQL, limit: number, after = 0) =>
  scansWhere(db, sql`${qrScans.qrCodeId} = ${codeId} AND ${qrScans.isValid} = 1 AND ${qrScans.id} > ${after}`, limit)

export type ScanFilter = { qr_code?: number; user?: number; is_valid?: boolean }
/** `before` is of the page alone: the count is of all. */
type Wanted = ScanFilter & { before?: number }

/** The page and the count of the scans a teacher sees, the newest first. Which index leads depends on the filter. */
export function seenScans(db: Db, viewerId: number, filter: Wanted, page: Page) {
  const { ids, count } =
    filter.user !== undefined
      ? ofUser(viewerId, filter, filter.user, page)
      : filter.qr_code !== undefined
        ? ofCode(viewerId, filter, filter.qr_code, page)
        : ofAll(viewerId, filter, page)
  return {
    rows: selectScans(db).where(sql`${qrScans.id} IN (${ids})`).orderBy(desc(qrScans.id)),
    count: db.select({ count: sql<number>`(${count})`.as('count') }).from(sql`(SELECT 1)`),
  }
}

/** A page of what an export streams: the newest before an id. */
export const seenScansBefore = (db: Db, viewerId: number, filter: ScanFilter, before: number, limit: number) =>
  seenScans(db, viewerId, { ...filter, before }, { number: 1, limit, offset: 0 }).rows

const flagsOf = ({ is_valid }: ScanFilter): readonly (0 | 1)[][] =>
  is_valid === undefined ? [[0], [1]] : is_valid ? [[1]] : [[0]]
const isBefore = ({ before }: Wanted) => (before === undefined ? sql`1` : sql`s.id < ${before}`)
const isLive = sql`EXISTS (SELECT 1 FROM qr_codes q WHERE q.id = s.qr_code_id AND q.is_live = 1)`
const isValid = ({ is_valid }: ScanFilter) => (is_valid === undefined ? sql`1` : sql`s.is_valid = ${is_valid ? 1 : 0}`)

/** One user's: few, so they are counted. */
function ofUser(viewerId: number, filter: Wanted, user: number, { limit, offset }: Page) {
  const ofCode = filter.qr_code === undefined ? sql`1` : sql`s.qr_code_id = ${filter.qr_code}`
  const found = sql`SELECT s.id FROM qr_scans s WHERE s.user_id = ${user} AND ${ofCode} AND ${isValid(filter)} AND ${isLive}
    AND ${isManagedCourse(viewerId, sql`s.course_id`)}`
  return {
    ids: sql`SELECT id FROM (${found} AND ${isBefore(filter)}) ORDER BY id DESC LIMIT ${limit} OFFSET ${offset}`,
    count: sql`SELECT count(*) FROM (${found})`,
  }
}

/** One code's: its own counters count them. */
function ofCode(viewerId: number, filter: Wanted, code: number, { limit, offset }: Page) {
  const seen = sql`FROM qr_codes q WHERE q.id = ${code} AND q.is_live = 1 AND ${isManagedCourse(viewerId, sql`q.course_id`)}`
  const counter =
    filter.is_valid === undefined
      ? sql`q.scan_count + q.invalid_scan_count`
      : filter.is_valid
        ? sql`q.scan_count`
        : sql`q.invalid_scan_count`
  return {
    ids: sql`SELECT n.value AS id FROM (SELECT q.id ${seen}) q CROSS JOIN ${flagRows(flagsOf(filter))} f CROSS JOIN json_each((
      SELECT json_group_array(id) FROM (SELECT s.id FROM qr_scans s WHERE s.qr_code_id = q.id AND s.is_valid = f.column1 AND ${isBefore(filter)}
        ORDER BY s.id DESC LIMIT ${limit + offset}))) n
      ORDER BY n.value DESC LIMIT ${limit} OFFSET ${offset}`,
    count: sql`SELECT coalesce((SELECT ${counter} ${seen}), 0)`,
  }
}

function ofAll(viewerId: number, filter: Wanted, page: Page) {
  const ofKey =
    filter.is_valid === undefined ? sql`t.key IN (-3, -4)` : filter.is_valid ? sql`t.key = -3` : sql`t.key = -4`
  return {
    ids: newestSeen(viewerId, page, flagsOf(filter), (course, upTo) => {
      const scope = course ? sql`s.course_id = ${course}` : sql`1`
      return sql`SELECT s.id FROM qr_scans s WHERE ${scope} AND s.is_valid = f.column1 AND ${isBefore(filter)} AND ${isLive}
        ORDER BY s.id DESC LIMIT ${upTo}`
    }),
    count: sql`SELECT ${tallied(viewerId, ofKey)}`,
  }
}
