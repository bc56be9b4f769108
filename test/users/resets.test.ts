import { env } from 'cloudflare:workers'
import { describe, expect, test, vi } from 'vitest'
import { makeAccount, makeStaff, makeUser, type TestUser } from '../factories/users.ts'
import { login, PASSWORD, refresh, set, stored, times } from '../helpers/accounts.ts'
import { type Answer, call, tally } from '../helpers/client.ts'
import { betweenTrips, faultyDatabase } from '../helpers/faults.ts'
import { publisher } from '../helpers/google.ts'

const NEW = 'a good long one'
const said = ({ status, body }: Answer) => [status, body]
const STALE = [400, { token: ['This token was used, has expired or never was one.'] }]

const change = (as: TestUser | { token: string }, body: unknown) =>
  call('POST', '/api/users/password/change/', { as, body })
const issue = (as: TestUser, id: number) => call('POST', `/api/users/${id}/password-reset/`, { as })
const redeem = (token: unknown, new_password: unknown = NEW) =>
  call('POST', '/api/users/password/reset/', { body: { token, new_password } })

describe('changing a password', () => {
  test('an account without one, that no Google account is linked with, has nothing to prove itself by', async () => {
    const user = await makeUser()
    const google = await publisher()
    const attempt = async (id_token?: string) =>
      said(
        await call('POST', '/api/users/password/change/', {
          as: user,
          body: { new_password: NEW, id_token },
          env: google.env,
        }),
      )
    expect(await attempt()).toEqual([400, { id_token: ['This field is required.'] }])
    expect(await attempt(await google.credential())).toEqual([
      400,
      { id_token: ['This is not a valid Google credential.'] },
    ])
  })

  test.each<[Record<string, unknown>, Record<string, string[]>]>([
    [{ new_password: NEW }, { old_password: ['This field is required.'] }],
    [{ old_password: 'wrong', new_password: NEW }, { old_password: ['Wrong password.'] }],
    [{ old_password: PASSWORD }, { new_password: ['This field is required.'] }],
    [
      { old_password: 7, new_password: '12345678' },
      { old_password: ['Not a valid string.'], new_password: ['This password is entirely numeric.'] },
    ],
    [
      { old_password: null, new_password: null },
      { old_password: ['This field may not be null.'], new_password: ['This field may not be null.'] },
    ],
    [{ old_password: PASSWORD, new_password: 'Password1' }, { new_password: ['This password is too common.'] }],
    [
      { old_password: 'x'.repeat(10_240), new_password: NEW },
      { old_password: ['Ensure this field has no more than 128 characters.'] },
    ],
  ])('refuses %j, and nothing changes', async (body, errors) => {
    const user = await makeAccount()
    const before = await stored(user.id)
    expect(said(await change(user, body))).toEqual([400, errors])
    expect(await stored(user.id)).toEqual(before)
  })

  test('what is too like its owner is told, together with a wrong old one', async () => {
    const user = await makeAccount()
    const answer = await change(user, { old_password: 'wrong', new_password: `${user.username}12` })
    expect(said(answer)).toEqual([
      400,
      {
        old_password: ['Wrong password.'],
        new_password: [
          'The password is too similar to the username.',
          'The password is too similar to the email address.',
        ],
      },
    ])
  })

  test('two changes at once: one holds, and its tokens are good', async () => {
    const user = await makeAccount()
    const passwords = ['the first good one', 'the second good one']
    const answers = await Promise.all(
      passwords.map(new_password => change(user, { old_password: PASSWORD, new_password })),
    )
    expect(tally(answers)).toEqual({ 200: 1, 401: 1 })
    const winner = answers.findIndex(({ status }) => status === 200)
    expect((await login(user.username, passwords[winner])).status).toBe(200)
    expect((await call('GET', '/api/users/profile/', { as: answers[winner]?.body.access })).status).toBe(200)
  })

  test('withdraws a reset that was issued before', async () => {
    const user = await makeAccount()
    const { body } = await issue(await makeStaff(), user.id)
    await change(user, { old_password: PASSWORD, new_password: NEW })
    expect(said(await redeem(body.token, 'another good one'))).toEqual(STALE)
  })
})

describe('a reset', () => {
  test('issued by staff it sets a password once, and ends every session', async () => {
    const user = await makeAccount()
    const issued = await issue(await makeStaff(), user.id)
    expect(issued.status).toBe(201)
    expect(issued.body).toEqual({ token: expect.stringMatching(/^[\w-]{43}$/), expires_at: expect.any(String) })
    const inADay = Date.now() + 86_400_000
    expect(Math.abs(Date.parse(issued.body.expires_at) - inADay)).toBeLessThan(60_000)
    expect((await login(user.username)).status, 'until it is used, all is as it was').toBe(200)
    expect(said(await redeem(issued.body.token))).toEqual([200, { detail: 'The password has been changed.' }])
    expect((await login(user.username)).status).toBe(401)
    expect((await login(user.username, NEW)).status).toBe(200)
    expect((await refresh(user.refresh)).body.code).toBe('token_not_valid')
    expect((await call('GET', '/api/users/profile/', { as: user })).body.code).toBe('token_not_valid')
    expect(said(await redeem(issued.body.token, 'another good one'))).toEqual(STALE)
  })

  test('twenty simultaneous uses of one token set one password', async () => {
    const user = await makeAccount()
    const { body } = await issue(await makeStaff(), user.id)
    const answers = await times(20, i => redeem(body.token, `a good long one ${i}`))
    expect(tally(answers)).toEqual({ 200: 1, 400: 19 })
    expect((await stored(user.id))?.['session_version']).toBe(2)
    const winner = answers.findIndex(({ status }) => status === 200)
    expect((await login(user.username, `a good long one ${winner}`)).status).toBe(200)
  })

  test('a weak password is refused and leaves the token good', async () => {
    const user = await makeAccount()
    const { body } = await issue(await makeStaff(), user.id)
    expect((await redeem(body.token, '12345678')).body).toEqual({
      new_password: ['This password is entirely numeric.'],
    })
    expect((await redeem(body.token, `${user.username}12`)).body.new_password).toContain(
      'The password is too similar to the username.',
    )
    expect((await redeem(body.token)).status).toBe(200)
  })

  test('is good for 24 hours', async () => {
    const [user, staff] = [await makeAccount(), await makeStaff()]
    const { body } = await issue(staff, user.id)
    const expires = Date.parse(body.expires_at)
    vi.useFakeTimers({ toFake: ['Date'] })
    try {
      vi.setSystemTime(expires)
      expect(said(await redeem(body.token))).toEqual(STALE)
      vi.setSystemTime(expires - 1_000)
      expect((await redeem(body.token)).status).toBe(200)
    } finally {
      vi.useRealTimers()
    }
  })

  test('a second one withdraws the first', async () => {
    const [user, staff] = [await makeAccount(), await makeStaff()]
    const [first, second] = [(await issue(staff, user.id)).body, (await issue(staff, user.id)).body]
    expect(said(await redeem(first.token))).toEqual(STALE)
    expect((await redeem(second.token)).status).toBe(200)
  })

  test('gives a Google account its first password', async () => {
    const user = await makeUser()
    const { body } = await issue(await makeStaff(), user.id)
    expect((await redeem(body.token)).status).toBe(200)
    expect((await login(user.username, NEW)).status).toBe(200)
  })

  test('not of a deactivated user, neither issued nor redeemed', async () => {
    const [user, staff] = [await makeAccount(), await makeStaff()]
    const { body } = await issue(staff, user.id)
    await set(user.id, 'is_active = 0')
    expect(said(await issue(staff, user.id))).toEqual([
      400,
      { detail: 'This user is deactivated.', code: 'user_deactivated' },
    ])
    expect(said(await redeem(body.token))).toEqual(STALE)
  })

  test('does not come back with an account that was deactivated', async () => {
    const [user, staff] = [await makeUser(), await makeStaff()]
    const { body } = await issue(staff, user.id)
    const activate = (is_active: boolean) => call('PATCH', `/api/users/${user.id}/`, { as: staff, body: { is_active } })
    expect((await activate(false)).status).toBe(200)
    expect((await activate(true)).status).toBe(200)
    expect(said(await redeem(body.token))).toEqual(STALE)
    const after = await issue(staff, user.id)
    expect((await redeem(after.body.token)).status).toBe(200)
  })

  test('is refused for an account that is deactivated at that moment', async () => {
    const [user, staff] = [await makeUser(), await makeStaff()]
    const deactivated = betweenTrips(() =>
      call('PATCH', `/api/users/${user.id}/`, { as: staff, body: { is_active: false } }),
    )
    const refused = await call('POST', `/api/users/${user.id}/password-reset/`, {
      as: staff,
      env: { DB: faultyDatabase(deactivated) },
    })
    expect(said(refused)).toEqual([400, { detail: 'This user is deactivated.', code: 'user_deactivated' }])
    expect(await env.DB.prepare('SELECT * FROM password_resets WHERE user_id = ?').bind(user.id).first()).toBeNull()
  })

  test('only its hash is stored', async () => {
    const user = await makeUser()
    const { body } = await issue(await makeStaff(), user.id)
    const rows = await env.DB.prepare('SELECT * FROM password_resets WHERE user_id = ?').bind(user.id).all()
    expect(rows.results).toHaveLength(1)
    expect(JSON.stringify(rows.results)).not.toContain(body.token)
  })

  test('staff alone issue it, and an unknown user has none', async () => {
    const [user, staff] = [await makeUser(), await makeStaff()]
    expect((await issue(user, user.id)).status).toBe(403)
    expect((await issue(user, 999_999_999)).status).toBe(403)
    expect((await issue(staff, 999_999_999)).status).toBe(404)
  })

  test.each<[unknown, unknown, Record<string, string[]>]>([
    [undefined, undefined, { token: ['This field is required.'] }],
    [7, 7, { token: ['Not a valid string.'], new_password: ['Not a valid string.'] }],
    ['', NEW, { token: ['This field may not be blank.'] }],
    ['nul\0', NEW, { token: ['Null characters are not allowed.'] }],
    ['x'.repeat(10_240), NEW, { token: ['Ensure this field has no more than 200 characters.'] }],
    ['🎓', NEW, { token: ['This token was used, has expired or never was one.'] }],
    ["' OR 1=1 --", NEW, { token: ['This token was used, has expired or never was one.'] }],
  ])('refuses the token %j with %j', async (token, password, errors) => {
    expect(said(await redeem(token, password))).toEqual([400, errors])
  })
})
