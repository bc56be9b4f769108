import { env } from 'cloudflare:workers'
import { decode, sign } from 'hono/jwt'
import { describe, expect, test, vi } from 'vitest'
import { issueToken } from '../../src/http/authentication.ts'
import { unique } from '../factories/rows.ts'
import { makeAccount, makeInstructor, makeStaff, makeUser, type TestUser } from '../factories/users.ts'
import { login, logout, PASSWORD, refresh, register, set, stored } from '../helpers/accounts.ts'
import { type Answer, call } from '../helpers/client.ts'
import { counting } from '../helpers/counting.ts'
import { KV_DOWN } from '../helpers/faults.ts'

const NOT_VALID = [401, { detail: 'Given token not valid for any token type', code: 'token_not_valid' }]
const said = ({ status, body }: Answer) => [status, body]
const profile = (as: TestUser | string, bindings: Partial<Env> = {}) =>
  call('GET', '/api/users/profile/', { as, env: bindings })
const nowSeconds = () => Math.floor(Date.now() / 1000)

const SECRET = env.JWT_SECRET
const OTHER_SECRET = 'another secret that is long enough too'
const base64 = (value: unknown) =>
  btoa(JSON.stringify(value)).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')

describe('what a token carries', () => {
  test('access 30 minutes, refresh a day, HS256, and the claims decided', async () => {
    const { id, token, refresh: long } = await makeAccount()
    for (const [jwt, type, seconds] of [
      [token, 'access', 1_800],
      [long, 'refresh', 86_400],
    ] as const) {
      const { header, payload } = decode(jwt)
      expect(header).toEqual({ alg: 'HS256', typ: 'JWT' })
      expect(payload).toEqual({
        token_type: type,
        exp: Number(payload['iat']) + seconds,
        iat: expect.any(Number),
        jti: expect.stringMatching(/^[0-9a-f-]{36}$/),
        user_id: id,
        ver: 1,
      })
      expect(Math.abs(Number(payload['iat']) - nowSeconds())).toBeLessThan(60)
    }
    expect(decode(token).payload['jti']).not.toBe(decode(long).payload['jti'])
  })
})

/** Tokens that must open nothing, made from a good one of the type. */
const bad: [string, (good: string, other: string) => Promise<string> | string][] = [
  ['of the other type', (_good, other) => other],
  ['signed by another secret', good => sign(decode(good).payload, OTHER_SECRET, 'HS256')],
  ['expired', good => sign({ ...decode(good).payload, exp: nowSeconds() - 1 }, SECRET, 'HS256')],
  ['without exp', good => sign({ ...decode(good).payload, exp: undefined }, SECRET, 'HS256')],
  ['with a null exp', good => sign({ ...decode(good).payload, exp: null } as never, SECRET, 'HS256')],
  ['with an exp that is text', good => sign({ ...decode(good).payload, exp: '9999999999' } as never, SECRET, 'HS256')],
  ['without ver', good => sign({ ...decode(good).payload, ver: undefined }, SECRET, 'HS256')],
  ['without a type', good => sign({ ...decode(good).payload, token_type: undefined }, SECRET, 'HS256')],
  ['without jti', good => sign({ ...decode(good).payload, jti: undefined }, SECRET, 'HS256')],
  ['of a user in quotes', good => sign({ ...decode(good).payload, user_id: '1' }, SECRET, 'HS256')],
  ['of another ver', good => sign({ ...decode(good).payload, ver: 2 }, SECRET, 'HS256')],
  ['alg none, without a signature', good => `${base64({ alg: 'none', typ: 'JWT' })}.${good.split('.')[1]}.`],
  [
    'alg none, with the signature',
    good => `${base64({ alg: 'none', typ: 'JWT' })}.${good.split('.').slice(1).join('.')}`,
  ],
  ['HS512 by the right secret', good => sign(decode(good).payload, SECRET, 'HS512')],
  [
    'with other claims under the old signature',
    good => {
      const [header, , signature] = good.split('.')
      return `${header}.${base64({ ...decode(good).payload, user_id: 1 })}.${signature}`
    },
  ],
  ['truncated', good => good.slice(0, -4)],
  ['without its signature', good => good.split('.').slice(0, 2).join('.')],
  ['with a tail', good => `${good}x`],
  ['not a token at all', () => 'x'],
  ['of 3,000 letters', () => `${'a'.repeat(1_000)}.${'b'.repeat(1_000)}.${'c'.repeat(1_000)}`],
  ['of dots', () => '..'],
]

describe.each(bad)('a token %s', (_name, spoil) => {
  test('is no access', async () => {
    const { token, refresh: long } = await goodPair()
    expect(said(await profile(await spoil(token, long)))).toEqual(NOT_VALID)
  })

  test('is no refresh', async () => {
    const { token, refresh: long } = await goodPair()
    expect(said(await refresh(await spoil(long, token)))).toEqual(NOT_VALID)
  })

  test('on a public route counts as none', async () => {
    const { token, refresh: long } = await goodPair()
    const spoiled = await spoil(token, long)
    expect((await call('GET', '/api/courses/catalog/', { as: spoiled })).status).toBe(200)
  })
})

/** Of a user made without hashing a password. */
async function goodPair() {
  const user = await makeUser()
  const long = await issueToken(env, 'refresh', { userId: user.id, sessionVersion: 1 }, nowSeconds())
  expect((await profile(user)).status).toBe(200)
  return { ...user, refresh: long }
}

describe('the header', () => {
  test.each(['Bearer', 'Bearer ', 'Basic dXNlcjpwYXNz', 'Token x', ''])('%j is no login', async value => {
    const answer = await call('GET', '/api/users/profile/', { headers: { Authorization: value } })
    expect(said(answer)).toEqual([
      401,
      { detail: 'Authentication credentials were not provided.', code: 'not_authenticated' },
    ])
    expect(answer.headers.get('WWW-Authenticate')).toBe('Bearer')
  })

  test('the scheme may be in any case', async () => {
    const { token } = await makeUser()
    expect((await call('GET', '/api/users/profile/', { headers: { Authorization: `bearer  ${token}` } })).status).toBe(
      200,
    )
  })

  test('a user who is gone is inactive', async () => {
    const token = await issueToken(env, 'access', { userId: 999_999_999, sessionVersion: 1 }, nowSeconds())
    expect(said(await profile(token))).toEqual([401, { detail: 'User is inactive.', code: 'user_inactive' }])
  })

  test('the clock decides: at 30 minutes it is over', async () => {
    const { token } = await makeUser()
    const { exp } = decode(token).payload
    vi.useFakeTimers({ toFake: ['Date'] })
    try {
      vi.setSystemTime((Number(exp) - 1) * 1000)
      expect((await profile(token)).status).toBe(200)
      vi.setSystemTime(Number(exp) * 1000)
      expect(said(await profile(token))).toEqual(NOT_VALID)
    } finally {
      vi.useRealTimers()
    }
  })
})

describe('what is true of the user now decides, not what was when the token was issued', () => {
  test('a demoted staff user', async () => {
    const staff = await makeStaff()
    expect((await call('GET', '/api/users/', { as: staff })).status).toBe(200)
    await set(staff.id, 'is_staff = 0')
    expect((await call('GET', '/api/users/', { as: staff })).status).toBe(403)
  })

  test('a demoted instructor', async () => {
    const instructor = await makeInstructor()
    await set(instructor.id, 'is_instructor = 0')
    expect((await call('POST', '/api/courses/', { as: instructor, body: { title: 'x' } })).status).toBe(403)
  })

  test('a deactivated user, access and refresh', async () => {
    const user = await goodPair()
    await set(user.id, 'is_active = 0')
    const inactive = [401, { detail: 'User is inactive.', code: 'user_inactive' }]
    expect(said(await profile(user))).toEqual(inactive)
    expect(said(await refresh(user.refresh))).toEqual(inactive)
  })

  test('a password change: every older token is refused, the new ones are good', async () => {
    const user = await makeAccount()
    const elsewhere = (await login(user.username)).body
    const body = { old_password: PASSWORD, new_password: 'a good long one' }
    const changed = await call('POST', '/api/users/password/change/', { as: user, body })
    expect(changed.status, changed.text).toBe(200)
    expect(changed.body).toEqual({ refresh: expect.any(String), access: expect.any(String) })
    for (const token of [user.token, elsewhere.access]) expect(said(await profile(token))).toEqual(NOT_VALID)
    for (const token of [user.refresh, elsewhere.refresh]) expect(said(await refresh(token))).toEqual(NOT_VALID)
    expect((await profile(changed.body.access)).status).toBe(200)
    expect((await refresh(changed.body.refresh)).status).toBe(200)
    expect((await login(user.username)).status).toBe(401)
    expect((await login(user.username, 'a good long one')).status).toBe(200)
  })
})

describe('refreshing', () => {
  test('gives an access token of the same session', async () => {
    const user = await makeAccount()
    const { status, body } = await refresh(user.refresh)
    expect([status, Object.keys(body)]).toEqual([200, ['access']])
    expect(decode(body.access).payload).toMatchObject({ token_type: 'access', user_id: user.id })
    expect((await profile(body.access)).status).toBe(200)
  })

  test.each([
    [{}, { refresh: ['This field is required.'] }],
    [{ refresh: null }, { refresh: ['This field may not be null.'] }],
    [{ refresh: 7 }, { refresh: ['Not a valid string.'] }],
    [{ refresh: '' }, { refresh: ['This field may not be blank.'] }],
    [{ refresh: 'x'.repeat(10_240) }, { refresh: ['Ensure this field has no more than 4000 characters.'] }],
  ])('refuses %j, as does logging out', async (body, errors) => {
    for (const path of ['/api/users/token/refresh/', '/api/users/logout/'])
      expect(said(await call('POST', path, { body }))).toEqual([400, errors])
  })
})

describe('logging out', () => {
  test('ends the refresh token; repeating is 205; another session lives on', async () => {
    const user = await makeAccount()
    const other = (await login(user.username)).body
    for (let turn = 0; turn < 3; turn++) {
      const { status, text } = await logout(user.refresh)
      expect([status, text]).toEqual([205, ''])
    }
    expect(said(await refresh(user.refresh))).toEqual(NOT_VALID)
    expect((await refresh(other.refresh)).status).toBe(200)
  })

  test('the refresh token is all it takes; a bearer sent along must be of the same user', async () => {
    const [user, other] = [await goodPair(), await makeUser()]
    const refused = await logout(user.refresh, { as: other })
    expect(said(refused)).toEqual([400, { refresh: ['This token is another user’s.'] }])
    expect((await refresh(user.refresh)).status).toBe(200)
    expect((await logout(user.refresh, { as: user })).status).toBe(205)
    const another = await goodPair()
    expect((await logout(another.refresh, { as: 'no.good.bearer' })).status, 'an unusable bearer counts as none').toBe(
      205,
    )
  })

  test('an access token logs nobody out', async () => {
    const user = await goodPair()
    expect(said(await logout(user.token))).toEqual(NOT_VALID)
    expect((await profile(user)).status).toBe(200)
  })

  test('is kept in D1 for as long as the token would have lived, and in KV', async () => {
    const { refresh: long } = await goodPair()
    const { jti, exp } = decode(long).payload as { jti: string; exp: number }
    await logout(long)
    const row = await env.DB.prepare('SELECT expires_at FROM revoked_tokens WHERE jti = ?').bind(jti).first()
    expect(row).toEqual({ expires_at: exp })
    expect(await env.KV.get(`denied:${jti}`)).not.toBeNull()
  })

  test('a token about to expire is still taken into KV, for the least time KV allows', async () => {
    const user = await makeUser()
    const old = await issueToken(env, 'refresh', { userId: user.id, sessionVersion: 1 }, nowSeconds() - 86_400 + 20)
    const put = vi.spyOn(env.KV, 'put')
    expect((await logout(old, { env: { KV: env.KV } })).status).toBe(205)
    expect(put).toHaveBeenCalledWith(expect.stringContaining('denied:'), '1', { expirationTtl: 60 })
    put.mockRestore()
  })

  test('KV is the fast refusal: D1 is not asked', async () => {
    const { refresh: long } = await goodPair()
    await logout(long)
    const { env: counted, counts } = counting()
    expect(said(await refresh(long, { env: counted }))).toEqual(NOT_VALID)
    expect(counts.d1Trips).toBe(0)
  })

  test('KV down: nobody is locked out and nobody logged out gets back in', async () => {
    const [stays, leaves] = [await goodPair(), await goodPair()]
    expect((await logout(leaves.refresh, { env: KV_DOWN })).status).toBe(205)
    expect((await refresh(stays.refresh, { env: KV_DOWN })).status).toBe(200)
    expect(said(await refresh(leaves.refresh, { env: KV_DOWN }))).toEqual(NOT_VALID)
    expect(said(await refresh(leaves.refresh)), 'KV back, never told: D1 decides').toEqual(NOT_VALID)
  })

  test('logging out and refreshing at once: afterwards it is out', async () => {
    const user = await goodPair()
    await Promise.all([logout(user.refresh), refresh(user.refresh), logout(user.refresh), refresh(user.refresh)])
    expect(said(await refresh(user.refresh))).toEqual(NOT_VALID)
  })
})

describe('the secret', () => {
  test.each(['', 'short', 'x'.repeat(31), undefined])(
    '%j: every request fails closed, and the log says what to do',
    async secret => {
      const logged = vi.spyOn(console, 'error').mockImplementation(() => {})
      const bindings = { JWT_SECRET: secret as string }
      const { token } = await makeUser()
      for (const [method, path] of [
        ['GET', '/api/courses/catalog/'],
        ['GET', '/api/users/profile/'],
        ['POST', '/api/users/register/'],
        ['POST', '/api/users/login/'],
      ] as const) {
        const answer = await call(method, path, { as: token, env: bindings, body: method === 'POST' ? {} : undefined })
        expect(said(answer), path).toEqual([500, { detail: 'Internal server error.', code: 'internal_error' }])
      }
      expect(logged).toHaveBeenCalledTimes(4)
      expect(JSON.stringify(logged.mock.calls[0])).toContain('npx wrangler secret put JWT_SECRET')
      logged.mockRestore()
    },
  )

  test('32 bytes will do, counted as bytes', async () => {
    const bindings = { JWT_SECRET: 'ü'.repeat(16) }
    const username = unique('bytes')
    expect((await register(username, {}, { env: bindings })).status).toBe(201)
    const { body } = await login(username, PASSWORD, { env: bindings })
    expect((await profile(body.access, bindings)).status).toBe(200)
  })

  test('is rotated without logging anyone out', async () => {
    const user = await goodPair()
    const rotated = { JWT_SECRET: OTHER_SECRET, JWT_SECRET_PREVIOUS: SECRET }
    expect((await profile(user, rotated)).status).toBe(200)
    const { body } = await refresh(user.refresh, { env: rotated })
    const done = { JWT_SECRET: OTHER_SECRET }
    expect((await profile(body.access, done)).status, 'the new token is signed by the new secret').toBe(200)
    expect(said(await profile(user, done))).toEqual(NOT_VALID)
  })

  test('a previous one that is too short verifies nothing', async () => {
    const weak = await sign(decode((await makeUser()).token).payload, 'weak', 'HS256')
    expect(said(await profile(weak, { JWT_SECRET_PREVIOUS: 'weak' }))).toEqual(NOT_VALID)
  })
})

test('a login in the moment of a deactivation does not get in', async () => {
  const user = await makeAccount()
  const racing = await Promise.all([
    login(user.username),
    call('PATCH', `/api/users/${user.id}/`, { as: await makeStaff(), body: { is_active: false } }),
  ])
  const row = await stored(user.id)
  expect(row?.['is_active']).toBe(0)
  if (racing[0].status === 200) expect((await profile(racing[0].body.access)).body.code).toBe('user_inactive')
})
