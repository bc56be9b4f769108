/** What becomes of each name an instructor writes down. */
import { type Standing, seatVerdict } from '../../../access/seats.ts'
import type { CourseRow } from '../../courses/queries.ts'
import { keyOf } from '../../users/keys.ts'
import type { Candidate } from './queries.ts'

export type Planned = {
  /** As it was written down. */
  user: string
  found: Candidate | null
  status: 'enrolled' | 'already_enrolled' | 'not_found' | 'inactive' | 'course_full'
}

/**
 * One row per name, in the order given. A name with an `@` is first taken for an address, so that nobody can catch
 * another's enrollment by choosing that address as a username. Seats of the published course go in the order given.
 * @param today the UTC day, `YYYY-MM-DD`
 */
export function planBulkEnrollment(names: string[], found: Candidate[], course: CourseRow, today: string): Planned[] {
  const byUsername = new Map(found.map(user => [user.usernameKey, user]))
  const byEmail = new Map(found.map(user => [user.emailKey, user]))
  const seated = new Set<number>()
  return names.map(name => {
    const key = keyOf(name)
    const user = key.includes('@') ? (byEmail.get(key) ?? byUsername.get(key)) : byUsername.get(key)
    if (!user) return { user: name, found: null, status: 'not_found' }
    const planned = (status: Planned['status']): Planned => ({ user: name, found: user, status })
    if (!user.isActive) return planned('inactive')
    const taken = { ...course, activeCount: course.activeCount + seated.size }
    const verdict = seatVerdict('instructor', taken, standingOf(user), today)
    if (verdict === 'enrolled' || seated.has(user.id)) return planned('already_enrolled')
    if (verdict !== 'free') return planned('course_full')
    seated.add(user.id)
    return planned('enrolled')
  })
}

const standingOf = ({ enrollment, source, removedAt }: Candidate): Standing | undefined =>
  enrollment && source ? { status: enrollment, source, removedAt } : undefined

/** What makes the whole of it fail. */
export const fails = ({ status }: Planned) =>
  status === 'not_found' || status === 'inactive' || status === 'course_full'
