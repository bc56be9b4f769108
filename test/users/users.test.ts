import { env } from 'cloudflare:workers'
import { describe, expect, test } from 'vitest'
import { unique } from '../factories/rows.ts'
import { makeAccount, makeInstructor, makeStaff, makeUser, type TestUser } from '../factories/users.ts'
import { login, PASSWORD, register, registration, set, stored, times } from '../helpers/accounts.ts'
import { type Answer, allPages, call, tally } from '../helpers/client.ts'
import { counting } from '../helpers/counting.ts'
import { KV_DOWN } from '../helpers/faults.ts'

const DATETIME = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/)

/** At the cost that the tests set, or logging in would make it anew. */
const HASH = /^scrypt\$2\$8\$1\$[\w+/]{22}==\$[\w+/]{43}=$/

describe('registering', () => {
  test('answers the user as documented, and the password logs in', async () => {
    const username = unique('newuser')
    const { status, body } = await register(username)
    expect(status).toBe(201)
    expect(body).toEqual({
      id: expect.any(Number),
      username,
      email: `${username}@example.com`,
      first_name: 'John',
      last_name: 'Doe',
      profile: {
        bio: '',
        student_id: '',
        department: '',
        is_instructor: false,
        created_at: DATETIME,
        updated_at: body.profile.created_at,
      },
    })
    const entered = await login(username)
    expect(entered.status).toBe(200)
    expect(entered.body).toEqual({ refresh: expect.any(String), access: expect.any(String), user: body })
    expect((await stored(body.id))?.['password_hash']).toMatch(HASH)
  })

  test('nobody registers as more than a learner', async () => {
    const { body } = await register(unique('eager'), { is_instructor: true, is_staff: true, id: 1, isStaff: true })
    expect(await stored(body.id)).toMatchObject({ is_instructor: 0, is_staff: 0, is_active: 1 })
  })

  test.each([
    [{ first_name: '', last_name: '' }],
    [{ first_name: '🎓', last_name: 'Ñandú'.repeat(40) }],
    [{ username: 'Ada.L+o-v_e@lace' }],
    [{ username: '学生一号' }],
    [{ username: 'x' }],
    [{ username: 'y'.repeat(150) }],
    [{ email: 'üser.name+tag@bücher.example' }],
    [{ email: 'o’hara@example.com'.replace('’', "'") }],
    [{ password: `${'pq7!'.repeat(32)}`, password2: `${'pq7!'.repeat(32)}` }],
  ])('takes %j', async fields => {
    const { status, text } = await register(unique('fine'), fields)
    expect(status, text).toBe(201)
  })

  const BLANK = ['This field may not be blank.']
  const REQUIRED = ['This field is required.']
  const BAD_NAME = ['Enter a valid username: only letters, digits and @ . + - _ are allowed.']
  const BAD_EMAIL = ['Enter a valid email address.']
  const MISMATCH = ["Password fields didn't match."]
  test.each<[Record<string, unknown>, Record<string, string[]>]>([
    [{ username: '' }, { username: BLANK }],
    [{ username: '   ' }, { username: BLANK }],
    [{ username: undefined }, { username: REQUIRED }],
    [{ username: 7 }, { username: ['Not a valid string.'] }],
    [{ username: 'two words' }, { username: BAD_NAME }],
    [{ username: 'emoji🎓' }, { username: BAD_NAME }],
    [{ username: 'lone\ud800' }, { username: BAD_NAME }],
    [{ username: 'slash/../' }, { username: BAD_NAME }],
    [{ username: 'z'.repeat(151) }, { username: ['Ensure this field has no more than 150 characters.'] }],
    [{ username: 'z'.repeat(10_240) }, { username: ['Ensure this field has no more than 150 characters.'] }],
    [{ email: 'no-at.example.com' }, { email: BAD_EMAIL }],
    [{ email: 'two@at@example.com' }, { email: BAD_EMAIL }],
    [{ email: 'a@localhost' }, { email: BAD_EMAIL }],
    [{ email: 'a b@example.com' }, { email: BAD_EMAIL }],
    [{ email: '.a@example.com' }, { email: BAD_EMAIL }],
    [{ email: 'nul\0@example.com' }, { email: BAD_EMAIL }],
    [{ email: `${'a'.repeat(10_240)}@example.com` }, { email: ['Ensure this field has no more than 254 characters.'] }],
    [{ email: null }, { email: ['This field may not be null.'] }],
    [
      { first_name: undefined, last_name: undefined },
      { first_name: REQUIRED, last_name: REQUIRED },
    ],
    [{ first_name: 'nul\0' }, { first_name: ['Null characters are not allowed.'] }],
    [{ last_name: 'x'.repeat(201) }, { last_name: ['Ensure this field has no more than 200 characters.'] }],
    [{ password2: 'securepassword124' }, { password: MISMATCH }],
    [{ password2: undefined }, { password2: REQUIRED }],
    [
      { password: 12345678, password2: 12345678 },
      { password: ['Not a valid string.'], password2: ['Not a valid string.'] },
    ],
    [{ password: '82736450', password2: '82736450' }, { password: ['This password is entirely numeric.'] }],
    [{ password: 'Password1', password2: 'Password1' }, { password: ['This password is too common.'] }],
    [
      { username: 'grace.hopper', password: 'gracehopper1', password2: 'gracehopper1' },
      { password: ['The password is too similar to the username.'] },
    ],
    [
      { username: 'no good', email: 'bad', password: 'short', password2: 'other', first_name: 7 },
      {
        username: BAD_NAME,
        email: BAD_EMAIL,
        first_name: ['Not a valid string.'],
        password: ['This password is too short. It must contain at least 8 characters.', ...MISMATCH],
      },
    ],
  ])('refuses %j, every bad field at once', async (fields, errors) => {
    const { status, body } = await register(unique('poor'), fields)
    expect([status, body]).toEqual([400, errors])
  })

  test('a username or address that is taken, whatever its case, is told', async () => {
    const username = unique('Élodie')
    expect((await register(username, { email: `${username}@Exämple.com` })).status).toBe(201)
    const again = await register(username.toUpperCase(), { email: `${username.toLowerCase()}@EXÄMPLE.com` })
    expect([again.status, again.body]).toEqual([
      400,
      {
        username: ['A user with that username already exists.'],
        email: ['A user with that email address already exists.'],
      },
    ])
    const other = await register(unique('other'), { email: `${username}@exämple.COM` })
    expect(other.body).toEqual({ email: ['A user with that email address already exists.'] })
  })

  test('ten simultaneous registrations of one name in different case make one account', async () => {
    const name = unique('ÀçéÑ')
    const answers = await times(10, i =>
      register(i % 2 ? name.toUpperCase() : name.toLowerCase(), { email: `${unique('mail')}@example.com` }),
    )
    expect(tally(answers)).toEqual({ 201: 1, 400: 9 })
    for (const { body } of answers.filter(({ status }) => status === 400))
      expect(body).toEqual({ username: ['A user with that username already exists.'] })
    const mail = unique('Mail')
    const byMail = await times(6, i =>
      register(unique('mailed'), { email: `${i % 2 ? mail.toUpperCase() : mail}@example.com` }),
    )
    expect(tally(byMail)).toEqual({ 201: 1, 400: 5 })
  })
})

describe('logging in', () => {
  test('whatever the case of the username', async () => {
    const { username, id } = await makeAccount()
    const { status, body } = await login(username.toUpperCase())
    expect([status, body.user.id]).toEqual([200, id])
  })

  test('a wrong password, an unknown, a deactivated and a passwordless user: the same answer', async () => {
    const { username, id } = await makeAccount()
    const gone = await makeAccount()
    await set(gone.id, 'is_active = 0')
    const passwordless = await makeUser()
    const answers = [
      await login(username, 'wrongpassword1'),
      await login(username, `${PASSWORD} `),
      await login(unique('unknown')),
      await login(gone.username),
      await login(passwordless.username, ''.padEnd(8, 'x')),
      await login("x' OR 1=1 --"),
      await login('🎓'),
    ]
    for (const { status, body, headers } of answers) {
      expect([status, body]).toEqual([
        401,
        { detail: 'No active account found with the given credentials', code: 'no_active_account' },
      ])
      expect(headers.get('WWW-Authenticate')).toBe('Bearer')
    }
    expect((await stored(id))?.['last_login_at']).toEqual(expect.any(Number))
  })

  test.each<[unknown, Record<string, string[]>]>([
    [{}, { username: ['This field is required.'], password: ['This field is required.'] }],
    [
      { username: '', password: '' },
      { username: ['This field may not be blank.'], password: ['This field may not be blank.'] },
    ],
    [
      { username: 7, password: ['x'] },
      { username: ['Not a valid string.'], password: ['Not a valid string.'] },
    ],
    [
      { username: 'nul\0', password: 'nul\0' },
      { username: ['Null characters are not allowed.'], password: ['Null characters are not allowed.'] },
    ],
    [
      { username: 'x'.repeat(10_240), password: 'x'.repeat(10_240) },
      {
        username: ['Ensure this field has no more than 150 characters.'],
        password: ['Ensure this field has no more than 128 characters.'],
      },
    ],
    [[], { non_field_errors: ['Expected an object.'] }],
    [null, { non_field_errors: ['This field may not be null.'] }],
    ['"x"', { non_field_errors: ['Expected an object.'] }],
  ])('refuses %j', async (body, errors) => {
    const answer = await call('POST', '/api/users/login/', { body: body === null ? 'null' : body })
    expect([answer.status, answer.body]).toEqual([400, errors])
  })

  test('is noted: the time at once, the event after the response', async () => {
    const { id, username } = await makeAccount()
    const count = () =>
      env.DB.prepare("SELECT count(*) AS n FROM activities WHERE user_id = ? AND type = 'login'").bind(id).first('n')
    const before = Number(await count())
    expect(before).toBe(1)
    await login(username)
    expect(await count()).toBe(before + 1)
    const row = await stored(id)
    expect(Math.abs(Number(row?.['last_login_at']) - Date.now() / 1000)).toBeLessThan(60)
  })

  test('a hash of other parameters is made anew, by the right password only', async () => {
    const { id, username } = await makeAccount()
    // Of the same password.
    const cheaper = `scrypt$4096$8$1$MDEyMzQ1Njc4OWFiY2RlZg==$aKKGJbs2mX+daHqNAlIJEt8JPsvIVuowdQiyg+rPDlA=`
    await set(id, `password_hash = '${cheaper}'`)
    expect((await login(username, 'wrongpassword1')).status).toBe(401)
    expect((await stored(id))?.['password_hash']).toBe(cheaper)
    expect((await login(username)).status).toBe(200)
    const anew = (await stored(id))?.['password_hash']
    expect(anew).toMatch(HASH)
    expect((await login(username)).status).toBe(200)
    expect((await stored(id))?.['password_hash'], 'today’s parameters stay').toBe(anew)
  })
})

describe('the profile', () => {
  const put = (as: TestUser | { token: string }, body: unknown, bindings: Partial<Env> = {}, method = 'PUT') =>
    call(method, '/api/users/profile/', { as, body, env: bindings })

  test('what is omitted keeps its value, in PUT and PATCH; what it does not have is ignored', async () => {
    const user = await makeUser()
    const first = await put(user, { bio: 'Reads 🎓', student_id: 'S1', department: 'Physics' })
    expect([first.status, first.body]).toEqual([
      200,
      {
        bio: 'Reads 🎓',
        student_id: 'S1',
        department: 'Physics',
        is_instructor: false,
        created_at: DATETIME,
        updated_at: DATETIME,
      },
    ])
    expect((await put(user, { department: '', is_staff: true, id: 1, email: 'x@example.com' })).body).toMatchObject({
      bio: 'Reads 🎓',
      department: '',
    })
    expect((await put(user, { student_id: 'S2' }, {}, 'PATCH')).body).toMatchObject({
      bio: 'Reads 🎓',
      student_id: 'S2',
    })
    expect((await put(user, {})).status).toBe(200)
    expect((await call('GET', '/api/users/profile/', { as: user })).body).toMatchObject({
      bio: 'Reads 🎓',
      student_id: 'S2',
    })
    expect(await stored(user.id)).toMatchObject({ is_staff: 0, email: `${user.username}@example.com` })
  })

  test.each<[Record<string, unknown>, Record<string, string[]>]>([
    [{ bio: null }, { bio: ['This field may not be null.'] }],
    [{ bio: 'x'.repeat(5_001) }, { bio: ['Ensure this field has no more than 5000 characters.'] }],
    [{ bio: 'nul\0' }, { bio: ['Null characters are not allowed.'] }],
    [
      { student_id: 'x'.repeat(201), department: 7 },
      { student_id: ['Ensure this field has no more than 200 characters.'], department: ['Not a valid string.'] },
    ],
    [{ is_instructor: 'true' }, { is_instructor: ['Must be true or false.'] }],
    [{ is_instructor: 1 }, { is_instructor: ['Must be true or false.'] }],
  ])('refuses %j', async (body, errors) => {
    const answer = await put(await makeUser(), body)
    expect([answer.status, answer.body]).toEqual([400, errors])
  })

  test('where signup is open, users make themselves instructors, and it holds at once', async () => {
    const user = await makeUser()
    expect((await put(user, { is_instructor: true })).body.is_instructor).toBe(true)
    expect((await call('POST', '/api/courses/', { as: user, body: { title: 'Mine' } })).status).toBe(201)
    expect((await put(user, { is_instructor: false })).body.is_instructor).toBe(false)
    expect((await call('POST', '/api/courses/', { as: user, body: { title: 'Mine' } })).status).toBe(403)
  })

  test.each(['closed', '', 'Open'])(
    'where it is %j, only staff do; saying what is so already is no change',
    async setting => {
      const closed = { INSTRUCTOR_SIGNUP: setting }
      const [user, instructor, staff] = [await makeUser(), await makeInstructor(), await makeStaff()]
      const refused = await put(user, { bio: 'x', is_instructor: true }, closed)
      expect([refused.status, refused.body]).toEqual([
        403,
        { detail: 'You do not have permission to perform this action.', code: 'permission_denied' },
      ])
      expect((await stored(user.id))?.['bio']).toBe('')
      expect((await put(instructor, { is_instructor: false }, closed)).status).toBe(403)
      expect((await put(user, { bio: 'x', is_instructor: false }, closed)).status).toBe(200)
      expect((await put(instructor, { bio: 'x', is_instructor: true }, closed)).status).toBe(200)
      expect((await put(staff, { is_instructor: true }, closed)).body.is_instructor).toBe(true)
    },
  )
})

describe('oneself', () => {
  test('has id, names, roles and profile', async () => {
    const user = await makeUser({ firstName: 'Ada', lastName: 'Byron', isInstructor: true, isStaff: true })
    const profile = await call('GET', '/api/users/profile/', { as: user })
    expect((await call('GET', '/api/users/me/', { as: user })).body).toEqual({
      id: user.id,
      username: user.username,
      email: `${user.username}@example.com`,
      first_name: 'Ada',
      last_name: 'Byron',
      full_name: 'Ada Byron',
      is_instructor: true,
      is_staff: true,
      profile: profile.body,
    })
    const learner = await makeUser()
    expect((await call('GET', '/api/users/me/', { as: learner })).body).toMatchObject({
      full_name: learner.username,
      is_instructor: false,
      is_staff: false,
    })
  })
})

describe("staff's list", () => {
  test('newest first, every user once, links and count', async () => {
    const staff = await makeStaff()
    const made = [await makeUser(), await makeInstructor()]
    const all = await allPages('/api/users/?page_size=7', staff)
    const ids = all.map(({ id }) => id)
    expect(ids).toEqual([...new Set(ids)].sort((a, b) => b - a))
    expect(ids).toEqual(expect.arrayContaining(made.map(({ id }) => id)))
    const { body } = await call('GET', '/api/users/?page_size=1', { as: staff })
    expect(body.count).toBe(all.length)
    expect(all[0]).toMatchObject({
      id: made[1]?.id,
      is_instructor: true,
      is_staff: false,
      is_active: true,
      last_login: null,
    })
  })

  test('a filter names one user, whatever the case, or nobody', async () => {
    const staff = await makeStaff()
    const { id, username } = await makeAccount()
    const find = async (query: string) => (await call('GET', `/api/users/?${query}`, { as: staff })).body
    for (const query of [
      `username=${username}`,
      `username=${username.toUpperCase()}`,
      `email=${username}@EXAMPLE.com`,
    ]) {
      const { count, results } = await find(query)
      expect([count, results.map((user: { id: number }) => user.id)], query).toEqual([1, [id]])
    }
    expect((await find(`username=${username}`)).results[0]).toEqual({
      id,
      username,
      email: `${username}@example.com`,
      first_name: 'John',
      last_name: 'Doe',
      profile: {
        bio: '',
        student_id: '',
        department: '',
        is_instructor: false,
        created_at: DATETIME,
        updated_at: DATETIME,
      },
      is_instructor: false,
      is_staff: false,
      is_active: true,
      last_login: DATETIME,
    })
    expect(await find('username=nobody-of-this-name')).toMatchObject({ count: 0, results: [], next: null })
    expect(await find(`username=${username}&email=other@example.com`)).toMatchObject({ count: 0, results: [] })
    expect((await call('GET', '/api/users/?page=2&username=nobody', { as: staff })).status).toBe(404)
  })
})

describe('changing roles', () => {
  const patch = (as: TestUser, id: number, body: unknown) => call('PATCH', `/api/users/${id}/`, { as, body })

  test('takes effect on the next request, both ways', async () => {
    const [staff, user] = [await makeStaff(), await makeUser()]
    const create = () => call('POST', '/api/courses/', { as: user, body: { title: 'Mine' } })
    expect((await create()).status).toBe(403)
    const promoted = await patch(staff, user.id, { is_instructor: true })
    expect([promoted.status, promoted.body]).toMatchObject([
      200,
      { id: user.id, is_instructor: true, is_staff: false, profile: { is_instructor: true } },
    ])
    expect((await create()).status).toBe(201)
    await patch(staff, user.id, { is_instructor: false, is_staff: true })
    expect((await call('GET', '/api/users/', { as: user })).status).toBe(200)
    await patch(staff, user.id, { is_staff: false })
    expect((await call('GET', '/api/users/', { as: user })).status).toBe(403)
    expect((await create()).status).toBe(403)
  })

  test('a deactivated user is refused everywhere at once, and old tokens stay refused when they return', async () => {
    const staff = await makeStaff()
    const user = await makeAccount()
    expect((await patch(staff, user.id, { is_active: false })).body.is_active).toBe(false)
    const refused = await call('GET', '/api/users/profile/', { as: user })
    expect([refused.status, refused.body]).toEqual([401, { detail: 'User is inactive.', code: 'user_inactive' }])
    expect((await login(user.username)).status).toBe(401)
    expect((await patch(staff, user.id, { is_active: true })).status).toBe(200)
    expect((await call('GET', '/api/users/profile/', { as: user })).body.code).toBe('token_not_valid')
    expect((await login(user.username)).status).toBe(200)
    const again = await makeAccount()
    await patch(staff, again.id, { is_active: true })
    expect((await call('GET', '/api/users/profile/', { as: again })).status, 'no change, no logout').toBe(200)
  })

  test.each<[unknown, Record<string, string[]>]>([
    [{ is_staff: 'true' }, { is_staff: ['Must be true or false.'] }],
    [
      { is_active: null, is_instructor: 0 },
      { is_active: ['This field may not be null.'], is_instructor: ['Must be true or false.'] },
    ],
    [[], { non_field_errors: ['Expected an object.'] }],
  ])('refuses %j', async (body, errors) => {
    const answer = await patch(await makeStaff(), (await makeUser()).id, body)
    expect([answer.status, answer.body]).toEqual([400, errors])
  })

  test('an unknown user is 404 for staff and 403 for everybody else, like a known one', async () => {
    const [staff, user] = [await makeStaff(), await makeUser()]
    expect((await patch(staff, 999_999_999, {})).status).toBe(404)
    expect((await patch(user, 999_999_999, {})).status).toBe(403)
    expect((await patch(user, user.id, { is_staff: true })).status).toBe(403)
  })

  describe('the last active staff user', () => {
    const alone = async () => {
      await env.DB.exec('UPDATE users SET is_staff = 0')
      return makeStaff()
    }
    const LAST = [400, { detail: 'The last active staff user must stay active and staff.', code: 'last_staff_user' }]

    test('cannot be demoted or deactivated, by nobody', async () => {
      const last = await alone()
      await makeStaff({ isActive: false })
      for (const body of [{ is_staff: false }, { is_active: false }, { is_staff: false, is_active: false }]) {
        const { status, body: answer } = await patch(last, last.id, body)
        expect([status, answer]).toEqual(LAST)
      }
      expect((await patch(last, last.id, { is_instructor: true, is_staff: true, is_active: true })).status).toBe(200)
      expect((await call('GET', '/api/users/profile/', { as: last })).status, 'and stays logged in').toBe(200)
    })

    test.each([{ is_staff: false }, { is_active: false }])(
      'two who end each other at once by %j: one stays',
      async body => {
        for (let round = 0; round < 5; round++) {
          const [one, two] = [await alone(), await makeStaff()]
          const answers = await Promise.all([patch(one, two.id, body), patch(two, one.id, body)])
          const left = await env.DB.prepare(
            'SELECT count(*) AS n FROM users WHERE is_staff = 1 AND is_active = 1',
          ).first('n')
          expect(left, JSON.stringify(answers.map(({ status }) => status))).toBe(1)
          expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
        }
      },
    )

    test('ten who all resign at once: one stays', async () => {
      const all = [await alone(), ...(await times(9, () => makeStaff()))]
      const answers = await Promise.all(all.map(one => patch(one, one.id, { is_staff: false })))
      expect(tally(answers)).toEqual({ 200: 9, 400: 1 })
    })
  })
})

describe('what each costs', () => {
  type Row = [name: string, trips: number, act: (bindings: Partial<Env>) => Promise<Answer>]
  const rows: Row[] = [
    ['register', 2, bindings => register(unique('cost'), {}, { env: bindings, leave: true })],
    ['oneself', 1, async bindings => call('GET', '/api/users/me/', { as: await makeUser(), env: bindings })],
    ['profile', 1, async bindings => call('GET', '/api/users/profile/', { as: await makeUser(), env: bindings })],
    [
      'profile change',
      2,
      async bindings =>
        call('PUT', '/api/users/profile/', { as: await makeUser(), body: { bio: 'x' }, env: bindings, leave: true }),
    ],
    [
      'roles',
      2,
      async bindings =>
        call('PATCH', `/api/users/${(await makeUser()).id}/`, {
          as: await makeStaff(),
          body: {},
          env: bindings,
          leave: true,
        }),
    ],
    [
      'password change',
      2,
      async bindings =>
        call('POST', '/api/users/password/change/', {
          as: await makeAccount(),
          body: { old_password: PASSWORD, new_password: 'a good long one' },
          env: bindings,
          leave: true,
        }),
    ],
    [
      'reset issued',
      2,
      async bindings =>
        call('POST', `/api/users/${(await makeUser()).id}/password-reset/`, {
          as: await makeStaff(),
          env: bindings,
          leave: true,
        }),
    ],
  ]
  test.each(rows)('%s: %i round trips to D1, nothing written to KV', async (_name, trips, act) => {
    const { env: counted, counts } = counting()
    const { status, text } = await act(counted)
    expect(status, text).toBeLessThan(300)
    expect({ trips: counts.d1Trips, kvWrites: counts.kvWrites }).toEqual({ trips, kvWrites: 0 })
  })

  test('login 2, refresh 1, logout 1; the denylist is written after the response', async () => {
    const { username } = await makeAccount()
    // What goes on after the response is held back, so that only what the client waits for is counted.
    const measure = async (path: string, body: unknown) => {
      const { env: counted, counts } = counting()
      const answer = await call('POST', path, { body, env: counted, leave: true })
      return { answer, trips: counts.d1Trips }
    }
    const entered = await measure('/api/users/login/', { username, password: PASSWORD })
    // The event's own trip may have begun when the answer was read.
    expect([2, 3]).toContain(entered.trips)
    const { refresh } = entered.answer.body
    expect((await measure('/api/users/token/refresh/', { refresh })).trips).toBe(1)
    expect((await measure('/api/users/logout/', { refresh })).trips).toBe(1)
  })
})

test('KV down: everything of accounts still works', async () => {
  const username = unique('dark')
  expect((await call('POST', '/api/users/register/', { body: registration(username), env: KV_DOWN })).status).toBe(201)
  const { body } = await login(username, PASSWORD, { env: KV_DOWN })
  expect((await call('GET', '/api/users/profile/', { as: body.access, env: KV_DOWN })).status).toBe(200)
})
