/** What a term is, in numbers: an assumption, to be changed here. Everything else is measured. */

export const WEEKS = 16
export const MONTHS = 4
/** On which a learner signs in. */
export const ACTIVE_DAYS = 5 * WEEKS

export const COURSES = 5
export const MODULES = 12
/** Of a course; one of them is an essay. */
export const QUIZZES = 6
export const QUESTIONS = 15
/** A lecture a week in each course, its end left out. */
export const LECTURES = 14
export const COURSE_SIZE = 100

const MINUTES_READ = 30
/** How often a client tells the time spent. */
const TOLD_EVERY_MINUTES = 5
/** How long a display stands at the door; it asks every four seconds. */
const DISPLAY_MINUTES = 15

/** How often a learner does what, in a term. */
export const LEARNER = {
  register: 1,
  'log in': ACTIVE_DAYS,
  'refresh the token': 2 * ACTIVE_DAYS,
  'log out': ACTIVE_DAYS / 4,
  'look at the catalog': 4,
  'search the catalog': 4,
  enroll: COURSES,
  'list own courses': ACTIVE_DAYS,
  'look at a course': ACTIVE_DAYS,
  'list the modules of a course': 2 * ACTIVE_DAYS,
  'list own progress in a course': 2 * ACTIVE_DAYS,
  'read a module': 2 * COURSES * MODULES,
  'add time to a module': (COURSES * MODULES * MINUTES_READ) / TOLD_EVERY_MINUTES,
  'complete a module': COURSES * MODULES,
  'look at a quiz': COURSES * QUIZZES,
  'start an attempt': COURSES * QUIZZES,
  'answer a question': COURSES * QUIZZES * QUESTIONS,
  'come back to an attempt': COURSES * QUIZZES,
  'watch the live clock': COURSES * QUIZZES,
  'hand in an attempt': COURSES * QUIZZES,
  'look at a result': 2 * COURSES * QUIZZES,
  'list own attempts': COURSES * QUIZZES,
  'open the page of a code': COURSES * LECTURES,
  'record a scan': COURSES * LECTURES,
} as const

/** How often the teacher of a course does what. */
export const TEACHER = {
  'create a course': 1,
  'create a module': MODULES,
  'create a quiz': QUIZZES,
  'create a question': QUIZZES * QUESTIONS,
  'create a QR code': LECTURES,
  'list enrollments': 4 * WEEKS,
  'list attempts': 4 * WEEKS,
  'look at a learner’s result': COURSE_SIZE,
  'read quiz analytics': 4 * WEEKS,
  'read course analytics': 4 * WEEKS,
  'read learner analytics': 4 * WEEKS,
  'read module engagement': 2 * WEEKS,
  'list essays that wait': 2 * WEEKS,
  'grade an essay': COURSE_SIZE,
  'list scans': LECTURES,
  'poll the display at the door': (LECTURES * DISPLAY_MINUTES * 60) / 4,
} as const

export type LearnerAction = keyof typeof LEARNER
export type TeacherAction = keyof typeof TEACHER
export type Action = LearnerAction | TeacherAction

/** Not counted by the daily quotas. */
export const FREE: ReadonlySet<Action> = new Set([
  'register',
  'log in',
  'refresh the token',
  'log out',
  'start an attempt',
  'answer a question',
  'come back to an attempt',
  'watch the live clock',
  'hand in an attempt',
  'look at a result',
  'open the page of a code',
  'poll the display at the door',
])
/** Counted for an address, whose counter goes to KV every five calls. */
export const ANONYMOUS: ReadonlySet<Action> = new Set(['look at the catalog', 'search the catalog'])
export const ANONYMOUS_STEP = 5

/** Pings of a live clock, one a minute; answered without waking its object, twenty make a request. */
export const PINGS_PER_CLOCK = 20
export const PINGS_PER_REQUEST = 20
/** A browser on another origin asks leave before half of its calls: it remembers the answer for two hours, an URL at a time. */
export const PREFLIGHTS_PER_CALL = 0.5
/** That serve one learner on one day, each with a counter of its own. */
export const ISOLATES = 4
/** Ends that come by the clock instead of the learner: one more alarm. */
export const TIMED_OUT_SHARE = 0.1
/** An object is charged for while it works or waits for D1: about a trip to a database that is not far. */
export const OBJECT_REQUEST_MS = 50
/** A line of the log, of some 300 bytes, with what Cloudflare adds to it; kept a week. */
export const LOG_LINE_BYTES = 1_000
export const LOG_DAYS = 7
/** Gates of one learner that forget after a day: of the login and of the refreshes. A third, of the account, is kept for a month. */
export const DAILY_GATES = 2
export const LASTING_GATES = 1

/** Of a day's calls, in its busiest hour. */
export const BUSIEST_HOUR_SHARE = 0.15
