/**
 * Records a scan in one transaction, in which the database decides the verdict. Every statement computes the verdict again, so
 * that each of many simultaneous scans sees what those before it wrote.
 */
import { type SQL, sql } from 'drizzle-orm'
import { isCourseOpenToLearners, isTakingPart } from '../../../access/participation.ts'
import { seatVerdictOn } from '../../../access/seats.ts'
import { isManagedBy } from '../../../access/teaching.ts'
import { batchOf } from '../../../db/batch.ts'
import type { Db } from '../../../db/client.ts'
import { enrollments } from '../../../db/schema/enrollments.ts'
import { qrScans } from '../../../db/schema/qr-codes.ts'
import { type Names, statement, statements, type Value } from '../../../db/statement.ts'
import { type Activity, CHANGED, recordActivityIfChanged } from '../../activities/queries.ts'
import { completeOnReturn } from '../../enrollments/queries.ts'
import { touchModules } from '../../progress/queries/record-study.ts'
import type { CodeRow, CodeType } from '../codes/queries.ts'
import type { Ticket } from '../proofs/tickets.ts'
import { NO_SEAT } from './closed.ts'
import { type ScanRow, selectNewestScans } from './queries.ts'
import { REFUSED } from './refusals.ts'

export type Proof = {
  ticket: Ticket | null
  /** The id of the ticket in the request, however old, by which a repeated request finds its own scan. */
  ticketId: string | null
  /** Whether the request's rotating code is the one on display. */
  isCodeCurrent: boolean
}
export type NewScan = { code: CodeRow; userId: number; location: string; deviceInfo: string; proof: Proof }

/** At most one invalid scan for each learner, code and reason is stored in this time, by the moments that count. */
const INVALID_EVERY_SECONDS = 60

/** The parameters of the statements. */
type Scanned = {
  codeId: number
  courseId: number
  targetId: number
  userId: number
  location: string
  deviceInfo: string
  /** The id of a valid ticket, and when its page was opened, in Unix seconds; null without one. */
  ticket: string | null
  openedAt: number | null
  ticketSent: string | null
  isCodeCurrent: boolean
  now: number
}

/**
 * @param now Unix seconds
 * @returns the scan and whether it is new (a repeated scan returns the first one); undefined if the code was deleted meanwhile
 */
export async function recordScan(
  db: Db,
  { code, userId, location, deviceInfo, proof }: NewScan,
  now: number,
): Promise<{ scan: ScanRow; isNew: boolean } | undefined> {
  const { type, courseId, targetId } = code
  const scan: Scanned = {
    codeId: code.id,
    courseId,
    targetId,
    userId,
    location,
    deviceInfo,
    ticket: proof.ticket?.id ?? null,
    openedAt: proof.ticket?.openedAt ?? null,
    ticketSent: proof.ticketId,
    isCodeCurrent: proof.isCodeCurrent,
    now,
  }
  const isOfModule = type === 'module' || type === 'attendance'
  const activity = (type: Activity['type'], activityTarget: number): Activity => ({
    userId,
    type,
    targetId: activityTarget,
    courseId,
    ...(isOfModule && { moduleId: targetId }),
  })
  // The order matters: `recordActivityIfChanged` writes only when the statement before it changed a row.
  const rows = await batchOf(db, {
    refused: insertInvalid(type, scan),
    ...(type === 'access' && {
      seat: takeSeat(scan),
      enrolled: recordActivityIfChanged({ userId, type: 'course_enroll', targetId: courseId, courseId }, now),
      completed: completeOnReturn({ userId, courseId, now }),
    }),
    recorded: insertValid(type, scan),
    // Reading does not affect `changes()`, so the activity below still follows `recorded`.
    newest: newestScan(scan),
    earlier: earlierScan(type, scan),
    scanned: recordActivityIfChanged(activity('qr_scan', code.id), now),
    ...(isOfModule && { progress: updateProgress(type, scan) }),
    ...(type === 'module' && { viewed: recordActivityIfChanged(activity('module_view', targetId), now) }),
    ...(type === 'access' && { source: markAdmittedByCode(scan) }),
  })
  const isNew = rows.refused.length > 0 || rows.recorded.length > 0
  const [row] = isNew ? rows.newest : rows.earlier
  return row && { scan: row, isNew: isNew || !row.isValid }
}

/**
 * One row, or none for a deleted code: `at` (the moment that counts), `refusal` (null for a valid scan), `is_repeat` (the user
 * has a valid scan already, and the type needs only one), `is_replay` (the same request was recorded before).
 */
function verdictOn(type: CodeType, scan: Names<Scanned>): SQL {
  const { userId, now } = scan
  const ticketAt = sql`iif(EXISTS (SELECT 1 FROM qr_scans s WHERE s.ticket = ${scan.ticket}), NULL, ${scan.openedAt})`
  const isReplay = sql`EXISTS (SELECT 1 FROM qr_scans s WHERE s.ticket = ${scan.ticketSent} AND s.user_id = ${userId} AND s.qr_code_id = c.id)`
  const oneIsEnough = type === 'attendance' || type === 'access'
  const isRepeat = oneIsEnough
    ? sql`EXISTS (SELECT 1 FROM qr_scans s WHERE s.qr_code_id = c.id AND s.user_id = ${userId} AND s.is_valid = 1)`
    : sql`0`
  return sql`(SELECT v.*, CASE
      WHEN v.is_revoked THEN ${REFUSED.revoked}
      WHEN v.expires_at <= v.at THEN ${REFUSED.expired}
      WHEN v.is_rotating AND NOT v.is_repeat AND v.ticket_at IS NULL AND NOT ${scan.isCodeCurrent} THEN ${REFUSED.stale}
      WHEN NOT v.is_repeat AND v.max_scans > 0 AND v.scan_count >= v.max_scans THEN ${REFUSED.limit}
      ${refusalsOf(type, userId, now)}
      END AS refusal
    FROM (SELECT c.*, ${ticketAt} AS ticket_at, coalesce(${ticketAt}, ${now}) AS at, ${isRepeat} AS is_repeat, ${isReplay} AS is_replay
      FROM qr_codes c WHERE c.id = ${scan.codeId} AND c.is_live = 1) v)`
}

const noSeat = sql.join(
  Object.entries(NO_SEAT).map(([verdict, words]) => sql`WHEN ${verdict} THEN ${words}`),
  sql` `,
)

/** The further conditions of a type. */
function refusalsOf(type: CodeType, userId: Value, now: Value): SQL {
  const isEnrolled = sql`EXISTS (SELECT 1 FROM enrollments e WHERE e.user_id = ${userId} AND e.course_id = v.course_id AND ${isTakingPart()})`
  const course = (condition: SQL) => sql`EXISTS (SELECT 1 FROM courses k WHERE k.id = v.course_id AND ${condition})`
  switch (type) {
    case 'attendance':
      return sql`WHEN NOT ${isEnrolled} THEN ${REFUSED.notEnrolled}`
    case 'access':
      return sql`ELSE CASE ${seatVerdictOn('code', sql`v.course_id`, userId, now)} ${noSeat} END`
    case 'certificate':
      return sql`WHEN NOT EXISTS (SELECT 1 FROM enrollments e WHERE e.id = v.target_id AND e.status = 'completed') THEN ${REFUSED.notCompleted}`
    case 'module':
      return sql`
        WHEN ${course(isManagedBy(userId, sql`k`))} THEN NULL
        WHEN NOT ${isEnrolled} THEN ${REFUSED.notEnrolled}
        WHEN ${course(sql`NOT ${isCourseOpenToLearners(sql`k`)}`)} OR EXISTS (SELECT 1 FROM modules m WHERE m.id = v.target_id AND m.is_published = 0) THEN ${REFUSED.notAvailable}`
  }
}

/** The columns of a scan in the order of the table. The scan redeems its ticket. */
const scanOf = (scan: Names<Scanned>, isValid: 0 | 1, message: SQL) =>
  sql`NULL, v.id, v.course_id, ${scan.userId}, v.at, ${scan.location}, ${scan.deviceInfo}, ${isValid}, ${message},
    iif(v.ticket_at IS NULL, NULL, ${scan.ticket})`

const insertInvalid = statements((db, scan: Names<Scanned>, type: CodeType) =>
  db
    .insert(qrScans)
    .select(
      sql`SELECT ${scanOf(scan, 0, sql`v.refusal`)} FROM ${verdictOn(type, scan)} v
        WHERE v.refusal IS NOT NULL AND NOT v.is_replay AND NOT EXISTS (
          SELECT 1 FROM qr_scans s WHERE s.qr_code_id = v.id AND s.user_id = ${scan.userId} AND s.is_valid = 0
            AND s.validation_message = v.refusal AND abs(s.scanned_at - v.at) < ${INVALID_EVERY_SECONDS})`,
    )
    .returning({ id: qrScans.id }),
)

const insertValid = statements((db, scan: Names<Scanned>, type: CodeType) =>
  db
    .insert(qrScans)
    .select(
      sql`SELECT ${scanOf(scan, 1, messageOf(type))} FROM ${verdictOn(type, scan)} v
        WHERE v.refusal IS NULL AND NOT v.is_repeat AND NOT v.is_replay`,
    )
    .returning({ id: qrScans.id }),
)

function messageOf(type: CodeType): SQL {
  if (type !== 'certificate') return sql`NULL`
  return sql`(SELECT 'Certificate of ' || coalesce(nullif(trim(u.first_name || ' ' || u.last_name), ''), u.username)
    || ' for ' || k.title || ', completed on ' || date(coalesce(e.completed_at, e.enrolled_at), 'unixepoch') || '.'
    FROM enrollments e JOIN users u ON u.id = e.user_id JOIN courses k ON k.id = e.course_id WHERE e.id = v.target_id)`
}

/** An access code enrolls, even in restricted courses, and re-enrolls learners who have left. */
const takeSeat = statement((db, scan: Names<Scanned>) =>
  db
    .insert(enrollments)
    .select(
      sql`SELECT NULL, ${scan.userId}, v.course_id, 'active', 'code', ${scan.now}, NULL, NULL FROM ${verdictOn('access', scan)} v
        WHERE v.refusal IS NULL AND NOT v.is_replay`,
    )
    .onConflictDoUpdate({
      target: [enrollments.userId, enrollments.courseId],
      set: { status: 'active', source: 'code' },
      setWhere: sql`${enrollments.status} = 'dropped'`,
    }),
)

/** Marks a learner who enrolled themselves as admitted by the code, so that they may return to a course restricted later. */
const markAdmittedByCode = statement((db, scan: Names<Scanned>) =>
  db
    .update(enrollments)
    .set({ source: 'code' })
    .where(
      sql`${enrollments.userId} = ${scan.userId} AND ${enrollments.courseId} = ${scan.courseId} AND ${enrollments.source} = 'self'
        AND EXISTS (SELECT 1 FROM ${verdictOn('access', scan)} v WHERE v.refusal IS NULL)`,
    ),
)

/** Must follow the scan's activity. A module's code starts the module; an attendance code only updates the last access. */
const updateProgress = statements((db, { userId, courseId, targetId, now }: Names<Scanned>, type: CodeType) =>
  touchModules(
    db,
    { enrollmentId: sql`e.id`, moduleId: targetId, ...(type === 'module' && { startedAt: now }) },
    now,
    sql`FROM enrollments e WHERE ${CHANGED} AND e.user_id = ${userId} AND e.course_id = ${courseId} AND ${isTakingPart()}`,
  ),
)

const newestScan = statement((db, { codeId, userId }: Names<Scanned>) =>
  selectNewestScans(db, sql`${qrScans.qrCodeId} = ${codeId} AND ${qrScans.userId} = ${userId}`, 1),
)

/** The scan that answers when no new one was stored. */
const earlierScan = statements((db, scan: Names<Scanned>, type: CodeType) => {
  const { codeId, userId } = scan
  const id = sql`(SELECT coalesce(
    (SELECT s.id FROM qr_scans s WHERE s.ticket = ${scan.ticketSent} AND s.user_id = ${userId} AND s.qr_code_id = ${codeId}),
    (SELECT max(s.id) FROM qr_scans s WHERE s.qr_code_id = ${codeId} AND s.user_id = ${userId}
      AND iif(v.refusal IS NULL, s.is_valid = 1, s.is_valid = 0 AND s.validation_message = v.refusal)))
  FROM ${verdictOn(type, scan)} v)`
  return selectNewestScans(db, sql`${qrScans.id} = ${id}`, 1)
})
