/** Why a code is closed to everybody, or to all but those who were there before: known before anybody signs in. */
import { isOpenToLearners } from '../../../access/participation.ts'
import { type SeatVerdict, seatVerdict } from '../../../access/seats.ts'
import { toDate } from '../../../http/fields.ts'
import type { CodeRow } from '../codes/queries.ts'
import { codeStatusAt } from '../schemas.ts'
import { REFUSED } from './refusals.ts'

/** What an access code refuses a seat for. It opens restricted courses, too. */
export const NO_SEAT: Partial<Record<SeatVerdict, string>> = {
  removed: REFUSED.removed,
  not_open: REFUSED.notOpen,
  ended: REFUSED.ended,
  full: REFUSED.full,
}

export type Closed = {
  why: string
  /** Nobody may scan it: neither who is enrolled or was recorded before, nor its instructor. */
  isForAll: boolean
}

/**
 * As `recordScan` would refuse, in its order. Null: it depends on who scans.
 * @param isShownNow the rotating code that came along is the one on display
 * @param now Unix seconds
 */
export function closedBecause(code: CodeRow, isShownNow: boolean, now: number): Closed | null {
  const status = codeStatusAt(code, now)
  if (status !== 'active') return { why: REFUSED[status], isForAll: true }
  const why = code.isRotating && !isShownNow ? REFUSED.stale : (limitOf(code) ?? refusalOf(code, toDate(now)))
  return why === null ? null : { why, isForAll: false }
}

const limitOf = ({ maxScans, scanCount }: CodeRow) => (maxScans && scanCount >= maxScans ? REFUSED.limit : null)

function refusalOf(code: CodeRow, today: string): string | null {
  if (code.type === 'access') {
    const verdict = seatVerdict(
      'code',
      { ...code, status: code.courseStatus, endDate: code.courseEndDate },
      undefined,
      today,
    )
    return NO_SEAT[verdict] ?? null
  }
  const isOut = !isOpenToLearners({ status: code.courseStatus }) || !code.isModulePublished
  return code.type === 'module' && isOut ? REFUSED.notAvailable : null
}
