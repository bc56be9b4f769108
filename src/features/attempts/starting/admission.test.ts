import { describe, expect, test } from 'vitest'
import type { EnrollmentStatus } from '../../../access/participation.ts'
import type { Viewer } from '../../../access/viewer.ts'
import { Refusal } from '../../../http/errors.ts'
import { admitAttempt, attemptsAtMost, isAccessCode } from './admission.ts'
import type { StartableQuiz } from './queries.ts'

const LEARNER: Viewer = {
  id: 5,
  username: 'learner',
  firstName: '',
  lastName: '',
  isInstructor: false,
  isStaff: false,
  isActive: true,
  sessionVersion: 1,
}
const QUIZ: StartableQuiz = {
  id: 1,
  title: 'Quiz',
  timeLimitMinutes: null,
  passingScore: 70,
  randomizeQuestions: false,
  randomizeChoices: false,
  questionCount: 0,
  allowMultipleAttempts: true,
  maxAttempts: 0,
  isPublished: true,
  isSurvey: false,
  accessCode: '',
  allowTimeExtension: false,
  showFeedback: 'never',
  availableFrom: null,
  availableUntil: null,
  moduleId: 1,
  moduleIsPublished: true,
  courseId: 1,
  courseStatus: 'published',
  courseStartDate: null,
  courseEndDate: null,
  instructorId: 2,
}
const NOON = Date.parse('2026-03-10T12:00:00Z') / 1000
const MIDNIGHT = Date.parse('2026-03-10T00:00:00Z') / 1000

/** The message and status of the refusal, or the enrollment the attempt counts for; null for a preview. */
function admitted(
  quiz: Partial<StartableQuiz> | undefined,
  {
    viewer = {},
    status = 'active',
    used = 0,
    now = NOON,
  }: { viewer?: Partial<Viewer>; status?: EnrollmentStatus | null; used?: number; now?: number } = {},
): number | null | [number, unknown] {
  const enrollment = status === null ? undefined : { id: 9, status }
  try {
    const found = quiz && { ...QUIZ, ...quiz }
    const { isPreview, enrollmentId } = admitAttempt({ ...LEARNER, ...viewer }, found, enrollment, used, now)
    expect(isPreview).toBe(enrollmentId === null)
    return enrollmentId
  } catch (error) {
    if (error instanceof Refusal) return [error.status, error.body]
    throw error
  }
}

const NOT_FOUND = [404, { detail: 'Not found.', code: 'not_found' }]
const NOT_OPEN = [400, { detail: 'This quiz is not open.', code: 'quiz_not_published' }]
const ENROLL = [403, { detail: 'Enroll in the course to take its quizzes.', code: 'enrollment_required' }]
const NOT_YET = [403, { detail: 'This quiz is not open yet.', code: 'quiz_not_open_yet' }]
const CLOSED = [403, { detail: 'This quiz is closed.', code: 'quiz_closed' }]
const NOT_BEGUN = [400, { detail: 'The course has not begun.', code: 'course_not_begun' }]
const ENDED = [400, { detail: 'The course has ended.', code: 'course_ended' }]
const NONE_LEFT = [403, { detail: 'No attempt is left.', code: 'no_attempt_left' }]

describe('the times at which an attempt may begin', () => {
  test.each<[Partial<StartableQuiz>, number, unknown]>([
    [{ availableFrom: NOON }, NOON - 1, NOT_YET],
    [{ availableFrom: NOON }, NOON, 9],
    [{ availableUntil: NOON }, NOON - 1, 9],
    [{ availableUntil: NOON }, NOON, CLOSED],
    [{ availableFrom: NOON, availableUntil: NOON + 1 }, NOON, 9],
    // The dates of a course are whole UTC days.
    [{ courseStartDate: '2026-03-10' }, MIDNIGHT - 1, NOT_BEGUN],
    [{ courseStartDate: '2026-03-10' }, MIDNIGHT, 9],
    [{ courseEndDate: '2026-03-09' }, MIDNIGHT - 1, 9],
    [{ courseEndDate: '2026-03-09' }, MIDNIGHT, ENDED],
    // A window, even of one side, stands before them.
    [{ availableFrom: NOON, courseEndDate: '2026-03-09' }, NOON, 9],
    [{ availableUntil: NOON, courseStartDate: '2026-03-11' }, NOON - 1, 9],
  ])('%j at %i', (quiz, now, expected) => {
    expect(admitted(quiz, { now })).toEqual(expected)
  })
})

describe('who may begin an attempt', () => {
  const hidden: Partial<StartableQuiz>[] = [
    { courseStatus: 'draft' },
    { courseStatus: 'archived' },
    { moduleIsPublished: false },
    { isPublished: false },
  ]
  test.each(hidden)('%j: learners hear that it is not open, others nothing of it', quiz => {
    expect(admitted(quiz)).toEqual(NOT_OPEN)
    expect(admitted(quiz, { status: 'completed' })).toEqual(NOT_OPEN)
    for (const status of ['dropped', null] as const) expect(admitted(quiz, { status })).toEqual(NOT_FOUND)
  })

  test.each<[EnrollmentStatus | null, unknown]>([
    ['active', 9],
    ['completed', 9],
    ['dropped', ENROLL],
    [null, ENROLL],
  ])('enrolled as %j', (status, expected) => {
    expect(admitted({}, { status })).toEqual(expected)
  })

  test('the instructor and staff begin previews whatever the limits, and nobody begins what is not there', () => {
    const closed = { isPublished: false, availableUntil: NOON, allowMultipleAttempts: false }
    const viewers = [{ isStaff: true }, { id: QUIZ.instructorId, isInstructor: true }]
    for (const viewer of viewers) expect(admitted(closed, { viewer, used: 9 })).toBeNull()
    expect(admitted(closed, { viewer: { isInstructor: true } })).toEqual(NOT_OPEN)
    expect(admitted(undefined, { viewer: { isStaff: true } })).toEqual(NOT_FOUND)
  })
})

test.each([
  [false, 0, 1],
  [false, 3, 1],
  [true, 0, null],
  [true, 3, 3],
])('several attempts %j, at most %i: %j', (allowMultipleAttempts, maxAttempts, expected) => {
  expect(attemptsAtMost({ allowMultipleAttempts, maxAttempts })).toBe(expected)
  const used = expected ?? 1_000_000
  expect(admitted({ allowMultipleAttempts, maxAttempts }, { used: used - 1 })).toBe(9)
  expect(admitted({ allowMultipleAttempts, maxAttempts }, { used })).toEqual(expected === null ? 9 : NONE_LEFT)
})

test('an access code is compared whole, its case and spaces too', () => {
  expect(isAccessCode('hashing', 'hashing')).toBe(true)
  for (const given of ['', 'hash', 'Hashing', 'hashing ', 'hashing\0'])
    expect(isAccessCode('hashing', given)).toBe(false)
})
