import { env } from 'cloudflare:workers'
import { describe, expect, test, vi } from 'vitest'
import { api } from '../../src/app.ts'
import { enrolled, makeCourse, makeModule } from '../factories/courses.ts'
import { insertQuizWithQuestions } from '../factories/quizzes.ts'
import { makeAccount, makeInstructor, makeStaff, makeToken, makeUser, type TokenFields } from '../factories/users.ts'
import { PASSWORD, set, times } from '../helpers/accounts.ts'
import { type Answer, call, tally } from '../helpers/client.ts'
import { counting } from '../helpers/counting.ts'
import { betweenTrips, faultyDatabase } from '../helpers/faults.ts'
import { publisher } from '../helpers/google.ts'

const said = ({ status, body }: Answer) => [status, body]
const NOT_VALID = [401, { detail: 'Given token not valid for any token type', code: 'token_not_valid' }]
const NEVER = [403, { detail: 'Personal access tokens cannot do this.', code: 'token_not_allowed' }]
const inDays = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString()
const make = (as: { token: string }, body: Record<string, unknown> = {}) =>
  call('POST', '/api/users/tokens/', {
    as,
    body: { name: 'Script', access: 'read', expires_at: inDays(30), password: PASSWORD, ...body },
  })
const profile = (as: { token: string } | string) => call('GET', '/api/users/profile/', { as })

describe('making one', () => {
  test('shows it once, and it signs its owner in', async () => {
    const owner = await makeAccount()
    const made = await make(owner, { name: ' Gradebook ' })
    expect(made.status, made.text).toBe(201)
    const { token, ...shown } = made.body
    expect(shown).toEqual({
      id: expect.any(Number),
      name: 'Gradebook',
      access: 'read',
      courses: null,
      created_at: expect.any(String),
      expires_at: expect.any(String),
      last_used_at: null,
    })
    expect(token).toMatch(new RegExp(`^lmp_${shown.id}\\.${owner.id}\\.[\\w-]{43}\\.[\\w-]{22}$`))
    expect((await profile(token)).status).toBe(200)
    const listed = await call('GET', '/api/users/tokens/', { as: owner })
    expect(said(listed)).toEqual([200, [{ ...shown, last_used_at: new Date().toISOString().slice(0, 10) }]])
    expect(listed.text).not.toContain(token.split('.')[2])
  })

  test('only a hash of it is stored', async () => {
    const owner = await makeAccount()
    const { token } = (await make(owner)).body
    const { results } = await env.DB.prepare('SELECT * FROM access_tokens WHERE user_id = ?').bind(owner.id).all()
    expect(results).toHaveLength(1)
    expect(JSON.stringify(results)).not.toContain(token.split('.')[2])
  })

  test.each<[Record<string, unknown>, Record<string, string[]>]>([
    [{ password: undefined }, { password: ['This field is required.'] }],
    [{ password: 'wrong' }, { password: ['Wrong password.'] }],
    [{ access: 'admin' }, { access: ['Must be one of: read, write.'] }],
    [{ name: ' ' }, { name: ['This field may not be blank.'] }],
    [{ expires_at: null }, { expires_at: ['This field may not be null.'] }],
    [{ expires_at: inDays(-1) }, { expires_at: ['This has passed.'] }],
    [{ expires_at: inDays(367) }, { expires_at: ['A token is good for a year at most.'] }],
    [{ courses: [] }, { courses: ['Ensure this list has at least 1 entries.'] }],
    [{ courses: [999_999_999] }, { courses: ['No such course: 999999999.'] }],
  ])('refuses %j', async (body, errors) => {
    const owner = await makeAccount()
    expect(said(await make(owner, body))).toEqual([400, errors])
    expect((await call('GET', '/api/users/tokens/', { as: owner })).body).toEqual([])
  })

  test('without a date it is good for 90 days', async () => {
    const { body } = await make(await makeAccount(), { expires_at: undefined })
    expect(Date.parse(body.expires_at) - Date.parse(body.created_at)).toBe(90 * 86_400_000)
  })

  test('for courses that one sees: a draft of others is not there', async () => {
    const [owner, teacher] = [await makeAccount(), await makeInstructor()]
    const [open, draft] = [await makeCourse(teacher), await makeCourse(teacher, { status: 'draft' })]
    expect(said(await make(owner, { courses: [open.id, draft.id] }))).toEqual([
      400,
      { courses: [`No such course: ${draft.id}.`] },
    ])
    expect((await make(owner, { courses: [open.id, open.id] })).body.courses).toEqual([open.id])
  })

  test('an account without a password proves itself by a fresh credential of Google', async () => {
    const google = await publisher()
    const owner = await makeUser()
    await set(owner.id, "google_id = 'sub-of-token-owner'")
    const attempt = (id_token?: string) =>
      call('POST', '/api/users/tokens/', {
        as: owner,
        body: { name: 'Script', access: 'read', expires_at: inDays(1), id_token },
        env: google.env,
      })
    expect(said(await attempt())).toEqual([400, { id_token: ['This field is required.'] }])
    expect(said(await attempt(await google.credential({ sub: 'another' })))).toEqual([
      400,
      { id_token: ['This is not a valid Google credential.'] },
    ])
    expect((await attempt(await google.credential({ sub: 'sub-of-token-owner' }))).status).toBe(201)
  })

  test('takes five tries a minute', async () => {
    const owner = await makeAccount()
    expect(tally(await times(7, () => make(owner, { password: 'wrong' })))).toEqual({ 400: 5, 429: 2 })
  })

  test('is refused with fifty', async () => {
    const owner = await makeAccount()
    for (let i = 0; i < 50; i++) await makeToken(owner)
    expect(said(await make(owner))).toEqual([400, { detail: 'A user has at most 50 tokens.', code: 'too_many_tokens' }])
  })

  test('is refused for somebody who is deactivated at that moment', async () => {
    const owner = await makeAccount()
    const refused = await call('POST', '/api/users/tokens/', {
      as: owner,
      body: { name: 'Script', access: 'read', expires_at: inDays(1), password: PASSWORD },
      env: { DB: faultyDatabase(betweenTrips(() => set(owner.id, 'is_active = 0, session_version = 2'))) },
    })
    expect(said(refused)).toEqual(NOT_VALID)
    expect(await env.DB.prepare('SELECT * FROM access_tokens WHERE user_id = ?').bind(owner.id).first()).toBeNull()
  })
})

describe('it ends', () => {
  test('when it is revoked, by its owner alone', async () => {
    const [owner, other] = [await makeUser(), await makeUser()]
    const { id, token } = await makeToken(owner)
    const revoke = (as: { token: string }) => call('DELETE', `/api/users/tokens/${id}/`, { as })
    expect((await revoke(other)).status).toBe(404)
    expect((await profile(token)).status).toBe(200)
    expect((await revoke(owner)).status).toBe(204)
    expect(said(await profile(token))).toEqual(NOT_VALID)
    expect((await revoke(owner)).status).toBe(404)
  })

  test('at its date', async () => {
    const owner = await makeUser()
    const at = Math.floor(Date.now() / 1000) + 100
    const { token } = await makeToken(owner, { expiresAt: at })
    vi.useFakeTimers({ toFake: ['Date'] })
    try {
      vi.setSystemTime(at * 1000 - 1_000)
      expect((await profile(token)).status).toBe(200)
      vi.setSystemTime(at * 1000)
      expect(said(await profile(token))).toEqual(NOT_VALID)
    } finally {
      vi.useRealTimers()
    }
  })

  test('with a change of the password, a reset and a deactivation, for good', async () => {
    const staff = await makeStaff()
    const change = (owner: { token: string }) =>
      call('POST', '/api/users/password/change/', {
        as: owner,
        body: { old_password: PASSWORD, new_password: 'a good long one' },
      })
    const reset = async ({ id }: { id: number }) => {
      const { body } = await call('POST', `/api/users/${id}/password-reset/`, { as: staff })
      return call('POST', '/api/users/password/reset/', {
        body: { token: body.token, new_password: 'a good long one' },
      })
    }
    const deactivate = async ({ id }: { id: number }) => {
      await call('PATCH', `/api/users/${id}/`, { as: staff, body: { is_active: false } })
      return call('PATCH', `/api/users/${id}/`, { as: staff, body: { is_active: true } })
    }
    for (const end of [change, reset, deactivate]) {
      const owner = await makeAccount()
      const { token } = await makeToken(owner)
      expect((await profile(token)).status).toBe(200)
      expect((await end(owner)).status).toBe(200)
      expect(said(await profile(token))).toEqual(NOT_VALID)
    }
  })

  test('while its owner is deactivated', async () => {
    const owner = await makeUser()
    const { token } = await makeToken(owner)
    await set(owner.id, 'is_active = 0')
    expect(said(await profile(token))).toEqual([401, { detail: 'User is inactive.', code: 'user_inactive' }])
  })
})

describe('its seal', () => {
  test('refuses without asking the database whatever this server did not make', async () => {
    const owner = await makeUser()
    const { token } = await makeToken(owner)
    const [head = '', user = '', secret = '', seal = ''] = token.split('.')
    const { env: counted, counts } = counting()
    const forged = [
      `${head}.${user}.${secret}`,
      `${head}.${Number(user) + 1}.${secret}.${seal}`,
      `${head}1.${user}.${secret}.${seal}`,
      `${head}.${user}.${'A'.repeat(43)}.${seal}`,
      `${head}.${user}.${secret}.${'A'.repeat(22)}`,
      `${head}.${user}.${secret}.${seal}A`,
      `${head}.0${user}.${secret}.${seal}`,
      'lmp_',
      `lmp_${'9'.repeat(300)}.1.${secret}.${seal}`,
      `lmp_${'x'.repeat(10_000)}`,
    ]
    for (const as of forged)
      expect(said(await call('GET', '/api/users/profile/', { as, env: counted })), as).toEqual(NOT_VALID)
    expect(counts.d1Trips).toBe(0)
  })

  test('is still good under the previous secret, and no longer under another', async () => {
    const owner = await makeUser()
    const { token } = await makeToken(owner)
    const rotated = { JWT_SECRET: 'another secret that is long enough to sign' }
    const under = (bindings: Partial<Env>) => call('GET', '/api/users/profile/', { as: token, env: bindings })
    expect((await under({ ...rotated, JWT_SECRET_PREVIOUS: env.JWT_SECRET })).status).toBe(200)
    expect(said(await under(rotated))).toEqual(NOT_VALID)
  })

  test('a good one of a secret that is not the stored one is refused by the database', async () => {
    const owner = await makeUser()
    const { id, token } = await makeToken(owner)
    await env.DB.prepare("UPDATE access_tokens SET secret_hash = 'another' WHERE id = ?").bind(id).run()
    expect(said(await profile(token))).toEqual(NOT_VALID)
  })
})

describe('what it may do', () => {
  const withToken = async (owner: { id: number }, fields: TokenFields) => (await makeToken(owner, fields)).token

  test('is at most what its owner may at that moment', async () => {
    const owner = await makeInstructor()
    const token = await withToken(owner, { access: 'write' })
    const create = () => call('POST', '/api/courses/', { as: token, body: { title: 'By a program' } })
    expect((await create()).status).toBe(201)
    await set(owner.id, 'is_instructor = 0')
    expect((await create()).status).toBe(403)
  })

  test('one that reads writes nothing', async () => {
    const owner = await makeInstructor()
    const course = await makeCourse(owner)
    const token = await withToken(owner, { access: 'read' })
    const renamed = await call('PATCH', `/api/courses/${course.id}/`, { as: token, body: { title: 'Renamed' } })
    expect(said(renamed)).toEqual([403, { detail: 'This token can only read.', code: 'token_read_only' }])
    expect((await call('GET', `/api/courses/${course.id}/`, { as: token })).body.title).not.toBe('Renamed')
  })

  test('one for a course reaches what is in it, and nothing else', async () => {
    const owner = await makeInstructor()
    const [own, other] = [await makeCourse(owner), await makeCourse(owner)]
    const [module, foreign] = [await makeModule(owner, own.id), await makeModule(owner, other.id)]
    const token = await withToken(owner, { access: 'write', courses: [own.id] })
    const status = async (method: string, path: string, body?: unknown) =>
      (await call(method, path, { as: token, body })).status
    expect(await status('GET', `/api/courses/${own.id}/`)).toBe(200)
    expect(await status('GET', `/api/courses/${other.id}/`)).toBe(404)
    expect(await status('GET', `/api/modules/${foreign.id}/`)).toBe(404)
    expect(await status('GET', '/api/modules/999999999/')).toBe(404)
    expect(await status('GET', `/api/modules/?course=${own.id}`)).toBe(200)
    expect(await status('GET', `/api/modules/?course=${other.id}`)).toBe(404)
    expect(await status('POST', '/api/modules/', { course: own.id, title: 'New' })).toBe(201)
    expect(await status('POST', '/api/modules/', { course: other.id, title: 'New' })).toBe(404)
    expect(await status('POST', '/api/quizzes/', { module: module.id, title: 'New' })).toBe(201)
    expect(await status('POST', '/api/quizzes/', { module: foreign.id, title: 'New' })).toBe(404)
    const all = await call('GET', '/api/modules/', { as: token })
    expect(said(all)).toEqual([
      403,
      { detail: 'This token is for certain courses, and this is not about one of them alone.', code: 'token_bound' },
    ])
    expect(await status('GET', '/api/users/profile/')).toBe(403)
  })

  test('nothing with attempts of its owner, whose results it does not see', async () => {
    const teacher = await makeInstructor()
    const course = await makeCourse(teacher)
    const module = await makeModule(teacher, course.id)
    const quiz = await insertQuizWithQuestions(module.id)
    const learner = await makeUser()
    await enrolled(learner, course)
    const token = await withToken(learner, { access: 'write' })
    const start = `/api/courses/quizzes/${quiz.id}/start-attempt/`
    expect(said(await call('POST', start, { as: token, body: {} }))).toEqual(NEVER)
    const { id } = (await call('POST', start, { as: learner, body: {} })).body
    const attempt = `/api/courses/quiz-attempts/${id}`
    expect(said(await call('GET', `${attempt}/`, { as: token }))).toEqual(NEVER)
    expect(said(await call('POST', `${attempt}/complete/`, { as: token }))).toEqual(NEVER)
    expect((await call('POST', `${attempt}/complete/`, { as: learner })).status).toBe(200)
    expect(said(await call('GET', `${attempt}/result/`, { as: token }))).toEqual(NEVER)
    expect((await call('GET', '/api/courses/quiz-attempts/', { as: token })).status).toBe(403)
    const ofTeacher = await withToken(teacher, { access: 'read', courses: [course.id] })
    expect((await call('GET', `${attempt}/result/`, { as: ofTeacher })).status).toBe(200)
    const listed = await call('GET', `/api/courses/quiz-attempts/?quiz=${quiz.id}`, { as: ofTeacher })
    expect(listed.body.count).toBe(1)
  })

  test.each(['/api/courses/quiz-attempts/1/live/', '/api/courses/quizzes/1/room/'])('no WebSocket: %s', async path => {
    const token = await withToken(await makeStaff(), { access: 'write' })
    const open = (bearer: string) =>
      call('GET', path, { headers: { Upgrade: 'websocket', 'Sec-WebSocket-Protocol': `bearer, ${bearer}` } })
    expect(said(await open(token))).toEqual(NEVER)
    expect(said(await open(`${token}x`))).toEqual(NOT_VALID)
  })

  test('public operations know nobody by it', async () => {
    const token = await withToken(await makeUser(), { access: 'write' })
    expect((await call('GET', '/api/courses/catalog/', { as: token })).status).toBe(200)
  })

  test('is said by every operation; these are for nobody but persons', () => {
    const never = api.contracts.filter(({ access, token }) => access !== 'public' && !token)
    expect(never.map(({ method, path }) => `${method.toUpperCase()} ${path}`).sort()).toEqual([
      'DELETE /api/users/tokens/{id}/',
      'DELETE /api/webhooks/{id}/',
      'GET /api/audit/',
      'GET /api/courses/quiz-attempts/{id}/',
      'GET /api/qr-codes/display/{uuid}/',
      'GET /api/users/',
      'GET /api/users/tokens/',
      'GET /api/webhooks/',
      'GET /api/webhooks/{id}/',
      'GET /api/webhooks/{id}/deliveries/',
      'POST /api/courses/quiz-attempts/{id}/abandon/',
      'POST /api/courses/quiz-attempts/{id}/complete/',
      'POST /api/courses/quiz-attempts/{id}/submit-response/',
      'POST /api/courses/quiz-attempts/{id}/timeout/',
      'POST /api/courses/quizzes/{id}/start-attempt/',
      'POST /api/qr-codes/scans/',
      'POST /api/users/google-link/',
      'POST /api/users/password/change/',
      'POST /api/users/tokens/',
      'POST /api/users/{id}/password-reset/',
      'POST /api/webhooks/',
      'POST /api/webhooks/{id}/deliveries/{delivery_id}/replay/',
      'POST /api/webhooks/{id}/rotate-secret/',
      'POST /api/webhooks/{id}/test/',
      'PUT /api/users/profile/',
      'PUT /api/users/{id}/',
      'PUT /api/webhooks/{id}/',
    ])
    const reading = api.contracts.filter(({ token }) => token === 'read')
    expect(reading.filter(({ method }) => method !== 'get')).toEqual([])
    const writing = api.contracts.filter(({ token }) => token === 'write')
    expect(writing.filter(({ method }) => method === 'get')).toEqual([])
  })
})

describe('what it costs', () => {
  test('is what a session costs, but for a note on the first use of a day', async () => {
    const owner = await makeInstructor()
    const course = await makeCourse(owner)
    const { token } = await makeToken(owner, { courses: [course.id] })
    const cost = async (as: { token: string } | string) => {
      const { env: counted, counts } = counting()
      expect((await call('GET', `/api/courses/${course.id}/`, { as, env: counted })).status).toBe(200)
      return [counts.d1Trips, counts.rowsWritten]
    }
    expect(await cost(owner)).toEqual([1, 0])
    expect(await cost(token)).toEqual([2, 1])
    expect(await cost(token)).toEqual([1, 0])
  })

  test('the note of a day’s first use takes no Idempotency-Key away from what is asked', async () => {
    const owner = await makeInstructor()
    const { token } = await makeToken(owner, { access: 'write' })
    const create = () =>
      call('POST', '/api/courses/', { as: token, body: { title: 'Once' }, headers: { 'Idempotency-Key': 'once' } })
    const [first, again] = [await create(), await create()]
    expect([first.status, again.status]).toEqual([201, 201])
    expect(again.headers.get('Idempotent-Replayed')).toBe('true')
    expect(again.body.id).toBe(first.body.id)
  })

  test('counts for the token, not for its owner', async () => {
    const owner = await makeUser()
    const { token } = await makeToken(owner)
    const few = { RATE_LIMIT_TOKEN_PER_DAY: '3', RATE_LIMIT_USER_PER_DAY: '2' }
    const ask = (as: { token: string } | string) => call('GET', '/api/users/profile/', { as, env: few as never })
    expect(tally(await times(5, () => ask(token)))).toEqual({ 200: 3, 429: 2 })
    expect(tally(await times(3, () => ask(owner)))).toEqual({ 200: 2, 429: 1 })
    expect(env.RATE_LIMIT_TOKEN_PER_DAY).toBe('10000')
  })
})
