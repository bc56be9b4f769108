/** Decides the outcome of each name in a bulk enrollment. */
import { type Standing, seatVerdict } from '../../../access/seats.ts'
import type { CourseRow } from '../../courses/queries.ts'
import { keyOf } from '../../users/keys.ts'
import type { Candidate } from './queries.ts'

export type Planned = {
  /** The name as the instructor sent it. */
  user: string
  candidate: Candidate | null
  status: 'enrolled' | 'already_enrolled' | 'not_found' | 'inactive' | 'course_full'
}

/**
 * Plans one row per name, and assigns the seats of the published course in the order of the names. A name with an `@` is first
 * looked up as an address, so that nobody gets another's enrollment by choosing that address as a username.
 * @param today the UTC day, `YYYY-MM-DD`
 */
export function planBulkEnrollment(
  names: string[],
  candidates: Candidate[],
  course: CourseRow,
  today: string,
): Planned[] {
  const byUsername = new Map(candidates.map(user => [user.usernameKey, user]))
  const byEmail = new Map(candidates.map(user => [user.emailKey, user]))
  const seated = new Set<number>()
  return names.map(name => {
    const key = keyOf(name)
    const user = key.includes('@') ? (byEmail.get(key) ?? byUsername.get(key)) : byUsername.get(key)
    if (!user) return { user: name, candidate: null, status: 'not_found' }
    const planned = (status: Planned['status']): Planned => ({ user: name, candidate: user, status })
    if (!user.isActive) return planned('inactive')
    const current = { ...course, activeCount: course.activeCount + seated.size }
    const verdict = seatVerdict('instructor', current, standingOf(user), today)
    if (verdict === 'enrolled' || seated.has(user.id)) return planned('already_enrolled')
    if (verdict !== 'free') return planned('course_full')
    seated.add(user.id)
    return planned('enrolled')
  })
}

const standingOf = ({ enrollment, source, removedAt }: Candidate): Standing | undefined =>
  enrollment && source ? { status: enrollment, source, removedAt } : undefined

/** Whether the row makes the whole bulk enrollment fail. */
export const fails = ({ status }: Planned) =>
  status === 'not_found' || status === 'inactive' || status === 'course_full'
