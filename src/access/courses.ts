/** Who may see and change a course. */
import { forbidden, notFound } from '../http/errors.ts'
import { type CourseStatus, type EnrollmentStatus, studies } from './participation.ts'
import { manages } from './teaching.ts'
import type { Viewer } from './viewer.ts'

type Course = { instructorId: number; status: CourseStatus }

/** A published course is everyone's to see, an archived one also its learners', a draft nobody else's. */
export const sees = (viewer: Viewer, course: Course, enrollment?: EnrollmentStatus) =>
  manages(viewer, course) || course.status === 'published' || studies(course, enrollment)

/** @throws 404 for a course the viewer may not know of. */
export function requireSeen<C extends Course>(viewer: Viewer, course: C | undefined, enrollment?: EnrollmentStatus): C {
  if (!course || !sees(viewer, course, enrollment)) throw notFound()
  return course
}

/** @throws 404 for a course the viewer may not know of, 403 for one that is another's. */
export function requireManaged<C extends Course>(
  viewer: Viewer,
  course: C | undefined,
  enrollment?: EnrollmentStatus,
): C {
  const seen = requireSeen(viewer, course, enrollment)
  if (!manages(viewer, seen)) throw forbidden()
  return seen
}

/**
 * Of what only who manages its course may know of: a QR code, and whatever is deleted.
 * @throws 404 for everybody else.
 */
export function requireManagedHidden<T extends { instructorId: number }>(viewer: Viewer, hidden: T | undefined): T {
  if (!hidden || !manages(viewer, hidden)) throw notFound()
  return hidden
}
