/** Reasons to refuse every scan of a code, or every first scan, which the scan page shows before anybody signs in. */
import { isOpenToLearners } from '../../../access/participation.ts'
import { type SeatVerdict, seatVerdict } from '../../../access/seats.ts'
import { toDate } from '../../../http/fields.ts'
import type { CodeRow } from '../codes/queries.ts'
import { codeStatusAt } from '../schemas.ts'
import { REFUSED } from './refusals.ts'

/** The reasons for which an access code refuses a seat. It admits to restricted courses too. */
export const NO_SEAT: Partial<Record<SeatVerdict, string>> = {
  removed: REFUSED.removed,
  not_open: REFUSED.notOpen,
  ended: REFUSED.ended,
  full: REFUSED.full,
}

export type Closed = {
  why: string
  /** Refuses everybody: enrolled learners, learners with an earlier scan, and the instructor too. */
  isForAll: boolean
}

/**
 * Refuses for the same reasons as `recordScan`, in the same order.
 * @param isShownNow whether the request's rotating code is the one on display
 * @param now Unix seconds
 * @returns null when the verdict depends on the user who scans
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
