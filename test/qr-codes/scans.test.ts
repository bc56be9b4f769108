import { env } from 'cloudflare:workers'
import { describe, expect, test, vi } from 'vitest'
import { rotatingCode, SLOT_SECONDS, slotAt } from '../../src/features/qr-codes/proofs/rotation.ts'
import {
  issueTicket,
  ROTATING_TICKET_TTL_SECONDS,
  TICKET_TTL_SECONDS,
} from '../../src/features/qr-codes/proofs/tickets.ts'
import { makeTaughtCourse } from '../factories/classrooms.ts'
import { enrolled, makeCourse, makeModule } from '../factories/courses.ts'
import { makeCode } from '../factories/qr-codes.ts'
import { makeInstructor, makeStaff, makeUser, type TestUser } from '../factories/users.ts'
import { type Answer, allPages, call } from '../helpers/client.ts'
import { at, change, scan } from '../helpers/qr-codes.ts'

const makeUsers = (count: number) => Promise.all(Array.from({ length: count }, () => makeUser()))
const seconds = () => Math.floor(Date.now() / 1000)
const scansOf = async (code: { id: number }, as: TestUser) => allPages(`/api/qr-codes/scans/?qr_code=${code.id}`, as)
const countOf = async (code: { id: number }, as: TestUser) =>
  (await call('GET', `/api/qr-codes/codes/${code.id}/`, { as })).body.scan_count
const outcome = ({ status, body }: Answer) => [status, body.is_valid, body.validation_message, body.action_performed]
const refusedAs = (message: string) => [201, false, message, null]

describe('what a valid scan does', () => {
  test('attendance: marked once; the second time the first scan, 200, and nothing counts', async () => {
    const { owner, learner, module } = await makeTaughtCourse()
    const code = await makeCode(owner, { type: 'attendance', target_id: module.id })
    const first = await scan(learner, code, { location: 'Lecture Hall A', device_info: 'iPhone, Safari 16.0' })
    expect(first.status, first.text).toBe(201)
    expect(first.body).toEqual({
      id: expect.any(Number),
      qr_code: code.id,
      qr_code_uuid: code.uuid,
      user: learner.id,
      user_name: learner.username,
      scanned_at: expect.stringMatching(/Z$/),
      location: 'Lecture Hall A',
      device_info: 'iPhone, Safari 16.0',
      is_valid: true,
      validation_message: 'Scan recorded successfully',
      action_performed: 'attendance_marked',
    })
    const second = await scan(learner, code, { location: 'Elsewhere' })
    expect([second.status, second.body]).toEqual([200, first.body])
    expect(await countOf(code, owner)).toBe(1)
    // Being there does not start the module; it shows that the learner was in it.
    const progress = await env.DB.prepare('SELECT started_at, first_seen_at FROM module_progress WHERE module_id = ?')
      .bind(module.id)
      .first()
    expect(progress).toEqual({ started_at: null, first_seen_at: expect.any(Number) })
    const { results } = await env.DB.prepare(
      "SELECT target_id, course_id, module_id FROM activities WHERE user_id = ? AND type = 'qr_scan'",
    )
      .bind(learner.id)
      .all()
    expect(results).toEqual([{ target_id: code.id, course_id: module.course, module_id: module.id }])
  })

  test('access: enrolls into a restricted course, and lets in again who has left', async () => {
    const [owner, learner] = [await makeInstructor(), await makeUser()]
    const course = await makeCourse(owner, { enrollment_type: 'restricted' })
    const code = await makeCode(owner, { type: 'access', target_id: course.id })
    expect((await call('POST', `/api/courses/${course.slug}/enroll/`, { as: learner })).status).toBe(403)
    const first = await scan(learner, code)
    expect(outcome(first)).toEqual([201, true, 'Scan recorded successfully', 'access_granted'])
    const mine = async () => (await call('GET', '/api/courses/enrolled/', { as: learner })).body
    expect(await mine()).toMatchObject([{ course: course.id, status: 'active' }])
    const leave = () => call('POST', `/api/courses/${course.slug}/unenroll/`, { as: learner })
    expect((await leave()).status).toBe(204)
    // Whom a code let in may come back alone, and the code lets in again.
    expect((await call('POST', `/api/courses/${course.slug}/enroll/`, { as: learner })).status).toBe(201)
    await leave()
    const again = await scan(learner, code)
    expect([again.status, again.body]).toEqual([200, first.body])
    expect(await mine()).toHaveLength(1)
    expect(await countOf(code, owner)).toBe(1)
  })

  test('access: who was in already may come back too, once the course is restricted', async () => {
    const { owner, learner, course } = await makeTaughtCourse()
    const code = await makeCode(owner, { type: 'access', target_id: course.id })
    expect((await scan(learner, code)).body.action_performed).toBe('access_granted')
    await call('PATCH', `/api/courses/${course.id}/`, { as: owner, body: { enrollment_type: 'restricted' } })
    await call('POST', `/api/courses/${course.slug}/unenroll/`, { as: learner })
    expect((await call('POST', `/api/courses/${course.slug}/enroll/`, { as: learner })).status).toBe(201)
  })

  test('access: nothing changes for who is in by the instructor, nor for who has completed the course', async () => {
    const [owner, learner] = [await makeInstructor(), await makeUser()]
    const course = await makeCourse(owner)
    const { id } = await enrolled(learner, course)
    const standing = () => env.DB.prepare('SELECT * FROM enrollments WHERE id = ?').bind(id).first()
    for (const fields of ["source = 'instructor'", "status = 'completed', completed_at = enrolled_at"]) {
      await env.DB.prepare(`UPDATE enrollments SET ${fields} WHERE id = ?`).bind(id).run()
      const before = await standing()
      const code = await makeCode(owner, { type: 'access', target_id: course.id })
      expect((await scan(learner, code)).body.is_valid).toBe(true)
      expect(await standing(), fields).toEqual(before)
    }
  })

  test('certificate: anyone signed in learns holder, course and date, each time anew', async () => {
    const { owner, learner, course, enrollment } = await makeTaughtCourse({ firstName: 'Jane', lastName: 'Doe' })
    await env.DB.prepare("UPDATE enrollments SET status = 'completed', completed_at = 1685577600 WHERE id = ?")
      .bind(enrollment.id)
      .run()
    const code = await makeCode(owner, { type: 'certificate', target_id: enrollment.id })
    const employer = await makeUser()
    const told = `Certificate of Jane Doe for ${course.title}, completed on 2023-06-01.`
    for (const _ of [1, 2]) {
      expect(outcome(await scan(employer, code))).toEqual([201, true, told, 'certificate_verified'])
    }
    expect(await countOf(code, owner)).toBe(2)
    await env.DB.prepare("UPDATE enrollments SET status = 'active', completed_at = NULL WHERE id = ?")
      .bind(enrollment.id)
      .run()
    expect(outcome(await scan(learner, code))).toEqual(
      refusedAs('This certificate no longer stands: the course is not completed.'),
    )
  })

  test('module: a view of it, each time', async () => {
    const { owner, learner, module } = await makeTaughtCourse()
    const code = await makeCode(owner, { type: 'module', target_id: module.id })
    for (const _ of [1, 2]) expect((await scan(learner, code)).body.action_performed).toBe('module_opened')
    const progress = await call('GET', `/api/module-progress/?module=${module.id}`, { as: learner })
    expect(progress.body.results).toMatchObject([{ status: 'in_progress' }])
    const { results } = await env.DB.prepare(
      'SELECT type FROM activities WHERE user_id = ? AND module_id = ? ORDER BY id',
    )
      .bind(learner.id, module.id)
      .all()
    expect(results.map(({ type }) => type)).toEqual(['qr_scan', 'module_view', 'qr_scan', 'module_view'])
    // Its instructor may try it, which is nobody's view.
    expect((await scan(owner, code)).body.is_valid).toBe(true)
  })
})

describe('what is refused is stored as such, and changes nothing else', () => {
  test('an unknown, malformed or deleted UUID', async () => {
    const { owner, learner, module } = await makeTaughtCourse()
    const code = await makeCode(owner, { type: 'attendance', target_id: module.id })
    expect((await scan(learner, { uuid: crypto.randomUUID() })).status).toBe(404)
    expect((await scan(learner, { uuid: 'nonsense' })).body).toEqual({ qr_code_uuid: ['Enter a valid UUID.'] })
    expect((await scan(learner, { uuid: code.uuid.toUpperCase() })).status).toBe(201)
    await call('DELETE', `/api/qr-codes/codes/${code.id}/`, { as: owner })
    expect((await scan(learner, code)).status).toBe(404)
  })

  test('revoked, expired, limit reached, not enrolled', async () => {
    const { owner, learner, module } = await makeTaughtCourse()
    const [other, stranger] = await makeUsers(2)
    if (!other || !stranger) throw new Error('made two')
    const target = { type: 'attendance', target_id: module.id }
    const [revoked, expired, limited, plain] = [
      await makeCode(owner, target),
      await makeCode(owner, { ...target, expires_at: at(-1) }),
      await makeCode(owner, { ...target, max_scans: 1 }),
      await makeCode(owner, target),
    ]
    await change(owner, revoked, { status: 'revoked' })
    expect(outcome(await scan(learner, revoked))).toEqual(refusedAs('This QR code has been revoked.'))
    expect(outcome(await scan(learner, expired))).toEqual(refusedAs('This QR code has expired.'))
    await call('POST', `/api/courses/${module.course}/enrollments/`, { as: owner, body: { users: [other.username] } })
    expect((await scan(other, limited)).body.is_valid).toBe(true)
    expect(outcome(await scan(learner, limited))).toEqual(refusedAs('This QR code has reached its scan limit.'))
    // The limit is not for who is in already.
    expect((await scan(other, limited)).status).toBe(200)
    expect(outcome(await scan(stranger, plain))).toEqual(refusedAs('You are not enrolled in this course.'))
    expect(await countOf(plain, owner)).toBe(0)
    const events = await env.DB.prepare("SELECT count(*) AS n FROM activities WHERE type = 'qr_scan' AND user_id = ?")
    expect(await events.bind(learner.id).first('n')).toBe(0)
  })

  test('access: course full, not open, ended, removed', async () => {
    const owner = await makeInstructor()
    const [first, learner] = await makeUsers(2)
    if (!first || !learner) throw new Error('made two')
    const accessTo = async (fields: Record<string, unknown>) => {
      const course = await makeCourse(owner, fields)
      return { course, code: await makeCode(owner, { type: 'access', target_id: course.id }) }
    }
    const full = await accessTo({ max_students: 1 })
    await scan(first, full.code)
    expect(outcome(await scan(learner, full.code))).toEqual(refusedAs('This course is full.'))
    const draft = await accessTo({ status: 'draft' })
    expect(outcome(await scan(learner, draft.code))).toEqual(refusedAs('This course is not open for enrollment.'))
    const ended = await accessTo({ end_date: '2023-01-01' })
    expect(outcome(await scan(learner, ended.code))).toEqual(refusedAs('This course has ended.'))
    const restricted = await accessTo({ end_date: '2023-01-01', enrollment_type: 'restricted' })
    expect(outcome(await scan(learner, restricted.code))).toEqual(refusedAs('This course has ended.'))
    const left = await accessTo({})
    const { id } = await enrolled(learner, left.course)
    await call('DELETE', `/api/courses/${left.course.id}/enrollments/${id}/`, { as: owner })
    expect(outcome(await scan(learner, left.code))).toEqual(
      refusedAs('You were removed from this course by its instructor.'),
    )
  })

  test('module: not enrolled, not published, or of a draft course', async () => {
    const { owner, learner, course } = await makeTaughtCourse()
    const draft = await makeModule(owner, course.id, { is_published: false })
    const code = await makeCode(owner, { type: 'module', target_id: draft.id })
    expect(outcome(await scan(learner, code))).toEqual(refusedAs('This module is not available.'))
    expect(outcome(await scan(await makeUser(), code))).toEqual(refusedAs('You are not enrolled in this course.'))
    const shown = await makeCode(owner, { type: 'module', target_id: (await makeModule(owner, course.id)).id })
    const become = (status: string) =>
      env.DB.prepare('UPDATE courses SET status = ? WHERE id = ?').bind(status, course.id).run()
    await become('draft')
    expect(outcome(await scan(learner, shown))).toEqual(refusedAs('This module is not available.'))
    await become('archived')
    expect((await scan(learner, shown)).body.is_valid).toBe(true)
  })

  test('of one learner, code and reason one a minute is stored', async () => {
    const { owner, learner, module } = await makeTaughtCourse()
    const code = await makeCode(owner, { type: 'attendance', target_id: module.id, expires_at: at(-1) })
    const answers = await Promise.all(Array.from({ length: 20 }, () => scan(learner, code)))
    expect(new Set(answers.map(({ body }) => body.id)).size).toBe(1)
    expect(answers.every(({ status }) => status === 201)).toBe(true)
    await change(owner, code, { status: 'revoked' })
    await scan(learner, code)
    expect(await scansOf(code, owner)).toHaveLength(2)
    await env.DB.prepare('UPDATE qr_scans SET scanned_at = scanned_at - 61 WHERE qr_code_id = ?').bind(code.id).run()
    await scan(learner, code)
    expect(await scansOf(code, owner)).toHaveLength(3)
  })
})

describe('at the same moment', () => {
  test('200 scans of a code for 50: exactly 50 are valid', async () => {
    const { owner, course, module } = await makeTaughtCourse()
    const code = await makeCode(owner, { type: 'attendance', target_id: module.id, max_scans: 50 })
    const learners = await makeUsers(200)
    const users = learners.map(({ username }) => username)
    expect((await call('POST', `/api/courses/${course.id}/enrollments/`, { as: owner, body: { users } })).status).toBe(
      200,
    )
    const answers = await Promise.all(learners.map(learner => scan(learner, code)))
    expect(answers.filter(({ status }) => status !== 201)).toEqual([])
    expect(answers.filter(({ body }) => body.is_valid)).toHaveLength(50)
    expect(await countOf(code, owner)).toBe(50)
    expect(await scansOf(code, owner)).toHaveLength(200)
  })

  test.each(['attendance', 'access'])(
    'one learner 20 times (%s): one 201, the others 200 with the same',
    async type => {
      const { owner, learner, course, module } = await makeTaughtCourse()
      const target = type === 'access' ? course.id : module.id
      const code = await makeCode(owner, { type, target_id: target, max_scans: 1 })
      const answers = await Promise.all(Array.from({ length: 20 }, () => scan(learner, code)))
      expect(answers.filter(({ status }) => status === 201)).toHaveLength(1)
      expect(answers.filter(({ status }) => status === 200)).toHaveLength(19)
      expect(new Set(answers.map(({ body }) => body.id)).size).toBe(1)
      expect(await countOf(code, owner)).toBe(1)
    },
  )

  test('access to the last seat, 30 at once: one gets it', async () => {
    const owner = await makeInstructor()
    const course = await makeCourse(owner, { max_students: 1, enrollment_type: 'restricted' })
    const code = await makeCode(owner, { type: 'access', target_id: course.id })
    const answers = await Promise.all((await makeUsers(30)).map(learner => scan(learner, code)))
    expect(answers.filter(({ body }) => body.is_valid)).toHaveLength(1)
    expect((await call('GET', `/api/courses/${course.id}/`, { as: owner })).body.enrollment_count).toBe(1)
  })
})

describe('the moment counts, not the login', () => {
  const HERE = '203.0.113.7'
  const open = async (code: { uuid: string }, ago: number, user: number | null = null, isRotating = false) =>
    issueTicket(env, { uuid: code.uuid, address: HERE, isRotating }, user, seconds() - ago)
  const redeem = (learner: TestUser, code: { uuid: string }, ticket: string, address = HERE) =>
    scan(learner, code, { ticket }, { 'CF-Connecting-IP': address })
  const age = ({ body }: Answer) => seconds() - Date.parse(body.scanned_at) / 1000

  test('opened in time, signed in late: it counts from the opening', async () => {
    const { owner, learner, module } = await makeTaughtCourse()
    const code = await makeCode(owner, { type: 'attendance', target_id: module.id, expires_at: at(-60) })
    expect((await scan(learner, code)).body.is_valid).toBe(false)
    const redeemed = await redeem(learner, code, await open(code, 120))
    expect(redeemed.body).toMatchObject({ is_valid: true, action_performed: 'attendance_marked' })
    expect(age(redeemed)).toBeGreaterThanOrEqual(119)
  })

  test('opened at the second of the expiry is too late, a second earlier is not', async () => {
    const { owner, learner, module } = await makeTaughtCourse()
    const expiry = seconds() - 120
    const code = await makeCode(owner, {
      type: 'attendance',
      target_id: module.id,
      expires_at: new Date(expiry * 1000).toISOString(),
    })
    const openedAt = (moment: number) =>
      issueTicket(env, { uuid: code.uuid, address: HERE, isRotating: false }, null, moment)
    expect((await redeem(learner, code, await openedAt(expiry))).body.is_valid).toBe(false)
    expect((await redeem(learner, code, await openedAt(expiry - 1))).body.is_valid).toBe(true)
  })

  test.each([
    ['too old', TICKET_TTL_SECONDS, {}],
    ['of another address', 60, { address: '203.0.113.8' }],
    ['of another code', 60, { otherCode: true }],
    ["another user's", 60, { user: 999_999 }],
    ['tampered with', 60, { tamper: true }],
    ['no ticket at all', 60, { nonsense: true }],
  ])('a ticket that is %s counts for nothing: the arrival does', async (_, ago, wrong: Record<string, unknown>) => {
    const { owner, learner, module } = await makeTaughtCourse()
    const code = await makeCode(owner, { type: 'attendance', target_id: module.id })
    const of = wrong['otherCode'] ? { uuid: crypto.randomUUID() } : code
    let ticket = await open(of, ago, (wrong['user'] as number | undefined) ?? null)
    if (wrong['tamper']) ticket = ticket.replace(/^\d+/, at => String(Number(at) - 1))
    if (wrong['nonsense']) ticket = 'a.b.c.d'
    const answer = await redeem(learner, code, ticket, (wrong['address'] as string | undefined) ?? HERE)
    expect(answer.body.is_valid).toBe(true)
    expect(age(answer)).toBeLessThan(10)
  })

  test('one ticket twice at once is one scan; by another it is none', async () => {
    const { owner, learner, course, module } = await makeTaughtCourse()
    const code = await makeCode(owner, { type: 'module', target_id: module.id })
    const ticket = await open(code, 60)
    const answers = await Promise.all(Array.from({ length: 5 }, () => redeem(learner, code, ticket)))
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 200, 200, 200, 201])
    expect(await countOf(code, owner)).toBe(1)
    const other = await makeUser()
    await enrolled(other, course)
    const late = await redeem(other, code, ticket)
    expect(late.status).toBe(201)
    expect(age(late)).toBeLessThan(10)
  })

  test('an answer that was never heard is told again, however late and from wherever', async () => {
    const { owner, learner, module } = await makeTaughtCourse()
    const code = await makeCode(owner, { type: 'module', target_id: module.id, max_scans: 1 })
    const ticket = await open(code, TICKET_TTL_SECONDS - 1)
    const first = await redeem(learner, code, ticket)
    expect(first.status, first.text).toBe(201)
    const tenMinutesOn = vi.spyOn(Date, 'now').mockReturnValue(Date.now() + 600_000)
    const again = await redeem(learner, code, ticket, '198.51.100.9')
    tenMinutesOn.mockRestore()
    expect([again.status, again.body]).toEqual([200, first.body])
    expect(await countOf(code, owner)).toBe(1)
    // A name without a seal finds nobody else's.
    expect((await redeem(await makeUser(), code, ticket)).body.is_valid).toBe(false)
  })

  test('a ticket spent on one code is no scan of another', async () => {
    const { owner, learner, module } = await makeTaughtCourse()
    const target = { type: 'attendance', target_id: module.id }
    const [one, other] = [await makeCode(owner, target), await makeCode(owner, target)]
    const ticket = await open(one, 60)
    expect((await redeem(learner, one, ticket)).body).toMatchObject({ is_valid: true, qr_code: one.id })
    const { status, body } = await redeem(learner, other, ticket)
    expect([status, body]).toEqual([201, expect.objectContaining({ is_valid: true, qr_code: other.id })])
  })

  test('an access scan that is told again does not let in again who has left since', async () => {
    const [owner, learner] = [await makeInstructor(), await makeUser()]
    const course = await makeCourse(owner)
    const code = await makeCode(owner, { type: 'access', target_id: course.id })
    const ticket = await open(code, 60)
    const first = await redeem(learner, code, ticket)
    expect(first.body).toMatchObject({ is_valid: true, action_performed: 'access_granted' })
    await call('POST', `/api/courses/${course.slug}/unenroll/`, { as: learner })
    const again = await redeem(learner, code, ticket)
    expect([again.status, again.body]).toEqual([200, first.body])
    const standing = env.DB.prepare('SELECT status FROM enrollments WHERE user_id = ? AND course_id = ?')
    expect(await standing.bind(learner.id, course.id).first('status')).toBe('dropped')
  })

  test('of one reason one a minute is stored, however many tickets there are', async () => {
    const { owner, learner, module } = await makeTaughtCourse()
    const code = await makeCode(owner, { type: 'attendance', target_id: module.id, expires_at: at(-3600) })
    for (const ago of [120, 125, 130, 400]) await redeem(learner, code, await open(code, ago))
    expect(await scansOf(code, owner)).toHaveLength(2)
  })

  test('a minute between two moments of one reason is one', async () => {
    const { owner, learner, module } = await makeTaughtCourse()
    const code = await makeCode(owner, { type: 'attendance', target_id: module.id, expires_at: at(-3600) })
    const last = seconds() - 60
    for (const [before, stored] of [
      [0, 1],
      [59, 1],
      [60, 2],
      [120, 3],
    ] as const) {
      const seen = { uuid: code.uuid, address: HERE, isRotating: false }
      await redeem(learner, code, await issueTicket(env, seen, null, last - before))
      expect(await scansOf(code, owner), `${before} seconds before`).toHaveLength(stored)
    }
  })

  test('a ticket lives through a rotation of the secret', async () => {
    const { owner, learner, module } = await makeTaughtCourse()
    const code = await makeCode(owner, { type: 'attendance', target_id: module.id })
    const before = 'the secret before the last rotation, long enough'
    const opening = { uuid: code.uuid, address: HERE, isRotating: false }
    const ticket = await issueTicket({ ...env, JWT_SECRET: before }, opening, null, seconds() - 60)
    const answer = await call('POST', '/api/qr-codes/scans/', {
      as: learner,
      body: { qr_code_uuid: code.uuid, ticket },
      headers: { 'CF-Connecting-IP': HERE },
      env: { JWT_SECRET_PREVIOUS: before },
    })
    expect(age(answer)).toBeGreaterThanOrEqual(59)
  })

  describe('a rotating code', () => {
    const STALE = refusedAs('This QR code changes all the time. Scan the one on display now.')
    const rotating = async () => {
      const stage = await makeTaughtCourse()
      const code = await makeCode(stage.owner, { type: 'attendance', target_id: stage.module.id, rotating: true })
      expect(code.rotating).toBe(true)
      return { ...stage, code }
    }
    const shown = (uuid: string, slots: number) => rotatingCode(env, uuid, slotAt(seconds()) + slots)

    test.each([
      ['this slot', 0, true],
      ['the one before', -1, true],
      ['the one before that', -2, false],
      ['an hour from now', 240, false],
    ])('is taken in its slot and the next: %s', async (_, slots, isValid) => {
      const { learner, code } = await rotating()
      const answer = await scan(learner, code, { rotating_code: await shown(code.uuid, slots) })
      expect(outcome(answer)).toEqual(isValid ? [201, true, 'Scan recorded successfully', 'attendance_marked'] : STALE)
    })

    test("not without, nor with another code's, nor with any of 10,000 forged ones", async () => {
      const { owner, learner, code } = await rotating()
      expect(outcome(await scan(learner, code))).toEqual(STALE)
      const others = await shown(crypto.randomUUID(), 0)
      expect(outcome(await scan(learner, code, { rotating_code: others }))).toEqual(STALE)
      const current = await shown(code.uuid, 0)
      const { isCurrent } = await import('../../src/features/qr-codes/proofs/rotation.ts')
      for (let i = 0; i < 10_000; i += 1) {
        const forged =
          i % 2 ? btoa(String(Math.random())).slice(0, 16) : current.slice(0, 15) + String.fromCharCode(33 + (i % 90))
        if (forged !== current) expect(await isCurrent(env, code.uuid, forged, seconds())).toBe(false)
      }
      expect(await countOf(code, owner)).toBe(0)
    })

    test('a clock 5 seconds off does not matter', async () => {
      const { isCurrent } = await import('../../src/features/qr-codes/proofs/rotation.ts')
      const uuid = crypto.randomUUID()
      for (let second = 0; second < 2 * SLOT_SECONDS; second += 1) {
        for (const off of [-5, 0, 5]) {
          const code = await rotatingCode(env, uuid, slotAt(seconds() + second + off))
          expect(await isCurrent(env, uuid, code, seconds() + second), `${second} ${off}`).toBe(true)
        }
      }
    })

    test('a ticket forwarded to a friend is refused, and stays good for who opened the page', async () => {
      const { owner, learner, course, code } = await rotating()
      const friend = await makeUser()
      await enrolled(friend, course)
      // From another address; and, of somebody who was signed in, by another from the same.
      const forwarded = await open(code, 10, null, true)
      expect(outcome(await redeem(friend, code, forwarded, '198.51.100.9'))).toEqual(STALE)
      const own = await open(code, 10, learner.id, true)
      expect(outcome(await redeem(friend, code, own))).toEqual(STALE)
      // Nor does the address that the camera read help any longer than it is on display.
      const link = { ticket: forwarded, rotating_code: await shown(code.uuid, -2) }
      expect(outcome(await scan(friend, code, link, { 'CF-Connecting-IP': '198.51.100.9' }))).toEqual(STALE)
      expect(await countOf(code, owner)).toBe(0)
      expect((await redeem(learner, code, own)).body.is_valid).toBe(true)
    })

    test('who is present stays so, though the page is opened again when the code has changed', async () => {
      const { owner, learner, code } = await rotating()
      const first = await scan(learner, code, { rotating_code: await shown(code.uuid, 0) })
      const again = await scan(learner, code, { rotating_code: await shown(code.uuid, -2) })
      expect([again.status, again.body]).toEqual([200, first.body])
      expect(await scansOf(code, owner)).toHaveLength(1)
    })

    test('its ticket is good for two minutes, once', async () => {
      const { owner, learner, course, code } = await rotating()
      const old = await open(code, ROTATING_TICKET_TTL_SECONDS, null, true)
      expect(outcome(await redeem(learner, code, old))).toEqual(STALE)
      // A ticket of the same code from before it rotated is no proof of having been there.
      expect(outcome(await redeem(learner, code, await open(code, 10)))).toEqual(STALE)
      const ticket = await open(code, 100, null, true)
      const other = await makeUser()
      await enrolled(other, course)
      const answers = await Promise.all([redeem(learner, code, ticket), redeem(other, code, ticket)])
      expect(answers.map(({ body }) => body.is_valid).sort()).toEqual([false, true])
      expect(await countOf(code, owner)).toBe(1)
    })
  })
})

describe('listing and exporting scans', () => {
  test('whose codes or courses they are, and staff; every filter, every combination', async () => {
    const { owner, learner, course, module } = await makeTaughtCourse()
    const [rival, staff] = [await makeInstructor(), await makeStaff()]
    const theirCourse = await makeCourse(rival)
    const theirs = await makeCode(rival, { type: 'access', target_id: theirCourse.id })
    // Made by staff in the owner's course: both see it.
    const byStaff = await makeCode(staff, { type: 'access', target_id: course.id })
    const mine = await makeCode(owner, { type: 'module', target_id: module.id })
    const [one, two] = await makeUsers(2)
    if (!one || !two) throw new Error('made two')
    for (const user of [learner, one, two]) for (const code of [mine, theirs, byStaff]) await scan(user, code)
    await scan(one, mine)
    const { results: rows } = await env.DB.prepare(
      'SELECT s.id, qr_code_id, user_id, is_valid FROM qr_scans s JOIN qr_codes c ON c.id = qr_code_id WHERE c.is_live ORDER BY s.id DESC',
    ).all()
    expect(rows.some(row => row.is_valid === 0)).toBe(true)
    for (const code of [undefined, mine.id, theirs.id, 999_999]) {
      for (const user of [undefined, one.id, 999_999]) {
        for (const valid of [undefined, true, false]) {
          const query = new URLSearchParams({ page_size: '2' })
          if (code !== undefined) query.set('qr_code', String(code))
          if (user !== undefined) query.set('user', String(user))
          if (valid !== undefined) query.set('is_valid', String(valid))
          for (const [viewer, sees] of [
            [owner, [mine.id, byStaff.id]],
            [rival, [theirs.id]],
            [staff, rows.map(row => row.qr_code_id)],
          ] as const) {
            const expected = rows.filter(
              row =>
                sees.includes(row.qr_code_id) &&
                (code === undefined || row.qr_code_id === code) &&
                (user === undefined || row.user_id === user) &&
                (valid === undefined || row.is_valid === Number(valid)),
            )
            const path = `/api/qr-codes/scans/?${query}`
            const ids = (await allPages(path, viewer)).map(({ id }) => id)
            expect(ids, `${path} as ${viewer.username}`).toEqual(expected.map(({ id }) => id))
            expect((await call('GET', path, { as: viewer })).body.count, path).toBe(expected.length)
            const file = await call('GET', `/api/qr-codes/scans/export/?${query}`, { as: viewer })
            expect(
              file.text
                .trim()
                .split('\r\n')
                .slice(1)
                .map(line => Number(line.split(',')[0])),
              path,
            ).toEqual(ids)
          }
        }
      }
    }
    for (const path of ['/api/qr-codes/scans/', '/api/qr-codes/scans/export/']) {
      expect((await call('GET', path, { as: learner })).status).toBe(403)
    }
    expect((await call('GET', '/api/qr-codes/scans/?is_valid=yes&qr_code=x', { as: owner })).body).toEqual({
      qr_code: ['A valid integer is required.'],
      is_valid: ['Must be one of: true, false.'],
    })
  })

  test('who handed a course over sees nothing of what is scanned there since, nor of what was', async () => {
    const { owner, learner, course, module } = await makeTaughtCourse()
    const [heir, staff] = [await makeInstructor(), await makeStaff()]
    const batch = (
      await call('POST', '/api/qr-codes/batches/', {
        as: owner,
        body: { name: 'Doors', type: 'module', target_ids: [module.id] },
      })
    ).body
    const [code] = batch.qr_codes
    await scan(learner, code)
    await call('PATCH', `/api/courses/${course.id}/`, { as: staff, body: { instructor: heir.id } })
    await scan(learner, code)
    const counts = async (as: TestUser) =>
      Promise.all(
        [
          'scans/',
          `scans/?qr_code=${code.id}`,
          `scans/?user=${learner.id}`,
          'codes/',
          `codes/?batch=${batch.id}`,
          'batches/',
        ].map(async list => (await call('GET', `/api/qr-codes/${list}`, { as })).body.count),
      )
    expect(await counts(owner)).toEqual([0, 0, 0, 0, 0, 0])
    expect(await counts(heir)).toEqual([2, 2, 2, 1, 1, 1])
    expect((await call('GET', '/api/qr-codes/scans/export/', { as: owner })).text.trim().split('\r\n')).toHaveLength(1)
    const refused = [
      call('GET', `/api/qr-codes/codes/${code.id}/`, { as: owner }),
      call('GET', `/api/qr-codes/display/${code.uuid}/`, { as: owner }),
      call('PATCH', `/api/qr-codes/codes/${code.id}/`, { as: owner, body: { max_scans: 1 } }),
      call('DELETE', `/api/qr-codes/codes/${code.id}/`, { as: owner }),
    ]
    expect((await Promise.all(refused)).map(({ status }) => status)).toEqual([404, 404, 404, 404])
    const added = { type: 'module', target_id: module.id, batch: batch.id }
    expect((await call('POST', '/api/qr-codes/codes/', { as: owner, body: added })).body).toEqual({
      target_id: [expect.any(String)],
      batch: ['No such batch of this type.'],
    })
  })

  test('a file no spreadsheet takes for formulas, streamed in more than one trip', async () => {
    const { owner, learner, module } = await makeTaughtCourse()
    const code = await makeCode(owner, { type: 'module', target_id: module.id })
    await scan(learner, code, {
      location: '=HYPERLINK("http://evil.example")',
      device_info: 'a "quoted", text\nof two lines',
    })
    await scan(learner, code, { location: '  +1', device_info: '@SUM(A1)' })
    await scan(learner, code, { location: '＝1+1', device_info: '＠SUM(A1)' })
    await env.DB.prepare(
      `INSERT INTO qr_scans (qr_code_id, course_id, user_id, scanned_at, is_valid, validation_message)
       WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2500) SELECT ?, ?, ?, 0, 1, '' FROM n`,
    )
      .bind(code.id, module.course, learner.id)
      .run()
    const file = await call('GET', `/api/qr-codes/scans/export/?qr_code=${code.id}`, { as: owner })
    expect(file.headers.get('Content-Type')).toBe('text/csv; charset=utf-8')
    expect(file.headers.get('Content-Disposition')).toBe('attachment; filename="scans.csv"')
    expect(file.text.split('\r\n')).toHaveLength(1 + 2503 + 1)
    expect(file.text).toContain(`"'=HYPERLINK(""http://evil.example"")","a ""quoted"", text\nof two lines"`)
    expect(file.text).toContain("'＝1+1,'＠SUM(A1)")
    expect(file.text).toContain(`"'  +1",'@SUM(A1)`.replace(`"'  +1"`, `'  +1`))
  })
})
