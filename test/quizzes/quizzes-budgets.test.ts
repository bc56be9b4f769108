import { env } from 'cloudflare:workers'
import { beforeAll, describe, expect, test } from 'vitest'
import { api } from '../../src/app.ts'
import { makeClassroom } from '../factories/classrooms.ts'
import { makeModule } from '../factories/courses.ts'
import { oneOfEach } from '../factories/questions.ts'
import { makeQuestion, makeQuiz } from '../factories/quizzes.ts'
import { unique } from '../factories/rows.ts'
import type { TestUser } from '../factories/users.ts'
import { call } from '../helpers/client.ts'
import { cost } from '../helpers/counting.ts'

// What each operation on quizzes and questions may cost: a read one round trip to D1, a write two, and page 1 of a list
// no more rows with 50 times the data.

let [owner, staff, learner]: TestUser[] = []
let [courseId, moduleId, quizId, questionId, doomedQuiz, doomedQuestion, empty]: number[] = []

const BASE = 3
const QUESTION = { type: 'true_false', text: 'True?', correct_answer: true }

beforeAll(async () => {
  const room = await makeClassroom()
  ;({ owner, staff, learner } = room)
  courseId = room.course.id
  moduleId = room.module.id
  quizId = (await makeQuiz(owner, room.module.id, { questions: oneOfEach() })).id
  for (const is_published of [true, false])
    for (const is_survey of [true, false]) await makeQuiz(owner, room.module.id, { is_published, is_survey })
  doomedQuiz = (await makeQuiz(owner, room.module.id)).id
  empty = (await makeQuiz(owner, (await makeModule(owner, room.course.id)).id)).id
  questionId = (await makeQuestion(owner, Number(quizId), QUESTION)).id
  doomedQuestion = (await makeQuestion(owner, Number(quizId), QUESTION)).id
  await grow(BASE)
})

/** Adds `times` × (20 courses of others with 20 modules, 40 quizzes, 80 questions; 40 learners with an attempt at the quiz). */
async function grow(times: number): Promise<void> {
  const at = unique('g')
  const numbers = (count: number) =>
    `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${count})`
  await env.DB.batch([
    env.DB.prepare(
      `INSERT INTO users (username, username_key, email, email_key, is_instructor, created_at, updated_at)
       ${numbers(40 * times)} SELECT '${at}-' || i, '${at}-' || i, '${at}-' || i, '${at}-' || i, 1, 0, 0 FROM n`,
    ),
    env.DB.prepare(
      `INSERT INTO courses (title, slug, status, instructor_id, created_at, updated_at)
       ${numbers(20 * times)} SELECT 'Hay', '${at}-' || i, 'published', (SELECT id FROM users WHERE username_key = '${at}-' || i), 0, 0 FROM n`,
    ),
    env.DB.prepare(
      `INSERT INTO modules (course_id, title, "order", is_published, created_at, updated_at) SELECT id, 'Hay', 1, 1, 0, 0 FROM courses WHERE slug LIKE '${at}-%'`,
    ),
    env.DB.prepare(
      `INSERT INTO quizzes (module_id, title, is_published, is_survey, created_at, updated_at)
       SELECT m.id, 'Hay', i % 2, i > 2, 0, 0 FROM courses c JOIN modules m ON m.course_id = c.id, (${numbers(4)} SELECT i FROM n) WHERE c.slug LIKE '${at}-%'`,
    ),
    env.DB.prepare(
      `INSERT INTO questions (quiz_id, "order") SELECT q.id, 1 FROM courses c JOIN modules m ON m.course_id = c.id JOIN quizzes q ON q.module_id = m.id WHERE c.slug LIKE '${at}-%'`,
    ),
    env.DB.prepare(
      `INSERT INTO question_versions (question_id, type, text, created_at) SELECT id, 'essay', 'Why?', 0 FROM questions q WHERE NOT EXISTS (SELECT 1 FROM question_versions WHERE question_id = q.id)`,
    ),
    env.DB.prepare(
      `INSERT INTO attempts (quiz_id, user_id, status, started_at) SELECT ?, id, 'completed', 0 FROM users WHERE username_key LIKE '${at}-%'`,
    ).bind(quizId),
  ])
}

type Row = [method: string, path: () => string, trips: number, as: () => TestUser | undefined, body?: () => unknown]
const [asOwner, asStaff, asLearner] = [() => owner, () => staff, () => learner]

const READS: Row[] = [
  ['GET', () => '/api/quizzes/', 1, asOwner],
  ['GET', () => '/api/quizzes/', 1, asStaff],
  ['GET', () => '/api/quizzes/', 1, asLearner],
  ['GET', () => '/api/quizzes/?is_published=true', 1, asStaff],
  ['GET', () => '/api/quizzes/?is_published=false', 1, asOwner],
  ['GET', () => '/api/quizzes/?is_survey=true', 1, asStaff],
  ['GET', () => '/api/quizzes/?is_survey=false', 1, asLearner],
  ['GET', () => '/api/quizzes/?is_published=true&is_survey=false', 1, asStaff],
  ['GET', () => '/api/quizzes/?is_published=false&is_survey=true', 1, asStaff],
  ['GET', () => `/api/quizzes/?course=${courseId}`, 1, asOwner],
  ['GET', () => `/api/quizzes/?course=${courseId}`, 1, asStaff],
  ['GET', () => `/api/quizzes/?course=${courseId}&is_published=true&is_survey=false`, 1, asStaff],
  ['GET', () => `/api/quizzes/?course=${courseId}`, 1, asLearner],
  ['GET', () => `/api/quizzes/?module=${moduleId}`, 1, asStaff],
  ['GET', () => `/api/quizzes/?module=${moduleId}&is_published=true`, 1, asLearner],
  ['GET', () => `/api/quizzes/${quizId}/`, 1, asOwner],
  ['GET', () => `/api/quizzes/${quizId}/`, 1, asLearner],
  ['GET', () => `/api/quizzes/${quizId}/questions/`, 1, asOwner],
  ['GET', () => `/api/quizzes/${quizId}/questions/export/`, 1, asOwner],
  ['GET', () => `/api/questions/${questionId}/`, 1, asOwner],
  ['GET', () => '/api/modules/', 1, asOwner],
  ['GET', () => '/api/modules/', 1, asStaff],
  ['GET', () => '/api/modules/', 1, asLearner],
  // They look at quizzes, too.
  ['GET', () => '/api/progress/', 1, asLearner],
  ['GET', () => '/api/module-progress/', 1, asLearner],
  ['GET', () => '/api/analytics/course-analytics/', 1, asOwner],
  ['GET', () => '/api/analytics/course-analytics/?start_date=2020-01-01', 1, asOwner],
]

/** In an order in which each finds what it needs. */
const WRITES: Row[] = [
  ['POST', () => '/api/quizzes/', 2, asOwner, () => ({ module: moduleId, title: 'T', questions: oneOfEach() })],
  ['PUT', () => `/api/quizzes/${quizId}/`, 2, asOwner, () => ({ module: moduleId, title: 'T' })],
  ['PATCH', () => `/api/quizzes/${quizId}/`, 2, asOwner, () => ({ is_survey: false })],
  ['POST', () => `/api/quizzes/${quizId}/questions/`, 2, asOwner, () => QUESTION],
  ['PUT', () => `/api/questions/${questionId}/`, 2, asOwner, () => ({ ...QUESTION, text: 'False?' })],
  ['PATCH', () => `/api/questions/${questionId}/`, 2, asOwner, () => ({ points: 5 })],
  ['DELETE', () => `/api/questions/${doomedQuestion}/`, 2, asOwner],
  ['POST', () => `/api/quizzes/${empty}/questions/reorder/`, 2, asOwner, () => ({ order: [] })],
  [
    'POST',
    () => `/api/quizzes/${quizId}/questions/import/`,
    2,
    asOwner,
    () => 'type,text,correct\ntrue_false,A,TRUE\n',
  ],
  ['DELETE', () => `/api/quizzes/${doomedQuiz}/`, 2, asOwner],
  ['POST', () => `/api/quizzes/${doomedQuiz}/restore/`, 2, asOwner],
]

const headersOf = (path: string) => ({ 'Content-Type': path.endsWith('/import/') ? 'text/csv' : 'application/json' })

describe('round trips and KV', () => {
  test.each([...READS, ...WRITES].map(row => [row[0], row[1].toString().slice(6), row] as const))(
    '%s %s',
    async (_method, _path, [method, path, trips, as, body]) => {
      const options = { as: as(), body: body?.(), headers: headersOf(path()), leave: true }
      const { d1Trips, kvWrites } = await cost(method, path(), options)
      expect({ d1Trips, kvWrites }).toEqual({ d1Trips: trips, kvWrites: 0 })
    },
  )
})

test('the rows of page 1, and of one quiz, are the same with 50 times the data', async () => {
  const measure = async (): Promise<Record<string, number>> =>
    Object.fromEntries(
      await Promise.all(
        READS.map(async ([method, path, , as]) => [
          `${path()} as ${as()?.username}`,
          (await cost(method, path(), { as: as() })).rowsRead,
        ]),
      ),
    )
  const before = await measure()
  await grow(49 * BASE)
  const after = await measure()
  for (const [list, rows] of Object.entries(before)) {
    expect.soft(after[list], list).toBeLessThanOrEqual(Math.ceil(rows * 1.1))
    expect.soft(rows, list).toBeGreaterThan(0)
  }
}, 60_000)

test('what touches all questions of a quiz reads no more rows for each of them when there are ten times as many', async () => {
  const rowsEach = async (count: number) => {
    const questions = Array.from({ length: count }, () => QUESTION)
    const rows = async (path: string, body: unknown) =>
      (await cost('POST', path, { as: owner, body, headers: headersOf(path) })).rowsRead / count
    const whole = await rows('/api/quizzes/', { module: moduleId, title: 'T', questions })
    const quiz = (await makeQuiz(owner as TestUser, Number(moduleId))).id
    const file = `type,text,correct\n${'true_false,A,TRUE\n'.repeat(count)}`
    const imported = await rows(`/api/quizzes/${quiz}/questions/import/`, file)
    const { body } = await call('GET', `/api/quizzes/${quiz}/`, { as: owner })
    const order = body.questions.map((question: { id: number }) => question.id).reverse()
    return { whole, imported, reordered: await rows(`/api/quizzes/${quiz}/questions/reorder/`, { order }) }
  }
  const [few, many] = [await rowsEach(50), await rowsEach(500)]
  expect(many.whole).toBeLessThanOrEqual(few.whole)
  expect(many.imported).toBeLessThanOrEqual(few.imported)
  expect(many.reordered).toBeLessThanOrEqual(few.reordered)
})

test('every described operation of authoring quizzes is measured', () => {
  const measured = [...READS, ...WRITES].map(
    ([method, path]) =>
      `${method} ${path()
        .replace(/\?.*/, '')
        .replace(/\/\d+\//, '/{id}/')}`,
  )
  const described = api.contracts
    .filter(({ path }) => /^\/api\/(quizzes|questions)\/(\{id\}\/(restore\/|questions\/.*)?)?$/.test(path))
    .map(({ method, path }) => `${method.toUpperCase()} ${path}`)
  expect(described.length).toBeGreaterThan(10)
  expect([...new Set(measured)]).toEqual(expect.arrayContaining(described))
})
