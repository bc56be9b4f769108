import { listDurableObjectIds, runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { describe, expect, test, vi } from 'vitest'
import { unique } from '../../factories/rows.ts'
import { makeAccount } from '../../factories/users.ts'
import { login, PASSWORD, register, times } from '../../helpers/accounts.ts'
import { type Answer, type CallOptions, tally } from '../../helpers/client.ts'
import { publisher, signIn } from '../../helpers/google.ts'

let hosts = 0
const address = () => `203.0.${Math.floor(++hosts / 256)}.${hosts % 256}`
const from = (home: string): CallOptions => ({ headers: { 'CF-Connecting-IP': home } })
const statusOf = async (answer: Promise<Answer>) => (await answer).status

/** A hundred wrong logins, each at another name, as a script makes them. */
const shut = (home: string) => times(100, () => login(unique('nobody'), 'wrongpassword1', from(home)))

describe('what somebody does at an address that others share', () => {
  test('150 registrations of a taken name keep nobody there from logging in', async () => {
    const [campus, taken, neighbour] = [address(), await makeAccount(), await makeAccount()]
    expect(tally(await times(150, () => register(taken.username, {}, from(campus))))).toEqual({ 400: 100, 429: 50 })
    expect((await login(neighbour.username, PASSWORD, from(campus))).status).toBe(200)
  })

  test('wrong logins shut out no account that logged in there within 30 days, but those that never did', async () => {
    const [campus, regular, newcomer] = [address(), await makeAccount(), await makeAccount()]
    expect((await login(regular.username, PASSWORD, from(campus))).status).toBe(200)
    expect(tally(await shut(campus))).toEqual({ 401: 100 })
    expect(await statusOf(login(newcomer.username, PASSWORD, from(campus)))).toBe(429)
    expect(await statusOf(login(regular.username, 'wrongpassword1', from(campus))), 'a wrong one is told').toBe(401)
    expect(await statusOf(login(regular.username.toUpperCase(), PASSWORD, from(campus)))).toBe(200)
    expect(await statusOf(login(regular.username, PASSWORD, from(address()))), 'elsewhere, too').toBe(200)
  })

  test('nor one that is under fire from elsewhere at the same time', async () => {
    const [campus, regular] = [address(), await makeAccount()]
    expect((await login(regular.username, PASSWORD, from(campus))).status).toBe(200)
    await shut(campus)
    const fire = await times(105, () => login(regular.username, 'wrongpassword1', from(address())))
    expect(tally(fire)).toEqual({ 401: 100, 429: 5 })
    expect(await statusOf(login(regular.username, PASSWORD, from(campus)))).toBe(200)
  }, 120_000)

  test('nor who signs in with Google there', async () => {
    const [campus, google] = [address(), await publisher()]
    const person = () => ({ email: `${unique('campus')}@gmail.com`, sub: crypto.randomUUID() })
    const [regular, newcomer] = [person(), person()]
    expect(await statusOf(signIn(google, regular, {}, from(campus)))).toBe(200)
    await shut(campus)
    expect(await statusOf(signIn(google, newcomer, {}, from(campus)))).toBe(429)
    expect(await statusOf(signIn(google, regular, {}, from(campus)))).toBe(200)
    // Whom Google knows is no secret: a name alone opens nothing, and is tried five times a minute.
    const made = await times(6, () => signIn(google, regular, { id_token: 'x.y.z' }, from(campus)))
    expect(tally(made)).toEqual({ 401: 3, 429: 3 })
  })

  test('trust ends after 30 days', async () => {
    const [campus, regular] = [address(), await makeAccount()]
    expect((await login(regular.username, PASSWORD, from(campus))).status).toBe(200)
    vi.useFakeTimers({ toFake: ['Date'] })
    vi.setSystemTime(Date.now() + 30 * 86_400_000 + 1_000)
    await shut(campus)
    expect(await statusOf(login(regular.username, PASSWORD, from(campus)))).toBe(429)
    vi.useRealTimers()
  })
})

test('200 logins with made-up names: once the address is refused, not one more object is stored', async () => {
  const home = address()
  await shut(home)
  const before = (await listDurableObjectIds(env.GATES)).map(String)
  expect(before.length).toBeGreaterThan(100)
  expect(tally(await times(100, () => login(unique('nobody'), 'wrongpassword1', from(home))))).toEqual({ 429: 100 })
  expect((await listDurableObjectIds(env.GATES)).map(String).sort()).toEqual(before.sort())
})

test('who logs in all day is noted once: a trusted login writes nothing to either gate', async () => {
  const [home, regular] = [address(), await makeAccount()]
  expect((await login(regular.username, PASSWORD, from(home))).status).toBe(200)
  const gates = [`guesses:${home}`, `account:${regular.username}`].map(key => env.GATES.getByName(key))
  const rows = () =>
    Promise.all(gates.map(gate => runInDurableObject(gate, (_, { storage }) => [...storage.kv.list()])))
  const before = await rows()
  // Counts and trust of the address; those of the account, which has logged in from two addresses.
  expect(before.map(({ length }) => length)).toEqual([2, 3])
  expect((await login(regular.username, PASSWORD, from(home))).status).toBe(200)
  expect(await rows()).toEqual(before)
})
