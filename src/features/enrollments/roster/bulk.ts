/** What becomes of each name an instructor writes down. */
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
 * another's enrollment by choosing that address as a username. Seats go in the order given.
 */
export function planBulkEnrollment(names: string[], found: Candidate[], course: CourseRow): Planned[] {
  const byUsername = new Map(found.map(user => [user.usernameKey, user]))
  const byEmail = new Map(found.map(user => [user.emailKey, user]))
  let seats = course.maxStudents === 0 ? Infinity : course.maxStudents - course.activeCount - course.completedCount
  const seated = new Set<number>()
  return names.map(name => {
    const key = keyOf(name)
    const user = key.includes('@') ? (byEmail.get(key) ?? byUsername.get(key)) : byUsername.get(key)
    if (!user) return { user: name, found: null, status: 'not_found' }
    const planned = (status: Planned['status']): Planned => ({ user: name, found: user, status })
    if (!user.isActive) return planned('inactive')
    const isEnrolled = user.enrollment === 'active' || user.enrollment === 'completed'
    if (isEnrolled || seated.has(user.id)) return planned('already_enrolled')
    if (seats <= 0) return planned('course_full')
    seats -= 1
    seated.add(user.id)
    return planned('enrolled')
  })
}

/** What makes the whole of it fail. */
export const fails = ({ status }: Planned) =>
  status === 'not_found' || status === 'inactive' || status === 'course_full'
