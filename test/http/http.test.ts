import { env } from 'cloudflare:workers'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { api } from '../../src/app.ts'
import { makeCourse } from '../factories/courses.ts'
import { makeInstructor, makeUser } from '../factories/users.ts'
import { call } from '../helpers/client.ts'

/** A described path with something in each of its places. */
const filled = (path: string) => path.replace('{slug}', 'a-slug').replace(/\{\w+\}/g, '1')
const methodsOf = (method: string) => (method === 'put' ? ['PUT', 'PATCH'] : [method.toUpperCase()])
const operations = api.contracts.flatMap(contract =>
  methodsOf(contract.method).map(method => ({ method, path: contract.path, contract })),
)

describe('every operation', () => {
  test.each(operations.filter(({ contract }) => contract.access !== 'public'))(
    '$method $path needs a login',
    async ({ method, path }) => {
      const { status, body, headers } = await call(method, filled(path))
      expect([status, body]).toEqual([
        401,
        { detail: 'Authentication credentials were not provided.', code: 'not_authenticated' },
      ])
      expect(headers.get('WWW-Authenticate')).toBe('Bearer')
      const bad = await call(method, filled(path), { as: 'not.a.token' })
      expect([bad.status, bad.body]).toEqual([
        401,
        { detail: 'Given token not valid for any token type', code: 'token_not_valid' },
      ])
    },
  )

  test('and no other is public than these', () => {
    const open = operations
      .filter(({ contract }) => contract.access === 'public')
      .map(({ method, path }) => `${method} ${path}`)
    expect(open.sort()).toEqual([
      'GET /api/courses/catalog/',
      'GET /api/courses/catalog/search/',
      'GET /api/courses/catalog/{slug}/',
      'GET /api/health/',
      'GET /api/health/ready/',
      'POST /api/receipts/verify/',
      'POST /api/users/google-auth/',
      'POST /api/users/login/',
      'POST /api/users/logout/',
      'POST /api/users/password/reset/',
      'POST /api/users/register/',
      'POST /api/users/token/refresh/',
    ])
  })

  test.each(operations)('$method $path answers the same without its trailing slash', async ({ method, path }) => {
    const [documented, bare] = [await call(method, filled(path)), await call(method, filled(path).replace(/\/$/, ''))]
    expect(bare.status).toBe(documented.status)
    if (documented.status !== 200) expect(bare.body).toEqual(documented.body)
  })

  test.each(operations)(
    '$method $path carries a request id, is not to be stored unless it says so, and renders nothing',
    async ({ method, path }) => {
      const { headers } = await call(method, filled(path), { headers: { 'X-Request-Id': 'chosen-by-client' } })
      expect(headers.get('X-Request-Id')).toBe('chosen-by-client')
      expect(headers.get('Cache-Control')).toMatch(/^(no-store|public, max-age=30)$/)
      expect(headers.get('X-Content-Type-Options')).toBe('nosniff')
      expect(headers.get('Strict-Transport-Security')).toMatch(/max-age/)
      expect(headers.get('X-Frame-Options')).toBe('SAMEORIGIN')
      expect(headers.get('Cross-Origin-Resource-Policy')).toBe('same-origin')
      expect(headers.get('Content-Security-Policy')).toBe("default-src 'none'; frame-ancestors 'none'")
    },
  )

  test.each(operations.filter(({ contract }) => contract.body))(
    '$method $path: body too large, not JSON, malformed – each before the login',
    async ({ method, path }) => {
      const send = (body: string, type = 'application/json') =>
        call(method, filled(path), { body, headers: { 'Content-Type': type } })
      const large = await send(`{"x":"${'x'.repeat(2 * 1024 * 1024)}"}`)
      expect([large.status, large.body]).toEqual([413, { detail: 'Request body too large.', code: 'body_too_large' }])
      const form = await send('a=1', 'application/x-www-form-urlencoded')
      expect([form.status, form.body]).toEqual([
        415,
        { detail: 'Unsupported media type.', code: 'unsupported_media_type' },
      ])
      expect((await send('{}', 'text/plain')).status).toBe(415)
      for (const text of ['{', '{"a":}', 'undefined', "{'a':1}", '\u0000']) {
        const { status, body } = await send(text)
        expect([status, body.detail], text).toEqual([400, expect.stringMatching(/^JSON parse error - /)])
      }
      expect([400, 401, 404]).toContain((await send('{}', 'application/merge-patch+json; charset=utf-8')).status)
    },
  )

  test.each(operations.filter(({ contract }) => contract.body))(
    '$method $path never breaks on what is no object, or on odd values',
    async ({ method, path, contract }) => {
      const { token } = await makeInstructor()
      const fields = Object.keys(contract.body?.shape ?? {})
      const odd = ['[]', 'null', '"x"', '7', 'true', '1e400', '{"__proto__":1}', '{"constructor":{}}']
      const values = [
        '"50"',
        '1e400',
        '-1',
        '9007199254740993',
        'null',
        '[]',
        '{}',
        '""',
        '"\\u0000"',
        '"\\ud800"',
        'true',
        '1.5',
        '[[[[]]]]',
        '"🎓"',
      ]
      for (const body of [
        ...odd,
        ...values.map(value => `{${fields.map(field => `${JSON.stringify(field)}:${value}`).join()}}`),
      ]) {
        const { status, text } = await call(method, filled(path), { as: token, body })
        expect(status, `${body} → ${text}`).toBeLessThan(500)
      }
    },
  )

  test.each(operations)('$method $path never breaks on odd ids and queries', async ({ method, path }) => {
    const { token } = await makeInstructor()
    for (const id of ['0', '-1', '1e3', '9007199254740993', '%00', '%F0%9F%8E%93', '..', 'a'.repeat(2_000)]) {
      const odd = path.replace(/\{\w+\}/g, id)
      const { status, text } = await call(method, `${odd}?course=${id}&q=${id}&page=${id}&page_size=${id}`, {
        as: token,
      })
      expect(status, `${odd} → ${text}`).toBeLessThan(500)
      // `..` is resolved to another path, `/api/`, before it is sent.
      if (odd !== path && !path.includes('{slug}') && method === 'GET' && id !== '..') expect(status).toBe(404)
    }
  })
})

describe('paths and methods', () => {
  test('an unknown path is 404, a known one with another method 405 with what it allows', async () => {
    const unknown = await call('GET', '/api/nothing/here/')
    expect([unknown.status, unknown.body]).toEqual([404, { detail: 'Not found.', code: 'not_found' }])
    const wrong = await call('DELETE', '/api/courses/')
    expect([wrong.status, wrong.body]).toEqual([
      405,
      { detail: 'Method "DELETE" not allowed.', code: 'method_not_allowed' },
    ])
    expect(wrong.headers.get('Allow')).toBe('GET, HEAD, POST')
    expect((await call('POST', '/api/courses/7')).headers.get('Allow')).toBe('GET, HEAD, PUT, PATCH, DELETE')
  })

  test('HEAD answers like GET, without a body', async () => {
    const { status, text, headers } = await call('HEAD', '/api/courses/catalog/')
    expect([status, text]).toEqual([200, ''])
    expect(headers.get('Content-Type')).toContain('json')
  })

  test('a chunked body without a length is limited too', async () => {
    const stream = new ReadableStream({
      pull(controller) {
        controller.enqueue(new TextEncoder().encode('x'.repeat(65_536)))
      },
    })
    const { app } = api
    const request = new Request('http://learnmore.test/api/users/login/', {
      method: 'POST',
      body: stream,
      headers: { 'Content-Type': 'application/json' },
    })
    expect((await app.fetch(request, env)).status).toBe(413)
  })
})

describe('cross-origin', () => {
  const preflight = (origin: string, bindings: Partial<Env> = {}) =>
    call('OPTIONS', '/api/courses/', {
      headers: {
        Origin: origin,
        'Access-Control-Request-Method': 'POST',
        'Access-Control-Request-Headers': 'authorization,content-type',
      },
      env: bindings,
    })

  test('any origin may call by default, and read the headers a client needs', async () => {
    const { status, headers } = await preflight('https://school.example')
    expect(status).toBe(204)
    expect(headers.get('Access-Control-Allow-Origin')).toBe('*')
    expect(headers.get('Access-Control-Allow-Methods')).toContain('PATCH')
    expect(headers.get('Access-Control-Allow-Headers')?.toLowerCase()).toContain('authorization')
    const answer = await call('GET', '/api/courses/catalog/', { headers: { Origin: 'https://school.example' } })
    expect(answer.headers.get('Access-Control-Expose-Headers')?.split(',')).toEqual([
      'X-Request-Id',
      'Retry-After',
      'ETag',
      'X-D1-Bookmark',
      'Content-Disposition',
      'Idempotent-Replayed',
    ])
    expect(answer.headers.get('Access-Control-Allow-Credentials')).toBeNull()
  })

  test('a list lets in only what it lists, and varies by origin', async () => {
    const listed = { CORS_ORIGINS: 'https://one.example, https://two.example' }
    const two = await preflight('https://two.example', listed)
    expect(two.headers.get('Access-Control-Allow-Origin')).toBe('https://two.example')
    expect(two.headers.get('Vary')).toContain('Origin')
    expect((await preflight('https://evil.example', listed)).headers.get('Access-Control-Allow-Origin')).toBeNull()
  })

  test('errors can be read across origins too', async () => {
    const { status, headers } = await call('GET', '/api/courses/', { headers: { Origin: 'https://school.example' } })
    expect([status, headers.get('Access-Control-Allow-Origin')]).toEqual([401, '*'])
  })
})

describe('the database session', () => {
  test('an answer carries a bookmark; sent back it is taken, a malformed one ignored', async () => {
    const user = await makeUser()
    const { headers } = await call('GET', '/api/courses/enrolled/', { as: user })
    const bookmark = headers.get('X-D1-Bookmark') ?? ''
    expect(bookmark).not.toBe('')
    const starts: string[] = []
    const DB = new Proxy(env.DB, {
      get(target, property) {
        if (property !== 'withSession') return Reflect.get(target, property)
        return (start: string) => {
          starts.push(start)
          return target.withSession(start)
        }
      },
    })
    const read = (sent?: string) =>
      call('GET', '/api/courses/enrolled/', {
        as: user,
        env: { DB },
        headers: sent === undefined ? {} : { 'X-D1-Bookmark': sent },
      })
    for (const sent of [bookmark, undefined, 'garbage', 'first-unconstrained'])
      expect((await read(sent)).status).toBe(200)
    await call('GET', '/api/courses/catalog/', { env: { DB } })
    expect(starts).toEqual([bookmark, 'first-primary', 'first-primary', 'first-primary', 'first-unconstrained'])
  })
})

describe('when something breaks', () => {
  const broken = (message: string) =>
    ({
      withSession: () => ({
        prepare: (query: string) => env.DB.prepare(query),
        batch: () => Promise.reject(new Error(message)),
        getBookmark: () => null,
      }),
    }) as unknown as D1Database

  test.each(['D1_ERROR: D1 DB is overloaded. Requests queued for too long.', 'D1_ERROR: Network connection lost.'])(
    '%s is 503 with a wait',
    async message => {
      const { status, body, headers } = await call('GET', '/api/courses/catalog/', { env: { DB: broken(message) } })
      expect([status, body]).toEqual([503, { detail: 'Service temporarily unavailable.', code: 'unavailable' }])
      expect(Number(headers.get('Retry-After'))).toBeGreaterThanOrEqual(1)
      expect(Number(headers.get('Retry-After'))).toBeLessThanOrEqual(5)
      expect(headers.get('Cache-Control')).toBe('no-store')
    },
  )

  test('anything else is the documented 500 and nothing of the cause', async () => {
    const { status, text } = await call('GET', '/api/courses/catalog/', {
      env: { DB: broken('no such column: users.secret') },
    })
    expect([status, JSON.parse(text)]).toEqual([500, { detail: 'Internal server error.', code: 'internal_error' }])
  })
})

test('random bodies never break creating a course', async () => {
  const owner = await makeInstructor()
  const course = await makeCourse(owner)
  await fc.assert(
    fc.asyncProperty(
      fc.record(
        {
          title: fc.anything(),
          description: fc.anything(),
          status: fc.anything(),
          enrollment_type: fc.anything(),
          max_students: fc.anything(),
          start_date: fc.anything(),
          end_date: fc.anything(),
          course_type: fc.anything(),
          instructor: fc.anything(),
        },
        { requiredKeys: [] },
      ),
      async body => {
        // What JSON cannot carry (bigint, cycles) never reaches a server.
        const sent = JSON.stringify(body, (_, value) => (typeof value === 'bigint' ? String(value) : value))
        const { status, text } = await call('PATCH', `/api/courses/${course.id}/`, { as: owner, body: sent })
        expect(status, text).toBeLessThan(500)
      },
    ),
    { numRuns: 200 },
  )
})
