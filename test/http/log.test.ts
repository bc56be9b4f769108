import { env } from 'cloudflare:workers'
import { afterEach, beforeEach, describe, expect, type MockInstance, test, vi } from 'vitest'
import { api } from '../../src/app.ts'
import { runCron } from '../../src/cron/run.ts'
import { makeHall } from '../factories/classrooms.ts'
import { makeCode } from '../factories/qr-codes.ts'
import { makeInstructor, makeStaff, makeUser } from '../factories/users.ts'
import { end, resultOf, startAttempt, started, submit } from '../helpers/attempts.ts'
import { type CallOptions, call } from '../helpers/client.ts'
import { counting } from '../helpers/counting.ts'
import { failingAt } from '../helpers/faults.ts'

// A request leaves one line, which tells what it was and what it cost, and nothing of what was in it.

const METHODS = ['debug', 'log', 'info', 'warn', 'error', 'trace'] as const
let spies: MockInstance[]
beforeEach(() => {
  spies = METHODS.map(method => vi.spyOn(console, method).mockImplementation(() => {}))
})
afterEach(() => {
  vi.restoreAllMocks()
})

type Line = Record<string, unknown>
/** All lines since the last look. */
function lines(): Line[] {
  const found = spies.flatMap(({ mock }) => mock.calls.map(([line]) => line as Line))
  for (const spy of spies) spy.mockClear()
  return found
}

const logged = async (method: string, path: string, options: CallOptions = {}) => {
  lines()
  const answer = await call(method, path, { ...options, env: { LOG: 'requests', ...options.env } })
  return { answer, lines: lines() }
}

describe('the line of a request', () => {
  test('tells route, status, cost and caller', async () => {
    const owner = await makeInstructor()
    const { answer, lines } = await logged('POST', '/api/courses/', { as: owner, body: { title: 'Logged' } })
    expect(lines).toEqual([
      {
        event: 'request',
        request_id: answer.headers.get('X-Request-Id'),
        method: 'POST',
        route: '/api/courses',
        status: 201,
        duration_ms: expect.any(Number),
        d1_trips: 2,
        d1_rows_read: expect.any(Number),
        d1_rows_written: expect.any(Number),
        user_id: owner.id,
      },
    ])
    expect(lines[0]?.['d1_rows_read']).toBeGreaterThan(0)
    expect(lines[0]?.['d1_rows_written']).toBeGreaterThan(1)
    const seen = await logged('GET', `/api/courses/${answer.body.id}/?secret=1`, { as: owner })
    expect(seen.lines).toEqual([
      expect.objectContaining({ route: '/api/courses/:id', status: 200, d1_trips: 1, d1_rows_written: 0 }),
    ])
  })

  test.each<[string, string, string, CallOptions, Line]>([
    ['anonymous', 'GET', '/api/courses/catalog/', {}, { status: 200, route: '/api/courses/catalog', user_id: null }],
    ['HEAD', 'HEAD', '/api/courses/catalog/', {}, { status: 200, method: 'HEAD' }],
    [
      'a preflight',
      'OPTIONS',
      '/api/courses/',
      { headers: { Origin: 'https://x.example' } },
      { status: 204, d1_trips: 0 },
    ],
    ['no login', 'GET', '/api/courses/', {}, { status: 401, route: '/api/courses', d1_trips: 0 }],
    ['bad input', 'POST', '/api/users/register/', { body: {} }, { status: 400, d1_trips: 0 }],
    ['no JSON', 'POST', '/api/users/login/', { body: '{' }, { status: 400 }],
    [
      'a form',
      'POST',
      '/api/users/login/',
      { body: 'a=1', headers: { 'Content-Type': 'text/plain' } },
      { status: 415 },
    ],
    ['too large', 'POST', '/api/users/login/', { body: 'x'.repeat(1_100_000) }, { status: 413 }],
    ['no route', 'GET', '/api/nothing/here/', {}, { status: 404, route: null }],
    ['another method', 'DELETE', '/api/courses/', {}, { status: 405, method: 'DELETE' }],
    [
      'throttled',
      'GET',
      '/api/courses/catalog/',
      { env: { RATE_LIMIT_ANON_PER_DAY: '0.5' } },
      { status: 429, d1_trips: 0 },
    ],
    ['a page', 'GET', '/q/00000000-0000-4000-8000-000000000000', {}, { status: 404, route: '/q/:uuid', d1_trips: 1 }],
    ['an image', 'GET', '/media/qr_codes/00000000-0000-4000-8000-000000000000.png', {}, { status: 404, d1_trips: 1 }],
    ['the reference', 'GET', '/api/openapi.json', {}, { status: 200, route: '/api/openapi.json' }],
    ['health', 'GET', '/api/health/', {}, { status: 200, route: '/api/health', d1_trips: 0 }],
  ])('%s: one line', async (_, method, path, options, expected) => {
    // The second of two is throttled where half a request a day is allowed.
    if (expected['status'] === 429) options = { ...options, headers: { 'CF-Connecting-IP': '192.0.2.207' } }
    if (expected['status'] === 429) await call(method, path, options)
    const { answer, lines } = await logged(method, path, options)
    expect(answer.status).toBe(expected['status'])
    expect(lines).toEqual([expect.objectContaining({ event: 'request', ...expected })])
  })

  test('a live clock: at its opening', async () => {
    const hall = await makeHall()
    const attempt = await started(hall)
    const headers = { Upgrade: 'websocket', 'Sec-WebSocket-Protocol': `bearer, ${hall.learner.token}` }
    const { lines } = await logged('GET', `/api/courses/quiz-attempts/${attempt.id}/live/`, { headers })
    expect(lines).toEqual([
      expect.objectContaining({
        status: 101,
        route: '/api/courses/quiz-attempts/:id/live',
        user_id: hall.learner.id,
        d1_trips: 0,
      }),
    ])
  })

  test.each([
    ['D1_ERROR: no such column: nothing', 500],
    ['D1_ERROR: D1 DB is overloaded.', 503],
  ])('what broke (%s) is told once, in the same line, as an error', async (message, status) => {
    const { DB } = failingAt('every', message).env
    const { lines } = await logged('GET', '/api/courses/catalog/', { env: { DB } })
    expect(lines).toEqual([
      expect.objectContaining({
        event: 'request',
        status,
        route: '/api/courses/catalog',
        d1_trips: 1,
        error: 'Error',
        message,
      }),
    ])
    expect(lines[0]?.['stack']).toMatch(/^\s+at /)
    expect(lines[0]).not.toHaveProperty('params')
    await call('GET', '/api/courses/catalog/', { env: { DB, LOG: 'failures' } })
    expect(spies[METHODS.indexOf('error')]?.mock.calls).toHaveLength(1)
  })

  test('with LOG set to failures: of what is answered or refused, none', async () => {
    await logged('GET', '/api/courses/catalog/', { env: { LOG: 'failures' } }).then(({ lines }) =>
      expect(lines).toEqual([]),
    )
    await logged('GET', '/api/courses/', { env: { LOG: 'failures' } }).then(({ lines }) => expect(lines).toEqual([]))
  })

  test('a message that looks like a stack does not become one', async () => {
    const { env: broken, bound } = failingAt('every')
    bound.push('first\n    at last, the essay')
    const { lines } = await logged('GET', '/api/courses/catalog/', { env: broken })
    expect(JSON.stringify(lines)).not.toContain('at last')
  })
})

const operations = api.contracts.flatMap(contract =>
  (contract.method === 'put' ? ['PUT', 'PATCH'] : [contract.method.toUpperCase()]).map(method => ({
    method,
    contract,
  })),
)

test('trips and rows are those that were made, whatever the route', async () => {
  const hall = await makeHall({ allow_time_extension: 1 })
  const attempt = await started(hall)
  await makeCode(hall.instructor, { type: 'attendance', target_id: hall.module.id })
  const staff = await makeStaff()
  const log = spies[METHODS.indexOf('log')]
  let trips = 0
  for (const { method, contract } of operations) {
    const { env: counted, counts } = counting()
    let atLine = { ...counts }
    log?.mockImplementation(() => (atLine = { ...counts }))
    const path = contract.path.replace('{slug}', hall.course.slug).replace(/\{\w+\}/g, String(attempt.id))
    const body = contract.body ? {} : undefined
    const { lines } = await logged(method, path, { as: staff, body, env: counted })
    const [line] = lines.filter(({ event }) => event === 'request')
    expect([line?.['d1_trips'], line?.['d1_rows_read'], line?.['d1_rows_written']], `${method} ${path}`).toEqual([
      atLine.d1Trips,
      atLine.rowsRead,
      atLine.rowsWritten,
    ])
    trips += atLine.d1Trips
  }
  expect(trips).toBeGreaterThan(operations.length / 2)
})

describe('no secret is in any line', () => {
  const MARKER = 's3cr3t'
  /** Every field of the contract's body, and everything else that a client may fill in. */
  const stuffed = (contract: (typeof operations)[number]['contract']) =>
    Object.fromEntries(Object.keys(contract.body?.shape ?? {}).map(field => [field, `${MARKER}-${field}`]))
  const addressed = (path: string) =>
    `${path.replace(/\{(slug|uuid)\}/g, `${MARKER}-in-path`).replace(/\{\w+\}/g, '1')}?c=${MARKER}&token=${MARKER}&q=${MARKER}`

  test.each([
    ['working', () => ({})],
    ['failing', () => failingAt('every').env],
    ['overloaded', () => failingAt('every', 'D1_ERROR: D1 DB is overloaded.').env],
  ])('whatever the route, with a database that is %s', async (_, bindings) => {
    const staff = await makeStaff()
    const seen: Line[] = []
    for (const { method, contract } of operations) {
      const uploads = contract.upload ? { body: `${MARKER} {T}`, headers: { 'Content-Type': 'text/plain' } } : {}
      const options = {
        body: contract.body ? stuffed(contract) : undefined,
        ...uploads,
        env: { ...bindings(), LOG: 'requests' },
      }
      for (const as of [staff, `${MARKER}.${MARKER}.${MARKER}`]) {
        const { lines } = await logged(method, addressed(contract.path), {
          ...options,
          as,
          headers: {
            ...options.headers,
            Cookie: `session=${MARKER}`,
            'User-Agent': MARKER,
            Referer: `https://${MARKER}/`,
          },
        })
        const requests = lines.filter(({ event }) => event === 'request')
        expect(requests, `${method} ${contract.path}`).toHaveLength(1)
        seen.push(...lines)
      }
    }
    const all = JSON.stringify(seen)
    expect(all).not.toContain(MARKER)
    for (const part of staff.token.split('.')) expect(all).not.toContain(part)
    for (const secret of [env.JWT_SECRET, env.RECEIPT_SECRET]) expect(all).not.toContain(secret)
    expect(seen.length).toBeGreaterThanOrEqual(operations.length * 2)
  })

  test('nor of an attempt: access code, answers, receipt', async () => {
    const hall = await makeHall({ access_code: `${MARKER} code` }, [{ type: 'essay', text: 'Why?', points: 1 }])
    const as = hall.learner
    const [essay] = hall.quiz.questions
    const all: Line[] = []
    const through = async <T>(answer: Promise<T>): Promise<T> => {
      const said = await answer
      all.push(...lines())
      return said
    }
    // Of these helpers' calls the settings are the runtime's own, so it is asked to tell all.
    const settings = env as { LOG: string }
    const before = settings.LOG
    settings.LOG = 'requests'
    const { body } = await through(startAttempt(hall.quiz, as, { access_code: `${MARKER} code` }))
    await through(startAttempt(hall.quiz, await makeUser(), { access_code: `${MARKER} wrong` }))
    await through(submit(body, as, essay?.id ?? 0, { essay_text: `${MARKER} essay` }))
    await through(end(body, as))
    const { receipt } = (await through(resultOf(body, as))).body
    await through(call('POST', '/api/receipts/verify/', { body: { receipt } }))
    settings.LOG = before
    const text = JSON.stringify(all)
    expect(text).not.toContain(MARKER)
    for (const part of String(receipt).split('.')) expect(text).not.toContain(part)
    expect(all.filter(({ event }) => event === 'request').length).toBeGreaterThanOrEqual(6)
  })
})

describe('cron', () => {
  const told = () => lines().map(({ event, task }) => `${event}: ${task}`)

  test('leaves a line for each task', async () => {
    await runCron({ ...env, LOG: 'requests' }, Date.now())
    expect(told()).toEqual([
      'cron: attempts',
      'cron: regrades',
      'cron: codes',
      'cron: search',
      'cron: webhooks',
      'cron: purge',
    ])
  })

  test('goes on when one of them fails', async () => {
    const DB = {
      prepare: () => env.DB.prepare('SELECT * FROM nowhere'),
      batch: () => Promise.reject(new Error('down')),
    }
    await runCron({ ...env, DB: DB as unknown as D1Database }, Date.now())
    expect(told()).toEqual([
      'cron failed: attempts',
      'cron failed: regrades',
      'cron failed: codes',
      'cron failed: search',
      'cron failed: webhooks',
      'cron failed: purge',
    ])
  })
})
