import { env } from 'cloudflare:workers'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { rotatingCode, slotAt } from '../../src/features/qr-codes/proofs/rotation.ts'
import { makeTaughtCourse } from '../factories/classrooms.ts'
import { enrolled, makeCourse, makeModule } from '../factories/courses.ts'
import { makeCode } from '../factories/qr-codes.ts'
import { makeInstructor, makeUser } from '../factories/users.ts'
import { type CallOptions, call } from '../helpers/client.ts'
import { counting } from '../helpers/counting.ts'
import { at, change, scan } from '../helpers/qr-codes.ts'

// What the server says in the pages; what they do, the browser tests show.

const HERE = { 'CF-Connecting-IP': '203.0.113.9' }
const open = (path: string, options: CallOptions = {}) => call('GET', path, { headers: HERE, ...options })
const ticketIn = (text: string) => /data-ticket="([^"]*)"/.exec(text)?.[1] ?? ''
const seconds = () => Math.floor(Date.now() / 1000)

/** What names a code may be this old. */
const NAME_SECONDS = 30
/** Lets the clock of the service go on, as when so many seconds pass. */
const letPass = (seconds: number) => vi.useFakeTimers({ now: Date.now() + seconds * 1000, toFake: ['Date'] })
afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
})

describe('the scan page', () => {
  test('names the target and nothing else, escaped', async () => {
    const owner = await makeInstructor()
    const course = await makeCourse(owner, { title: '<img src=x onerror=alert(1)>', description: 'not to be told' })
    const module = await makeModule(owner, course.id, { title: `"'>&`, content: 'nor this' })
    const code = await makeCode(owner, { type: 'attendance', target_id: module.id })
    const { status, text, headers } = await open(`/q/${code.uuid}`)
    expect([status, headers.get('Content-Type')]).toEqual([200, 'text/html; charset=UTF-8'])
    expect(text).toContain('<h1>&lt;img src=x onerror=alert(1)&gt; - &quot;&#39;&gt;&amp;</h1>')
    expect(text).not.toMatch(/not to be told|nor this|<img/)
    expect(headers.get('Cache-Control')).toBe('no-store')
  })

  test('runs its own files and no other; Google’s only where it is configured', async () => {
    const { owner, module } = await makeTaughtCourse()
    const code = await makeCode(owner, { type: 'attendance', target_id: module.id })
    for (const path of [`/q/${code.uuid}`, `/q/${code.uuid}/display`, '/qr-codes/batches/1/print', '/q/none']) {
      const { text, headers } = await open(path)
      const policy = headers.get('Content-Security-Policy') ?? ''
      expect(policy).toContain(
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; frame-src 'none'",
      )
      expect(policy).not.toMatch(/unsafe|google/)
      expect(headers.get('Cross-Origin-Opener-Policy')).toBe('same-origin')
      expect(headers.get('Referrer-Policy')).toBe('no-referrer')
      expect(text).not.toMatch(/google|\son\w+=|style=|<script(?! type="module" src="\/q\/assets\/)/i)
      const google = await open(path, { env: { GOOGLE_CLIENT_ID: 'client.apps.example' } })
      expect(google.headers.get('Content-Security-Policy')).toContain(
        "script-src 'self' https://accounts.google.com/gsi/client;",
      )
      expect(google.headers.get('Cross-Origin-Opener-Policy')).toBe('same-origin-allow-popups')
      if (path !== '/q/none') expect(google.text).toContain('data-client="client.apps.example"')
    }
  })

  test('a code that is unknown, deleted or of a deleted course has none', async () => {
    const { owner, course, module } = await makeTaughtCourse()
    const [one, two] = [
      await makeCode(owner, { type: 'attendance', target_id: module.id }),
      await makeCode(owner, { type: 'access', target_id: course.id }),
    ]
    await call('DELETE', `/api/qr-codes/codes/${one.id}/`, { as: owner })
    await call('DELETE', `/api/courses/${course.id}/`, { as: owner })
    for (const uuid of [one.uuid, two.uuid, crypto.randomUUID(), 'x']) {
      for (const path of [`/q/${uuid}`, `/q/${uuid}/display`]) {
        const { status, text } = await open(path)
        expect([status, text.includes('No such code'), text.includes(course.title)]).toEqual([404, true, false])
      }
    }
    expect((await open('/qr-codes/batches/x/print')).status).toBe(404)
  })

  test('costs one round trip in 30 seconds, and nobody’s quota', async () => {
    const { owner, module } = await makeTaughtCourse()
    const code = await makeCode(owner, { type: 'attendance', target_id: module.id })
    const { env: counted, counts } = counting()
    for (const trips of [1, 1, 1]) {
      expect((await open(`/q/${code.uuid}`, { env: { ...counted, RATE_LIMIT_ANON_PER_DAY: '1' } })).status).toBe(200)
      expect(counts).toMatchObject({ d1Trips: trips, kvReads: 0, kvWrites: 0 })
    }
    letPass(NAME_SECONDS)
    await open(`/q/${code.uuid}`, { env: counted })
    expect(counts.d1Trips).toBe(2)
  })

  test('its ticket is the opening’s: by that address, and by who was signed in', async () => {
    const { owner, learner, module } = await makeTaughtCourse()
    const code = await makeCode(owner, { type: 'module', target_id: module.id })
    const anonymous = ticketIn((await open(`/q/${code.uuid}`)).text)
    const first = await scan(learner, code, { ticket: anonymous }, HERE)
    const again = await scan(learner, code, { ticket: anonymous }, HERE)
    expect([first.status, again.status, again.body.id]).toEqual([201, 200, first.body.id])
    const bound = ticketIn((await open(`/q/${code.uuid}`, { as: await makeUser() })).text)
    await scan(learner, code, { ticket: bound }, HERE)
    // Another's ticket is none, so the next scan is one more.
    expect((await scan(learner, code, { ticket: bound }, HERE)).status).toBe(201)
  })

  test('of a rotating code gives a ticket only to who saw the display', async () => {
    const { owner, learner, module } = await makeTaughtCourse()
    const code = await makeCode(owner, { type: 'attendance', target_id: module.id, rotating: true })
    const seen = await rotatingCode(env, code.uuid, slotAt(seconds()))
    const old = await rotatingCode(env, code.uuid, slotAt(seconds()) - 2)
    for (const query of ['', '?c=', `?c=${old}`, '?c=%00'])
      expect(ticketIn((await open(`/q/${code.uuid}${query}`)).text)).toBe('')
    const ticket = ticketIn((await open(`/q/${code.uuid}?c=${seen}`)).text)
    expect((await scan(learner, code, { ticket }, HERE)).body.is_valid).toBe(true)
  })
})

describe('a code that is closed says so to who is not signed in, in the words in which a scan is refused', () => {
  type Taught = Awaited<ReturnType<typeof makeTaughtCourse>>
  const courseCode = ({ owner, course }: Taught, fields = {}) =>
    makeCode(owner, { type: 'access', target_id: course.id, ...fields })
  const moduleCode = ({ owner, module }: Taught, type = 'attendance', fields = {}) =>
    makeCode(owner, { type, target_id: module.id, ...fields })
  const edit = ({ owner, course }: Taught, body: object) =>
    call('PATCH', `/api/courses/${course.id}/`, { as: owner, body })

  test.each<[string, 'for all' | 'for new', (world: Taught) => Promise<{ uuid: string }>]>([
    ['This QR code has expired.', 'for all', w => moduleCode(w, 'attendance', { expires_at: '2023-01-01T00:00:00Z' })],
    [
      'This QR code has been revoked.',
      'for all',
      async w => {
        const code = await courseCode(w)
        await change(w.owner, code, { status: 'revoked' })
        return code
      },
    ],
    [
      'This QR code changes all the time. Scan the one on display now.',
      'for new',
      w => moduleCode(w, 'attendance', { rotating: true }),
    ],
    [
      'This QR code has reached its scan limit.',
      'for new',
      async w => {
        const code = await moduleCode(w, 'attendance', { max_scans: 1 })
        await scan(w.learner, code)
        return code
      },
    ],
    [
      'This course is full.',
      'for new',
      async w => {
        await edit(w, { max_students: 1 })
        return courseCode(w)
      },
    ],
    [
      'This course has ended.',
      'for new',
      async w => {
        await edit(w, { start_date: '2020-01-01', end_date: '2020-02-01' })
        return courseCode(w)
      },
    ],
    [
      'This course is not open for enrollment.',
      'for new',
      async w => {
        await edit(w, { status: 'archived' })
        return courseCode(w)
      },
    ],
    [
      'This module is not available.',
      'for new',
      async w => {
        await call('PATCH', `/api/modules/${w.module.id}/`, { as: w.owner, body: { is_published: false } })
        return moduleCode(w, 'module')
      },
    ],
  ])('%s', async (why, closed, make) => {
    const world = await makeTaughtCourse()
    const code = await make(world)
    const { text } = await open(`/q/${code.uuid}`)
    expect(text).toContain(`<h2>Closed</h2><p>${why}</p>`)
    expect(text).toContain(`data-closed="${closed}"`)
    // Somebody else: enrolled where the code asks for it, new where it lets in.
    const other = await makeUser()
    if (text.includes('data-type="attendance"') || text.includes('data-type="module"'))
      await enrolled(other, world.course)
    const refused = await scan(other, code)
    expect([refused.body.is_valid, refused.body.validation_message]).toEqual([false, why])
  })

  test('what depends on who scans closes nothing, and a course that has not begun is told beside the sign-in', async () => {
    const world = await makeTaughtCourse()
    await edit(world, { start_date: '2199-12-01' })
    for (const code of [await courseCode(world), await moduleCode(world), await moduleCode(world, 'module')]) {
      const { text } = await open(`/q/${code.uuid}`)
      expect(text).not.toMatch(/data-closed|Closed/)
      expect(text).toContain('it begins on <time datetime="2199-12-01">1 December 2199</time>')
    }
    await edit(world, { start_date: '2020-12-01' })
    expect((await open(`/q/${(await courseCode(world)).uuid}`)).text).not.toContain('has not begun')
  })
})

describe('what names a code may be 30 seconds old', () => {
  const attendance = async (fields = {}) => {
    const world = await makeTaughtCourse()
    const code = await makeCode(world.owner, { type: 'attendance', target_id: world.module.id, ...fields })
    return { ...world, code }
  }
  /** The round trips of some calls, one after the other. */
  const tripsOf = async (...paths: string[]): Promise<number[]> => {
    const trips: number[] = []
    for (const path of paths) {
      const { env: counted, counts } = counting()
      await open(path, { env: counted })
      trips.push(counts.d1Trips)
    }
    return trips
  }
  const OPEN = /data-ticket="[^"]+"/

  test('by pages, displays and rotating images together, whatever the form of the address', async () => {
    const { code } = await attendance({ rotating: true })
    const shown = await rotatingCode(env, code.uuid, slotAt(seconds()))
    const pages = [`/q/${code.uuid}/display`, `/q/${code.uuid}`, `/q/${code.uuid.toUpperCase()}?c=${shown}`]
    expect(await tripsOf(...pages, `/media/qr_codes/${code.uuid}.svg?c=${shown}`)).toEqual([1, 0, 0, 0])
    // An image that caches keep for a day never begins with an old name.
    expect(await tripsOf(`/media/qr_codes/${code.uuid}.svg`)).toEqual([1])
  })

  test('by phones that open it at the same moment', async () => {
    const { code } = await attendance()
    const { env: counted, counts } = counting()
    const opened = await Promise.all(Array.from({ length: 20 }, () => open(`/q/${code.uuid}`, { env: counted })))
    expect(new Set(opened.map(({ text }) => ticketIn(text))).size).toBe(20)
    expect(counts.d1Trips).toBe(1)
  })

  test('but nothing is kept of a code that does not exist: once made, it opens at once', async () => {
    const { code } = await attendance()
    const uuid = crypto.randomUUID()
    expect(await tripsOf(`/q/${uuid}`, `/q/${uuid}`)).toEqual([1, 1])
    await env.DB.prepare('UPDATE qr_codes SET uuid = ? WHERE id = ?').bind(uuid, code.id).run()
    expect((await open(`/q/${uuid}`)).status).toBe(200)
  })

  test('and its expiry is of the second in which the page opens', async () => {
    const { code } = await attendance({ expires_at: at(10) })
    expect((await open(`/q/${code.uuid}`)).text).not.toContain('Closed')
    letPass(11)
    const { env: counted, counts } = counting()
    const { text } = await open(`/q/${code.uuid}`, { env: counted })
    expect(text).toContain('This QR code has expired.')
    expect(counts.d1Trips).toBe(0)
  })

  type Made = Awaited<ReturnType<typeof attendance>>
  const byTheDatabase = (sql: string, ...values: unknown[]) =>
    env.DB.prepare(sql)
      .bind(...values)
      .run()
  test.each<[string, (made: Made) => Promise<unknown>, string, shown?: string]>([
    ['revoked', ({ owner, code }) => change(owner, code, { status: 'revoked' }), 'This QR code has been revoked.'],
    ['expired', ({ owner, code }) => change(owner, code, { status: 'expired' }), 'This QR code has expired.'],
    [
      'rotating',
      ({ owner, code }) => change(owner, code, { rotating: true }),
      'This QR code changes all the time. Scan the one on display now.',
    ],
    [
      'used up',
      async ({ owner, course, code }) => {
        await change(owner, code, { max_scans: 1 })
        const other = await makeUser()
        await enrolled(other, course)
        await scan(other, code)
      },
      'This QR code has reached its scan limit.',
    ],
    [
      'of another course',
      async ({ owner, code }) => {
        const course = await makeCourse(owner, { title: 'Elsewhere' })
        const module = await makeModule(owner, course.id)
        const move = 'UPDATE qr_codes SET target_id = ?, course_id = ? WHERE id = ?'
        await byTheDatabase(move, module.id, course.id, code.id)
      },
      'You are not enrolled in this course.',
      '<h1>Elsewhere - ',
    ],
  ])('and lets nobody in to a code that is %s meanwhile', async (_, happen, why, shown = why) => {
    const made = await attendance()
    await open(`/q/${made.code.uuid}`)
    await happen(made)
    const { text } = await open(`/q/${made.code.uuid}`)
    expect(text).toMatch(OPEN)
    expect(text).not.toContain('Closed')
    const { body } = await scan(made.learner, made.code, { ticket: ticketIn(text) }, HERE)
    expect([body.is_valid, body.validation_message]).toEqual([false, why])
    letPass(NAME_SECONDS)
    expect((await open(`/q/${made.code.uuid}`)).text).toContain(shown)
  })

  test('and a deleted code records nothing', async () => {
    const { owner, learner, code } = await attendance()
    await open(`/q/${code.uuid}`)
    await call('DELETE', `/api/qr-codes/codes/${code.id}/`, { as: owner })
    const ticket = ticketIn((await open(`/q/${code.uuid}`)).text)
    expect((await scan(learner, code, { ticket }, HERE)).status).toBe(404)
    letPass(NAME_SECONDS)
    expect((await open(`/q/${code.uuid}`)).status).toBe(404)
  })

  test.each<[string, () => Promise<never>]>([
    ['fails', () => Promise.reject(new Error('the cache is down'))],
    ['hangs', () => new Promise<never>(() => {})],
  ])('and a cache that %s counts as none', async (_, open) => {
    const { learner, code } = await attendance()
    vi.spyOn(caches, 'open').mockImplementation(open)
    expect(await tripsOf(`/q/${code.uuid}`, `/q/${code.uuid}`)).toEqual([1, 1])
    const ticket = ticketIn((await call('GET', `/q/${code.uuid}`, { headers: HERE })).text)
    expect((await scan(learner, code, { ticket }, HERE)).body.is_valid).toBe(true)
  })
})

test('a certificate’s page shows holder, course, date and whether it stands, to anybody', async () => {
  const { owner, course, enrollment } = await makeTaughtCourse({ firstName: 'Jane', lastName: 'Doe' })
  const complete = (status: string, at: number | null) =>
    env.DB.prepare('UPDATE enrollments SET status = ?, completed_at = ? WHERE id = ?')
      .bind(status, at, enrollment.id)
      .run()
  await complete('completed', 1_685_577_600)
  const code = await makeCode(owner, { type: 'certificate', target_id: enrollment.id })
  const page = async () => (await open(`/q/${code.uuid}`)).text
  expect(await page()).toMatch(
    new RegExp(`<h1>${course.title}</h1>[\\s\\S]*<dd>Jane Doe</dd>[\\s\\S]*2023-06-01[\\s\\S]*This certificate stands`),
  )
  await change(owner, code, { status: 'revoked' })
  letPass(NAME_SECONDS)
  expect(await page()).toContain('Its code has been revoked.')
  await change(owner, code, { status: 'active' })
  await complete('active', null)
  letPass(NAME_SECONDS)
  expect(await page()).toMatch(/does not stand[\s\S]*The course is no longer completed\./)
})

test('a display gets this slot’s code and the next ones, timed by the server, and only the new arrivals', async () => {
  const { owner, learner, module } = await makeTaughtCourse()
  const code = await makeCode(owner, { type: 'attendance', target_id: module.id, rotating: true })
  const display = async (query = '') =>
    (await call('GET', `/api/qr-codes/display/${code.uuid}/${query}`, { as: owner })).body
  const first = await display()
  expect(first).toMatchObject({ slot_seconds: 15, status: 'active', scan_count: 0, arrived: [] })
  expect(first.codes).toHaveLength(5)
  expect(first.codes[0].starts_in_ms).toBeLessThanOrEqual(0)
  expect(first.codes[0].starts_in_ms).toBeGreaterThan(-15_000)
  expect(first.codes[1].starts_in_ms - first.codes[0].starts_in_ms).toBe(15_000)
  const scanned = await scan(learner, code, { rotating_code: first.codes[0].code })
  expect(scanned.body.is_valid).toBe(true)
  const { arrived, scan_count } = await display()
  expect([arrived, scan_count]).toEqual([
    [{ id: scanned.body.id, user_name: learner.username, scanned_at: scanned.body.scanned_at }],
    1,
  ])
  expect((await display(`?after=${scanned.body.id}`)).arrived).toEqual([])
  await change(owner, code, { rotating: false })
  expect((await display()).codes).toEqual([])
})
