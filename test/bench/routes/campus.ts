/**
 * A campus straight into the database. A few measured people and courses stand still; around and inside them everything
 * else grows. The same every time, and nothing that happened is younger than a week.
 */
import { SEARCH_VERSION } from '../../../src/features/courses/catalog/search-text.ts'
import { hashPassword } from '../../../src/features/users/passwords/hashing.ts'

/** Learners at 1× the data; with each come what a learner leaves behind, and half a course. */
export const LEARNERS = 100
const LEARNERS_PER_COURSE = 2
/** Of one statement: D1 gives it 30 s. */
const LEARNERS_PER_BATCH = 1_000
export const DAYS = 30
const WEEK_SECONDS = 7 * 86_400

export const TEACHER = 1
const OTHER_TEACHER = 2
export const STAFF = 3
export const LEARNER = 4
export const TAUGHT = [1, 2, 3]
export const EXAM = { course: 4, quiz: 41, questions: 10 }
/** Where one enrolls, and where one scans. */
export const DOOR = { course: 5, slug: 'course-5' }
export const HALL = { course: 6, module: 61, code: '11111111-1111-4111-8111-111111111111' }
const FIXED_COURSES = 7
const MODULES = 6
export const PASSWORD = 'a password of somebody'

/** People who are there to do one thing once, by what they do. As many of each as a run can use up. */
export const ONCE = {
  enroll: { from: 2_000_000, count: 10_000 },
  start: { from: 3_000_000, count: 10_000 },
  scan: { from: 4_000_000, count: 10_000 },
  login: { from: 5_000_000, count: 1_000 },
}
export const usernameOf = (id: number) => `user-${id}`

const FIRST_LEARNER = 10_000
const FIRST_COURSE = 1_000

const numbers = (from: number, to: number) =>
  `WITH RECURSIVE n (i) AS (SELECT ${from} UNION ALL SELECT i + 1 FROM n WHERE i < ${to})`

const insertUsers = (range: string, hash = 'NULL', now = 0) =>
  `INSERT INTO users (id, username, username_key, email, email_key, first_name, last_name, password_hash, is_instructor, is_staff, created_at, updated_at)
   ${range} SELECT i, 'user-' || i, 'user-' || i, i || '@example.com', i || '@example.com', 'First' || i, 'Last', ${hash},
     i IN (${TEACHER}, ${OTHER_TEACHER}), i = ${STAFF}, ${now}, ${now} FROM n`

/** Courses of the range's ids with all that is in them: modules, a quiz in each of the first two, codes. */
const insertCourses = (range: string, now: number) => {
  const modules = `(WITH RECURSIVE m (k) AS (SELECT 1 UNION ALL SELECT k + 1 FROM m WHERE k < ${MODULES}) SELECT k FROM m)`
  const asked = `(WITH RECURSIVE a (k) AS (SELECT 1 UNION ALL SELECT k + 1 FROM a WHERE k < ${EXAM.questions}) SELECT k FROM a)`
  return [
    `INSERT INTO courses (id, title, slug, description, status, enrollment_type, instructor_id, created_at, updated_at)
     ${range} SELECT i, 'Course ' || i || CASE WHEN i <= ${FIXED_COURSES} THEN ' about rarities' ELSE ' about all sorts' END,
       'course-' || i, 'What everybody should know of number ' || i || ', told in ${MODULES} modules with quizzes, examples and a little patience.',
       CASE WHEN i > ${FIXED_COURSES} AND i % 4 = 0 THEN 'draft' ELSE 'published' END,
       CASE WHEN i > ${FIXED_COURSES} AND i % 3 = 0 THEN 'restricted' ELSE 'open' END,
       CASE WHEN i IN (${TAUGHT}) THEN ${TEACHER} ELSE ${OTHER_TEACHER} END, ${now}, ${now} FROM n`,
    // As code finds the words: there is nothing in these but ASCII letters and spaces.
    `UPDATE courses SET search_title = lower(title), search_description = lower(description), search_version = ${SEARCH_VERSION} WHERE search_version = 0`,
    `INSERT INTO modules (id, course_id, title, description, "order", is_published, created_at, updated_at)
     ${range} SELECT i * 10 + k, i, 'Module ' || k, 'The module of number ' || k, k, 1, ${now}, ${now} FROM n, ${modules}`,
    `INSERT INTO quizzes (id, module_id, title, is_published, show_feedback, created_at, updated_at)
     ${range} SELECT i * 10 + k, i * 10 + k, 'Quiz ' || k, 1, 'after_completion', ${now}, ${now} FROM n, (SELECT 1 AS k UNION SELECT 2)`,
    `INSERT INTO questions (id, quiz_id, "order") ${range} SELECT (i * 10 + 1) * 100 + k, i * 10 + 1, k FROM n, ${asked}`,
    `INSERT INTO question_versions (id, question_id, type, text, body, created_at)
     ${range} SELECT (i * 10 + 1) * 100 + k, (i * 10 + 1) * 100 + k, 'true_false', 'Is ' || k || ' a number?', '{"correctAnswer":true}', ${now} FROM n, ${asked}`,
    `INSERT INTO qr_codes (uuid, type, target_id, course_id, created_by, created_at, updated_at)
     ${range} SELECT CASE WHEN i * 10 + k = ${HALL.module} THEN '${HALL.code}' ELSE printf('00000000-0000-4000-8000-%012d', i * 10 + k) END,
       'attendance', i * 10 + k, i, CASE WHEN i IN (${TAUGHT}) THEN ${TEACHER} ELSE ${OTHER_TEACHER} END, ${now}, ${now} FROM n, ${modules}`,
  ]
}

/** The measured people and courses, and all who do a thing once. */
export async function found(db: D1Database): Promise<void> {
  const now = Math.floor(Date.now() / 1000) - WEEK_SECONDS - DAYS * 86_400
  const hash = `'${await hashPassword(PASSWORD)}'`
  await db.batch(
    [
      insertUsers(numbers(1, LEARNER), 'NULL', now),
      ...insertCourses(numbers(1, FIXED_COURSES), now),
      `INSERT INTO enrollments (user_id, course_id, enrolled_at) ${numbers(1, FIXED_COURSES)} SELECT ${LEARNER}, i, ${now} FROM n WHERE i <= 5`,
      `INSERT INTO module_progress (enrollment_id, module_id, started_at, completed_at, last_activity_at, first_seen_at)
       SELECT e.id, m.id, ${now}, iif(m."order" % 2, ${now}, NULL), ${now}, ${now} FROM enrollments e JOIN modules m ON m.course_id = e.course_id
       WHERE e.user_id = ${LEARNER} AND m."order" <= 4`,
      ...Object.entries(ONCE).map(([what, { from, count }]) =>
        insertUsers(numbers(from, from + count - 1), what === 'login' ? hash : 'NULL', now),
      ),
      ...(['start', 'scan'] as const).map(
        what =>
          `INSERT INTO enrollments (user_id, course_id, enrolled_at) ${numbers(ONCE[what].from, ONCE[what].from + ONCE[what].count - 1)}
           SELECT i, ${what === 'start' ? EXAM.course : HALL.course}, ${now} FROM n`,
      ),
    ].map(text => db.prepare(text)),
  )
}

/** Adds the learners numbered from `from` (excluded) to `to`, and their courses. */
export async function grow(db: D1Database, from: number, to: number): Promise<void> {
  const parts: [number, number][] = []
  for (let at = from; at < to; at += LEARNERS_PER_BATCH) parts.push([at, Math.min(to, at + LEARNERS_PER_BATCH)])
  const now = Math.floor(Date.now() / 1000)
  for (const [first, last] of parts) {
    const courses = numbers(course(first) + 1, course(last))
    await db.batch(insertCourses(courses, now).map(text => db.prepare(text)))
  }
  for (const [first, last] of parts) await growOnce(db, first, last, to)
}

/** The last course that comes with so many learners. */
const course = (learners: number) => FIRST_COURSE + learners / LEARNERS_PER_COURSE

async function growOnce(db: D1Database, from: number, to: number, all: number): Promise<void> {
  const now = Math.floor(Date.now() / 1000)
  const [user, lastUser] = [FIRST_LEARNER + from + 1, FIRST_LEARNER + to]
  const range = numbers(from + 1, to)
  const day = `(${now - WEEK_SECONDS} - (u.id % ${DAYS} + 1) * 86400)`
  /** Everybody learns in a taught course, at the exam, in the hall, half of them behind the door, and in others. */
  const enrolled = [
    `1 + i % ${TAUGHT.length}`,
    `${EXAM.course}`,
    `${HALL.course}`,
    `${FIRST_COURSE} + 1 + (i * 7) % ${all / LEARNERS_PER_COURSE}`,
    `${FIRST_COURSE} + 1 + (i * 7 + 11) % ${all / LEARNERS_PER_COURSE}`,
  ]
  const learners = `users u JOIN enrollments e ON e.user_id = u.id`
  const theirs = `u.id BETWEEN ${user} AND ${lastUser}`
  const studied = `${learners} JOIN modules m ON m.course_id = e.course_id WHERE ${theirs} AND e.course_id NOT IN (${EXAM.course}, ${HALL.course}) AND m."order" <= 3`
  await db.batch(
    [
      insertUsers(numbers(user, lastUser), 'NULL', now),
      ...enrolled.map(
        (id, place) =>
          `INSERT INTO enrollments (user_id, course_id, status, enrolled_at, completed_at)
           ${range} SELECT ${FIRST_LEARNER} + i, ${id}, CASE (i / 3 + ${place}) % 3 WHEN 0 THEN 'dropped' WHEN 1 THEN 'completed' ELSE 'active' END,
             ${now - WEEK_SECONDS} - (i % ${DAYS} + 1) * 86400, iif((i / 3 + ${place}) % 3 = 1, ${now - WEEK_SECONDS} - (i % ${DAYS} + 1) * 86400, NULL)
           FROM n`,
      ),
      `INSERT INTO enrollments (user_id, course_id, enrolled_at)
       ${range} SELECT ${FIRST_LEARNER} + i, ${DOOR.course}, ${now - WEEK_SECONDS} - 86400 FROM n WHERE i % 2 = 0`,
      `INSERT INTO module_progress (enrollment_id, module_id, started_at, completed_at, last_activity_at, first_seen_at)
       SELECT e.id, m.id, ${day}, iif((u.id + m.id) % 2, ${day}, NULL), ${day}, ${day} FROM ${studied}`,
      `INSERT INTO study_time (enrollment_id, module_id, day, seconds) SELECT e.id, m.id, date(${day}, 'unixepoch'), 600 FROM ${studied}`,
      `INSERT INTO activities (user_id, type, target_id, course_id, module_id, occurred_at, place, session_started_at)
       SELECT u.id, 'course_enroll', e.course_id, e.course_id, NULL, ${day}, e.course_id, ${day} FROM ${learners} WHERE ${theirs}`,
      `INSERT INTO activities (user_id, type, target_id, course_id, module_id, occurred_at, place, session_started_at)
       SELECT u.id, 'module_view', m.id, e.course_id, m.id, ${day} + m."order", m.id, ${day} FROM ${studied}`,
      `INSERT INTO attempts (quiz_id, user_id, enrollment_id, status, started_at, completed_at, earned_nano, possible_nano, score_hundredths, passed, time_spent_seconds)
       SELECT q.id, u.id, e.id, iif(u.id / 3 % 3, 'completed', 'timed_out'), ${day}, ${day} + 600, 7000000000, 10000000000, u.id % 10001, u.id % 2, 600
       FROM ${learners} JOIN quizzes q ON q.id = e.course_id * 10 + 1 WHERE ${theirs} AND e.course_id <> ${HALL.course}`,
      `INSERT INTO responses (id, question_id, question_version_id, key_version_id, response_data, is_correct, score_nano, max_nano, item_share, rest_share, time_spent_seconds)
       SELECT a.id * 1000 + q."order", q.id, q.id, q.id, '{"selected_answer":true}', u.id % 2, 1000000000, 1000000000, u.id % 2 * 10000, 7000, 60
       FROM users u JOIN attempts a ON a.user_id = u.id AND a.quiz_id = ${EXAM.quiz} JOIN questions q ON q.quiz_id = a.quiz_id WHERE ${theirs}`,
      `INSERT INTO qr_scans (qr_code_id, course_id, user_id, scanned_at, is_valid, validation_message)
       SELECT k.id, k.course_id, u.id, ${day}, 1, NULL
       FROM ${learners} JOIN qr_codes k ON k.target_id = e.course_id * 10 + 1 WHERE ${theirs} AND e.status <> 'dropped'`,
    ].map(text => db.prepare(text)),
  )
}
