/**
 * Recording a scan: one transaction, in which the database decides what the scan is. Every statement asks for the verdict
 * anew, so that of many at once each sees what those before it did.
 */
import { type SQL, sql } from 'drizzle-orm'
import { isCourseOpenToLearners, isTakingPart } from '../../../access/participation.ts'
import { seatVerdictOn } from '../../../access/seats.ts'
import { isManagedBy } from '../../../access/teaching.ts'
import { batchOf } from '../../../db/batch.ts'
import type { Db } from '../../../db/client.ts'
import { enrollments } from '../../../db/schema/enrollments.ts'
import { qrScans } from '../../../db/schema/qr-codes.ts'
import { toDate } from '../../../http/fields.ts'
import { type Activity, recordActivity } from '../../activities/queries.ts'
import { completeOnReturn } from '../../enrollments/queries.ts'
import { touchModules } from '../../progress/queries/touches.ts'
import type { CodeRow } from '../codes/queries.ts'
import type { Ticket } from '../proofs/tickets.ts'
import { NO_SEAT } from './closed.ts'
import { type ScanRow, scansWhere } from './queries.ts'
import { REFUSED } from './refusals.ts'

export type Proof = {
  ticket: Ticket | null
  /** What the ticket sent along is called, however old it is: by it one's own scan is found again. */
  ticketId: string | null
  /** The rotating code sent along is the one on display. */
  isCodeCurrent: boolean
}
export type NewScan = { code: CodeRow; userId: number; location: string; deviceInfo: string; proof: Proof }

/** An invalid scan of one learner, code and reason is stored once in this time, by the moments that count. */
const INVALID_EVERY_SECONDS = 60

export const RECORDED = 'Scan recorded successfully'

export const ACTIONS = {
  attendance: 'attendance_marked',
  access: 'access_granted',
  certificate: 'certificate_verified',
  module: 'module_opened',
} as const

/** The scan, and whether it is new: a repeated one returns what was there. Undefined: the code was deleted meanwhile. */
export async function recordScan(
  db: Db,
  scan: NewScan,
  now: number,
): Promise<{ scan: ScanRow; isNew: boolean } | undefined> {
  const { code, userId } = scan
  const { courseId, targetId } = code
  const verdict = verdictOn(scan, now)
  const isOfModule = code.type === 'module' || code.type === 'attendance'
  const activity = (type: Activity['type'], what: number): Activity => ({
    userId,
    type,
    targetId: what,
    courseId,
    ...(isOfModule && { moduleId: targetId }),
  })
  // `recordActivity(…, 'changed')` runs only if the statement before it changed a row: the order matters.
  const rows = await batchOf(db, {
    refused: insertInvalid(db, scan, verdict),
    ...(code.type === 'access' && {
      seat: takeSeat(db, userId, verdict, now),
      enrolled: recordActivity(db, { userId, type: 'course_enroll', targetId: courseId, courseId }, now, 'changed'),
      completed: completeOnReturn(db, userId, courseId, now),
    }),
    recorded: insertValid(db, scan, verdict),
    // Reading changes nothing of what `changes()` says.
    newest: scansWhere(db, sql`${qrScans.qrCodeId} = ${code.id} AND ${qrScans.userId} = ${userId}`, 1),
    standing: scansWhere(db, sql`${qrScans.id} = ${standingId(scan, verdict)}`, 1),
    scanned: recordActivity(db, activity('qr_scan', code.id), now, 'changed'),
    ...(isOfModule && { seen: seeModule(db, code, userId, now) }),
    ...(code.type === 'module' && { viewed: recordActivity(db, activity('module_view', targetId), now, 'changed') }),
    ...(code.type === 'access' && { remembered: rememberLetIn(db, code, userId, verdict) }),
  })
  const isNew = rows.refused.length > 0 || rows.recorded.length > 0
  const [row] = isNew ? rows.newest : rows.standing
  return row && { scan: row, isNew: isNew || !row.isValid }
}

/**
 * One row, none for a deleted code: `at` (the moment that counts), `refusal` (null: valid), `is_repeat` (there is a valid
 * scan already, and one is enough), `is_replay` (the very scan was recorded before).
 */
function verdictOn({ code, userId, proof }: NewScan, now: number): SQL {
  const { ticket, ticketId, isCodeCurrent } = proof
  const ticketAt = ticket
    ? sql`iif(EXISTS (SELECT 1 FROM qr_scans s WHERE s.ticket = ${ticket.id}), NULL, ${ticket.openedAt})`
    : sql`NULL`
  const isReplay = ticketId
    ? sql`EXISTS (SELECT 1 FROM qr_scans s WHERE s.ticket = ${ticketId} AND s.user_id = ${userId} AND s.qr_code_id = c.id)`
    : sql`0`
  const oneIsEnough = code.type === 'attendance' || code.type === 'access'
  const isRepeat = oneIsEnough
    ? sql`EXISTS (SELECT 1 FROM qr_scans s WHERE s.qr_code_id = c.id AND s.user_id = ${userId} AND s.is_valid = 1)`
    : sql`0`
  return sql`(SELECT v.*, CASE
      WHEN v.is_revoked THEN ${REFUSED.revoked}
      WHEN v.expires_at <= v.at THEN ${REFUSED.expired}
      WHEN v.is_rotating AND NOT v.is_repeat AND v.ticket_at IS NULL AND NOT ${isCodeCurrent ? sql`1` : sql`0`} THEN ${REFUSED.stale}
      WHEN NOT v.is_repeat AND v.max_scans > 0 AND v.scan_count >= v.max_scans THEN ${REFUSED.limit}
      ${refusalsOf(code, userId, now)}
      END AS refusal
    FROM (SELECT c.*, ${ticketAt} AS ticket_at, coalesce(${ticketAt}, ${now}) AS at, ${isRepeat} AS is_repeat, ${isReplay} AS is_replay
      FROM qr_codes c WHERE c.id = ${code.id} AND c.is_live = 1) v)`
}

const noSeat = sql.join(
  Object.entries(NO_SEAT).map(([verdict, words]) => sql`WHEN ${verdict} THEN ${words}`),
  sql` `,
)

/** What else a type asks for. */
function refusalsOf(code: CodeRow, userId: number, now: number): SQL {
  const isEnrolled = sql`EXISTS (SELECT 1 FROM enrollments e WHERE e.user_id = ${userId} AND e.course_id = v.course_id AND ${isTakingPart()})`
  const course = (condition: SQL) => sql`EXISTS (SELECT 1 FROM courses k WHERE k.id = v.course_id AND ${condition})`
  switch (code.type) {
    case 'attendance':
      return sql`WHEN NOT ${isEnrolled} THEN ${REFUSED.notEnrolled}`
    case 'access':
      return sql`ELSE CASE ${seatVerdictOn('code', sql`v.course_id`, sql`${userId}`, toDate(now))} ${noSeat} END`
    case 'certificate':
      return sql`WHEN NOT EXISTS (SELECT 1 FROM enrollments e WHERE e.id = v.target_id AND e.status = 'completed') THEN ${REFUSED.notCompleted}`
    case 'module':
      return sql`
        WHEN ${course(isManagedBy(userId, sql`k`))} THEN NULL
        WHEN NOT ${isEnrolled} THEN ${REFUSED.notEnrolled}
        WHEN ${course(sql`NOT ${isCourseOpenToLearners(sql`k`)}`)} OR EXISTS (SELECT 1 FROM modules m WHERE m.id = v.target_id AND m.is_published = 0) THEN ${REFUSED.notAvailable}`
  }
}

/** Columns of a scan in the order of the table; the ticket is spent on it. */
const scanOf = (
  { userId, location, deviceInfo, proof }: NewScan,
  isValid: 0 | 1,
  message: SQL,
  action: string | null,
) =>
  sql`NULL, v.id, v.course_id, ${userId}, v.at, ${location}, ${deviceInfo}, ${isValid}, ${message}, ${action},
    iif(v.ticket_at IS NULL, NULL, ${proof.ticket?.id ?? null})`

const insertInvalid = (db: Db, scan: NewScan, verdict: SQL) =>
  db
    .insert(qrScans)
    .select(
      sql`SELECT ${scanOf(scan, 0, sql`v.refusal`, null)} FROM ${verdict} v
        WHERE v.refusal IS NOT NULL AND NOT v.is_replay AND NOT EXISTS (
          SELECT 1 FROM qr_scans s WHERE s.qr_code_id = v.id AND s.user_id = ${scan.userId} AND s.is_valid = 0
            AND s.validation_message = v.refusal AND abs(s.scanned_at - v.at) < ${INVALID_EVERY_SECONDS})`,
    )
    .returning({ id: qrScans.id })

const insertValid = (db: Db, scan: NewScan, verdict: SQL) =>
  db
    .insert(qrScans)
    .select(
      sql`SELECT ${scanOf(scan, 1, messageOf(scan.code), ACTIONS[scan.code.type])} FROM ${verdict} v
        WHERE v.refusal IS NULL AND NOT v.is_repeat AND NOT v.is_replay`,
    )
    .returning({ id: qrScans.id })

function messageOf({ type }: CodeRow): SQL {
  if (type !== 'certificate') return sql`${RECORDED}`
  return sql`(SELECT 'Certificate of ' || coalesce(nullif(trim(u.first_name || ' ' || u.last_name), ''), u.username)
    || ' for ' || k.title || ', completed on ' || date(coalesce(e.completed_at, e.enrolled_at), 'unixepoch') || '.'
    FROM enrollments e JOIN users u ON u.id = e.user_id JOIN courses k ON k.id = e.course_id WHERE e.id = v.target_id)`
}

/** An access code lets in, restricted courses included, and lets in again who has left. */
const takeSeat = (db: Db, userId: number, verdict: SQL, now: number) =>
  db
    .insert(enrollments)
    .select(
      sql`SELECT NULL, ${userId}, v.course_id, 'active', 'code', ${now}, NULL, NULL FROM ${verdict} v
        WHERE v.refusal IS NULL AND NOT v.is_replay`,
    )
    .onConflictDoUpdate({
      target: [enrollments.userId, enrollments.courseId],
      set: { status: 'active', source: 'code' },
      setWhere: sql`${enrollments.status} = 'dropped'`,
    })

/** Who was enrolled already may come back by it too, should the course be restricted by then. */
const rememberLetIn = (db: Db, code: CodeRow, userId: number, verdict: SQL) =>
  db
    .update(enrollments)
    .set({ source: 'code' })
    .where(
      sql`${enrollments.userId} = ${userId} AND ${enrollments.courseId} = ${code.courseId} AND ${enrollments.source} = 'self'
        AND EXISTS (SELECT 1 FROM ${verdict} v WHERE v.refusal IS NULL)`,
    )

/** Follows the scan's activity: a module's code opens the module, attendance only shows that the learner was there. */
const seeModule = (db: Db, code: CodeRow, userId: number, now: number) =>
  touchModules(
    db,
    { enrollmentId: sql`e.id`, moduleId: code.targetId, startedAt: code.type === 'module' ? now : null },
    now,
    sql`FROM enrollments e
      WHERE changes() > 0 AND e.user_id = ${userId} AND e.course_id = ${code.courseId} AND ${isTakingPart()}`,
  )

/** The scan that answers when no new one was stored. */
const standingId = ({ code, userId, proof }: NewScan, verdict: SQL) => sql`(
  SELECT coalesce(
    (SELECT s.id FROM qr_scans s WHERE s.ticket = ${proof.ticketId} AND s.user_id = ${userId} AND s.qr_code_id = ${code.id}),
    (SELECT max(s.id) FROM qr_scans s WHERE s.qr_code_id = ${code.id} AND s.user_id = ${userId}
      AND iif(v.refusal IS NULL, s.is_valid = 1, s.is_valid = 0 AND s.validation_message = v.refusal)))
  FROM ${verdict} v)`
