import { env } from 'cloudflare:workers'
import { describe, expect, test } from 'vitest'
import { enrolled, makeCourse, makeModule } from '../factories/courses.ts'
import { insertQuiz } from '../factories/rows.ts'
import { makeInstructor, makeStaff, makeUser, type TestUser } from '../factories/users.ts'
import { allPages, call } from '../helpers/client.ts'

async function classroom() {
  const [owner, rival, staff, learner, stranger] = [
    await makeInstructor(),
    await makeInstructor(),
    await makeStaff(),
    await makeUser(),
    await makeUser(),
  ]
  const course = await makeCourse(owner)
  const enrollment = await enrolled(learner, course)
  return { owner, rival, staff, learner, stranger, course, enrollment }
}

const statusFor = (path: string, users: TestUser[], method = 'GET', body?: unknown) =>
  Promise.all(users.map(async as => (await call(method, path, { as, body })).status))

describe('authoring', () => {
  test('what is omitted takes its default; the order is one after the last', async () => {
    const { owner, course } = await classroom()
    const create = (fields = {}) =>
      call('POST', '/api/modules/', { as: owner, body: { course: course.id, title: 'One', ...fields } })
    const { status, body } = await create()
    expect(status).toBe(201)
    expect(body).toEqual({
      id: expect.any(Number),
      course: course.id,
      course_title: course.title,
      title: 'One',
      description: '',
      order: 1,
      completion_criteria: 'content',
      content: '',
      is_published: false,
      created_at: expect.stringMatching(/Z$/),
      updated_at: body.created_at,
    })
    await create({ order: 7 })
    expect((await create()).body.order).toBe(8)
    const many = await Promise.all(Array.from({ length: 6 }, () => create()))
    expect(many.map(answer => answer.body.order).sort((a, b) => a - b)).toEqual([9, 10, 11, 12, 13, 14])
    expect(new Set(many.map(answer => answer.body.id)).size).toBe(6)
  })

  test('behind the last order there may be, the next module shares it, and is still one that can be sent back', async () => {
    const { owner, course } = await classroom()
    const last = await makeModule(owner, course.id, { order: 1_000_000 })
    const next = await makeModule(owner, course.id)
    expect((await call('PUT', `/api/modules/${next.id}/`, { as: owner, body: next })).status).toBe(200)
    const listed = await allPages(`/api/modules/?course=${course.id}`, owner)
    expect(listed.map(module => module.id)).toEqual([last.id, next.id])
  })

  test.each([
    [{}, { course: ['This field is required.'], title: ['This field is required.'] }],
    [{ course: 999_999, title: 'T' }, { course: ['No such course.'] }],
    [{ course: '1', title: 'T' }, { course: ['A valid number is required.'] }],
    [
      { course: 1, title: 'T', completion_criteria: 'none' },
      { completion_criteria: ['Must be one of: content, quiz, hybrid.'] },
    ],
    [{ course: 1, title: 'T', is_published: 'yes' }, { is_published: ['Must be true or false.'] }],
    [{ course: 1, title: 'T', order: -1 }, { order: ['Ensure this value is greater than or equal to 0.'] }],
    [
      { course: 1, title: 'T', content: 'x'.repeat(200_001) },
      { content: ['Ensure this field has no more than 200000 characters.'] },
    ],
  ])('%# bad input is told by field', async (body, errors) => {
    const answer = await call('POST', '/api/modules/', { as: await makeInstructor(), body })
    expect([answer.status, answer.body]).toEqual([400, errors])
  })

  test('PUT needs course and title, PATCH nothing; a module stays in its course', async () => {
    const { owner, course } = await classroom()
    const other = await makeCourse(owner)
    const module = await makeModule(owner, course.id, { content: '# Kept', order: 3 })
    const path = `/api/modules/${module.id}/`
    expect((await call('PUT', path, { as: owner, body: { title: 'New' } })).body).toEqual({
      course: ['This field is required.'],
    })
    const put = await call('PUT', path, { as: owner, body: { course: course.id, title: 'New' } })
    expect(put.body).toMatchObject({ title: 'New', content: '# Kept', order: 3, is_published: true })
    expect((await call('PATCH', path, { as: owner, body: { order: 5 } })).body).toMatchObject({
      title: 'New',
      order: 5,
    })
    expect((await call('PATCH', path, { as: owner, body: { course: other.id } })).body).toEqual({
      course: ['A module stays in its course.'],
    })
  })

  test("only the course's instructor and staff write; others get 403 for what they see, 404 for what they may not know", async () => {
    const { owner, rival, staff, learner, stranger, course } = await classroom()
    const [shown, hidden] = [
      await makeModule(owner, course.id),
      await makeModule(owner, course.id, { is_published: false }),
    ]
    for (const [method, body] of [
      ['PUT', { course: course.id, title: 'T' }],
      ['PATCH', {}],
      ['DELETE', undefined],
    ] as const) {
      expect(await statusFor(`/api/modules/${shown.id}/`, [rival, learner, stranger], method, body)).toEqual([
        403, 403, 403,
      ])
      expect(await statusFor(`/api/modules/${hidden.id}/`, [rival, learner, stranger], method, body)).toEqual([
        404, 404, 404,
      ])
    }
    const create = { course: course.id, title: 'T' }
    expect(await statusFor('/api/modules/', [rival, learner, stranger, owner, staff], 'POST', create)).toEqual([
      403, 403, 403, 201, 201,
    ])
    await call('PATCH', `/api/courses/${course.id}/`, { as: owner, body: { status: 'draft' } })
    expect(await statusFor('/api/modules/', [rival], 'POST', create)).toEqual([400])
    expect(await statusFor(`/api/modules/${shown.id}/`, [rival, learner], 'PATCH', {})).toEqual([404, 404])
  })

  test('deleted it is gone with its quizzes; restored it is back; totals stay true', async () => {
    const { owner, rival, staff, learner, course } = await classroom()
    const module = await makeModule(owner, course.id)
    const path = `/api/modules/${module.id}/`
    const total = () => env.DB.prepare("SELECT value FROM totals WHERE name = 'modules.live'").first<number>('value')
    const before = await total()
    expect((await call('DELETE', path, { as: owner })).text).toBe('')
    expect(await statusFor(path, [owner, staff, learner])).toEqual([404, 404, 404])
    expect((await call('GET', `/api/courses/${course.id}/`, { as: owner })).body.modules).toEqual([])
    expect(await total()).toBe((before ?? 0) - 1)
    expect(await statusFor(`${path}restore/`, [rival, learner, owner, owner], 'POST')).toEqual([404, 404, 200, 200])
    expect(await statusFor(path, [owner, learner])).toEqual([200, 200])
    expect(await total()).toBe(before)
    await call('DELETE', path, { as: owner })
    await env.DB.prepare('UPDATE modules SET deleted_at = unixepoch() - 31 * 86400 WHERE id = ?').bind(module.id).run()
    expect(await statusFor(`${path}restore/`, [owner], 'POST')).toEqual([404])
  })
})

describe('reading', () => {
  test('who sees a module, published and not, in a published, archived and draft course', async () => {
    const { owner, rival, staff, learner, stranger, course } = await classroom()
    const everybody = [owner, staff, learner, rival, stranger]
    const [shown, hidden] = [
      await makeModule(owner, course.id),
      await makeModule(owner, course.id, { is_published: false }),
    ]
    const seen = async () => [
      await statusFor(`/api/modules/${shown.id}/`, everybody),
      await statusFor(`/api/modules/${hidden.id}/`, everybody),
    ]
    const become = (status: string) => call('PATCH', `/api/courses/${course.id}/`, { as: owner, body: { status } })
    expect(await seen()).toEqual([
      [200, 200, 200, 403, 403],
      [200, 200, 404, 404, 404],
    ])
    await become('archived')
    expect(await seen()).toEqual([
      [200, 200, 200, 404, 404],
      [200, 200, 404, 404, 404],
    ])
    await become('draft')
    expect(await seen()).toEqual([
      [200, 200, 404, 404, 404],
      [200, 200, 404, 404, 404],
    ])
    await become('published')
    await call('POST', `/api/courses/${course.slug}/unenroll/`, { as: learner })
    expect(await statusFor(`/api/modules/${shown.id}/`, [learner])).toEqual([403])
  })

  test('its quizzes: the unpublished ones for its instructor alone', async () => {
    const { owner, learner, course } = await classroom()
    const module = await makeModule(owner, course.id)
    for (const [title, published] of [
      ['Shown', 1],
      ['Hidden', 0],
    ] as const) {
      await insertQuiz(module.id, { title, is_published: published, time_limit_minutes: 30 })
    }
    const quizzes = async (as: TestUser) => (await call('GET', `/api/modules/${module.id}/`, { as })).body.quizzes
    expect(await quizzes(learner)).toEqual([
      { id: expect.any(Number), title: 'Shown', description: '', time_limit_minutes: 30, passing_score: 70 },
    ])
    expect(await quizzes(owner)).toHaveLength(2)
  })

  test('a list by order, ties by id: own courses whole, taken ones published, staff everything', async () => {
    const { owner, rival, staff, learner, stranger, course } = await classroom()
    const two = await makeModule(owner, course.id, { order: 2 })
    const one = await makeModule(owner, course.id, { order: 1, is_published: false })
    const tie = await makeModule(owner, course.id, { order: 2 })
    const ids = async (as: TestUser, query = '') =>
      (await allPages(`/api/modules/?page_size=2${query}`, as)).map(({ id }) => id)
    expect(await ids(owner)).toEqual([one.id, two.id, tie.id])
    expect(await ids(learner)).toEqual([two.id, tie.id])
    expect(await ids(stranger)).toEqual([])
    expect(await ids(rival, `&course=${course.id}`)).toEqual([])
    expect(await ids(staff, `&course=${course.id}`)).toEqual([one.id, two.id, tie.id])
    const all = await ids(staff)
    expect(all).toEqual(expect.arrayContaining([one.id, two.id, tie.id]))
    expect((await call('GET', '/api/modules/', { as: staff })).body.count).toBe(all.length)
    expect((await call('GET', '/api/modules/?course=x', { as: staff })).body).toEqual({
      course: ['A valid integer is required.'],
    })
    expect(await ids(owner, '&course=999999')).toEqual([])
  })

  test("a learner's reading starts the module and is an activity in a session; its instructor's is neither", async () => {
    const { owner, learner, course, enrollment } = await classroom()
    const module = await makeModule(owner, course.id)
    await call('GET', `/api/modules/${module.id}/`, { as: learner })
    await call('GET', `/api/modules/${module.id}/`, { as: owner })
    const { results } = await env.DB.prepare(
      'SELECT user_id, type, target_id, course_id, module_id, occurred_at, session_started_at FROM activities WHERE course_id = ? ORDER BY id',
    )
      .bind(course.id)
      .all()
    expect(results).toMatchObject([
      { user_id: learner.id, type: 'course_enroll', target_id: course.id, module_id: null },
      { user_id: learner.id, type: 'module_view', target_id: module.id, module_id: module.id },
    ])
    expect(results[1]?.session_started_at).toBe(results[0]?.session_started_at)
    const { body } = await call('GET', `/api/module-progress/?module=${module.id}`, { as: learner })
    expect(body.results).toMatchObject([{ id: enrollment.id * 10_000_000 + module.id, status: 'in_progress' }])
    // A gap of half an hour begins another session.
    await env.DB.prepare(
      'UPDATE activities SET occurred_at = occurred_at - 1800, session_started_at = session_started_at - 1800 WHERE user_id = ?',
    )
      .bind(learner.id)
      .run()
    await call('GET', `/api/modules/${module.id}/`, { as: learner })
    const last = await env.DB.prepare(
      'SELECT occurred_at, session_started_at FROM activities WHERE user_id = ? ORDER BY id DESC LIMIT 1',
    )
      .bind(learner.id)
      .first()
    expect(last?.session_started_at).toBe(last?.occurred_at)
  })
})
