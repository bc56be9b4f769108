import { env } from 'cloudflare:workers'
import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { api } from '../../src/app.ts'
import { makeClassroom } from '../factories/classrooms.ts'
import { makeCode } from '../factories/qr-codes.ts'
import { QUESTIONS } from '../factories/questions.ts'
import { insertQuizWithQuestions } from '../factories/quizzes.ts'
import { unique } from '../factories/rows.ts'
import type { TestUser } from '../factories/users.ts'
import { call, ORIGIN } from '../helpers/client.ts'
import { cost } from '../helpers/counting.ts'

// Lists whose order is an id, page by page after a cursor: nothing skipped, nothing repeated, no page dearer than the first.

let [owner, staff, learner]: TestUser[] = []
let [courseId, moduleId, quizId, codeId, batchId]: number[] = []
let question: { id: number; versionId: number }

beforeAll(async () => {
  const room = await makeClassroom()
  ;({ owner, staff, learner } = room)
  ;[courseId, moduleId] = [room.course.id, room.module.id]
  const quiz = await insertQuizWithQuestions(room.module.id, {}, [QUESTIONS.essay])
  quizId = quiz.id
  question = quiz.questions[0] as typeof question
  codeId = (await makeCode(room.owner, { type: 'module', target_id: room.module.id })).id
  const batch = { name: 'B', type: 'attendance', target_ids: [room.module.id] }
  batchId = (await call('POST', '/api/qr-codes/batches/', { as: owner, body: batch })).body.id
  await add(30)
})

/** Adds so many rows to every list of the owner and of the learner. */
async function add(count: number): Promise<void> {
  const at = unique('c')
  const numbers = `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${count})`
  const added = `SELECT id FROM users WHERE username_key LIKE '${at}-%'`
  await env.DB.batch([
    env.DB.prepare(
      `INSERT INTO users (username, username_key, email, email_key, created_at, updated_at)
       ${numbers} SELECT '${at}-' || i, '${at}-' || i, '${at}-' || i, '${at}-' || i, 0, 0 FROM n`,
    ),
    env.DB.prepare(
      `INSERT INTO courses (title, slug, status, instructor_id, created_at, updated_at)
       ${numbers} SELECT 'C', '${at}-' || i, 'published', ?, 0, 0 FROM n`,
    ).bind(owner?.id),
    env.DB.prepare(
      `INSERT INTO enrollments (user_id, course_id, status, enrolled_at) SELECT id, ?, 'active', 0 FROM (${added})`,
    ).bind(courseId),
    env.DB.prepare(
      `INSERT INTO enrollments (user_id, course_id, status, enrolled_at)
       SELECT ?, id, 'active', 0 FROM courses WHERE slug LIKE '${at}-%'`,
    ).bind(learner?.id),
    env.DB.prepare(
      `INSERT INTO quizzes (module_id, title, is_published, created_at, updated_at) ${numbers} SELECT ?, 'Q', 1, 0, 0 FROM n`,
    ).bind(moduleId),
    env.DB.prepare(
      `INSERT INTO attempts (quiz_id, user_id, status, started_at, completed_at, pending_grading)
       ${numbers} SELECT ?, ?, 'completed', 0, 0, 3 FROM n`,
    ).bind(quizId, learner?.id),
    env.DB.prepare(
      `INSERT INTO responses (id, question_id, question_version_id, key_version_id, response_data, max_nano, is_pending)
       SELECT a.id * 1000 + p.column1, ?1, ?2, ?2, '{}', 1000000000, 1 FROM attempts a, (VALUES (0), (2), (5)) p
       WHERE a.quiz_id = ?3 AND NOT EXISTS (SELECT 1 FROM responses r WHERE r.id = a.id * 1000)`,
    ).bind(question.id, question.versionId, quizId),
    env.DB.prepare(
      `INSERT INTO qr_codes (uuid, batch_id, type, target_id, course_id, created_by, created_at, updated_at)
       ${numbers} SELECT '${at}-' || i, ?, 'attendance', ?, ?, ?, 0, 0 FROM n`,
    ).bind(batchId, moduleId, courseId, owner?.id),
    env.DB.prepare(
      `INSERT INTO qr_scans (qr_code_id, course_id, user_id, scanned_at, is_valid) ${numbers} SELECT ?, ?, ?, 0, i % 2 FROM n`,
    ).bind(codeId, courseId, learner?.id),
    env.DB.prepare(
      `INSERT INTO qr_batches (name, type, created_by, created_at, updated_at) ${numbers} SELECT '${at}', 'module', ?, 0, 0 FROM n`,
    ).bind(owner?.id),
    env.DB.prepare(
      `INSERT INTO qr_codes (uuid, batch_id, type, target_id, course_id, created_by, created_at, updated_at)
       SELECT '${at}-batch-' || id, id, 'module', ?, ?, created_by, 0, 0 FROM qr_batches WHERE name = '${at}'`,
    ).bind(moduleId, courseId),
  ])
}

/** A law asks more often than a day's quota allows. */
const WITHOUT_QUOTA = { RATE_LIMIT_USER_PER_DAY: '0', RATE_LIMIT_ANON_PER_DAY: '0' } as unknown as Partial<Env>
const asOwner = () => owner
const asStaff = () => staff
const asLearner = () => learner
const nobody = () => undefined
const PENDING = '/api/courses/question-responses/pending-grading/'
type List = [path: () => string, as: () => TestUser | undefined]
const LISTS: List[] = [
  [() => '/api/courses/?', asOwner],
  [() => '/api/courses/?', asStaff],
  [() => '/api/courses/catalog/?', nobody],
  [() => '/api/courses/catalog/?enrollment_type=open', nobody],
  [() => '/api/users/?', asStaff],
  [() => '/api/enrollments/?', asOwner],
  [() => '/api/enrollments/?', asStaff],
  [() => '/api/enrollments/?status=active', asStaff],
  [() => `/api/enrollments/?course=${courseId}`, asOwner],
  [() => `/api/enrollments/?user=${learner?.id}`, asOwner],
  [() => '/api/progress/?', asLearner],
  [() => '/api/quizzes/?', asOwner],
  [() => '/api/quizzes/?', asStaff],
  [() => '/api/quizzes/?', asLearner],
  [() => `/api/quizzes/?course=${courseId}`, asStaff],
  [() => '/api/courses/quiz-attempts/?', asLearner],
  [() => '/api/courses/quiz-attempts/?', asOwner],
  [() => '/api/courses/quiz-attempts/?', asStaff],
  [() => '/api/courses/quiz-attempts/?status=completed', asStaff],
  [() => `/api/courses/quiz-attempts/?quiz=${quizId}`, asStaff],
  [() => `/api/courses/quiz-attempts/?user=${learner?.id}`, asOwner],
  [() => `${PENDING}?`, asOwner],
  [() => `${PENDING}?`, asStaff],
  [() => `${PENDING}?quiz=${quizId}`, asOwner],
  [() => `${PENDING}?course=${courseId}`, asStaff],
  [() => '/api/qr-codes/codes/?', asOwner],
  [() => '/api/qr-codes/codes/?', asStaff],
  [() => '/api/qr-codes/codes/?status=active', asOwner],
  [() => `/api/qr-codes/codes/?batch=${batchId}`, asOwner],
  [() => '/api/qr-codes/batches/?', asOwner],
  [() => '/api/qr-codes/batches/?', asStaff],
  [() => '/api/qr-codes/scans/?', asOwner],
  [() => '/api/qr-codes/scans/?', asStaff],
  [() => '/api/qr-codes/scans/?is_valid=false', asStaff],
  [() => `/api/qr-codes/scans/?qr_code=${codeId}`, asOwner],
  [() => `/api/qr-codes/scans/?user=${learner?.id}`, asOwner],
  [() => '/api/analytics/course-analytics/?', asOwner],
  [() => '/api/analytics/course-analytics/?', asStaff],
  [() => '/api/analytics/learner-analytics/?', asOwner],
  [() => '/api/analytics/learner-analytics/?', asStaff],
  [() => `/api/analytics/learner-analytics/?course=${courseId}`, asOwner],
]
const NAMED = LISTS.map(list => [`${list[0].toString().slice(6)} ${list[1].name}`, list] as const)

// biome-ignore lint/suspicious/noExplicitAny: an entry of any list
const idOf = (entry: any): number => entry.id ?? entry.course_id ?? entry.user_id
async function page(path: string, as: TestUser | undefined) {
  const { status, body, text } = await call('GET', path, { as, env: WITHOUT_QUOTA })
  expect(status, text).toBe(200)
  return body
}

describe('no entry is skipped or repeated while entries are added', () => {
  test.each(NAMED)('%s', async (_, [path, as]) => {
    const whole = await page(`${path()}&page_size=100`, as())
    const expected = whole.results.map(idOf)
    expect(expected.length).toBeGreaterThan(10)
    const sizes = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 4 })
    await fc.assert(
      fc.asyncProperty(sizes, async sizes => {
        const seen: number[] = []
        let next: string | null = `${path()}&cursor=`
        for (let turn = 0; next !== null && seen.length < expected.length; turn += 1) {
          const size = sizes[turn % sizes.length] ?? 1
          const url: URL = new URL(next, ORIGIN)
          url.searchParams.set('page_size', String(size))
          const answer = await page(url.pathname + url.search, as())
          expect(Object.keys(answer)).toEqual(['next', 'previous', 'results'])
          expect(answer.previous).toBeNull()
          if (answer.next !== null) expect(answer.results).toHaveLength(size)
          // What was added in earlier runs stands before what the list began with.
          seen.push(...answer.results.map(idOf).filter((id: number) => id <= expected[0]))
          if (turn === 0) await add(2)
          next = answer.next
        }
        expect(seen.slice(0, expected.length)).toEqual(expected)
      }),
      { numRuns: 3 },
    )
  })
})

describe('the answer', () => {
  test('links to what follows as every list does, and ends with null', async () => {
    const first = await page(`/api/enrollments?course=${courseId}&page=7&cursor=&page_size=2&x=y`, owner)
    const [, last] = first.results
    expect(first.next).toBe(`${ORIGIN}/api/enrollments/?course=${courseId}&cursor=${last.id}&page_size=2&x=y`)
    const end = await page(`/api/enrollments/?cursor=${last.id}&page_size=100&course=${courseId}`, owner)
    expect(await page(`/api/enrollments/?cursor=1`, owner)).toEqual({ next: null, previous: null, results: [] })
    expect(end.results[0].id).toBeLessThan(last.id)
  })

  test.each(['0', '-1', '1.5', 'abc', ' ', '99999999999999999999'])('%j is no cursor', async cursor => {
    for (const [path, as] of LISTS) {
      const { status, body } = await call('GET', `${path()}&cursor=${encodeURIComponent(cursor)}`, {
        as: as(),
        env: WITHOUT_QUOTA,
      })
      expect({ status, body }).toEqual({ status: 400, body: { cursor: ['Invalid cursor.'] } })
    }
  })

  test('these lists have it, and these do not', () => {
    const described = api.contracts.filter(({ query }) => query && 'cursor' in query.shape).map(({ path }) => path)
    const listed = LISTS.map(([path]) => path().replace(/\?.*/, ''))
    expect([...new Set(listed)].sort()).toEqual([...new Set(described)].sort())
    const numbered = api.contracts.filter(({ query }) => query && 'page' in query.shape).map(({ path }) => path)
    expect(numbered.filter(path => !described.includes(path)).sort()).toEqual([
      '/api/analytics/module-engagement/',
      '/api/analytics/user-activity/',
      '/api/audit/',
      '/api/courses/catalog/search/',
      '/api/module-progress/',
      '/api/modules/',
      '/api/quizzes/{id}/questions/',
      '/api/webhooks/',
      '/api/webhooks/{id}/deliveries/',
    ])
  })
})

test('page 1,000 reads what page 1 reads', async () => {
  await add(2_010)
  for (const [name, [path, as]] of NAMED) {
    const before = await page(`${path()}&page=999&page_size=1`, as())
    const deep = `${path()}&page_size=1&cursor=${idOf(before.results[0])}`
    const numbered = await page(`${path()}&page=1000&page_size=1`, as())
    expect((await page(deep, as())).results, name).toEqual(numbered.results)
    const [first, thousandth] = [
      await cost('GET', `${path()}&page_size=1&cursor=`, { as: as(), env: WITHOUT_QUOTA }),
      await cost('GET', deep, { as: as(), env: WITHOUT_QUOTA }),
    ]
    expect.soft(first.d1Trips, name).toBe(1)
    expect.soft(thousandth.rowsRead, name).toBeLessThanOrEqual(Math.ceil(first.rowsRead * 1.1))
  }
}, 120_000)
