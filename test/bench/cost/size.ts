/** How many bytes a term takes in D1: the rows that one learner's calls really wrote, multiplied as a term does, in SQLite. */
import { readdirSync, readFileSync } from 'node:fs'
import { DatabaseSync, type SQLInputValue } from 'node:sqlite'
import { ACTIVE_DAYS, COURSE_SIZE, COURSES, LEARNER, LECTURES, MODULES, QUESTIONS, QUIZZES } from './term.ts'

type Row = Record<string, SQLInputValue>
export type Sample = Record<'users' | 'attempts' | 'responses' | 'activities' | 'qr_scans', Row>
export type Size = {
  learners: number
  /** In bytes, indexes included. */
  learner: number
  attempt: number
  /** Of the learner's, by table. */
  tables: Record<string, number>
}

export type Term = { learners: number; courses: number }
/** Enough that what is shared by all weighs nothing. */
export const FULL_TERM: Term = { learners: 4 * COURSE_SIZE, courses: 4 * COURSES }
const TERM_STARTED = 1_790_000_000
const DAY = 86_400

/** One row of each kind, as the learner's calls wrote it. */
export async function sampleRows(db: D1Database, learner: number): Promise<Sample> {
  const one = async (table: string, where: string): Promise<Row> => {
    const row = await db.prepare(`SELECT * FROM ${table} WHERE ${where} LIMIT 1`).bind(learner).first<Row>()
    if (!row) throw new Error(`the learner has left nothing in ${table}`)
    return row
  }
  return {
    users: await one('users', 'id = ?'),
    attempts: await one('attempts', "user_id = ? AND status = 'completed'"),
    responses: await one('responses', 'attempt_id IN (SELECT id FROM attempts WHERE user_id = ?)'),
    activities: await one('activities', 'user_id = ?'),
    qr_scans: await one('qr_scans', 'user_id = ?'),
  }
}

export function measureSize(sample: Sample, term: Term): Size {
  const db = new DatabaseSync(':memory:')
  for (const name of readdirSync('migrations')
    .filter(file => file.endsWith('.sql'))
    .sort())
    db.exec(readFileSync(`migrations/${name}`, 'utf8'))
  fillCourses(db, sample, term.courses)
  const before = bytesByTable(db)
  fillTerm(db, sample, term)
  const after = bytesByTable(db)
  const grown = (table: string) => ((after.get(table) ?? 0) - (before.get(table) ?? 0)) / term.learners
  const tables = [...after.keys()].filter(table => grown(table) > 0)
  const attempts = LEARNER['start an attempt']
  const size = {
    learners: term.learners,
    learner: tables.reduce((sum, table) => sum + grown(table), 0),
    attempt: (grown('attempts') + grown('responses')) / attempts,
    tables: Object.fromEntries(
      tables.map((table): [string, number] => [table, grown(table)]).toSorted(([, one], [, other]) => other - one),
    ),
  }
  db.close()
  return size
}

/** Pages of each table with its indexes. */
function bytesByTable(db: DatabaseSync): Map<string, number> {
  const rows = db
    .prepare(
      'SELECT m.tbl_name AS name, sum(s.pgsize) AS bytes FROM dbstat s JOIN sqlite_master m ON m.name = s.name GROUP BY m.tbl_name',
    )
    .all() as { name: string; bytes: number }[]
  return new Map(rows.map(({ name, bytes }) => [name, bytes]))
}

const TEACHER = 1

/** Prepared once, and told the columns that differ from the sample. */
function inserter(db: DatabaseSync, table: string, sample: Row, varied: readonly string[]) {
  // A response's attempt follows from its id, as an event's id does from its time.
  const { id: _id, attempt_id: _attempt, ...fixed } = sample
  const names = [...new Set([...Object.keys(fixed), ...varied])]
  const statement = db.prepare(
    `INSERT INTO ${table} (${names.map(name => `"${name}"`).join()}) VALUES (${names.map(() => '?').join()})`,
  )
  return (values: Row) => {
    const row: Row = { ...fixed, ...values }
    return Number(statement.run(...names.map(name => row[name] ?? null)).lastInsertRowid)
  }
}

function fillCourses(db: DatabaseSync, { users, responses }: Sample, courses: number): void {
  const numbers = (count: number) =>
    `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${count})`
  const teacher = { username: 'teacher', username_key: 'teacher', email: 'teacher', email_key: 'teacher' }
  inserter(db, 'users', users, [])({ ...teacher, is_instructor: 1 })
  const questions = courses * QUIZZES * QUESTIONS
  const [modules, quizzes, codes] = [courses * MODULES, courses * QUIZZES, courses * LECTURES]
  db.exec(`
    INSERT INTO courses (title, slug, status, instructor_id, created_at, updated_at)
      ${numbers(courses)} SELECT 'Course ' || i, 'course-' || i, 'published', ${TEACHER}, 0, 0 FROM n;
    INSERT INTO modules (course_id, title, "order", is_published, created_at, updated_at)
      ${numbers(modules)} SELECT 1 + (i - 1) / ${MODULES}, 'Module', i, 1, 0, 0 FROM n;
    INSERT INTO quizzes (module_id, title, is_published, created_at, updated_at)
      ${numbers(quizzes)} SELECT 1 + (i - 1) * ${MODULES / QUIZZES}, 'Quiz', 1, 0, 0 FROM n;
    INSERT INTO questions (quiz_id, "order") ${numbers(questions)} SELECT 1 + (i - 1) / ${QUESTIONS}, i FROM n;
    INSERT INTO question_versions (question_id, type, text, created_at)
      ${numbers(questions)} SELECT i, 'multiple_choice', ${quoted(responses['response_data'])}, 0 FROM n;
    INSERT INTO qr_codes (uuid, type, target_id, course_id, created_by, created_at, updated_at)
      ${numbers(codes)} SELECT hex(randomblob(16)), 'attendance', 1 + (i - 1) / ${LECTURES} * ${MODULES}, 1 + (i - 1) / ${LECTURES}, ${TEACHER}, 0, 0 FROM n;
  `)
}

const quoted = (value: SQLInputValue | undefined) => `'${String(value).replaceAll("'", "''")}'`

/** Day by day, everybody on each of them, as it comes: so the indexes are as full as they really get. */
function fillTerm(db: DatabaseSync, sample: Sample, term: Term): void {
  const user = inserter(db, 'users', sample.users, [])
  const event = inserter(db, 'activities', sample.activities, ['course_id', 'module_id', 'target_id'])
  const attempt = inserter(db, 'attempts', sample.attempts, [])
  const response = inserter(db, 'responses', sample.responses, ['id'])
  const scan = inserter(db, 'qr_scans', sample.qr_scans, [])
  const enroll = inserter(db, 'enrollments', {}, ['user_id', 'course_id', 'enrolled_at'])
  const touch = db.prepare(
    `INSERT INTO module_progress (enrollment_id, module_id, started_at, time_spent_seconds, last_activity_at, first_seen_at)
     VALUES (?1, ?2, ?3, 900, ?3, ?3) ON CONFLICT DO UPDATE SET content_completed_at = ?3, completed_at = ?3, time_spent_seconds = 1800`,
  )
  const study = db.prepare(
    "INSERT INTO study_time (enrollment_id, module_id, day, seconds) VALUES (?, ?, date(?, 'unixepoch'), 900) ON CONFLICT DO NOTHING",
  )
  const learners = Array.from({ length: term.learners }, (_, place) => {
    const username = `learner.number${1000 + place}`
    const email = `${username}@example.com`
    const id = user({ username, username_key: username, email, email_key: email })
    const courses = Array.from({ length: COURSES }, (_, n) => {
      const course = 1 + ((place % (term.courses / COURSES)) * COURSES + n)
      return { course, enrollment: enroll({ user_id: id, course_id: course, enrolled_at: TERM_STARTED }) }
    })
    return { id, courses }
  })
  const views = LEARNER['read a module'] / COURSES / MODULES
  for (let day = 0; day < ACTIVE_DAYS; day += 1) {
    db.exec('BEGIN')
    const at = TERM_STARTED + Math.floor((day * 7) / 5) * DAY
    const due = (count: number, n: number) => Math.floor((n * ACTIVE_DAYS) / count) === day
    for (const { id, courses } of learners) {
      let place = 0
      const did = (type: string, target: number | null, course: number | null, module: number | null) =>
        event({
          user_id: id,
          type,
          target_id: target,
          course_id: course,
          module_id: module,
          occurred_at: at,
          place: place++,
          session_started_at: at,
        })
      did('login', null, null, null)
      for (const { course, enrollment } of courses) {
        if (day === 0) did('course_enroll', course, course, null)
        for (let n = 0; n < MODULES * views; n += 1) {
          if (!due(MODULES * views, n)) continue
          const module = (course - 1) * MODULES + 1 + Math.floor(n / views)
          touch.run(enrollment, module, at)
          study.run(enrollment, module, at)
          did('module_view', module, course, module)
          if (n % views === views - 1) did('module_complete', module, course, module)
        }
        for (let n = 0; n < QUIZZES; n += 1) {
          if (!due(QUIZZES, n)) continue
          const quiz = (course - 1) * QUIZZES + 1 + n
          const module = 1 + (quiz - 1) * (MODULES / QUIZZES)
          const ended = attempt({
            quiz_id: quiz,
            user_id: id,
            enrollment_id: enrollment,
            started_at: at,
            completed_at: at + 1200,
          })
          for (let place = 0; place < QUESTIONS; place += 1) {
            const question = (quiz - 1) * QUESTIONS + 1 + place
            response({
              id: ended * 1000 + place,
              question_id: question,
              question_version_id: question,
              key_version_id: question,
              submitted_at: at + place * 60,
            })
          }
          did('quiz_start', quiz, course, module)
          did('quiz_complete', quiz, course, module)
        }
        for (let n = 0; n < LECTURES; n += 1) {
          if (!due(LECTURES, n)) continue
          const code = (course - 1) * LECTURES + 1 + n
          const ticket = crypto.randomUUID().replaceAll('-', '').slice(0, String(sample.qr_scans['ticket']).length)
          scan({ qr_code_id: code, course_id: course, user_id: id, scanned_at: at, ticket })
          did('qr_scan', code, course, (course - 1) * MODULES + 1)
        }
      }
    }
    db.exec('COMMIT')
  }
}
