/** Reasons to refuse a scan. The scan page's browser script includes this file, so the file imports nothing. */
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

/** Reasons that may end within moments, so that trying again can help. */
export const MAY_PASS: readonly string[] = [REFUSED.notEnrolled, REFUSED.notOpen, REFUSED.full, REFUSED.notAvailable]
