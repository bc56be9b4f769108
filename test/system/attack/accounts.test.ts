import { afterEach, describe, expect, test, vi } from 'vitest'
import {
  LoginInput,
  PasswordChangeInput,
  PasswordResetInput,
  RegisterInput,
} from '../../../src/features/users/schemas.ts'
import { unique } from '../../factories/rows.ts'
import { makeAccount } from '../../factories/users.ts'
import { login, PASSWORD, register, registration, stored } from '../../helpers/accounts.ts'
import { type Answer, call } from '../../helpers/client.ts'
import { type Publisher, publisher, signIn } from '../../helpers/google.ts'

const said = ({ status, body }: Answer) => [status, body]

afterEach(() => {
  vi.restoreAllMocks()
})

/** The longest text that is normalized, taken apart in characters or matched with a pattern while something runs. */
async function longestLookedAt(run: () => unknown): Promise<number> {
  let longest = 0
  const note = (text: unknown) => {
    longest = Math.max(longest, String(text).length)
  }
  const { normalize, split, [Symbol.iterator]: characters } = String.prototype
  const { exec } = RegExp.prototype
  vi.spyOn(String.prototype, 'normalize').mockImplementation(function (this: string, form) {
    note(this)
    return normalize.call(this, form as 'NFC')
  })
  vi.spyOn(String.prototype, 'split').mockImplementation(function (this: string, ...how: unknown[]) {
    note(this)
    return (split as (...how: unknown[]) => string[]).apply(this, how)
  })
  vi.spyOn(String.prototype, Symbol.iterator).mockImplementation(function (this: string) {
    note(this)
    return characters.call(this)
  })
  vi.spyOn(RegExp.prototype, 'exec').mockImplementation(function (this: RegExp, text) {
    note(text)
    return exec.call(this, text)
  })
  await run()
  vi.restoreAllMocks()
  return longest
}

describe('a text of any size costs no more than one that is just too long', () => {
  const TOO_LONG = (max: number) => [`Ensure this field has no more than ${max} characters.`]
  const PASSWORD_TOO_LONG = ['This password is too long. It must contain at most 128 characters.']

  test('registering with 40 KB of address and 40 KB of password: refused for their lengths, and for nothing else', async () => {
    const email = 'b '.repeat(20_000)
    // The very same letters: whoever judged the likeness would tell it.
    const fields = { email, password: email, password2: email }
    const { status, body } = await register(unique('long'), fields)
    expect([status, body]).toEqual([400, { email: TOO_LONG(254), password: PASSWORD_TOO_LONG }])
    const given = registration(unique('long'), fields)
    expect(await longestLookedAt(() => RegisterInput.safeParse(given))).toBeLessThanOrEqual(254)
  })

  test.each([
    ['username', TOO_LONG(150)],
    ['email', TOO_LONG(254)],
    ['password', PASSWORD_TOO_LONG],
    ['first_name', TOO_LONG(200)],
  ])('900 KB of %s at registering', (field, messages) => {
    const given = registration('short', { [field]: 'ﬃ'.repeat(900_000) })
    const issues = RegisterInput.safeParse(given).error?.issues.filter(({ path }) => path[0] === field)
    expect(issues?.map(({ message }) => message)).toEqual(messages)
  })

  test.each([
    ['login', LoginInput, { username: 'x'.repeat(900_000), password: 'x'.repeat(900_000) }],
    ['a change', PasswordChangeInput, { old_password: 'x'.repeat(900_000), new_password: 'x'.repeat(900_000) }],
    ['a reset', PasswordResetInput, { token: 'x'.repeat(900_000), new_password: 'x'.repeat(900_000) }],
  ])('%s: one issue a field, and no text is looked at', async (_name, schema, given) => {
    expect(schema.safeParse(given).error?.issues).toHaveLength(2)
    expect(await longestLookedAt(() => schema.safeParse(given))).toBeLessThanOrEqual(254)
  })

  test('the likeness of what is as long as may be is judged still', async () => {
    const username = `${unique('l')}${'ab'.repeat(60)}`
    const password = 'ab'.repeat(64)
    expect((await register(username, { password, password2: password })).body.password).toContain(
      'The password is too similar to the username.',
    )
  })

  test('a repetition of any size is compared, and never passes for none', async () => {
    const { status, body } = await register(unique('other'), { password2: PASSWORD.repeat(2_000) })
    expect([status, body]).toEqual([400, { password: ["Password fields didn't match."] }])
  })
})

describe('a stolen access token of an account that only signs in with Google', () => {
  const NEW = 'a good long one'
  const NOT_VALID = [400, { id_token: ['This is not a valid Google credential.'] }]
  const person = () => ({ email: `${unique('thief')}@gmail.com`, sub: crypto.randomUUID() })
  const now = () => Math.floor(Date.now() / 1000)
  const setPassword = (google: Publisher, as: string, id_token?: string) =>
    call('POST', '/api/users/password/change/', { as, body: { new_password: NEW, id_token }, env: google.env })

  test('sets no password without a credential of Google that is the account’s own and fresh', async () => {
    const google = await publisher()
    const owner = person()
    const { body } = await signIn(google, owner)
    const { password_hash: before } = (await stored(body.user.id)) ?? {}
    expect(before).toBeNull()
    const stolen = body.access
    expect(said(await setPassword(google, stolen))).toEqual([400, { id_token: ['This field is required.'] }])
    // The thief's own account, one that is signed by somebody else, the owner's of an hour ago.
    expect(said(await setPassword(google, stolen, await google.credential(person())))).toEqual(NOT_VALID)
    expect(said(await setPassword(google, stolen, await (await publisher()).credential(owner)))).toEqual(NOT_VALID)
    const old = await google.credential({ ...owner, iat: now() - 605, exp: now() + 3_000 })
    expect(said(await setPassword(google, stolen, old))).toEqual([
      400,
      { id_token: ['This Google credential is older than 10 minutes. Sign in anew.'] },
    ])
    expect((await stored(body.user.id))?.['password_hash']).toBeNull()
    expect((await login(body.user.username, NEW)).status).toBe(401)
  })

  test('its owner sets one with a fresh credential, and from then on the old one is asked for', async () => {
    const google = await publisher()
    const owner = person()
    const { body } = await signIn(google, owner)
    const fresh = await google.credential({ ...owner, iat: now() - 590 })
    const set = await setPassword(google, body.access, fresh)
    expect(set.status, set.text).toBe(200)
    expect((await login(body.user.username, NEW)).status).toBe(200)
    expect(said(await setPassword(google, set.body.access, fresh))).toEqual([
      400,
      { old_password: ['This field is required.'] },
    ])
  })
})

test('the same password again is no change', async () => {
  const user = await makeAccount()
  const before = await stored(user.id)
  const change = (old_password: string, new_password: string) =>
    call('POST', '/api/users/password/change/', { as: user, body: { old_password, new_password } })
  expect(said(await change(PASSWORD, PASSWORD))).toEqual([400, { new_password: ['This is the old password.'] }])
  expect(await stored(user.id)).toEqual(before)
  // Composed in another way it is the same.
  const changed = await call('POST', '/api/users/password/change/', {
    as: user,
    body: { old_password: PASSWORD, new_password: 'cafe\u0301-crème-brûlée' },
  })
  expect(changed.status).toBe(200)
  const again = await call('POST', '/api/users/password/change/', {
    as: changed.body.access,
    body: { old_password: 'cafe\u0301-crème-brûlée', new_password: 'café-crème-brûlée' },
  })
  expect(said(again)).toEqual([400, { new_password: ['This is the old password.'] }])
})
