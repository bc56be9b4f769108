/** The decision about learners who enroll themselves. */
import { requireSeen } from '../../access/courses.ts'
import { type SeatRefusal, seatVerdict } from '../../access/seats.ts'
import type { Viewer } from '../../access/viewer.ts'
import { forbidden, type Refusal, ruleViolation } from '../../http/errors.ts'
import type { CourseRow } from '../courses/queries.ts'
import type { EnrollmentState } from './queries.ts'

export const COURSE_FULL = 'This course is full.'

const REFUSALS: Record<SeatRefusal, () => Refusal> = {
  removed: () => forbidden('removed_from_course', 'You were removed from this course by its instructor.'),
  restricted: () =>
    forbidden('enrollment_restricted', 'Enrollment in this course is by its instructor or an access code.'),
  not_open: () => ruleViolation('course_not_open', 'This course is not open for enrollment.'),
  ended: () => ruleViolation('course_ended', 'This course has ended.'),
  full: () => ruleViolation('course_full', COURSE_FULL),
}

/**
 * @param today the UTC day, `YYYY-MM-DD`
 * @returns the course, in which a seat is free or the learner has one already
 * @throws 404, 403 or 400, by the first reason that applies
 */
export function admit(
  viewer: Viewer,
  row: CourseRow | undefined,
  enrollment: EnrollmentState | undefined,
  today: string,
): CourseRow {
  const course = requireSeen(viewer, row, enrollment?.status)
  const verdict = seatVerdict('self', course, enrollment, today)
  if (verdict !== 'free' && verdict !== 'enrolled') throw REFUSALS[verdict]()
  return course
}
