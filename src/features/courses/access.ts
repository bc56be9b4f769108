/** Who may see and change a course. */
import type { Viewer } from '../../db/read.ts'
import { forbidden, notFound } from '../../http/errors.ts'
import type { EnrollmentStatus } from '../enrollments/queries.ts'
import type { CourseRow } from './queries.ts'

type Course = Pick<CourseRow, 'instructorId' | 'status'>

/** Staff, and its instructor: the owner while still an instructor. */
export const manages = (viewer: Viewer, course: Course) =>
  viewer.isStaff || (viewer.isInstructor && course.instructorId === viewer.id)

/** A published course is everyone's to see, an archived one also its learners', a draft nobody else's. */
export const sees = (viewer: Viewer, course: Course, enrollment?: EnrollmentStatus) =>
  manages(viewer, course) ||
  course.status === 'published' ||
  (course.status === 'archived' && (enrollment === 'active' || enrollment === 'completed'))

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

/** @throws 403 for who is neither an instructor nor staff. */
export function requireTeacher(viewer: Viewer): void {
  if (!viewer.isInstructor && !viewer.isStaff) throw forbidden()
}
