/** The right to begin an attempt. */
import { createHash, timingSafeEqual } from 'node:crypto'
import { seesCourseOf } from '../../../access/modules.ts'
import { type EnrollmentStatus, takesPart } from '../../../access/participation.ts'
import { manages } from '../../../access/teaching.ts'
import type { Viewer } from '../../../access/viewer.ts'
import { forbidden, notFound, ruleViolation } from '../../../http/errors.ts'
import { toDate } from '../../../http/fields.ts'
import type { StartableQuiz } from './queries.ts'

/** @returns how many attempts a quiz allows; null for no limit */
export function attemptsAtMost(quiz: Pick<StartableQuiz, 'allowMultipleAttempts' | 'maxAttempts'>): number | null {
  if (!quiz.allowMultipleAttempts) return 1
  return quiz.maxAttempts === 0 ? null : quiz.maxAttempts
}

/**
 * Checks everything but the access code. The course's instructor and staff begin previews, whatever the limits.
 * @param used attempts of the viewer that count
 * @param now Unix seconds
 * @throws in this order: 404 for a quiz that the viewer may not see, 400 when it is not published, 403 for a viewer who is not
 * enrolled, 403 outside the quiz's window or, without one, 400 outside the course's dates, 403 when no attempt is left
 */
export function admitAttempt(
  viewer: Viewer,
  quiz: StartableQuiz | undefined,
  enrollment: { id: number; status: EnrollmentStatus } | undefined,
  used: number,
  now: number,
): { quiz: StartableQuiz; isPreview: boolean; enrollmentId: number | null } {
  if (!quiz) throw notFound()
  if (manages(viewer, quiz)) return { quiz, isPreview: true, enrollmentId: null }
  const isLearner = takesPart(enrollment?.status)
  if (!isLearner && !seesCourseOf(viewer, quiz, enrollment?.status)) throw notFound()
  if (quiz.courseStatus !== 'published' || !quiz.moduleIsPublished || !quiz.isPublished) {
    // Learners of the course get the reason; nobody else may learn that the unpublished quiz exists.
    throw isLearner ? ruleViolation('quiz_not_published', 'This quiz is not open.') : notFound()
  }
  if (!isLearner) throw forbidden('enrollment_required', 'Enroll in the course to take its quizzes.')
  requireOpen(quiz, now)
  const atMost = attemptsAtMost(quiz)
  if (atMost !== null && used >= atMost) throw forbidden('no_attempt_left', NO_ATTEMPT_LEFT)
  return { quiz, isPreview: false, enrollmentId: enrollment.id }
}

/** The quiz's window decides or, without one, the dates of its course, which are whole UTC days. */
function requireOpen({ availableFrom, availableUntil, courseStartDate, courseEndDate }: StartableQuiz, now: number) {
  if (availableFrom !== null && now < availableFrom) throw forbidden('quiz_not_open_yet', 'This quiz is not open yet.')
  if (availableUntil !== null && now >= availableUntil) throw forbidden('quiz_closed', 'This quiz is closed.')
  if (availableFrom !== null || availableUntil !== null) return
  const today = toDate(now)
  if (courseStartDate !== null && today < courseStartDate)
    throw ruleViolation('course_not_begun', 'The course has not begun.')
  if (courseEndDate !== null && today > courseEndDate) throw ruleViolation('course_ended', 'The course has ended.')
}

export const NO_ATTEMPT_LEFT = 'No attempt is left.'

/** Compares digests in constant time, so that the duration reveals nothing about the code. */
export function isAccessCode(expected: string, input: string): boolean {
  const digest = (code: string) => createHash('sha256').update(code).digest()
  return timingSafeEqual(digest(expected), digest(input))
}
