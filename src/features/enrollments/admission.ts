/** Whether a learner may take a seat. */

import { requireSeen } from '../../access/courses.ts'
import type { Viewer } from '../../access/viewer.ts'
import { forbidden, ruledOut } from '../../http/errors.ts'
import type { CourseRow } from '../courses/queries.ts'
import { isFull } from '../courses/schemas.ts'
import type { EnrollmentState } from './queries.ts'

export const COURSE_FULL = 'This course is full.'

/**
 * @param today the UTC day, `YYYY-MM-DD`
 * @returns the course, and whether the learner is enrolled already
 * @throws 404, 403 or 400, whichever reason comes first
 */
export function admit(
  viewer: Viewer,
  found: CourseRow | undefined,
  enrollment: EnrollmentState | undefined,
  today: string,
) {
  const course = requireSeen(viewer, found, enrollment?.status)
  if (enrollment && enrollment.status !== 'dropped') return { course, enrolled: true }
  if (enrollment?.removedAt != null) throw forbidden('You were removed from this course by its instructor.')
  if (course.enrollmentType === 'restricted' && !wasLetIn(enrollment)) {
    throw forbidden('Enrollment in this course is by its instructor or an access code.')
  }
  if (course.status !== 'published') throw ruledOut('This course is not open for enrollment.')
  if (course.endDate !== null && course.endDate < today) throw ruledOut('This course has ended.')
  if (isFull(course)) throw ruledOut(COURSE_FULL)
  return { course, enrolled: false }
}

/** Whoever the instructor or a scanned code let in once may come back after leaving. */
const wasLetIn = (enrollment: EnrollmentState | undefined) =>
  enrollment?.source === 'instructor' || enrollment?.source === 'code'
