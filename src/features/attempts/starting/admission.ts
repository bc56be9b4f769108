/** Who may begin an attempt. */
import { createHash, timingSafeEqual } from 'node:crypto'
import { seesCourseOf } from '../../../access/modules.ts'
import { type EnrollmentStatus, takesPart } from '../../../access/participation.ts'
import { manages } from '../../../access/teaching.ts'
import type { Viewer } from '../../../access/viewer.ts'
import { forbidden, notFound, ruleViolation } from '../../../http/errors.ts'
import { toDate } from '../../../http/fields.ts'
import type { StartableQuiz } from './queries.ts'

/** How many attempts a quiz allows; null is unlimited. */
export function attemptsAtMost(quiz: Pick<StartableQuiz, 'allowMultipleAttempts' | 'maxAttempts'>): number | null {
  if (!quiz.allowMultipleAttempts) return 1
  return quiz.maxAttempts === 0 ? null : quiz.maxAttempts
}

/**
 * Whether the viewer may begin, but for the access code. Its instructor and staff begin previews, whatever the limits.
 * @param now Unix seconds
 * @throws 404, 400 and 403 in this order: what may not be known, what is not published, who takes no part, the window or,
 * without one, the course's dates (400), the limit
 */
export function admitAttempt(
  viewer: Viewer,
  found: StartableQuiz | undefined,
  enrollment: { id: number; status: EnrollmentStatus } | undefined,
  used: number,
  now: number,
): { quiz: StartableQuiz; isPreview: boolean; enrollmentId: number | null } {
  if (!found) throw notFound()
  if (manages(viewer, found)) return { quiz: found, isPreview: true, enrollmentId: null }
  const isLearner = takesPart(enrollment?.status)
  if (!isLearner && !seesCourseOf(viewer, found, enrollment?.status)) throw notFound()
  if (found.courseStatus !== 'published' || !found.moduleIsPublished || !found.isPublished) {
    // Whoever takes the course is told; of another's unpublished quiz nobody may know.
    throw isLearner ? ruleViolation('This quiz is not open.') : notFound()
  }
  if (!isLearner) throw forbidden('Enroll in the course to take its quizzes.')
  requireOpen(found, now)
  const atMost = attemptsAtMost(found)
  if (atMost !== null && used >= atMost) throw forbidden(NO_ATTEMPT_LEFT)
  return { quiz: found, isPreview: false, enrollmentId: enrollment.id }
}

/** The quiz's window decides; without one the dates of its course, which are whole UTC days. */
function requireOpen({ availableFrom, availableUntil, courseStartDate, courseEndDate }: StartableQuiz, now: number) {
  if (availableFrom !== null && now < availableFrom) throw forbidden('This quiz is not open yet.')
  if (availableUntil !== null && now >= availableUntil) throw forbidden('This quiz is closed.')
  if (availableFrom !== null || availableUntil !== null) return
  const today = toDate(now)
  if (courseStartDate !== null && today < courseStartDate) throw ruleViolation('The course has not begun.')
  if (courseEndDate !== null && today > courseEndDate) throw ruleViolation('The course has ended.')
}

export const NO_ATTEMPT_LEFT = 'No attempt is left.'

/** Compared as digests, in constant time: how long it takes says nothing of the code. */
export function isAccessCode(expected: string, given: string): boolean {
  const digest = (code: string) => createHash('sha256').update(code).digest()
  return timingSafeEqual(digest(expected), digest(given))
}
