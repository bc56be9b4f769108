/** Why a code is closed to everybody, or to all but those who were there before: known before anybody signs in. */
import { toDate } from '../../../http/fields.ts'
import { isFull } from '../../courses/schemas.ts'
import type { CodeRow } from '../codes/queries.ts'
import { codeStatusAt } from '../schemas.ts'
import { REFUSED } from './refusals.ts'

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
    if (code.courseStatus !== 'published') return REFUSED.notOpen
    if (code.courseEndDate !== null && code.courseEndDate < today) return REFUSED.ended
    return isFull(code) ? REFUSED.full : null
  }
  const isOut = code.courseStatus === 'draft' || !code.isModulePublished
  return code.type === 'module' && isOut ? REFUSED.notAvailable : null
}
