import { env } from 'cloudflare:workers'
import { describe, expect, test } from 'vitest'
import { rotatingCode, slotAt } from '../../src/features/qr-codes/proofs/rotation.ts'
import { makeTaughtCourse } from '../factories/classrooms.ts'
import { enrolled, makeCourse, makeModule } from '../factories/courses.ts'
import { makeCode } from '../factories/qr-codes.ts'
import { makeInstructor, makeUser } from '../factories/users.ts'
import { type CallOptions, call } from '../helpers/client.ts'
import { counting } from '../helpers/counting.ts'
import { change, scan } from '../helpers/qr-codes.ts'

// What the server says in the pages; what they do, the browser tests show.

const HERE = { 'CF-Connecting-IP': '203.0.113.9' }
const open = (path: string, options: CallOptions = {}) => call('GET', path, { headers: HERE, ...options })
const ticketIn = (text: string) => /data-ticket="([^"]*)"/.exec(text)?.[1] ?? ''
const seconds = () => Math.floor(Date.now() / 1000)

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

  test('costs one round trip, and nobody’s quota', async () => {
    const { owner, module } = await makeTaughtCourse()
    const code = await makeCode(owner, { type: 'attendance', target_id: module.id })
    const { env: counted, counts } = counting()
    for (const _ of [1, 2, 3]) {
      expect((await open(`/q/${code.uuid}`, { env: { ...counted, RATE_LIMIT_ANON_PER_DAY: '1' } })).status).toBe(200)
    }
    expect(counts).toMatchObject({ d1Trips: 3, kvReads: 0, kvWrites: 0 })
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
  expect(await page()).toContain('Its code has been revoked.')
  await change(owner, code, { status: 'active' })
  await complete('active', null)
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
