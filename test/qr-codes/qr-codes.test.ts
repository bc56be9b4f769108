import { env } from 'cloudflare:workers'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { makeTaughtCourse } from '../factories/classrooms.ts'
import { makeCourse, makeModule } from '../factories/courses.ts'
import { makeCode } from '../factories/qr-codes.ts'
import { makeInstructor, makeStaff, makeUser, type TestUser } from '../factories/users.ts'
import { allPages, call, ORIGIN } from '../helpers/client.ts'
import { qrTallies } from '../helpers/counters.ts'
import { at, change, scan } from '../helpers/qr-codes.ts'

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/
const create = (as: TestUser, body: unknown) => call('POST', '/api/qr-codes/codes/', { as, body })
const createBatch = (as: TestUser, body: unknown) => call('POST', '/api/qr-codes/batches/', { as, body })
const batchOf = async (as: TestUser, id: number) =>
  (await allPages('/api/qr-codes/batches/', as)).find(batch => batch.id === id)
const idsIn = async (path: string, as: TestUser) => {
  const ids = (await allPages(path, as)).map(({ id }) => id)
  expect((await call('GET', path, { as })).body.count, path).toBe(ids.length)
  return ids
}

afterEach(() => vi.useRealTimers())

describe('creating a code', () => {
  test('what is omitted takes its default; the names are those of target, batch and creator', async () => {
    const owner = await makeInstructor({ firstName: 'John', lastName: 'Smith' })
    const course = await makeCourse(owner)
    const module = await makeModule(owner, course.id)
    const { status, body } = await create(owner, { type: 'attendance', target_id: module.id })
    expect(status).toBe(201)
    expect(body).toEqual({
      id: expect.any(Number),
      uuid: expect.stringMatching(UUID),
      batch: null,
      batch_name: null,
      type: 'attendance',
      target_id: module.id,
      target_name: `${course.title} - ${module.title}`,
      created_by: owner.id,
      created_by_name: 'John Smith',
      status: 'active',
      scan_count: 0,
      max_scans: null,
      expires_at: null,
      created_at: expect.stringMatching(/Z$/),
      updated_at: body.created_at,
      qr_image_url: `${ORIGIN}/media/qr_codes/${body.uuid}.png`,
    })
    const batch = (await createBatch(owner, { name: 'Fall', type: 'attendance', target_ids: [module.id] })).body
    const inBatch = await makeCode(owner, { type: 'attendance', target_id: module.id, batch: batch.id, max_scans: 0 })
    expect(inBatch).toMatchObject({ batch: batch.id, batch_name: 'Fall', max_scans: 0 })
    expect(await batchOf(owner, batch.id)).toMatchObject({ qr_code_count: 2, active_count: 2, scan_count: 0 })
  })

  test('with PUBLIC_ORIGIN set, images are there', async () => {
    const { owner, module } = await makeTaughtCourse()
    const { body } = await call('POST', '/api/qr-codes/codes/', {
      as: owner,
      body: { type: 'module', target_id: module.id },
      env: { PUBLIC_ORIGIN: 'https://learn.example' },
    })
    expect(body.qr_image_url).toBe(`https://learn.example/media/qr_codes/${body.uuid}.png`)
  })

  test('each type names its target', async () => {
    const { owner, course, enrollment } = await makeTaughtCourse({ firstName: 'Jane', lastName: 'Doe' })
    await env.DB.prepare("UPDATE enrollments SET status = 'completed', completed_at = 1 WHERE id = ?")
      .bind(enrollment.id)
      .run()
    const access = await makeCode(owner, { type: 'access', target_id: course.id })
    const certificate = await makeCode(owner, { type: 'certificate', target_id: enrollment.id })
    expect([access.target_name, certificate.target_name]).toEqual([course.title, `${course.title} - Jane Doe`])
  })

  test.each([
    [{}, { type: ['This field is required.'], target_id: ['This field is required.'] }],
    [
      { type: 'door', target_id: '1' },
      {
        type: ['Must be one of: attendance, certificate, access, module.'],
        target_id: ['A valid number is required.'],
      },
    ],
    [{ type: 'module', target_id: 999_999 }, { target_id: ['No such target in your courses.'] }],
    [
      { type: 'module', target_id: 999_999, batch: 999_999, rotating: true },
      {
        batch: ['No such batch of this type.'],
        target_id: ['No such target in your courses.'],
        rotating: ['Only an attendance code can rotate.'],
      },
    ],
    [
      { type: 'module', target_id: 1, max_scans: -1 },
      { max_scans: ['Ensure this value is greater than or equal to 0.'] },
    ],
    [
      { type: 'module', target_id: 1, expires_at: '2023-06-20' },
      { expires_at: ['Enter a valid date and time with an offset or Z.'] },
    ],
    [
      { type: 'module', target_id: 1, expires_at: '2023-06-20T23:59:59' },
      { expires_at: ['Enter a valid date and time with an offset or Z.'] },
    ],
  ])('%j is refused by name', async (body, errors) => {
    const { status, body: answered } = await create(await makeInstructor(), body)
    expect([status, answered]).toEqual([400, errors])
  })

  test("another's target, one that is deleted, not completed, or a batch of another type or of another's", async () => {
    const { owner, learner, course, module, enrollment } = await makeTaughtCourse()
    const [rival, staff] = [await makeInstructor(), await makeStaff()]
    const target = { type: 'attendance', target_id: module.id }
    expect((await create(learner, target)).status).toBe(403)
    expect((await create(rival, target)).body).toEqual({ target_id: ['No such target in your courses.'] })
    expect((await create(owner, { type: 'certificate', target_id: enrollment.id })).status).toBe(400)
    expect((await create(staff, target)).status).toBe(201)
    const batch = (await createBatch(owner, { name: 'B', type: 'attendance', target_ids: [module.id] })).body
    const theirs = await makeModule(rival, (await makeCourse(rival)).id)
    const refused = { batch: ['No such batch of this type.'] }
    expect((await create(rival, { ...target, target_id: theirs.id, batch: batch.id })).body).toEqual(refused)
    expect((await create(owner, { type: 'module', target_id: module.id, batch: batch.id })).body).toEqual(refused)
    await call('DELETE', `/api/modules/${module.id}/`, { as: owner })
    expect((await create(owner, target)).status).toBe(400)
    await call('DELETE', `/api/courses/${course.id}/`, { as: owner })
    expect((await create(owner, { type: 'access', target_id: course.id })).status).toBe(400)
  })
})

describe('changing a code', () => {
  test('status, limit and date; type and target never', async () => {
    const { owner, module, course } = await makeTaughtCourse()
    const code = await makeCode(owner, { type: 'attendance', target_id: module.id })
    const put = (body: unknown) => call('PUT', `/api/qr-codes/codes/${code.id}/`, { as: owner, body })
    expect((await put({})).body).toMatchObject({ status: 'active', max_scans: null, expires_at: null })
    expect((await put({ type: 'access', target_id: course.id })).body).toMatchObject({
      type: 'attendance',
      target_id: module.id,
    })
    expect((await put({ status: 'revoked', max_scans: 100 })).body).toMatchObject({ status: 'revoked', max_scans: 100 })
    expect((await put({ status: 'active' })).body.status).toBe('active')
    const expired = (await put({ status: 'expired' })).body
    expect(expired.status).toBe('expired')
    expect(Math.abs(Date.parse(expired.expires_at) - Date.now())).toBeLessThan(5_000)
    const refused = { status: ['Its date has passed: give a new expires_at.'] }
    expect((await put({ status: 'active' })).body).toEqual(refused)
    expect((await put({ status: 'active', expires_at: at(-5) })).body).toEqual(refused)
    expect((await put({ status: 'active', expires_at: at(60) })).body.status).toBe('active')
    expect((await put({ expires_at: at(-5) })).body.status).toBe('expired')
    expect((await put({ status: 'active', expires_at: null })).body).toMatchObject({
      status: 'active',
      expires_at: null,
    })
    expect((await put({ rotating: true })).body.rotating).toBe(true)
    expect((await put({ rotating: false })).body).not.toHaveProperty('rotating')
    expect((await put({ status: 'closed' })).status).toBe(400)
  })

  test('an offset becomes UTC', async () => {
    const { owner, module } = await makeTaughtCourse()
    const code = await makeCode(owner, {
      type: 'module',
      target_id: module.id,
      expires_at: '2030-01-01T02:00:00+02:00',
    })
    expect(code.expires_at).toBe('2030-01-01T00:00:00Z')
  })

  test('expiry is in effect at the second', async () => {
    const { owner, learner, module } = await makeTaughtCourse()
    const code = await makeCode(owner, { type: 'module', target_id: module.id, expires_at: at(60) })
    expect(code.status).toBe('active')
    expect((await scan(learner, code)).body.is_valid).toBe(true)
    vi.useFakeTimers({ now: Date.parse(code.expires_at), toFake: ['Date'] })
    expect((await scan(learner, code)).body.validation_message).toBe('This QR code has expired.')
    expect((await call('GET', `/api/qr-codes/codes/${code.id}/`, { as: owner })).body.status).toBe('expired')
    expect(await idsIn('/api/qr-codes/codes/?status=active', owner)).not.toContain(code.id)
  })
})

describe('who sees and changes what', () => {
  test('the course’s instructor and staff; who made it no more once the course is given away', async () => {
    const { owner, learner, course, module } = await makeTaughtCourse()
    const [rival, staff, heir] = [await makeInstructor(), await makeStaff(), await makeInstructor()]
    const code = await makeCode(owner, { type: 'module', target_id: module.id })
    const statuses = async (as: TestUser) => [
      (await call('GET', `/api/qr-codes/codes/${code.id}/`, { as })).status,
      (await change(as, code, { max_scans: 5 })).status,
      (await idsIn('/api/qr-codes/codes/', as)).includes(code.id),
    ]
    expect(await statuses(owner)).toEqual([200, 200, true])
    expect(await statuses(staff)).toEqual([200, 200, true])
    expect(await statuses(rival)).toEqual([404, 404, false])
    expect((await call('GET', `/api/qr-codes/codes/${code.id}/`, { as: learner })).status).toBe(404)
    for (const list of ['codes', 'batches', 'scans'])
      expect((await call('GET', `/api/qr-codes/${list}/`, { as: learner })).status).toBe(403)
    await call('PATCH', `/api/courses/${course.id}/`, { as: staff, body: { instructor: heir.id } })
    expect(await statuses(heir)).toEqual([200, 200, true])
    expect(await statuses(owner)).toEqual([404, 404, false])
    expect((await call('DELETE', `/api/qr-codes/codes/${code.id}/`, { as: owner })).status).toBe(404)
    expect((await call('DELETE', `/api/qr-codes/codes/${code.id}/`, { as: heir })).status).toBe(204)
    expect(await statuses(heir)).toEqual([404, 404, false])
  })

  test('details show the newest 100 valid scans', async () => {
    const { owner, learner, module } = await makeTaughtCourse()
    const code = await makeCode(owner, { type: 'module', target_id: module.id })
    await scan(await makeUser(), code)
    const { body } = await scan(learner, code, { location: 'Hall', device_info: 'Phone' })
    const { scans } = (await call('GET', `/api/qr-codes/codes/${code.id}/`, { as: owner })).body
    expect(scans).toEqual([
      {
        id: body.id,
        user: learner.id,
        user_name: learner.username,
        scanned_at: body.scanned_at,
        location: 'Hall',
        device_info: 'Phone',
      },
    ])
    await env.DB.prepare(
      `INSERT INTO qr_scans (qr_code_id, course_id, user_id, scanned_at, is_valid, validation_message)
       WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 150) SELECT ?, ?, ?, 0, 1, '' FROM n`,
    )
      .bind(code.id, module.course, learner.id)
      .run()
    const detail = (await call('GET', `/api/qr-codes/codes/${code.id}/`, { as: owner })).body
    expect([detail.scans.length, detail.scan_count]).toEqual([100, 151])
  })

  test('lists: every filter, every combination, for owner, course instructor and staff', async () => {
    const { owner, course, module } = await makeTaughtCourse()
    const [heir, staff] = [await makeInstructor(), await makeStaff()]
    const other = await makeCourse(owner)
    const target = { type: 'attendance', target_id: module.id }
    const batch = (await createBatch(owner, { name: 'B', type: 'attendance', target_ids: [module.id, module.id] })).body
    const foreign = (await createBatch(staff, { name: 'S', type: 'attendance', target_ids: [module.id] })).body
    for (const fields of [{}, { batch: batch.id }]) {
      const revoked = await makeCode(owner, { ...target, ...fields, expires_at: at(-10) })
      await change(owner, revoked, { status: 'revoked' })
      await makeCode(owner, { ...target, ...fields, expires_at: at(-10) })
      await makeCode(owner, { ...target, ...fields, expires_at: at(3_600) })
    }
    await makeCode(owner, { type: 'access', target_id: other.id })
    await call('PATCH', `/api/courses/${course.id}/`, { as: staff, body: { instructor: heir.id } })
    const { results: rows } = await env.DB.prepare(
      `SELECT q.id, q.batch_id, q.course_id, q.created_by, iif(is_revoked, 'revoked', iif(expires_at <= unixepoch(), 'expired', 'active')) AS status
       FROM qr_codes q JOIN courses c ON c.id = q.course_id WHERE q.is_live ORDER BY q.id DESC`,
    ).all()
    for (const wanted of [undefined, batch.id, foreign.id, 999_999]) {
      for (const status of [undefined, 'active', 'expired', 'revoked']) {
        const query = new URLSearchParams({ page_size: '3' })
        if (wanted !== undefined) query.set('batch', String(wanted))
        if (status !== undefined) query.set('status', status)
        for (const [viewer, sees] of [
          [owner, (row: Record<string, unknown>) => row['course_id'] === other.id],
          [heir, (row: Record<string, unknown>) => row['course_id'] === course.id],
          [staff, () => true],
        ] as const) {
          const expected = rows.filter(
            row =>
              sees(row) &&
              (wanted === undefined || row['batch_id'] === wanted) &&
              (status === undefined || row['status'] === status),
          )
          const path = `/api/qr-codes/codes/?${query}`
          expect(await idsIn(path, viewer), `${path} as ${viewer.username}`).toEqual(expected.map(({ id }) => id))
        }
      }
    }
    expect((await idsIn('/api/qr-codes/batches/', heir)).sort()).toEqual([batch.id, foreign.id])
    expect(await idsIn('/api/qr-codes/batches/', owner)).toEqual([])
    expect(await idsIn('/api/qr-codes/batches/?type=access', owner)).toEqual([])
    expect(await idsIn('/api/qr-codes/batches/?type=attendance', staff)).toEqual(
      expect.arrayContaining([batch.id, foreign.id]),
    )
    expect((await call('GET', '/api/qr-codes/codes/?status=foo&batch=x', { as: owner })).body).toEqual({
      batch: ['A valid integer is required.'],
      status: ['Must be one of: active, expired, revoked.'],
    })
  })
})

describe('batches', () => {
  test('a code per target; what is answered is what is listed', async () => {
    const { owner, course } = await makeTaughtCourse()
    const modules = [await makeModule(owner, course.id), await makeModule(owner, course.id)]
    const { status, body } = await createBatch(owner, {
      name: 'Spring Semester 2024',
      description: 'For attendance',
      type: 'attendance',
      target_ids: modules.map(({ id }) => id),
      max_scans: 50,
      expires_at: '2030-06-30T23:59:59Z',
    })
    expect(status).toBe(201)
    const { qr_codes: codes, ...batch } = body
    expect(batch).toMatchObject({
      name: 'Spring Semester 2024',
      created_by: owner.id,
      qr_code_count: 2,
      active_count: 2,
      scan_count: 0,
    })
    expect(codes).toEqual(
      modules.map(({ id, title }, i) => ({
        id: codes[i].id,
        uuid: expect.stringMatching(UUID),
        target_id: id,
        target_name: `${course.title} - ${title}`,
        qr_image_url: `${ORIGIN}/media/qr_codes/${codes[i].uuid}.png`,
      })),
    )
    expect(await batchOf(owner, batch.id)).toEqual(batch)
  })

  test('targets that are not there are named, and nothing is created', async () => {
    const { owner, module } = await makeTaughtCourse()
    const before = await env.DB.prepare('SELECT count(*) AS n FROM qr_batches').first('n')
    const { status, body } = await createBatch(owner, {
      name: 'B',
      type: 'module',
      target_ids: [999_998, module.id, 999_999],
    })
    expect([status, body]).toEqual([400, { target_ids: ['No such target in your courses: 999998, 999999.'] }])
    expect((await createBatch(owner, { name: 'B', type: 'module', target_ids: [] })).status).toBe(400)
    const many = Array.from({ length: 501 }, () => module.id)
    expect((await createBatch(owner, { name: 'B', type: 'module', target_ids: many })).body).toEqual({
      target_ids: ['Ensure this list has no more than 500 entries.'],
    })
    expect(await env.DB.prepare('SELECT count(*) AS n FROM qr_batches').first('n')).toBe(before)
    expect((await createBatch(await makeUser(), { name: 'B', type: 'module', target_ids: [module.id] })).status).toBe(
      403,
    )
  })

  test('500 at once: one per graduate', async () => {
    const owner = await makeInstructor()
    const course = await makeCourse(owner)
    await env.DB.batch([
      env.DB.prepare(
        `INSERT INTO users (username, username_key, email, email_key, created_at, updated_at)
         WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 500) SELECT 'grad-' || i, 'grad-' || i, 'grad-' || i, 'grad-' || i, 0, 0 FROM n`,
      ),
      env.DB.prepare(
        `INSERT INTO enrollments (user_id, course_id, status, enrolled_at, completed_at) SELECT id, ?, 'completed', 0, 1 FROM users WHERE username LIKE 'grad-%'`,
      ).bind(course.id),
    ])
    const { results } = await env.DB.prepare('SELECT id FROM enrollments WHERE course_id = ?').bind(course.id).all()
    const target_ids = results.map(({ id }) => id)
    const { status, body } = await createBatch(owner, { name: 'Graduates', type: 'certificate', target_ids })
    expect([status, body.qr_codes.length, body.active_count]).toEqual([201, 500, 500])
    expect(new Set(body.qr_codes.map(({ uuid }: { uuid: string }) => uuid)).size).toBe(500)
  })

  test('its counts are right at every second, whatever happens to its codes', async () => {
    const { owner, learner, course, module } = await makeTaughtCourse()
    const second = await makeModule(owner, course.id)
    const { body } = await createBatch(owner, {
      name: 'B',
      type: 'module',
      target_ids: [module.id, module.id, second.id, second.id],
    })
    const counts = async () => {
      const batch = await batchOf(owner, body.id)
      return [batch.qr_code_count, batch.active_count, batch.scan_count]
    }
    const [one, two, three, four] = body.qr_codes
    await scan(learner, one)
    await scan(learner, one)
    await scan(learner, three)
    await scan(await makeUser(), three)
    expect(await counts()).toEqual([4, 4, 3])
    await change(owner, two, { status: 'revoked' })
    await change(owner, three, { expires_at: at(60) })
    expect(await counts()).toEqual([4, 3, 3])
    vi.useFakeTimers({ now: Date.now() + 60_000, toFake: ['Date'] })
    expect(await counts()).toEqual([4, 2, 3])
    await change(owner, three, { expires_at: at(60), status: 'active' })
    expect(await counts()).toEqual([4, 3, 3])
    await call('DELETE', `/api/qr-codes/codes/${one.id}/`, { as: owner })
    expect(await counts()).toEqual([3, 2, 1])
    expect(await idsIn('/api/qr-codes/scans/', owner)).toHaveLength(2)
    await call('DELETE', `/api/modules/${second.id}/`, { as: owner })
    expect(await counts()).toEqual([1, 0, 0])
    expect((await call('GET', `/api/qr-codes/codes/${four.id}/`, { as: owner })).status).toBe(404)
    expect(await idsIn('/api/qr-codes/scans/', owner)).toEqual([])
    await call('POST', `/api/modules/${second.id}/restore/`, { as: owner })
    expect(await counts()).toEqual([3, 2, 1])
    await call('DELETE', `/api/courses/${course.id}/`, { as: owner })
    expect(await batchOf(owner, body.id), 'absent with its course').toBeUndefined()
    expect(await idsIn('/api/qr-codes/codes/', owner)).toEqual([])
    await call('POST', `/api/courses/${course.id}/restore/`, { as: owner })
    expect(await counts()).toEqual([3, 2, 1])
    expect(await idsIn('/api/qr-codes/codes/', owner)).toHaveLength(3)
  })
})

test('the tallies are what counting everything anew gives', async () => {
  const { kept, counted } = await qrTallies()
  expect(kept.length).toBeGreaterThan(50)
  expect(kept).toEqual(counted)
})
