import { env } from 'cloudflare:workers'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import * as z from 'zod'
import { api } from '../../src/app.ts'
import { demoData } from '../../src/dev/demo-data.ts'
import { openApiDocument } from '../../src/dev/openapi.ts'
import { QuizAnalytics } from '../../src/features/analytics/quizzes/schemas.ts'
import {
  CourseAnalytics,
  LearnerAnalytics,
  ModuleEngagement,
  UserActivity,
} from '../../src/features/analytics/schemas.ts'
import { Batch } from '../../src/features/qr-codes/batches/schemas.ts'
import { Scan } from '../../src/features/qr-codes/scans/schemas.ts'
import { CodeDetail } from '../../src/features/qr-codes/schemas.ts'
import { issueToken } from '../../src/http/authentication.ts'
import type { TestUser } from '../factories/users.ts'
import { PASSWORD } from '../helpers/accounts.ts'
import { allPages, call } from '../helpers/client.ts'

// What a newcomer sees first: no field of analytics and QR codes is all zeros, null or empty in the demo, whatever the time of
// the day it is loaded and looked at.

const DAY_MS = 86_400_000
const MIDNIGHT = Math.floor(Date.now() / DAY_MS) * DAY_MS
const LOADED = MIDNIGHT + 30_000

// biome-ignore lint/suspicious/noExplicitAny: whatever JSON is answered, looked through
type Json = any

/** The demo data is for an empty store, in which ids begin with 1. */
beforeAll(async () => {
  vi.useFakeTimers({ now: LOADED, toFake: ['Date'] })
  await env.DB.prepare('DELETE FROM sqlite_sequence').run()
  await env.DB.batch(demoData(LOADED / 1000).map(statement => env.DB.prepare(statement)))
})
afterAll(() => {
  vi.useRealTimers()
})

async function signedIn(username: string): Promise<TestUser> {
  const row = await env.DB.prepare('SELECT id, session_version FROM users WHERE username_key = ?')
    .bind(username)
    .first<{ id: number; session_version: number }>()
  const { id, session_version: sessionVersion } = row ?? { id: 0, session_version: 0 }
  const token = await issueToken(env, 'access', { userId: id, sessionVersion }, Math.floor(Date.now() / 1000))
  return { id, username, token }
}

type Leaf = { path: string[]; schema: Json }
/** The fields of a documented answer that hold no others; `[]` is any entry of a list. */
function leavesOf(schema: Json, defs: Json = schema.$defs, path: string[] = []): Leaf[] {
  if (schema.$ref) return leavesOf(defs[schema.$ref.split('/').pop()], defs, path)
  const one = schema.anyOf?.find(({ type }: Json) => type !== 'null') ?? schema
  if (one.properties) {
    return Object.entries(one.properties).flatMap(([name, field]) => leavesOf(field, defs, [...path, name]))
  }
  return one.type === 'array' ? leavesOf(one.items, defs, [...path, '[]']) : [{ path, schema: one }]
}

function valuesAt(answer: Json, [name, ...rest]: string[]): Json[] {
  if (name === undefined) return [answer]
  if (answer === null || answer === undefined) return []
  return name === '[]' ? answer.flatMap((entry: Json) => valuesAt(entry, rest)) : valuesAt(answer[name], rest)
}

/** Says something: neither nothing nor all there is. */
function tells(value: Json, { minimum, maximum }: Json): boolean {
  if (typeof value !== 'number') return value !== null && value !== '' && value !== undefined
  return value !== 0 && value !== minimum && value !== maximum
}

/** The fields of which no answer tells anything, and the values of an enum that none has. */
function silent(schema: z.ZodType, answers: Json[]): string[] {
  return leavesOf(z.toJSONSchema(schema, { io: 'output' })).flatMap(({ path, schema: leaf }) => {
    const values = answers.flatMap(answer => valuesAt(answer, path))
    const name = path.join('.')
    const wanted = leaf.enum ?? (leaf.type === 'boolean' ? [true, false] : undefined)
    if (wanted) return wanted.filter((value: Json) => !values.includes(value)).map((value: Json) => `${name}=${value}`)
    // Ids begin with 1.
    const bounds = leaf.exclusiveMinimum === undefined ? leaf : {}
    return values.some(value => tells(value, bounds)) ? [] : [name]
  })
}

const get = async (path: string, as: TestUser) => {
  const { status, body, text } = await call('GET', path, { as })
  expect(status, `${path}: ${text}`).toBe(200)
  return body
}

const day = (daysAgo: number) => new Date(MIDNIGHT - daysAgo * DAY_MS).toISOString().slice(0, 10)
const LATELY = `start_date=${day(45)}&end_date=${day(0)}`
const ALL = ['admin', 'jsmith', 'mgarcia', 'lchen']
const FIRST = ['admin', 'jsmith']

const LISTS: [path: string, viewers: string[], schema: z.ZodType][] = [
  ['/api/analytics/course-analytics/', FIRST, CourseAnalytics],
  [`/api/analytics/course-analytics/?${LATELY}`, FIRST, CourseAnalytics],
  ['/api/analytics/course-analytics/?start_date=2000-01-01', FIRST, CourseAnalytics],
  ['/api/analytics/course-analytics/?course=1', FIRST, CourseAnalytics],
  ['/api/analytics/module-engagement/', ALL, ModuleEngagement],
  ['/api/analytics/module-engagement/?course=1', FIRST, ModuleEngagement],
  ['/api/analytics/module-engagement/?module=2', FIRST, ModuleEngagement],
  ['/api/analytics/learner-analytics/', FIRST, LearnerAnalytics],
  ['/api/analytics/learner-analytics/?course=1', FIRST, LearnerAnalytics],
  ['/api/qr-codes/scans/', FIRST, Scan],
  ['/api/qr-codes/batches/', FIRST, Batch],
]

describe.each([
  ['loaded', LOADED],
  ['looked at late in the day', MIDNIGHT + DAY_MS - 30_000],
])('the demo, %s', (_when, now) => {
  beforeAll(() => {
    vi.setSystemTime(now)
  })

  test.each(LISTS)('%s tells something in every field, as %j', async (path, viewers, schema) => {
    for (const username of viewers) {
      const missing = silent(schema, await allPages(path, await signedIn(username)))
      // Of one instructor's codes there is not every type.
      expect(
        username === 'admin' ? missing : missing.filter(name => !name.startsWith('action_performed')),
        username,
      ).toEqual([])
    }
  })

  test('of one learner, too, who got better and who worse', async () => {
    const admin = await signedIn('admin')
    const learners = await allPages('/api/analytics/learner-analytics/', admin)
    const telling = learners.filter(row => silent(LearnerAnalytics.omit({ activity_trend: true }), [row]).length === 0)
    expect(telling.length).toBeGreaterThan(0)
    const user = telling[0].user_id
    expect((await get(`/api/analytics/learner-analytics/?user=${user}`, admin)).results).toEqual([telling[0]])
    const [course] = await allPages(`/api/enrollments/?user=${user}`, admin)
    const { results } = await get(`/api/analytics/learner-analytics/?user=${user}&course=${course.course}`, admin)
    expect(results).toMatchObject([{ user_id: user, enrolled_courses: 1 }])
  })

  test('quizzes tell how hard they were, and each of their questions', async () => {
    const teacher = await signedIn('jsmith')
    const quizzes = await Promise.all([1, 2, 3, 4].map(id => get(`/api/courses/quizzes/${id}/analytics/`, teacher)))
    expect(silent(QuizAnalytics, quizzes)).toEqual([])
    for (const quiz of quizzes.slice(1)) expect(silent(QuizAnalytics, [quiz]), quiz.quiz_title).toEqual([])
  })

  test('learners have done everything there is to do, in sessions', async () => {
    const activities = await Promise.all(
      ['student5', 'student8', 'student12', 'student20'].map(async username =>
        allPages('/api/analytics/user-activity/?page_size=100', await signedIn(username)),
      ),
    )
    expect(silent(UserActivity, activities.flat())).toEqual([])
    const lately = await get(`/api/analytics/user-activity/?${LATELY}`, await signedIn('student5'))
    expect(lately.count).toBeGreaterThan(5)
    expect(lately.count).toBeLessThan(activities[0]?.length ?? 0)
    for (const username of ALL) {
      const [login] = await allPages('/api/analytics/user-activity/', await signedIn(username))
      expect(login).toMatchObject({ activity_type: 'login', target_id: null })
    }
  })

  test('codes of every type and status, with scans of every kind', async () => {
    const admin = await signedIn('admin')
    const codes = await allPages('/api/qr-codes/codes/?page_size=100', admin)
    const details = await Promise.all(codes.map(({ id }) => get(`/api/qr-codes/codes/${id}/`, admin)))
    expect(silent(CodeDetail.omit({ rotating: true }), details)).toEqual([])
    expect(codes.filter(code => code.rotating)).toHaveLength(1)
    expect(codes.some(code => code.max_scans === code.scan_count)).toBe(true)
    for (const status of ['active', 'expired', 'revoked']) {
      expect((await get(`/api/qr-codes/codes/?status=${status}`, admin)).count, status).toBeGreaterThan(0)
    }
    const scans = await allPages('/api/qr-codes/scans/?page_size=100', admin)
    const reasons = new Set(scans.map(({ validation_message }) => validation_message.replace(/ of .*/, '')))
    for (const reason of [
      'revoked',
      'expired',
      'scan limit',
      'not enrolled',
      'Certificate',
      'successfully',
      'on display',
    ]) {
      expect(
        [...reasons].some(text => text.includes(reason)),
        reason,
      ).toBe(true)
    }
    for (const filter of ['is_valid=true', 'is_valid=false', `qr_code=${scans[0].qr_code}`, `user=${scans[0].user}`]) {
      expect((await get(`/api/qr-codes/scans/?${filter}`, admin)).count, filter).toBeGreaterThan(0)
    }
  })
})

test('nothing in it lies in the future, nor before what it follows from', async () => {
  const { results } = await env.DB.prepare(
    `SELECT (SELECT max(occurred_at) FROM activities) AS event, (SELECT max(scanned_at) FROM qr_scans) AS scan,
       (SELECT max(last_activity_at) FROM module_progress) AS progress, (SELECT max(last_login_at) FROM users) AS login,
       (SELECT max(completed_at) FROM attempts) AS attempt, (SELECT max(completed_at) FROM enrollments) AS completion`,
  ).all<Record<string, number>>()
  for (const [what, at] of Object.entries(results[0] ?? {})) expect(at, what).toBeLessThanOrEqual(LOADED / 1000)
  const early = await env.DB.prepare(
    `SELECT a.* FROM activities a JOIN enrollments e ON e.user_id = a.user_id AND e.course_id = a.course_id
     WHERE a.occurred_at < e.enrolled_at`,
  ).all()
  expect(early.results).toEqual([])
})

test('a webhook tells why it was disabled, and of deliveries that arrived and that failed', async () => {
  const as = await signedIn('jsmith')
  const { body } = await call('GET', '/api/webhooks/', { as })
  expect(body.results).toMatchObject([{ id: 1, is_enabled: false, disabled_reason: 'failing', owner: 2, course: 1 }])
  const deliveries: Json[] = await allPages('/api/webhooks/1/deliveries/', as)
  expect(new Set(deliveries.map(({ status }) => status))).toEqual(new Set(['delivered', 'failed']))
  expect(new Set(deliveries.map(({ response_status }) => response_status))).toEqual(new Set([204, 503]))
})

test('its grades are a sheet with grades and essays that wait', async () => {
  const { text } = await call('GET', '/api/courses/1/grades/export/', { as: await signedIn('jsmith') })
  expect(text).toContain('Python Basics Quiz')
  expect(text).toContain('pending')
  expect(text).toMatch(/,(active|completed),\d+,.*\d/)
})

describe('the examples of the reference, as it fills them in', () => {
  // The receivers of their webhooks.
  beforeAll(() => {
    vi.spyOn(globalThis, 'fetch').mockImplementation(async () => new Response(null, { status: 204 }))
  })
  /** What takes a token of somebody's, a file, what is not in the demo, or an attempt that runs. */
  const TAKES_MORE = [
    // Refused, or it would change the password of the demo.
    '/api/users/password/change/',
    '/api/users/logout/',
    '/api/users/token/refresh/',
    '/api/users/google-auth/',
    '/api/users/google-link/',
    '/api/users/password/reset/',
    '/api/regrades/{id}/',
    '/api/courses/quiz-attempts/{id}/submit-response/',
    '/api/courses/quiz-attempts/{id}/complete/',
    '/api/courses/quiz-attempts/{id}/timeout/',
    '/api/courses/quiz-attempts/{id}/abandon/',
    '/api/courses/quiz-attempts/{id}/grant-extension/',
    '/api/quizzes/{id}/questions/import/',
    '/api/quizzes/{id}/questions/reorder/',
  ]
  const document: Json = openApiDocument(api.contracts)
  const operations = ['get', 'put', 'patch', 'post'].flatMap(method =>
    Object.entries<Json>(document.paths)
      .filter(([path, methods]) => methods[method] && !TAKES_MORE.includes(path))
      .map(([path, methods]) => ({ method: method.toUpperCase(), path, described: methods[method] })),
  )
  // Who has left a course has no progress in it.
  operations.sort((one, other) => Number(one.path.endsWith('/unenroll/')) - Number(other.path.endsWith('/unenroll/')))

  test.each(operations)('$method $path works for one of the demo logins', async ({ method, path, described }) => {
    const filled = described.parameters
      .filter(({ example }: Json) => example !== undefined)
      .reduce(
        (url: string, { name, in: where, example }: Json) =>
          where === 'path' ? url.replace(`{${name}}`, example) : `${url}?${name}=${example}`,
        path,
      )
    const body = described.requestBody?.content['application/json']?.example
    const answers: string[] = []
    for (const username of ['student1', 'jsmith', 'admin']) {
      const as = described.security.length > 0 ? await signedIn(username) : undefined
      const { status, text } = await call(method, filled, { as, body })
      if (status < 300) return
      answers.push(`${username}: ${status} ${text}`)
    }
    expect.unreachable([filled, ...answers].join('\n'))
  })

  test('none changes the password of a demo login', async () => {
    const { example } = document.paths['/api/users/password/change/'].post.requestBody.content['application/json']
    expect(example.old_password).not.toBe(PASSWORD)
    const as = await signedIn('student1')
    const { status, body } = await call('POST', '/api/users/password/change/', { as, body: example })
    expect([status, Object.keys(body)]).toEqual([400, ['old_password']])
  })
})

test('the audit has something to show, to staff and to an instructor', async () => {
  for (const username of ['admin', 'jsmith']) {
    const entries = await allPages('/api/audit/?page_size=100', await signedIn(username))
    expect(entries.length).toBeGreaterThan(3)
    expect(entries.map(({ action }) => action)).toContain('response.graded')
  }
  const { body } = await call('GET', '/api/users/tokens/', { as: await signedIn('jsmith') })
  expect(body[0]).toMatchObject({ access: 'read', courses: [1], last_used_at: expect.any(String) })
})
