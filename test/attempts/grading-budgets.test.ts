import { env } from 'cloudflare:workers'
import { beforeAll, describe, expect, test } from 'vitest'
import { backgroundDatabase } from '../../src/db/client.ts'
import { signReceipt } from '../../src/features/attempts/receipts/receipt.ts'
import { regradeNext } from '../../src/features/attempts/regrades/regrade.ts'
import { endedAttempt, insertRegrade } from '../factories/attempts.ts'
import { type Hall, makeHall } from '../factories/classrooms.ts'
import { makeCourse, makeModule } from '../factories/courses.ts'
import { QUESTIONS } from '../factories/questions.ts'
import { insertQuizWithQuestions } from '../factories/quizzes.ts'
import { makeStaff, type TestUser } from '../factories/users.ts'
import { type CallOptions, call } from '../helpers/client.ts'
import { type Counts, counting } from '../helpers/counting.ts'

// What grading and its lists may cost: round trips to D1, nothing in KV on the path, and the same rows with 50 times the
// attempts.

/** Enough for a full page of every list, of every quiz. */
const BASE = 30

let hall: Hall
let staff: TestUser
let essay: number
let question: number
let regrade: number

beforeAll(async () => {
  hall = await makeHall({}, [QUESTIONS.true_false, QUESTIONS.essay])
  staff = await makeStaff()
  const other = await insertQuizWithQuestions(hall.module.id, {}, [QUESTIONS.true_false, QUESTIONS.essay])
  await insertQuizWithQuestions(hall.module.id, {}, [QUESTIONS.essay])
  // A course behind the measured one: a scan that ends with an index reads a row less.
  await makeModule(hall.instructor, (await makeCourse(hall.instructor)).id)
  const [first, second] = hall.quiz.questions
  if (!first || !second) throw new Error('no question')
  question = first.id
  const attempt = await endedAttempt(
    hall.quiz.id,
    hall.learner,
    [
      { question: first, scoreMilli: 1000 },
      { question: second, pending: true },
    ],
    { enrollmentId: hall.enrollment.id },
  )
  essay = attempt * 1000 + 1
  quizzes = [hall.quiz.id, other.id]
  await grow(BASE)
  regrade = (
    await call('POST', `/api/questions/${question}/regrade/`, { as: hall.instructor, body: { dry_run: true } })
  ).body.id
})
let quizzes: number[]

/** Adds `times` learners with an attempt at each of two quizzes, an essay waiting in each, and progress in the module. */
async function grow(times: number): Promise<void> {
  const at = crypto.randomUUID()
  await env.DB.batch([
    env.DB.prepare(
      `INSERT INTO users (username, username_key, email, email_key, created_at, updated_at)
       WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${times})
       SELECT '${at}' || i, '${at}' || i, '${at}' || i, '${at}' || i, 0, 0 FROM n`,
    ),
    env.DB.prepare(
      `INSERT INTO enrollments (user_id, course_id, status, enrolled_at) SELECT id, ?, 'active', 0 FROM users WHERE username LIKE '${at}%'`,
    ).bind(hall.course.id),
    env.DB.prepare(
      `INSERT INTO module_progress (enrollment_id, module_id, started_at, last_activity_at)
       SELECT e.id, ?, 0, 0 FROM enrollments e JOIN users u ON u.id = e.user_id WHERE u.username LIKE '${at}%'`,
    ).bind(hall.module.id),
    ...quizzes.map(quiz =>
      env.DB.prepare(
        `INSERT INTO attempts (quiz_id, user_id, enrollment_id, status, started_at, completed_at, earned_nano, possible_nano, score_hundredths, passed, pending_grading)
         SELECT ?, e.user_id, e.id, 'completed', 0, 1, 1000000000, 11000000000, 909, 0, 1 FROM enrollments e JOIN users u ON u.id = e.user_id WHERE u.username LIKE '${at}%'`,
      ).bind(quiz),
    ),
    env.DB.prepare(
      `INSERT INTO responses (id, question_id, question_version_id, key_version_id, response_data, score_nano, max_nano, is_correct, item_share, is_pending)
       SELECT a.id * 1000 + (v.type = 'essay'), q.id, v.id, v.id, iif(v.type = 'essay', '{"essay_text":"x"}', '{"selected_answer":true}'),
         iif(v.type = 'essay', NULL, 1000000000), v.points_milli * 1000000, iif(v.type = 'essay', NULL, 1), iif(v.type = 'essay', NULL, 10000), v.type = 'essay'
       FROM attempts a JOIN users u ON u.id = a.user_id JOIN questions q ON q.quiz_id = a.quiz_id JOIN question_versions v ON v.question_id = q.id
       WHERE u.username LIKE '${at}%'`,
    ),
  ])
}

async function cost(method: string, path: string, options: CallOptions = {}): Promise<Counts> {
  const { env: counted, counts } = counting()
  const { status, text } = await call(method, path, { ...options, env: { ...counted, ...options.env } })
  expect(status, `${method} ${path}: ${text}`).toBeLessThan(300)
  return counts
}

type Row = [
  name: string,
  method: string,
  path: () => string,
  trips: number,
  as: () => TestUser | undefined,
  body?: () => unknown,
]
const PENDING = '/api/courses/question-responses/pending-grading/'
const [asOwner, asStaff, anonymous] = [() => hall.instructor, () => staff, () => undefined]

/** At 1 and at 50 times the attempts. */
const BOUNDED: Row[] = [
  ['pending', 'GET', () => PENDING, 1, asOwner],
  ['pending, staff', 'GET', () => PENDING, 1, asStaff],
  ['pending of a course', 'GET', () => `${PENDING}?course=${hall.course.id}`, 1, asOwner],
  ['pending of a course, staff', 'GET', () => `${PENDING}?course=${hall.course.id}`, 1, asStaff],
  ['pending of a quiz', 'GET', () => `${PENDING}?quiz=${hall.quiz.id}`, 1, asOwner],
  ['pending of a quiz, staff', 'GET', () => `${PENDING}?quiz=${hall.quiz.id}`, 1, asStaff],
  ['a regrade', 'GET', () => `/api/regrades/${regrade}/`, 1, asOwner],
  [
    'grading, a pass',
    'POST',
    () => `/api/courses/question-responses/${essay}/grade-essay/`,
    2,
    asOwner,
    () => ({ score: 10 }),
  ],
  [
    'grading, a pass lost',
    'POST',
    () => `/api/courses/question-responses/${essay}/grade-essay/`,
    2,
    asOwner,
    () => ({ score: 1 }),
  ],
]

describe('round trips and KV', () => {
  test.each(BOUNDED.map(row => [row[0], row] as const))('%s', async (_name, [, method, path, trips, as, body]) => {
    const { d1Trips, kvWrites } = await cost(method, path(), { as: as(), body: body?.(), leave: true })
    expect({ d1Trips, kvWrites }).toEqual({ d1Trips: trips, kvWrites: 0 })
  })

  test('a regrade is asked for in two', async () => {
    const path = `/api/questions/${question}/regrade/`
    expect((await cost('POST', path, { as: hall.instructor, body: {}, leave: true })).d1Trips).toBe(2)
  })

  test('a receipt is verified without any storage', async () => {
    const receipt = await signReceipt(env, {
      attempt: 1,
      learner: 1,
      quiz: 1,
      endedAt: 0,
      scoreHundredths: null,
      answersHash: '',
    })
    const { d1Trips, kvReads, kvWrites } = await cost('POST', '/api/receipts/verify/', {
      as: anonymous(),
      body: { receipt },
    })
    expect({ d1Trips, kvReads, kvWrites }).toEqual({ d1Trips: 0, kvReads: 0, kvWrites: 0 })
  })
})

test('the rows are the same with 50 times the attempts', async () => {
  const measure = async (): Promise<Record<string, number>> => {
    const rows: Record<string, number> = {}
    for (const [name, method, path, , as, body] of BOUNDED) {
      rows[name] = (await cost(method, path(), { as: as(), body: body?.() })).rowsRead
    }
    return rows
  }
  const before = await measure()
  await grow(49 * BASE)
  const after = await measure()
  for (const [name, rows] of Object.entries(before)) {
    expect.soft(after[name], name).toBeLessThanOrEqual(Math.ceil(rows * 1.1))
    expect.soft(after[name], name).toBeLessThan(400)
  }
  const { body } = await call('GET', PENDING, { as: hall.instructor })
  expect(body.count).toBe(2 * 50 * BASE)
}, 120_000)

test('a batch of a regrade costs what its own responses cost, wherever in the question it is', async () => {
  const key = await env.DB.prepare(
    `INSERT INTO question_versions (question_id, type, text, points_milli, body, created_at)
     SELECT question_id, type, text, points_milli, json_set(body, '$.correctAnswer', json('false')), 0 FROM question_versions WHERE question_id = ? LIMIT 1 RETURNING id`,
  )
    .bind(question)
    .first<number>('id')
  if (key === null) throw new Error('no version')
  const id = await insertRegrade(question, key)
  const rows: number[] = []
  for (;;) {
    const { env: counted, counts } = counting()
    if (!(await regradeNext(backgroundDatabase({ ...env, ...counted }), id, 1))) break
    expect(counts.d1Trips).toBe(2)
    rows.push(counts.rowsRead)
  }
  // 1,501 responses: three full batches and one of the rest.
  expect(rows).toHaveLength(4)
  expect(Math.max(...rows)).toBeLessThan(500 * 100)
  expect(Math.max(...rows.slice(0, 3))).toBeLessThanOrEqual(Math.min(...rows.slice(0, 3)) * 1.1)
}, 120_000)
