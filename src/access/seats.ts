/** The right to a seat in a course. Enrolling oneself, bulk enrolling and access codes all decide it here. */

import { type SQL, sql } from 'drizzle-orm'
import type { courses } from '../db/schema/courses.ts'
import type { enrollments } from '../db/schema/enrollments.ts'
import type { Value } from '../db/statement.ts'
import { type EnrollmentStatus, isTakingPart, takesPart } from './participation.ts'

type CourseRow = typeof courses.$inferSelect
type Capacity = Pick<CourseRow, 'maxStudents' | 'activeCount' | 'completedCount'>
type Course = Capacity & Pick<CourseRow, 'status' | 'enrollmentType' | 'endDate'>
/** The way to a seat: enrolling oneself, being enrolled by the instructor, or scanning an access code. */
export type Door = (typeof enrollments.$inferSelect)['source']
/** `source` is the door of the latest enrollment. */
export type Standing = { status: EnrollmentStatus; source: Door; removedAt: number | null }

export type SeatRefusal = 'removed' | 'restricted' | 'not_open' | 'ended' | 'full'
export type SeatVerdict = 'free' | 'enrolled' | SeatRefusal

/** A course without `maxStudents` is never full. */
export const isFull = ({ maxStudents, activeCount, completedCount }: Capacity) =>
  maxStudents > 0 && activeCount + completedCount >= maxStudents

/**
 * An instructor may bring back a learner who was removed, and enroll after the end of the course. A restricted course takes
 * back learners whom its instructor or a code once let in.
 * @param today the UTC day, `YYYY-MM-DD`
 * @returns the first reason to refuse, where there are several
 */
export function seatVerdict(door: Door, course: Course, standing: Standing | undefined, today: string): SeatVerdict {
  if (takesPart(standing?.status)) return 'enrolled'
  if (door !== 'instructor' && standing && standing.removedAt !== null) return 'removed'
  if (door === 'self' && course.enrollmentType === 'restricted' && !wasLetIn(standing)) return 'restricted'
  if (course.status !== 'published') return 'not_open'
  if (door !== 'instructor' && course.endDate !== null && course.endDate < today) return 'ended'
  return isFull(course) ? 'full' : 'free'
}

const wasLetIn = (standing: Standing | undefined) => standing?.source === 'instructor' || standing?.source === 'code'

/**
 * `seatVerdict` in SQL, as of this moment; null when the course does not exist or is deleted.
 * @param now Unix seconds
 */
export function seatVerdictOn(door: Door, courseId: Value, userId: Value, now: Value): SQL {
  const removed = sql`WHEN standing.removed_at IS NOT NULL THEN 'removed'`
  const restricted = sql`WHEN wanted.enrollment_type = 'restricted' AND coalesce(standing.source, 'self') = 'self' THEN 'restricted'`
  const ended = sql`WHEN wanted.end_date < date(${now}, 'unixepoch') THEN 'ended'`
  return sql`(SELECT CASE
      WHEN ${isTakingPart(sql`standing`)} THEN 'enrolled'
      ${door === 'instructor' ? sql`` : removed}
      ${door === 'self' ? restricted : sql``}
      WHEN wanted.status <> 'published' THEN 'not_open'
      ${door === 'instructor' ? sql`` : ended}
      WHEN wanted.max_students > 0 AND wanted.active_count + wanted.completed_count >= wanted.max_students THEN 'full'
      ELSE 'free' END
    FROM courses wanted LEFT JOIN enrollments standing ON standing.course_id = wanted.id AND standing.user_id = ${userId}
    WHERE wanted.id = ${courseId} AND wanted.deleted_at IS NULL)`
}
