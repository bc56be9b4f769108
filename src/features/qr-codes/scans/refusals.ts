/** What a scan is refused for. The scan page's own script has these words, too, so nothing is imported here. */
export const REFUSED = {
  revoked: 'This QR code has been revoked.',
  expired: 'This QR code has expired.',
  stale: 'This QR code changes all the time. Scan the one on display now.',
  limit: 'This QR code has reached its scan limit.',
  notEnrolled: 'You are not enrolled in this course.',
  removed: 'You were removed from this course by its instructor.',
  notOpen: 'This course is not open for enrollment.',
  ended: 'This course has ended.',
  full: 'This course is full.',
  notAvailable: 'This module is not available.',
  notCompleted: 'This certificate no longer stands: the course is not completed.',
} as const

/** What may be otherwise a moment later, so that it helps to try again. */
export const MAY_PASS: readonly string[] = [REFUSED.notEnrolled, REFUSED.notOpen, REFUSED.full, REFUSED.notAvailable]
