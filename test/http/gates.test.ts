import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { behindGates, type Gate, type Limit } from '../../src/http/gates.ts'
import { unique } from '../factories/rows.ts'
import { makeAccount, makeStaff, makeUser } from '../factories/users.ts'
import { login, PASSWORD, refresh, register, times } from '../helpers/accounts.ts'
import { type Answer, call, tally } from '../helpers/client.ts'
import { publisher, signIn } from '../helpers/google.ts'

const from = (address: string, bindings: Partial<Env> = {}) => ({
  headers: { 'CF-Connecting-IP': address },
  env: bindings,
})
let hosts = 0
const address = () => `198.51.${Math.floor(++hosts / 256)}.${hosts % 256}`
const NO_QUOTA = { RATE_LIMIT_ANON_PER_DAY: '0', RATE_LIMIT_USER_PER_DAY: '0' }

/** A refusal as documented, with the same true wait in body and header. */
function expectThrottled({ status, body, headers }: Answer, most: number): number {
  const seconds = Number(headers.get('Retry-After'))
  expect([status, body]).toEqual([
    429,
    { detail: `Request was throttled. Expected available in ${seconds} seconds.`, code: 'throttled' },
  ])
  expect(seconds).toBeGreaterThanOrEqual(1)
  expect(seconds).toBeLessThanOrEqual(most)
  return seconds
}

afterEach(() => {
  vi.useRealTimers()
})
const stopClock = () => {
  vi.useFakeTimers({ toFake: ['Date'] })
  const start = Date.now()
  return (seconds: number) => vi.setSystemTime(start + seconds * 1000)
}

describe('logins of an address at a username', () => {
  test('30 simultaneous wrong ones: exactly 5 are tried; others at the address get in', async () => {
    const [victim, neighbour] = [await makeAccount(), await makeAccount()]
    const campus = address()
    const answers = await times(30, () => login(victim.username, 'wrongpassword1', from(campus)))
    expect(tally(answers)).toEqual({ 401: 5, 429: 25 })
    for (const answer of answers.filter(({ status }) => status === 429)) expectThrottled(answer, 60)
    expect((await login(neighbour.username, PASSWORD, from(campus))).status).toBe(200)
    expect((await login(victim.username, PASSWORD, from(address()))).status, 'elsewhere the victim gets in').toBe(200)
  })

  test('right ones count too, and the name counts whatever its case', async () => {
    const { username } = await makeAccount()
    const home = address()
    const answers = await times(8, i => login(i % 2 ? username.toUpperCase() : username, PASSWORD, from(home)))
    expect(tally(answers)).toEqual({ 200: 5, 429: 3 })
  })

  test('an unknown name is counted like a known one', async () => {
    const [name, home] = [unique('nobody'), address()]
    expect(tally(await times(7, () => login(name, PASSWORD, from(home))))).toEqual({ 401: 5, 429: 2 })
  })

  test('the wait is true: a second earlier refused, then let in', async () => {
    const { username } = await makeAccount()
    const home = address()
    const advance = stopClock()
    for (const second of [0, 10, 20, 30, 40]) {
      advance(second)
      expect((await login(username, 'wrongpassword1', from(home))).status).toBe(401)
    }
    advance(45)
    const wait = expectThrottled(await login(username, PASSWORD, from(home)), 60)
    expect(wait).toBe(15)
    advance(45 + wait - 1)
    expectThrottled(await login(username, PASSWORD, from(home)), 1)
    advance(45 + wait)
    expect((await login(username, PASSWORD, from(home))).status).toBe(200)
    expectThrottled(await login(username, PASSWORD, from(home)), 10)
  })

  test.each([
    ['2', { 401: 2, 429: 5 }],
    ['6', { 401: 6, 429: 1 }],
    ['0', { 401: 5, 429: 2 }],
    ['many', { 401: 5, 429: 2 }],
    ['', { 401: 5, 429: 2 }],
  ])('LOGIN_ATTEMPTS_PER_MINUTE=%j', async (setting, expected) => {
    const [name, home] = [unique('nobody'), address()]
    const bindings = { LOGIN_ATTEMPTS_PER_MINUTE: setting }
    expect(tally(await times(7, () => login(name, PASSWORD, from(home, bindings))))).toEqual(expected)
  })

  test('a malformed body is no try', async () => {
    const { username } = await makeAccount()
    const home = address()
    await times(10, () => login(username, '', from(home)))
    expect((await login(username, PASSWORD, from(home))).status).toBe(200)
  })

  test('the address is CF-Connecting-IP alone', async () => {
    const [name, home] = [unique('nobody'), address()]
    const spoofing = (i: number) => ({
      headers: { 'CF-Connecting-IP': home, 'X-Forwarded-For': `203.0.113.${i}`, 'X-Real-IP': `203.0.113.${i}` },
    })
    expect(tally(await times(7, i => login(name, PASSWORD, spoofing(i))))).toEqual({ 401: 5, 429: 2 })
  })

  test('all of an IPv6 /64 is one address', async () => {
    const name = unique('nobody')
    const answers = await times(7, i => login(name, PASSWORD, from(`2001:db8:77:1:${i}::${i}`)))
    expect(tally(answers)).toEqual({ 401: 5, 429: 2 })
    expect((await login(name, PASSWORD, from('2001:db8:77:2::1'))).status).toBe(401)
  })
})

describe('wrong guesses of an address', () => {
  test('100 a minute, at reset tokens, logins and Google credentials together; right ones never count', async () => {
    const [home, { username }, google] = [address(), await makeAccount(), await publisher()]
    const guess = () =>
      call('POST', '/api/users/password/reset/', {
        body: { token: crypto.randomUUID(), new_password: 'a good long one' },
        ...from(home, NO_QUOTA),
      })
    for (let i = 0; i < 3; i++) expect((await login(username, PASSWORD, from(home))).status).toBe(200)
    expect((await login(unique('nobody'), 'wrongpassword1', from(home))).status).toBe(401)
    const person = () => ({ email: `${unique('g')}@gmail.com`, sub: crypto.randomUUID() })
    const signing = (id_token?: string) =>
      signIn(google, person(), id_token ? { id_token } : {}, { headers: { 'CF-Connecting-IP': home } })
    expect((await signing()).status).toBe(200)
    expect((await signing('x.y.z')).status).toBe(401)
    const answers = await times(120, guess)
    expect(tally(answers)).toEqual({ 400: 98, 429: 22 })
    for (const answer of answers.filter(({ status }) => status === 429)) expectThrottled(answer, 60)
    expectThrottled(await login(unique('nobody'), PASSWORD, from(home)), 60)
    expectThrottled(await signing(), 60)
    expect((await login(username, PASSWORD, from(address()))).status, 'elsewhere they get in').toBe(200)
  })
})

describe('wrong passwords for an account from everywhere', () => {
  test('100 an hour; addresses that logged in within 30 days are exempt', async () => {
    const { username } = await makeAccount()
    const [home, cafe, away] = [address(), address(), address()]
    expect((await login(username, PASSWORD, from(home))).status).toBe(200)
    const answers = await times(110, () => login(username, 'wrongpassword1', from(address())))
    expect(tally(answers)).toEqual({ 401: 100, 429: 10 })
    for (const answer of answers.filter(({ status }) => status === 429)) expectThrottled(answer, 3_600)
    expect((await login(username, PASSWORD, from(home))).status, 'nobody is locked out from outside').toBe(200)
    expect((await login(username, 'wrongpassword1', from(home))).status, 'wrong ones there are still told').toBe(401)
    expectThrottled(await login(username.toUpperCase(), PASSWORD, from(cafe)), 3_600)
    expectThrottled(await login(username, PASSWORD, from(away)), 3_600)
  }, 120_000)

  test('trust ends after 30 days without a login', async () => {
    const { username } = await makeAccount()
    const home = address()
    expect((await login(username, PASSWORD, from(home))).status).toBe(200)
    const gate = env.GATES.getByName(`account:${username}`)
    const advance = stopClock()
    const fill = () => times(100, async () => void (await gate.take({ limit: 100, windowSeconds: 3_600 })))
    advance(29 * 86_400)
    await fill()
    expectThrottled(await login(username, PASSWORD, from(address())), 3_600)
    expect((await login(username, PASSWORD, from(home))).status, 'and a login renews it').toBe(200)
    advance(58 * 86_400)
    await fill()
    expect((await login(username, PASSWORD, from(home))).status).toBe(200)
    advance(89 * 86_400)
    await fill()
    expectThrottled(await login(username, PASSWORD, from(home)), 3_600)
  })
})

describe('registrations of an address', () => {
  test('500 a day, exact under concurrency; refused ones do not count', async () => {
    const campus = address()
    const gate = env.GATES.getByName(`registrations:${campus}`)
    await times(498, async () => void (await gate.take({ limit: 500, windowSeconds: 86_400 })))
    const taken = await makeAccount()
    expect((await register(taken.username, {}, from(campus))).status).toBe(400)
    expect((await register('no good', {}, from(campus))).status).toBe(400)
    const answers = await times(6, () => register(unique('many'), {}, from(campus)))
    expect(tally(answers)).toEqual({ 201: 2, 429: 4 })
    for (const answer of answers.filter(({ status }) => status === 429)) expectThrottled(answer, 86_400)
    const google = await publisher()
    const newcomer = { email: `${unique('late')}@gmail.com`, sub: crypto.randomUUID() }
    expectThrottled(await signIn(google, newcomer, {}, { headers: { 'CF-Connecting-IP': campus } }), 86_400)
    expect((await register(unique('many'), {}, from(address()))).status).toBe(201)
  })
})

test('whose accounts there are cannot be asked without end: 100 taken names a minute for an address', async () => {
  const [home, taken] = [address(), await makeAccount()]
  const gate = env.GATES.getByName(`taken:${home}`)
  await times(97, async () => void (await gate.take({ limit: 100, windowSeconds: 60 })))
  expect((await register(unique('free'), {}, from(home))).status, 'a free one is no guess').toBe(201)
  const guesses = await times(5, () => register(taken.username, {}, from(home)))
  expect(tally(guesses)).toEqual({ 400: 3, 429: 2 })
  // Then a free name is refused alike, or the difference would tell.
  const both = [await register(taken.username, {}, from(home)), await register(unique('free'), {}, from(home))]
  for (const answer of both) expectThrottled(answer, 60)
  expect((await register(taken.username, {}, from(address()))).status).toBe(400)
})

describe('of a user', () => {
  test('old_password: 5 tries a minute, right or wrong', async () => {
    const user = await makeAccount()
    const guess = (old_password: string) =>
      call('POST', '/api/users/password/change/', { as: user, body: { old_password, new_password: 'a good long one' } })
    const answers = await times(9, () => guess('wrongpassword1'))
    expect(tally(answers)).toEqual({ 400: 5, 429: 4 })
    expectThrottled(await guess(PASSWORD), 60)
  })

  test('refresh and logout: 60 a minute together; a token that is none is no use of one', async () => {
    const { refresh: token } = await makeAccount()
    const answers = await times(63, () => refresh(token))
    expect(tally(answers)).toEqual({ 200: 60, 429: 3 })
    expectThrottled(await call('POST', '/api/users/logout/', { body: { refresh: token } }), 60)
    const other = await makeAccount()
    expect((await refresh(other.refresh)).status).toBe(200)
    expect(tally(await times(70, () => refresh('not.a.token')))).toEqual({ 401: 70 })
  })
})

test('a guess that fails for a reason of ours counts nowhere', async () => {
  const { username } = await makeAccount()
  const home = address()
  const silenced = vi.spyOn(console, 'error').mockImplementation(() => {})
  const broken = {
    withSession: () => ({
      prepare: (query: string) => env.DB.prepare(query),
      batch: () => Promise.reject(new Error('D1_ERROR: Network connection lost.')),
      getBookmark: () => null,
    }),
  } as unknown as D1Database
  const bindings = { DB: broken, LOGIN_ATTEMPTS_PER_MINUTE: '200' }
  expect(tally(await times(120, () => login(username, PASSWORD, from(home, bindings))))).toEqual({ 503: 120 })
  silenced.mockRestore()
  expect((await login(username, PASSWORD, from(home, { LOGIN_ATTEMPTS_PER_MINUTE: '200' }))).status).toBe(200)
})

describe('a gate', () => {
  const limit: Limit = { limit: 3, windowSeconds: 60 }
  const gate = () => env.GATES.getByName(unique('gate'))
  /** The types of calls make two promises of a verdict that is one of two. */
  const verdict = (answer: unknown) => answer as Promise<{ admitted: boolean }>

  test('while tries under way could fill it the next one waits, and is let in when one of them was right', async () => {
    const key = unique('gate')
    const finish: ((isRight: boolean) => void)[] = []
    const guess = () =>
      behindGates(
        env,
        [{ key, limit }],
        () => new Promise<boolean>(resolve => finish.push(resolve)),
        right => !right,
      )
    const running = [guess(), guess(), guess()]
    await vi.waitUntil(() => finish.length === 3)
    const fourth = guess()
    const fifth = guess().catch(error => error)
    await scheduler.wait(50)
    expect(finish, 'the fourth and fifth wait').toHaveLength(3)
    finish[0]?.(true)
    await vi.waitUntil(() => finish.length === 4)
    finish[1]?.(false)
    finish[2]?.(false)
    finish[3]?.(false)
    expect(await Promise.all(running)).toEqual([true, false, false])
    expect([await fourth, (await fifth).status].sort()).toEqual([false, 429].sort())
  })

  test('what is under way outlives the memory of the object', async () => {
    const stub = gate()
    for (let i = 0; i < 3; i++) await verdict(stub.enter(limit))
    await evictDurableObject(stub)
    const fourth = verdict(stub.enter(limit))
    expect(await Promise.race([fourth, scheduler.wait(50)]), 'the fourth waits').toBeUndefined()
    await stub.leave(1, { counts: true, windowSeconds: 60 })
    await stub.leave(2, { counts: true, windowSeconds: 60 })
    await stub.leave(3, { counts: true, windowSeconds: 60 })
    expect((await fourth).admitted).toBe(false)
  })

  test('a try that never came back counts after its lease', async () => {
    const stub = gate()
    const advance = stopClock()
    for (let i = 0; i < 3; i++) expect((await verdict(stub.enter(limit))).admitted).toBe(true)
    advance(121)
    // It counts as of the moment its lease ran out, a second ago.
    expect(await verdict(stub.enter(limit))).toEqual({ admitted: false, retryAfterSeconds: 59 })
    await stub.leave(1, { counts: true, windowSeconds: 60 })
    const kept = await runInDurableObject(stub, (_gate: Gate, { storage }) =>
      storage.kv.get<{ tries: number[] }>('state'),
    )
    expect(kept?.tries, 'and not again when it comes back after all').toHaveLength(3)
  })

  test('the wait in whole seconds is none too short', async () => {
    const stub = gate()
    const advance = stopClock()
    await stub.take({ limit: 1, windowSeconds: 60 })
    advance(0.5)
    expect(await verdict(stub.take({ limit: 1, windowSeconds: 60 }))).toEqual({
      admitted: false,
      retryAfterSeconds: 60,
    })
    advance(59.999)
    expect(await verdict(stub.take({ limit: 1, windowSeconds: 60 }))).toEqual({ admitted: false, retryAfterSeconds: 1 })
    advance(60)
    expect((await verdict(stub.take({ limit: 1, windowSeconds: 60 }))).admitted).toBe(true)
    const kept = await runInDurableObject(stub, (_gate: Gate, { storage }) =>
      storage.kv.get<{ tries: number[] }>('state'),
    )
    expect(kept?.tries, 'what left the window is not kept').toHaveLength(1)
  })

  test('a lease runs out at its end, and its try is counted among the others in their order', async () => {
    const stub = gate()
    const advance = stopClock()
    const two: Limit = { limit: 2, windowSeconds: 600 }
    expect((await verdict(stub.enter(two))).admitted).toBe(true)
    advance(100)
    expect((await verdict(stub.enter(two))).admitted).toBe(true)
    advance(110)
    await stub.leave(2, { counts: true, windowSeconds: 600 })
    advance(120)
    // The first of the two to leave the window is that of second 110.
    expect(await verdict(stub.enter(two))).toEqual({ admitted: false, retryAfterSeconds: 590 })
    const other = gate()
    advance(0)
    expect((await verdict(other.enter(two))).admitted).toBe(true)
    advance(200)
    await other.take(two)
    // And here that of second 120, when the lease ran out.
    expect(await verdict(other.enter(two))).toEqual({ admitted: false, retryAfterSeconds: 520 })
  })

  test('those that wait are let in as they came, and none of them passes another', async () => {
    const stub = gate()
    const one: Limit = { limit: 1, windowSeconds: 60 }
    expect((await verdict(stub.enter(one))).admitted).toBe(true)
    const second = verdict(stub.enter(one))
    const third = verdict(stub.enter(limit))
    expect(await Promise.race([second, third, scheduler.wait(50)])).toBeUndefined()
    await stub.leave(1, { counts: false, windowSeconds: 60 })
    expect(await second).toEqual({ admitted: true, ticket: 2 })
    expect(await third).toEqual({ admitted: true, ticket: 3 })
  })

  test('who has waited in vain is told to come again, and holds no place', async () => {
    const key = unique('gate')
    const stub = env.GATES.getByName(key)
    const one: Limit = { limit: 1, windowSeconds: 60 }
    await runInDurableObject(stub, instance => {
      // biome-ignore lint/suspicious/noExplicitAny: the environment of an object is its own business, but for faults
      ;(instance as any).env = { ...env, STORE_TIMEOUT_MS: '50' }
    })
    expect((await verdict(stub.enter(one))).admitted).toBe(true)
    expect(await verdict(stub.enter(one))).toEqual({ admitted: false, retryAfterSeconds: null })
    const guess = behindGates(
      env,
      [{ key, limit: one }],
      async () => true,
      () => false,
    )
    await expect(guess).rejects.toMatchObject({ status: 503 })
    await stub.leave(1, { counts: false, windowSeconds: 60 })
    expect(await verdict(stub.enter(one))).toEqual({ admitted: true, ticket: 2 })
  })

  test('refused by a later gate, a guess leaves the earlier ones as it found them', async () => {
    const [first, full] = [unique('gate'), unique('gate')]
    const one: Limit = { limit: 1, windowSeconds: 60 }
    await env.GATES.getByName(full).take(one)
    const guess = (...keys: string[]) =>
      behindGates(
        env,
        keys.map(key => ({ key, limit: one })),
        async () => 'guessed',
        () => true,
      )
    await expect(guess(first, full)).rejects.toMatchObject({ status: 429 })
    expect(await guess(first)).toBe('guessed')
    await expect(guess(first)).rejects.toMatchObject({ status: 429 })
  })

  test('trusts who guessed right, and nobody else', async () => {
    const key = unique('gate')
    const one: Limit = { limit: 1, windowSeconds: 60 }
    const guess = (visitor: string, isRight: boolean) =>
      behindGates(
        env,
        [{ key, limit: one, visitor, trustSeconds: 600 }],
        async () => isRight,
        right => !right,
      )
    expect(await guess('home', true)).toBe(true)
    expect(await guess('away', false)).toBe(false)
    await expect(guess('away', true)).rejects.toMatchObject({ status: 429 })
    expect(await guess('home', true)).toBe(true)
  })

  test('trust is over at its end, and is extended by a day at least', async () => {
    const stub = gate()
    const advance = stopClock()
    const one: Limit = { limit: 1, windowSeconds: 90 * 86_400 }
    const DAY = 86_400
    /** Trusts for 30 days from now. */
    const trust = () => stub.leave(0, { counts: false, windowSeconds: 60, visitor: 'home', trustSeconds: 30 * DAY })
    const isTrusted = async () => (await verdict(stub.enter(one, 'home'))).admitted
    await trust()
    await stub.take(one)
    advance(DAY - 1)
    await trust()
    advance(30 * DAY - 0.001)
    expect(await isTrusted()).toBe(true)
    advance(30 * DAY)
    expect(await isTrusted()).toBe(false)
    await trust()
    advance(31 * DAY)
    await trust()
    advance(61 * DAY - 1)
    expect(await isTrusted()).toBe(true)
  })

  test('wakes for whatever expires first', async () => {
    const stub = gate()
    const advance = stopClock()
    advance(0)
    await stub.leave(0, { counts: false, windowSeconds: 60, visitor: 'home', trustSeconds: 30 * 86_400 })
    await stub.take(limit)
    const alarm = await runInDurableObject(stub, (_gate: Gate, { storage }) => storage.getAlarm())
    expect(alarm).toBe(Date.now() + 86_400_000)
  })

  test('keeps what is newer than every window, and what is under way', async () => {
    const stub = gate()
    const advance = stopClock()
    const daily: Limit = { limit: 2, windowSeconds: 86_400 }
    await stub.take(daily)
    advance(86_000)
    await stub.take(daily)
    advance(86_401)
    await runDurableObjectAlarm(stub)
    advance(172_300)
    expect((await verdict(stub.take({ ...daily, limit: 1 }))).admitted).toBe(false)
    expect(await verdict(stub.enter(daily))).toEqual({ admitted: true, ticket: 1 })
    advance(172_401)
    await runDurableObjectAlarm(stub)
    await stub.leave(1, { counts: true, windowSeconds: 86_400 })
    await stub.take(daily)
    expect(await verdict(stub.enter(daily))).toEqual({ admitted: false, retryAfterSeconds: 86_400 })
  })

  test('forgets what is past every window; then it takes no storage', async () => {
    const stub = gate()
    const advance = stopClock()
    await stub.take(limit)
    await stub.leave(0, { counts: false, windowSeconds: 60, visitor: 'home', trustSeconds: 30 * 86_400 })
    advance(86_401)
    expect(await runDurableObjectAlarm(stub)).toBe(true)
    expect(
      (await verdict(stub.enter({ limit: 1, windowSeconds: 60 }, 'home'))).admitted,
      'trust outlives the tries',
    ).toBe(true)
    advance(30 * 86_400)
    expect(await runDurableObjectAlarm(stub)).toBe(true)
    const left = await runInDurableObject(stub, (_gate: Gate, { storage }) => [...storage.kv.list()])
    expect(left).toEqual([])
    expect((await verdict(stub.take(limit))).admitted).toBe(true)
  })
})

test('staff and their resets: a token in hand needs no gate of its own, a wrong one is counted', async () => {
  const [staff, user] = [await makeStaff(), await makeUser()]
  const { body } = await call('POST', `/api/users/${user.id}/password-reset/`, { as: staff })
  const home = address()
  const answers = await times(5, () =>
    call('POST', '/api/users/password/reset/', {
      body: { token: body.token, new_password: 'a good long one' },
      ...from(home),
    }),
  )
  expect(tally(answers)).toEqual({ 200: 1, 400: 4 })
})
