/** Rights on a course: seeing it and changing it. */
import { forbidden, notFound } from '../http/errors.ts'
import { type CourseStatus, type EnrollmentStatus, studies } from './participation.ts'
import { manages } from './teaching.ts'
import type { Viewer } from './viewer.ts'

type Course = { instructorId: number; status: CourseStatus }

/** Everybody sees a published course, its learners see an archived one too; only its instructor and staff see a draft. */
export const sees = (viewer: Viewer, course: Course, enrollment?: EnrollmentStatus) =>
  manages(viewer, course) || isPublic(course) || studies(course, enrollment)

/** Whether a course is in the catalog, which needs no login. */
export const isPublic = ({ status }: Pick<Course, 'status'>) => status === 'published'

/** @throws 404 for a course that the viewer may not see. */
export function requireSeen<C extends Course>(viewer: Viewer, course: C | undefined, enrollment?: EnrollmentStatus): C {
  if (!course || !sees(viewer, course, enrollment)) throw notFound()
  return course
}

/** @throws 404 for a course that the viewer may not see, 403 for one that the viewer sees but does not manage. */
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
 * For a QR code, and for deleted things: only managers of the course may learn that they exist.
 * @throws 404 for everybody else
 */
export function requireManagedHidden<T extends { instructorId: number }>(viewer: Viewer, hidden: T | undefined): T {
  if (!hidden || !manages(viewer, hidden)) throw notFound()
  return hidden
}
