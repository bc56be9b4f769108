/** All SQL that reads scans. No list yields scans of a deleted code, or of one whose module or course is deleted. */
import { desc, eq, type Placeholder, type SQL, sql } from 'drizzle-orm'
import { isManagedCourse } from '../../../access/teaching.ts'
import { distinctly } from '../../../db/columns.ts'
import { courses } from '../../../db/schema/courses.ts'
import { qrCodes, qrScans } from '../../../db/schema/qr-codes.ts'
import { users } from '../../../db/schema/users.ts'
import { type Builder, type Given, type Names, partialStatement, statement, type Value } from '../../../db/statement.ts'
import { countFor, cursorOf, type Page } from '../../../http/pagination.ts'
import { flagRows, newestSeen, tallied } from '../scope.ts'

/** The message of every valid scan except those of certificates. */
const RECORDED = 'Scan recorded successfully'

/** The action of a valid scan, by type of code. */
const ACTIONS = {
  attendance: 'attendance_marked',
  access: 'access_granted',
  certificate: 'certificate_verified',
  module: 'module_opened',
} as const
type Action = (typeof ACTIONS)[keyof typeof ACTIONS]

const actionOfType = sql.raw(
  Object.entries(ACTIONS)
    .map(([type, action]) => `WHEN '${type}' THEN '${action}'`)
    .join(' '),
)

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
  validationMessage: sql<string>`coalesce(${qrScans.validationMessage}, ${RECORDED})`.as('validationMessage'),
  actionPerformed:
    sql<Action | null>`CASE WHEN ${qrScans.isValid} THEN CASE ${qrCodes.type} ${actionOfType} END END`.as(
      'actionPerformed',
    ),
})

const selectScans = (db: Builder) =>
  db
    .select(selected)
    .from(qrScans)
    .innerJoin(qrCodes, eq(qrCodes.id, qrScans.qrCodeId))
    .innerJoin(courses, eq(courses.id, qrScans.courseId))
    .innerJoin(users, eq(users.id, qrScans.userId))
    .$dynamic()
export type ScanRow = Awaited<ReturnType<typeof selectScans>>[number]

/** The newest scans that match a condition. */
export const selectNewestScans = (db: Builder, condition: SQL, limit: number | Placeholder) =>
  selectScans(db).where(condition).orderBy(desc(qrScans.id)).limit(limit)

type Arrived = { after: number; limit: number }
const isValidOf = (codeId: Value, after: Value) =>
  sql`${qrScans.qrCodeId} = ${codeId} AND ${qrScans.isValid} = 1 AND ${qrScans.id} > ${after}`

/** The newest valid scans of a code with ids above `after`. */
export const validScansOf = statement((db, { codeId, after, limit }: Names<{ codeId: number } & Arrived>) =>
  selectNewestScans(db, isValidOf(codeId, after), limit),
)
export const validScansByUuid = statement((db, { uuid, after, limit }: Names<{ uuid: string } & Arrived>) =>
  selectNewestScans(db, isValidOf(sql`(SELECT id FROM ${qrCodes} WHERE uuid = ${uuid})`, after), limit),
)

export type ScanFilter = { qr_code?: number; user?: number; is_valid?: boolean }
/** `before` limits the page alone; the count includes all scans. */
type Wanted = ScanFilter & { before?: number }
type Viewing = { viewerId: number } & Page
type Listing = { ids: SQL; count: SQL }

const visiblePage = partialStatement((db, viewing: Names<Viewing>, filter: Given<Wanted>) =>
  selectScans(db)
    .where(sql`${qrScans.id} IN (${listing(viewing, filter).ids})`)
    .orderBy(desc(qrScans.id)),
)
const visibleCount = partialStatement((db, viewing: Names<Viewing>, filter: Given<ScanFilter>) =>
  db.select({ count: sql<number>`(${listing(viewing, filter).count})`.as('count') }).from(sql`(SELECT 1)`),
)

/** The page of scans that the viewer sees, newest first, and their count. The filter decides which index leads. */
export function seenScans(viewing: Viewing, { qr_code, user, is_valid }: ScanFilter) {
  const filter = { qr_code, user, is_valid }
  return [
    visiblePage(viewing, { ...filter, ...cursorOf(viewing) }),
    countFor(viewing, visibleCount(viewing, filter)),
  ] as const
}

/** A page of an export: the newest scans before an id. */
export const seenScansBefore = (viewerId: number, filter: ScanFilter, before: number, limit: number) => {
  const { qr_code, user, is_valid } = filter
  return visiblePage(
    { viewerId, number: null, size: limit, limit, offset: 0, before },
    { qr_code, user, is_valid, before },
  )
}

function listing(viewing: Names<Viewing>, filter: Given<Wanted>): Listing {
  if (filter.user) return listingOfUser(viewing, filter, filter.user)
  if (filter.qr_code) return listingOfCode(viewing, filter, filter.qr_code)
  return listingOfAll(viewing, filter)
}

/** The values of `is_valid` to list, as a table. */
const flags = ({ is_valid }: Given<Wanted>) => (is_valid ? sql`(SELECT ${is_valid} AS column1)` : flagRows([[0], [1]]))
const isBefore = ({ before }: Given<Wanted>) => (before ? sql`s.id < ${before}` : sql`1`)
const isLive = sql`EXISTS (SELECT 1 FROM qr_codes q WHERE q.id = s.qr_code_id AND q.is_live = 1)`
const isValid = ({ is_valid }: Given<Wanted>) => (is_valid ? sql`s.is_valid = ${is_valid}` : sql`1`)

/** A user has few scans, so the query counts them. */
function listingOfUser({ viewerId, limit, offset }: Names<Viewing>, filter: Given<Wanted>, user: SQL): Listing {
  const ofCode = filter.qr_code ? sql`s.qr_code_id = ${filter.qr_code}` : sql`1`
  const visible = sql`SELECT s.id FROM qr_scans s WHERE s.user_id = ${user} AND ${ofCode} AND ${isValid(filter)} AND ${isLive}
    AND ${isManagedCourse(viewerId, sql`s.course_id`)}`
  return {
    ids: sql`SELECT id FROM (${visible} AND ${isBefore(filter)}) ORDER BY id DESC LIMIT ${limit} OFFSET ${offset}`,
    count: sql`SELECT count(*) FROM (${visible})`,
  }
}

/** The code's own counters give the count. */
function listingOfCode({ viewerId, limit, offset }: Names<Viewing>, filter: Given<Wanted>, code: SQL): Listing {
  const seen = sql`FROM qr_codes q WHERE q.id = ${code} AND q.is_live = 1 AND ${isManagedCourse(viewerId, sql`q.course_id`)}`
  const counter = filter.is_valid
    ? sql`iif(${filter.is_valid}, q.scan_count, q.invalid_scan_count)`
    : sql`q.scan_count + q.invalid_scan_count`
  return {
    ids: sql`SELECT n.value AS id FROM (SELECT q.id ${seen}) q CROSS JOIN ${flags(filter)} f CROSS JOIN json_each((
      SELECT json_group_array(id) FROM (SELECT s.id FROM qr_scans s WHERE s.qr_code_id = q.id AND s.is_valid = f.column1 AND ${isBefore(filter)}
        ORDER BY s.id DESC LIMIT ${offset} + ${limit}))) n
      ORDER BY n.value DESC LIMIT ${limit} OFFSET ${offset}`,
    count: sql`SELECT coalesce((SELECT ${counter} ${seen}), 0)`,
  }
}

function listingOfAll(viewing: Names<Viewing>, filter: Given<Wanted>): Listing {
  const ofKind = filter.is_valid
    ? sql`t.kind = iif(${filter.is_valid}, 'valid_scans', 'invalid_scans')`
    : sql`t.kind IN ('valid_scans', 'invalid_scans')`
  const newestOf = (scope: SQL, upTo: SQL) => sql`
    SELECT s.id FROM qr_scans s WHERE ${scope} AND ${isBefore(filter)} AND ${isLive} ORDER BY s.id DESC LIMIT ${upTo}`
  return {
    ids: newestSeen(viewing, flags(filter), (course, upTo) =>
      course
        ? newestOf(sql`s.course_id = ${course} AND s.is_valid = f.column1`, upTo)
        : // Literals instead of `f.column1`, because a partial index has the invalid scans; valid ones are found among all.
          sql`SELECT * FROM (${newestOf(sql`f.column1 = 1 AND s.is_valid = 1`, upTo)})
            UNION ALL SELECT * FROM (${newestOf(sql`f.column1 = 0 AND s.is_valid = 0`, upTo)})`,
    ),
    count: sql`SELECT ${tallied(viewing.viewerId, ofKind)}`,
  }
}
