import { env } from 'cloudflare:workers'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { unique } from '../factories/rows.ts'
import { makeAccount, makeUser, type TestUser } from '../factories/users.ts'
import { login, logout, PASSWORD, refresh, register, times } from '../helpers/accounts.ts'
import { type CallOptions, call, tally } from '../helpers/client.ts'
import { counting } from '../helpers/counting.ts'
import { KV_DOWN } from '../helpers/faults.ts'
import { publisher, signIn } from '../helpers/google.ts'

let hosts = 0
const address = () => `192.0.2.${++hosts}`
const FEW = { RATE_LIMIT_ANON_PER_DAY: '4', RATE_LIMIT_USER_PER_DAY: '6' }
const catalog = (from: string, options: CallOptions = {}) =>
  call('GET', '/api/courses/catalog/', {
    ...options,
    headers: { 'CF-Connecting-IP': from },
    env: { ...FEW, ...options.env },
  })
const profile = (as: TestUser | { token: string }, from = address(), bindings: Partial<Env> = {}) =>
  call('GET', '/api/users/profile/', { as, headers: { 'CF-Connecting-IP': from }, env: { ...FEW, ...bindings } })

afterEach(() => {
  vi.useRealTimers()
})

describe('a day', () => {
  test('of an anonymous address: so many, then 429 until the next UTC day', async () => {
    const home = address()
    vi.useFakeTimers({ toFake: ['Date'] })
    const midnight = (Math.floor(Date.now() / 86_400_000) + 1) * 86_400_000
    vi.setSystemTime(midnight - 90_000)
    expect(tally(await times(7, () => catalog(home)))).toEqual({ 200: 4, 429: 3 })
    const { body, headers } = await catalog(home)
    expect(body).toEqual({ detail: 'Request was throttled. Expected available in 90 seconds.', code: 'throttled' })
    expect(headers.get('Retry-After')).toBe('90')
    expect((await catalog(address())).status, 'another address').toBe(200)
    vi.setSystemTime(midnight)
    expect((await catalog(home)).status).toBe(200)
  })

  test('of a user: wherever they are, and never at the cost of the address', async () => {
    const [user, other, campus] = [await makeUser(), await makeUser(), address()]
    expect(tally(await times(8, () => profile(user, campus)))).toEqual({ 200: 6, 429: 2 })
    expect((await profile(user)).status, 'elsewhere too').toBe(429)
    expect(tally(await times(6, () => profile(other, campus)))).toEqual({ 200: 6 })
    expect(tally(await times(4, () => catalog(campus)))).toEqual({ 200: 4 })
  })

  test('a signed-in request to a public route counts for the user, one with a bad token for the address', async () => {
    const [user, home] = [await makeUser(), address()]
    await times(6, () => catalog(home, { as: user }))
    expect((await catalog(home, { as: user })).status).toBe(429)
    expect(tally(await times(5, () => catalog(home, { as: 'not.a.token' })))).toEqual({ 200: 4, 429: 1 })
  })

  test('401 before 429 before 400', async () => {
    const [user, home] = [await makeUser(), address()]
    await times(6, () => profile(user, home))
    const bad = { headers: { 'CF-Connecting-IP': home }, env: FEW, body: { bio: 7 } }
    expect((await call('PUT', '/api/users/profile/', { ...bad, as: user })).status).toBe(429)
    expect((await call('PUT', '/api/users/profile/', bad)).status).toBe(401)
  })

  test.each(['0', ''])('%j turns one off', async setting => {
    const [home, user] = [address(), await makeUser()]
    const off = { RATE_LIMIT_ANON_PER_DAY: setting, RATE_LIMIT_USER_PER_DAY: setting }
    expect(tally(await times(20, () => catalog(home, { env: off })))).toEqual({ 200: 20 })
    expect(tally(await times(20, () => profile(user, home, off)))).toEqual({ 200: 20 })
  })

  test('as deployed: 100 for an address, 1000 for a user', () => {
    expect([env.RATE_LIMIT_ANON_PER_DAY, env.RATE_LIMIT_USER_PER_DAY]).toEqual(['100', '1000'])
  })
})

test('register, login, Google sign-in, refresh, logout and preflights are neither counted nor refused', async () => {
  const home = address()
  const options = { headers: { 'CF-Connecting-IP': home }, env: FEW }
  await times(4, () => catalog(home))
  expect((await catalog(home)).status).toBe(429)
  const username = unique('free')
  expect((await register(username, {}, options)).status).toBe(201)
  const { body } = await login(username, PASSWORD, options)
  for (let i = 0; i < 7; i++) expect((await refresh(body.refresh, options)).status).toBe(200)
  const who = { email: `${unique('free')}@gmail.com`, sub: crypto.randomUUID() }
  expect((await signIn(await publisher(), who, {}, options)).status).toBe(200)
  expect((await logout(body.refresh, { ...options, as: body.access })).status).toBe(205)
  const preflight = { Origin: 'https://school.example', 'Access-Control-Request-Method': 'GET' }
  expect(
    (await call('OPTIONS', '/api/courses/', { ...options, headers: { ...options.headers, ...preflight } })).status,
  ).toBe(204)
  const account = { token: body.access }
  expect(tally(await times(7, () => profile(account, home))), 'none of it counted for the user').toEqual({
    200: 6,
    429: 1,
  })
  expect((await call('POST', '/api/users/password/reset/', { ...options, body: {} })).status, 'this one is').toBe(429)
})

describe('counted in KV', () => {
  const limits = { RATE_LIMIT_ANON_PER_DAY: '100' }
  const stored = async (home: string) =>
    Number((await env.KV.get(`quota:${Math.floor(Date.now() / 86_400_000)}:address:${home}`)) ?? 0)

  test('read once, and written after the response each time 5 % of the limit is reached', async () => {
    const home = address()
    const { env: counted, counts } = counting()
    const request = () => catalog(home, { env: { ...limits, KV: counted.KV } })
    for (let i = 0; i < 4; i++) await request()
    expect([counts.kvReads, counts.kvWrites, await stored(home)]).toEqual([1, 0, 0])
    await request()
    expect([counts.kvWrites, await stored(home)]).toEqual([1, 5])
    for (let i = 0; i < 5; i++) await request()
    expect(await stored(home)).toBe(10)
  })

  test('what other isolates wrote is added to', async () => {
    const home = address()
    const day = Math.floor(Date.now() / 86_400_000)
    for (let i = 0; i < 4; i++) await catalog(home, { env: limits })
    await env.KV.put(`quota:${day}:address:${home}`, '50')
    await catalog(home, { env: limits })
    expect(await stored(home)).toBe(55)
    expect(tally(await times(60, () => catalog(home, { env: limits })))).toEqual({ 200: 45, 429: 15 })
  })

  test('down: everybody is let in, and counted by the isolate alone', async () => {
    const silenced = vi.spyOn(console, 'warn').mockImplementation(() => {})
    const home = address()
    expect(tally(await times(3, () => catalog(home, { env: KV_DOWN })))).toEqual({ 200: 3 })
    const account = await makeAccount()
    expect((await profile(account, home, KV_DOWN)).status).toBe(200)
    silenced.mockRestore()
  })

  test('hanging: the first request waits a second, and so does a refresh; then nobody', async () => {
    const silenced = vi.spyOn(console, 'warn').mockImplementation(() => {})
    const hang = () => new Promise<never>(() => {})
    const hanging = { KV: { get: hang, put: hang, delete: hang } as unknown as KVNamespace }
    const [home, account] = [address(), await makeAccount()]
    const timed = async (answer: Promise<{ status: number }>) => {
      const before = performance.now()
      return [(await answer).status, Math.round((performance.now() - before) / 1000)]
    }
    const asking = () => timed(catalog(home, { env: hanging, leave: true }))
    expect(await Promise.all([asking(), timed(refresh(account.refresh, { env: hanging }))])).toEqual([
      [200, 1],
      [200, 1],
    ])
    expect(await asking()).toEqual([200, 0])
    silenced.mockRestore()
  })
})
