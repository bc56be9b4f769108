import { afterEach, beforeEach, describe, expect, type MockInstance, test, vi } from 'vitest'
import { unique } from '../factories/rows.ts'
import { makeAccount, makeStaff } from '../factories/users.ts'
import { login, logout, PASSWORD, refresh, register, stored } from '../helpers/accounts.ts'
import { type Answer, call } from '../helpers/client.ts'
import { failingAt, KV_DOWN } from '../helpers/faults.ts'
import { publisher, signIn } from '../helpers/google.ts'

// Passwords, hashes and tokens never appear in a log, nor in a response other than the one that hands a token out.

const NEW = 'zebra crossing at noon'
const methods = ['debug', 'log', 'info', 'warn', 'error', 'trace'] as const
let spies: MockInstance[]
beforeEach(() => {
  spies = methods.map(method => vi.spyOn(console, method).mockImplementation(() => {}))
})
afterEach(() => {
  vi.restoreAllMocks()
})

/** Everything logged, errors with their message, stack and causes. */
const logged = () =>
  JSON.stringify(
    spies.map(({ mock }) => mock.calls),
    unfold,
  )
const unfold = (_key: string, value: unknown): unknown =>
  value instanceof Error ? { ...value, message: value.message, stack: value.stack, cause: value.cause } : value

function expectHidden(secrets: Record<string, unknown>, answer: Answer): void {
  expect(logged().length, 'something was logged').toBeGreaterThan(50)
  for (const [name, secret] of Object.entries(secrets)) {
    expect(secret, name).toEqual(expect.any(String))
    expect(logged(), name).not.toContain(secret)
    expect(answer.text, name).not.toContain(secret)
  }
}

describe('when the database fails', () => {
  test('the failing database of these tests does tell', async () => {
    const { env: broken, bound } = failingAt(1)
    await login('somebody', PASSWORD, { env: broken })
    expect(bound).toContain('somebody')
    expect(logged()).toContain('no such column')
    expect(logged()).not.toContain('somebody')
  })

  test('registering', async () => {
    const { env: broken, bound } = failingAt(2)
    const username = unique('hidden')
    const answer = await register(username, {}, { env: broken })
    expect([answer.status, answer.body]).toEqual([500, { detail: 'Internal server error.', code: 'internal_error' }])
    const hash = bound.find(value => String(value).startsWith('scrypt$'))
    expectHidden(
      { password: PASSWORD, hash, salt: String(hash).split('$')[4], email: `${username}@example.com` },
      answer,
    )
  })

  test('logging in', async () => {
    const { username, id } = await makeAccount()
    for (const trip of [1, 2]) {
      const answer = await login(username, PASSWORD, { env: failingAt(trip).env })
      expect(answer.status).toBe(500)
      expectHidden({ password: PASSWORD, hash: (await stored(id))?.['password_hash'] }, answer)
    }
  })

  test('after the response', async () => {
    const { username } = await makeAccount()
    const answer = await login(username, PASSWORD, { env: failingAt(3).env })
    expect(answer.status, 'the login itself stands').toBe(200)
    expect(logged()).toContain('failed after the response')
    for (const secret of [PASSWORD, answer.body.refresh, answer.body.access]) expect(logged()).not.toContain(secret)
  })

  test('refreshing and logging out', async () => {
    const account = await makeAccount()
    const secrets = { refresh: account.refresh, signature: account.refresh.split('.')[2] }
    expectHidden(secrets, await refresh(account.refresh, { env: failingAt(1).env }))
    expectHidden(secrets, await logout(account.refresh, { env: failingAt(1).env }))
    expectHidden(secrets, await logout(account.refresh, { env: KV_DOWN }))
    expectHidden(secrets, await refresh(account.refresh, { env: KV_DOWN }))
  })

  test('changing and resetting a password', async () => {
    const [account, staff] = [await makeAccount(), await makeStaff()]
    const changing = failingAt(2)
    const changed = await call('POST', '/api/users/password/change/', {
      as: account,
      body: { old_password: PASSWORD, new_password: NEW },
      env: changing.env,
    })
    const hash = changing.bound.find(value => String(value).startsWith('scrypt$'))
    expectHidden({ old: PASSWORD, new: NEW, hash, access: account.token }, changed)
    const issuing = failingAt(2)
    const refused = await call('POST', `/api/users/${account.id}/password-reset/`, { as: staff, env: issuing.env })
    expectHidden({ tokenHash: issuing.bound.find(value => /^[\w-]{43}$/.test(String(value))) }, refused)
    const { token } = (await call('POST', `/api/users/${account.id}/password-reset/`, { as: staff })).body
    for (const trip of [1, 2]) {
      const redeeming = failingAt(trip)
      const answer = await call('POST', '/api/users/password/reset/', {
        body: { token, new_password: NEW },
        env: redeeming.env,
      })
      expect(answer.status).toBe(500)
      expectHidden({ token, new: NEW }, answer)
    }
  })

  test('making and using a personal access token', async () => {
    const account = await makeAccount()
    const make = (bindings: Partial<Env>) =>
      call('POST', '/api/users/tokens/', {
        as: account,
        body: { name: 'Script', access: 'read', password: PASSWORD },
        env: bindings,
      })
    for (const trip of [1, 2]) {
      const making = failingAt(trip)
      const answer = await make(making.env)
      expect(answer.status).toBe(500)
      const secretHash = making.bound.find(value => /^[\w-]{43}$/.test(String(value)))
      expectHidden({ password: PASSWORD, ...(trip === 2 && { secretHash }) }, answer)
    }
    const { token } = (await make({})).body
    const [, , secret, seal] = token.split('.')
    const using = failingAt(1)
    const answer = await call('GET', '/api/users/profile/', { as: token, env: using.env })
    expect(answer.status).toBe(500)
    expectHidden({ token, secret, seal, hash: using.bound.find(value => /^[\w-]{43}$/.test(String(value))) }, answer)
    const noting = failingAt(2)
    expect((await call('GET', '/api/users/profile/', { as: token, env: noting.env })).status).toBe(200)
    expect(logged()).toContain('failed after the response')
    for (const hidden of [token, secret, seal]) expect(logged()).not.toContain(hidden)
  })

  test('signing in with Google', async () => {
    const google = await publisher()
    const who = { email: `${unique('hidden')}@gmail.com`, sub: crypto.randomUUID() }
    const credential = await google.credential(who)
    for (const trip of [1, 2]) {
      const { env: broken } = failingAt(trip)
      const answer = await signIn(google, who, { id_token: credential }, { env: broken })
      expect(answer.status).toBe(500)
      expectHidden({ credential, sub: who.sub, email: who.email }, answer)
    }
  })

  test('an overloaded one is 503 and tells as little', async () => {
    const { env: broken } = failingAt(2, 'D1_ERROR: D1 DB is overloaded.')
    const answer = await register(unique('hidden'), {}, { env: broken })
    expect(answer.status).toBe(503)
    expectHidden({ password: PASSWORD }, answer)
  })
})

describe('when all is well, or refused', () => {
  test('nothing is logged, and an answer never has what was sent in secret, nor a hash', async () => {
    const google = await publisher()
    const username = unique('quiet')
    const answers: Answer[] = []
    const note = async (answer: Promise<Answer>) => {
      answers.push(await answer)
      return answer
    }
    await note(register(username))
    await note(register(username))
    await note(register(unique('weak'), { password: '12345678', password2: NEW }))
    const { body } = await note(login(username))
    await note(login(username, 'wrong but typed'))
    await note(login(username, { typed: 'as an object' } as never))
    await note(refresh(`${body.refresh}x`))
    await note(call('GET', '/api/users/profile/', { as: body.access }))
    await note(call('GET', '/api/users/profile/', { as: `${body.access}x` }))
    const change = { old_password: 'wrong but typed', new_password: NEW }
    await note(call('POST', '/api/users/password/change/', { as: body.access, body: change }))
    const staff = await makeStaff()
    await note(call('GET', `/api/users/?username=${username}`, { as: staff }))
    await note(call('PATCH', `/api/users/${body.user.id}/`, { as: staff, body: { is_instructor: true } }))
    const reset = await call('POST', `/api/users/${body.user.id}/password-reset/`, { as: staff })
    await note(
      call('POST', '/api/users/password/reset/', { body: { token: `${reset.body.token}x`, new_password: NEW } }),
    )
    await note(call('POST', '/api/users/password/reset/', { body: { token: reset.body.token, new_password: NEW } }))
    const who = { email: `${unique('quiet')}@gmail.com`, sub: crypto.randomUUID() }
    await note(signIn(google, who, { id_token: 'x.y.z' }))
    const entered = await note(signIn(google, who))
    await note(logout(entered.body.refresh))
    expect(spies.flatMap(({ mock }) => mock.calls)).toEqual([])
    const all = answers.map(({ text }) => text).join('\n')
    const hash = String((await stored(body.user.id))?.['password_hash'])
    for (const secret of [
      PASSWORD,
      NEW,
      'wrong but typed',
      'as an object',
      'scrypt',
      hash,
      reset.body.token,
      who.sub,
      'x.y.z',
    ])
      expect(all).not.toContain(secret)
    expect(all).not.toMatch(/password_?hash|google_?id|session_?version|token_?hash/i)
  })
})
