import { env } from 'cloudflare:workers'
import { beforeAll, describe, expect, test, vi } from 'vitest'
import { usernameFrom } from '../../src/features/users/google/queries.ts'
import { unique } from '../factories/rows.ts'
import { makeAccount, makeStaff, makeUser, type TestUser } from '../factories/users.ts'
import { login, PASSWORD, refresh, register, set, stored, times } from '../helpers/accounts.ts'
import { type Answer, call, tally } from '../helpers/client.ts'
import { CLIENT_ID, type Publisher, publisher, signIn } from '../helpers/google.ts'

let google: Publisher
beforeAll(async () => {
  google = await publisher()
})

const said = ({ status, body }: Answer) => [status, body]
const NOT_VALID = [401, { detail: 'Given token not valid for any token type', code: 'token_not_valid' }]
const LINK_FIRST = [400, { detail: 'Sign in with your password first, then link.', code: 'link_required' }]
const person = (email = `${unique('google')}@gmail.com`) => ({ email, sub: crypto.randomUUID() })
const profile = (as: string) => call('GET', '/api/users/profile/', { as })
const link = async (
  as: TestUser | { token: string },
  claims: Record<string, unknown>,
  bindings = google.env,
  password: string | undefined = PASSWORD,
) =>
  call('POST', '/api/users/google-link/', {
    as,
    body: { id_token: await google.credential(claims), ...(password && { password }) },
    env: bindings,
  })

describe('somebody new', () => {
  test('gets an account without a password, and is let in', async () => {
    const who = person()
    const { status, body } = await signIn(google, who, { profile_picture: 'https://lh3.example/photo.png' })
    expect(status).toBe(200)
    expect(body).toEqual({
      refresh: expect.any(String),
      access: expect.any(String),
      user: {
        id: expect.any(Number),
        username: who.email.split('@')[0],
        email: who.email,
        first_name: 'John',
        last_name: 'Doe',
        profile: expect.objectContaining({ bio: '', is_instructor: false }),
      },
    })
    expect((await profile(body.access)).status).toBe(200)
    expect((await refresh(body.refresh)).status).toBe(200)
    expect(await stored(body.user.id)).toMatchObject({
      google_id: who.sub,
      password_hash: null,
      profile_picture: 'https://lh3.example/photo.png',
      is_staff: 0,
      is_instructor: 0,
      last_login_at: expect.any(Number),
    })
    const events = await env.DB.prepare('SELECT type FROM activities WHERE user_id = ?').bind(body.user.id).all()
    expect(events.results).toEqual([{ type: 'login' }])
  })

  test('comes back to the same account, by `sub`, whatever the address is now', async () => {
    const who = person()
    const first = await signIn(google, who)
    const moved = await signIn(google, { ...who, email: `${unique('moved')}@elsewhere.example` })
    expect([moved.status, moved.body.user.id, moved.body.user.email]).toEqual([200, first.body.user.id, who.email])
  })

  test('needs no mailbox that Google runs', async () => {
    expect((await signIn(google, person(`${unique('own')}@own.example`))).status).toBe(200)
  })

  test('a username that is taken gets a suffix, and what cannot be in one is left out', async () => {
    const name = unique('ada')
    await register(name.toUpperCase())
    const usernames = []
    for (const domain of ['gmail.com', 'one.example', 'two.example'])
      usernames.push((await signIn(google, person(`${name}@${domain}`))).body.user.username)
    expect(usernames).toEqual([`${name}-2`, `${name}-3`, `${name}-4`])
    expect(usernameFrom('o’hara!#x@example.com')).toBe('oharax')
    expect(usernameFrom("!#$'@example.com")).toBe('user')
    expect(usernameFrom(`${'x'.repeat(200)}@example.com`)).toBe('x'.repeat(130))
  })

  test('ten simultaneous sign-ins of one person make one account, and all get in', async () => {
    const who = person()
    const answers = await times(10, () => signIn(google, who))
    expect(tally(answers)).toEqual({ 200: 10 })
    expect(new Set(answers.map(({ body }) => body.user.id)).size).toBe(1)
  })

  test('ten simultaneous people of one name get ten usernames', async () => {
    const name = unique('same')
    const answers = await times(10, i => signIn(google, person(`${name}@host${i}.example`)))
    expect(tally(answers)).toEqual({ 200: 10 })
    expect(new Set(answers.map(({ body }) => body.user.username)).size).toBe(10)
  })

  test('whoever is deactivated is not let in', async () => {
    const who = person()
    const { body } = await signIn(google, who)
    await set(body.user.id, 'is_active = 0')
    expect(said(await signIn(google, who))).toEqual([401, { detail: 'User is inactive.', code: 'user_inactive' }])
  })
})

describe('an account of the same address', () => {
  const registered = async (email: string) => {
    const username = unique('before')
    const { body } = await register(username, { email })
    return { id: Number(body.id), username, session: (await login(username)).body }
  }

  test.each([
    ['of @gmail.com', (name: string) => `${name}@gmail.com`, {}],
    ['of @GMAIL.com', (name: string) => `${name}@GMAIL.com`, {}],
    ['of a Workspace domain', (name: string) => `${name}@school.example`, { hd: 'school.example' }],
  ])('is linked where Google runs the mailbox: %s', async (_name, address, claims) => {
    const email = address(unique('linked'))
    const { id, username, session } = await registered(email.toLowerCase())
    const who = { ...person(email), ...claims }
    const { status, body } = await signIn(google, who)
    expect([status, body.user?.id]).toEqual([200, id])
    expect((await profile(body.access)).status).toBe(200)
    expect((await stored(id))?.['google_id']).toBe(who.sub)
    // Whoever registered the address never had to prove it: their password and sessions end.
    expect((await login(username)).status).toBe(401)
    expect((await profile(session.access)).status).toBe(401)
    expect((await refresh(session.refresh)).status).toBe(401)
    const again = await signIn(google, who)
    expect([again.body.user.id, (await profile(body.access)).status], 'the second time ends nothing').toEqual([id, 200])
  })

  test('a reset issued before it was linked is withdrawn, one issued after it is not', async () => {
    const who = person()
    const { id, username } = await registered(who.email)
    const staff = await makeStaff()
    const issue = async () => (await call('POST', `/api/users/${id}/password-reset/`, { as: staff })).body.token
    const redeem = (token: string) =>
      call('POST', '/api/users/password/reset/', { body: { token, new_password: 'a password of their own' } })
    const before = await issue()
    await signIn(google, who)
    expect((await redeem(before)).status).toBe(400)
    expect((await login(username, 'a password of their own')).status).toBe(401)
    const after = await issue()
    await signIn(google, who)
    expect((await redeem(after)).status).toBe(200)
  })

  test.each<[string, string, { hd?: string }]>([
    ['another domain', 'somebody.example', {}],
    ['a domain that only ends like it', 'notgmail.com', {}],
    ['a subdomain', 'gmail.com.evil.example', {}],
    ['an empty hd', 'somebody.example', { hd: '' }],
  ])('is not linked elsewhere: %s', async (_name, domain, claims) => {
    const email = `${unique('kept')}@${domain}`
    const { id, username } = await registered(email)
    const answer = await signIn(google, { ...person(email), ...claims })
    expect(said(answer)).toEqual(claims.hd === '' ? NOT_VALID : LINK_FIRST)
    expect((await stored(id))?.['google_id']).toBeNull()
    expect((await login(username)).status).toBe(200)
  })

  // Letters that fold alike for usernames are domains of different people.
  test.each<[string, string, { hd?: string }]>([
    ['strasse.example', 'straße.example', { hd: 'straße.example' }],
    ['big.example', 'bıg.example', { hd: 'bıg.example' }],
    ['gmail.com', 'gmaıl.com', {}],
    ['gmail.com', 'gmaıl.com', { hd: 'gmaıl.com' }],
  ])('is not entered from a domain that only looks alike: %s from %s %j', async (theirs, domain, claims) => {
    const name = unique('alike')
    const { id, username } = await registered(`${name}@${theirs}`)
    expect(said(await signIn(google, { ...person(`${name}@${domain}`), ...claims }))).toEqual(LINK_FIRST)
    expect((await stored(id))?.['google_id']).toBeNull()
    expect((await login(username)).status).toBe(200)
  })

  test('that another Google account is linked with already is not given away', async () => {
    const who = person()
    const { body } = await signIn(google, who)
    expect(said(await signIn(google, { ...who, sub: crypto.randomUUID() }))).toEqual(LINK_FIRST)
    expect((await stored(body.user.id))?.['google_id']).toBe(who.sub)
  })

  test('that is deactivated stays so', async () => {
    const email = `${unique('gone')}@gmail.com`
    const { id } = await registered(email)
    await set(id, 'is_active = 0')
    expect((await signIn(google, person(email))).body.code).toBe('user_inactive')
    expect(await stored(id)).toMatchObject({ google_id: null, is_active: 0 })
  })

  test('registered in the very moment of a first sign-in: one account, and nothing breaks', async () => {
    for (let round = 0; round < 3; round++) {
      const email = `${unique('moment')}@meeting.example`
      const [registering, signing] = await Promise.all([
        register(unique('moment'), { email }),
        signIn(google, person(email)),
      ])
      expect([registering.status, signing.status].filter(status => status < 300)).toHaveLength(1)
      expect([registering.status, signing.status].filter(status => status === 400)).toHaveLength(1)
    }
  })
})

describe('a credential that is refused', () => {
  const cases: [string, (who: { email: string; sub: string }) => Promise<string> | string][] = [
    ['of another issuer', who => google.credential({ ...who, iss: 'https://accounts.google.com.evil.example' })],
    ['without an issuer', who => google.credential({ ...who, iss: undefined })],
    ['for another client', who => google.credential({ ...who, aud: 'other.apps.googleusercontent.com' })],
    ['for nobody', who => google.credential({ ...who, aud: undefined })],
    ['expired', who => google.credential({ ...who, exp: Math.floor(Date.now() / 1000) - 1 })],
    ['without exp', who => google.credential({ ...who, exp: undefined })],
    ['of an unverified address', who => google.credential({ ...who, email_verified: false })],
    ['that does not say whether it is verified', who => google.credential({ ...who, email_verified: undefined })],
    ['that says so as text', who => google.credential({ ...who, email_verified: 'true' })],
    ['of another `sub` than the body', who => google.credential({ ...who, sub: 'another' })],
    ['of another address than the body', who => google.credential({ ...who, email: 'victim@gmail.com' })],
    ['without an address', who => google.credential({ ...who, email: undefined })],
    ['by somebody else under the same key id', async who => (await publisher()).credential(who)],
    ['by a key nobody published', who => google.credential(who, { kid: 'unheard of' })],
    ['by another algorithm', who => google.credential(who, { alg: 'RS512' })],
    [
      'of alg none',
      async who => {
        const [, payload] = (await google.credential(who)).split('.')
        return `${btoa(JSON.stringify({ alg: 'none', kid: 'a key of the tests' })).replaceAll('=', '')}.${payload}.`
      },
    ],
    ['truncated', async who => (await google.credential(who)).slice(0, -10)],
    ['that is no token', () => 'x'],
    ['of emoji', () => '🎓.🎓.🎓'],
  ]
  test.each(cases)('%s', async (_name, credential) => {
    const who = person()
    const answer = await signIn(google, who, { id_token: await credential(who) })
    expect(said(answer)).toEqual(NOT_VALID)
    expect(answer.headers.get('WWW-Authenticate')).toBe('Bearer')
    const account = await makeAccount()
    const linking = await call('POST', '/api/users/google-link/', {
      as: account,
      body: { id_token: await credential(who), password: PASSWORD },
      env: google.env,
    })
    // Linking compares with no body: what the credential says of itself is enough.
    const isFine = _name.includes('than the body')
    expect(linking.status).toBe(isFine ? 200 : 400)
    if (isFine) await set(account.id, 'google_id = NULL')
  })

  test('signed by HS256 with the published key as its secret', async () => {
    const who = person()
    const { sign } = await import('hono/jwt')
    const [, payload] = (await google.credential(who)).split('.')
    const forged = await sign(JSON.parse(atob((payload ?? '').replaceAll('-', '+').replaceAll('_', '/'))), google.jwks)
    expect(said(await signIn(google, who, { id_token: forged }))).toEqual(NOT_VALID)
  })

  test.each(['', undefined])('any, where no client is set up: %j', async client => {
    const who = person()
    const off = { env: { GOOGLE_CLIENT_ID: client as string } }
    expect(said(await signIn(google, who, {}, off))).toEqual(NOT_VALID)
    expect(said(await signIn(google, { ...who, aud: '' }, {}, off))).toEqual(NOT_VALID)
    expect(said(await signIn(google, { ...who, aud: undefined }, {}, off))).toEqual(NOT_VALID)
  })

  test.each<[Record<string, unknown>, Record<string, string[]>]>([
    [{ id_token: undefined }, { id_token: ['This field is required.'] }],
    [{ id_token: null }, { id_token: ['This field may not be null.'] }],
    [
      { id_token: 7, google_id: 7 },
      { id_token: ['Not a valid string.'], google_id: ['Not a valid string.'] },
    ],
    [
      { google_id: undefined, email: undefined },
      { google_id: ['This field is required.'], email: ['This field is required.'] },
    ],
    [{ email: 'no address' }, { email: ['Enter a valid email address.'] }],
    [{ profile_picture: 'javascript:alert(1)' }, { profile_picture: ['Enter a URL that begins with https://.'] }],
    [{ first_name: 'nul\0' }, { first_name: ['Null characters are not allowed.'] }],
    [{ id_token: 'x'.repeat(10_240) }, { id_token: ['Ensure this field has no more than 4000 characters.'] }],
  ])('by its form: %j', async (fields, errors) => {
    expect(said(await signIn(google, person(), fields))).toEqual([400, errors])
  })

  test('an issuer without its scheme is Google too', async () => {
    expect((await signIn(google, { ...person(), iss: 'accounts.google.com' })).status).toBe(200)
  })

  test('a list of audiences may name this client', async () => {
    expect((await signIn(google, { ...person(), aud: ['other', CLIENT_ID] })).status).toBe(200)
  })
})

describe('linking', () => {
  test('after signing in with the password; the password stays, and Google signs in to the same account', async () => {
    const account = await makeAccount()
    const who = person(`${unique('else')}@elsewhere.example`)
    const linked = await link(account, who)
    expect([linked.status, linked.body]).toMatchObject([200, { id: account.id, username: account.username }])
    expect((await link(account, who)).status, 'safe to repeat').toBe(200)
    expect((await signIn(google, who)).body.user.id).toBe(account.id)
    expect((await login(account.username, PASSWORD)).status).toBe(200)
    expect((await profile(account.token)).status).toBe(200)
  })

  test('a stolen access token links nothing: it takes the password, and few tries', async () => {
    const account = await makeAccount()
    const thief = person()
    const refusals = []
    for (const guess of ['', 'wrong password', 'another guess', 'a third one', 'and a fourth'])
      refusals.push(said(await link(account, thief, google.env, guess)))
    expect(refusals).toEqual([
      [400, { password: ['This field is required.'] }],
      ...Array.from({ length: 4 }, () => [400, { password: ['Wrong password.'] }]),
    ])
    expect((await link(account, thief)).status).toBe(429)
    expect((await stored(account.id))?.['google_id']).toBeNull()
  })

  test('not what another user is linked with, nor a second one', async () => {
    const [one, two] = [await makeAccount(), await makeAccount()]
    const [mine, other] = [person(), person()]
    expect((await link(one, mine)).status).toBe(200)
    expect(said(await link(two, mine))).toEqual([
      400,
      { id_token: ['This Google account is linked with another user.'] },
    ])
    expect(said(await link(one, other))).toEqual([400, { id_token: ['Another Google account is linked already.'] }])
    expect((await stored(one.id))?.['google_id']).toBe(mine.sub)
  })

  test('five users at once with one Google account: one is linked', async () => {
    const who = person()
    const users = await times(5, () => makeUser())
    expect(tally(await Promise.all(users.map(user => link(user, who))))).toEqual({ 200: 1, 400: 4 })
  })

  test('needs a login and a credential', async () => {
    expect((await call('POST', '/api/users/google-link/', { body: {} })).status).toBe(401)
    const answer = await call('POST', '/api/users/google-link/', { as: await makeUser(), body: {} })
    expect(said(answer)).toEqual([400, { id_token: ['This field is required.'] }])
    const where = await link(await makeUser(), person(), { ...google.env, GOOGLE_CLIENT_ID: '' })
    expect(where.status).toBe(400)
  })
})

describe("Google's keys", () => {
  /** Keys served at a URL of their own, counted. */
  function served(answer: (asked: number) => Response) {
    const url = `https://keys.example/${unique('set')}`
    const asked: string[] = []
    const original = globalThis.fetch
    const spy = vi.spyOn(globalThis, 'fetch').mockImplementation((input, init) => {
      if (String(input) !== url) return original(input, init)
      asked.push(url)
      return Promise.resolve(answer(asked.length))
    })
    return { bindings: { ...google.env, GOOGLE_JWKS_URL: url }, asked, done: () => spy.mockRestore() }
  }
  const keySet = (body: string, cacheControl = 'public, max-age=20000') =>
    new Response(body, { headers: { 'Content-Type': 'application/json', 'Cache-Control': cacheControl } })

  test('are fetched once, and again when Google says so', async () => {
    const { bindings, asked, done } = served(() => keySet(google.jwks, 'public, max-age=600'))
    vi.useFakeTimers({ toFake: ['Date'] })
    try {
      const at = Date.now()
      for (let i = 0; i < 3; i++) expect((await signIn(google, person(), {}, { env: bindings })).status).toBe(200)
      expect(asked).toHaveLength(1)
      vi.setSystemTime(at + 599_000)
      expect((await signIn(google, person(), {}, { env: bindings })).status).toBe(200)
      expect(asked).toHaveLength(1)
      vi.setSystemTime(at + 601_000)
      expect((await signIn(google, person(), {}, { env: bindings })).status).toBe(200)
      expect(asked).toHaveLength(2)
    } finally {
      vi.useRealTimers()
      done()
    }
  })

  test('a key not known yet is asked for, at most once a minute', async () => {
    const next = await publisher('the next key')
    const { bindings, asked, done } = served(n => keySet(n === 1 ? google.jwks : next.jwks))
    vi.useFakeTimers({ toFake: ['Date'] })
    try {
      const at = Date.now()
      expect((await signIn(google, person(), {}, { env: bindings })).status).toBe(200)
      expect((await signIn(next, person(), {}, { env: bindings })).status).toBe(401)
      expect((await signIn(next, person(), {}, { env: bindings })).status).toBe(401)
      expect(asked).toHaveLength(1)
      vi.setSystemTime(at + 61_000)
      expect((await signIn(next, person(), {}, { env: bindings })).status).toBe(200)
      expect(asked).toHaveLength(2)
      expect((await signIn(google, person(), {}, { env: bindings })).status, 'a key taken back is good no more').toBe(
        401,
      )
    } finally {
      vi.useRealTimers()
      done()
    }
  })

  test.each([
    ['unreachable', () => Promise.reject(new Error('no route to host')) as never],
    ['an error page', () => new Response('oops', { status: 500 })],
    ['not JSON', () => new Response('<html>')],
    ['of another shape', () => keySet('{"keys": "none"}')],
  ])('%s: 503 with a wait, nobody let in, and no guess counted', async (_name, answer) => {
    const warned = vi.spyOn(console, 'warn').mockImplementation(() => {})
    const { bindings, done } = served(answer)
    const refused = await signIn(google, person(), {}, { env: bindings })
    expect(said(refused)).toEqual([503, { detail: 'Service temporarily unavailable.', code: 'unavailable' }])
    expect(Number(refused.headers.get('Retry-After'))).toBeGreaterThanOrEqual(1)
    expect(warned).toHaveBeenCalled()
    warned.mockRestore()
    done()
  })
})
