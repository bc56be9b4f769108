import { env } from 'cloudflare:workers'
import { beforeAll, describe, expect, test } from 'vitest'
import { api } from '../../src/app.ts'
import { makeCourse, makeModule } from '../factories/courses.ts'
import { unique } from '../factories/rows.ts'
import { makeInstructor, makeStaff, makeUser, type TestUser } from '../factories/users.ts'
import { call } from '../helpers/client.ts'
import { cost } from '../helpers/counting.ts'

// What each operation may cost. A read is one round trip to D1, a write at most two; nothing is written to KV on the
// path of a response, and a page's rows do not grow with the data.

let owner: TestUser
let staff: TestUser
let learner: TestUser
let courseId: number
let slug: string
let deleted: number

/** Enough for a full page of every list. */
const BASE = 3

/** A published course of the owner with modules, and the learner in it. */
beforeAll(async () => {
  ;[owner, staff, learner] = [await makeInstructor(), await makeStaff(), await makeUser()]
  const course = await makeCourse(owner, { title: 'Measured', description: 'needle' })
  ;[courseId, slug] = [course.id, course.slug]
  deleted = (await makeCourse(owner)).id
  await call('DELETE', `/api/courses/${deleted}/`, { as: owner })
  await grow(BASE)
})

/** Adds `times` × (20 instructors' courses, 40 learners, 200 enrollments), a share of them in the owner's course. */
async function grow(times: number): Promise<void> {
  const [courses, learners] = [20 * times, 40 * times]
  const at = unique('g')
  const numbers = (count: number) =>
    `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${count})`
  await env.DB.batch([
    env.DB.prepare(
      `INSERT INTO users (username, username_key, email, email_key, is_instructor, created_at, updated_at)
       ${numbers(learners)} SELECT '${at}-' || i, '${at}-' || i, '${at}-' || i, '${at}-' || i, i % 10 = 0, 0, 0 FROM n`,
    ),
    env.DB.prepare(
      `INSERT INTO courses (title, slug, description, search_title, search_description, search_version, status, enrollment_type, instructor_id, created_at, updated_at)
       ${numbers(courses)} SELECT 'Hay ' || i, '${at}-' || i, 'haystack common', 'hay ' || i, 'haystack common', 1, CASE i % 4 WHEN 0 THEN 'draft' ELSE 'published' END,
         CASE i % 3 WHEN 0 THEN 'restricted' ELSE 'open' END, (SELECT id FROM users WHERE username_key = '${at}-10'), 0, 0 FROM n`,
    ),
    env.DB.prepare(
      `INSERT INTO enrollments (user_id, course_id, status, enrolled_at)
       ${numbers(learners * 5)} SELECT u.id, c.id, CASE i % 4 WHEN 0 THEN 'dropped' WHEN 1 THEN 'completed' ELSE 'active' END, 0
       FROM n JOIN users u ON u.username_key = '${at}-' || (1 + (i - 1) / 5) JOIN courses c ON c.slug = '${at}-' || (1 + i % ${courses}) WHERE true
       ON CONFLICT DO NOTHING`,
    ),
    env.DB.prepare(
      `INSERT INTO enrollments (user_id, course_id, status, enrolled_at) SELECT id, ?, 'active', 0 FROM users WHERE username_key LIKE '${at}-%'`,
    ).bind(courseId),
  ])
}

type Row = [method: string, path: () => string, trips: number, as: () => TestUser | undefined, body?: () => unknown]
const anonymous = () => undefined
const [asOwner, asStaff, asLearner] = [() => owner, () => staff, () => learner]

/** Every list, at 1 and at 50 times the data. */
const LISTS: Row[] = [
  ['GET', () => '/api/courses/', 1, asOwner],
  ['GET', () => '/api/courses/', 1, asStaff],
  ['GET', () => '/api/courses/catalog/', 1, anonymous],
  ['GET', () => '/api/courses/catalog/?enrollment_type=open', 1, anonymous],
  ['GET', () => '/api/courses/catalog/?enrollment_type=restricted', 1, anonymous],
  ['GET', () => '/api/courses/catalog/search/?q=needle', 1, anonymous],
  ['GET', () => `/api/courses/catalog/${slug}/`, 1, anonymous],
  ['GET', () => '/api/users/me/', 1, asLearner],
  ['GET', () => '/api/enrollments/', 1, asOwner],
  ['GET', () => '/api/enrollments/?status=active', 1, asOwner],
  ['GET', () => `/api/enrollments/?course=${courseId}`, 1, asOwner],
  ['GET', () => `/api/enrollments/?course=${courseId}&status=active`, 1, asStaff],
  ['GET', () => `/api/enrollments/?user=${learner.id}`, 1, asOwner],
  ['GET', () => '/api/enrollments/', 1, asStaff],
  ['GET', () => '/api/enrollments/?status=dropped', 1, asStaff],
  ['GET', () => '/api/users/', 1, asStaff],
  ['GET', () => `/api/users/?username=${learner.username}`, 1, asStaff],
  ['GET', () => '/api/courses/enrolled/', 1, asLearner],
  ['GET', () => `/api/courses/${courseId}/`, 1, asLearner],
]

/** Everything else, in an order in which each finds what it needs. */
const OTHERS: Row[] = [
  ['POST', () => '/api/courses/', 2, asOwner, () => ({ title: 'Another' })],
  ['PUT', () => `/api/courses/${courseId}/`, 2, asOwner, () => ({ title: 'Measured again' })],
  ['PATCH', () => `/api/courses/${courseId}/`, 2, asOwner, () => ({ max_students: 0 })],
  ['POST', () => `/api/courses/${slug}/enroll/`, 2, asLearner],
  ['POST', () => `/api/courses/${slug}/unenroll/`, 2, asLearner],
  ['POST', () => `/api/courses/${courseId}/enrollments/`, 2, asOwner, () => ({ users: [learner.username] })],
  ['POST', () => `/api/courses/${deleted}/restore/`, 2, asOwner],
  ['DELETE', () => `/api/courses/${deleted}/`, 2, asOwner],
]

describe('round trips and KV', () => {
  test.each([...LISTS, ...OTHERS].map(row => [row[0], row[1].toString().slice(6), row] as const))(
    '%s %s',
    async (_method, _path, [method, path, trips, as, body]) => {
      const { d1Trips, kvWrites } = await cost(method, path(), { as: as(), body: body?.(), leave: true })
      expect({ d1Trips, kvWrites }).toEqual({ d1Trips: trips, kvWrites: 0 })
    },
  )

  test('removing a learner', async () => {
    const { body } = await call('POST', `/api/courses/${slug}/enroll/`, { as: await makeUser() })
    expect((await cost('DELETE', `/api/courses/${courseId}/enrollments/${body.id}/`, { as: owner })).d1Trips).toBe(2)
  })
})

test('the rows of page 1 are the same with 50 times the data', async () => {
  const measure = async (): Promise<Record<string, number>> =>
    Object.fromEntries(
      await Promise.all(
        LISTS.map(async ([method, path, , as]) => [
          `${path()} as ${as()?.username}`,
          (await cost(method, path(), { as: as() })).rowsRead,
        ]),
      ),
    )
  const returner = await makeUser()
  const comeBack = async (path: string, as: TestUser, body?: object) => {
    await call('POST', `/api/courses/${slug}/enroll/`, { as: returner })
    await call('POST', `/api/courses/${slug}/unenroll/`, { as: returner })
    return (await cost('POST', path, { as, body })).rowsRead
  }
  const measureAll = async () => ({
    ...(await measure()),
    'coming back': await comeBack(`/api/courses/${slug}/enroll/`, returner),
    'being brought back': await comeBack(`/api/courses/${courseId}/enrollments/`, owner, {
      users: [returner.username],
    }),
  })
  const before: Record<string, number> = await measureAll()
  await grow(49 * BASE)
  const after: Record<string, number> = await measureAll()
  for (const [list, rows] of Object.entries(before)) {
    expect.soft(after[list], list).toBeLessThanOrEqual(Math.ceil(rows * 1.1))
    expect.soft(rows, list).toBeGreaterThan(0)
  }
}, 60_000)

test('enrolling one or many reads the course’s modules once', async () => {
  const enroll = async (moduleCount: number) => {
    const course = await makeCourse(owner)
    for (let i = 0; i < moduleCount; i += 1) await makeModule(owner, course.id)
    const users = await Promise.all(Array.from({ length: 40 }, async () => (await makeUser()).username))
    const many = await cost('POST', `/api/courses/${course.id}/enrollments/`, { as: owner, body: { users } })
    const one = await cost('POST', `/api/courses/${course.slug}/enroll/`, { as: await makeUser() })
    return { many: many.rowsRead, one: one.rowsRead }
  }
  const [few, more] = [await enroll(1), await enroll(11)]
  expect(more.many - few.many).toBe(10)
  expect(more.one - few.one).toBe(10)
})

test('a common word is searched among the newest 1,000 matches', async () => {
  const { body } = await call('GET', '/api/courses/catalog/search/?q=common')
  expect(body.count).toBeLessThanOrEqual(1_000)
  expect(body.count).toBeGreaterThan(500)
})

test('every described operation of these areas is measured', () => {
  const measured = [...LISTS, ...OTHERS].map(
    ([method, path]) =>
      `${method} ${path()
        .replace(/\?.*/, '')
        .replace(/\/\d+\//, '/{id}/')
        .replace(slug, '{slug}')}`,
  )
  const described = api.contracts
    .filter(({ tag }) => tag === 'Courses & Enrollments')
    .map(({ method, path }) => `${method.toUpperCase()} ${path}`)
    .filter(operation => operation !== 'DELETE /api/courses/{id}/enrollments/{enrollment_id}/')
  expect([...new Set(measured)]).toEqual(expect.arrayContaining(described))
})
