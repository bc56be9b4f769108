import { env } from 'cloudflare:workers'
import { describe, expect, test } from 'vitest'
import { WEBHOOKS_PER_COURSE } from '../../src/features/webhooks/queries.ts'
import { makeClassroom } from '../factories/classrooms.ts'
import { enrolled, makeCourse } from '../factories/courses.ts'
import { makeInstructor, makeStaff, makeUser } from '../factories/users.ts'
import { makeWebhook } from '../factories/webhooks.ts'
import { allPages, call, statusFor } from '../helpers/client.ts'
import { arrived, receive } from '../helpers/webhooks.ts'

const GOOD = { url: 'https://receiver.school.edu/hooks/', events: ['enrollment.created'] }
const create = (as: Parameters<typeof call>[2], body: unknown) => call('POST', '/api/webhooks/', { ...as, body })

describe('creating', () => {
  test('the answer holds the secret, no other does', async () => {
    const owner = await makeInstructor()
    const course = await makeCourse(owner)
    const { status, body } = await create({ as: owner }, { ...GOOD, course: course.id, description: 'The portal' })
    expect(status).toBe(201)
    expect(body).toEqual({
      id: expect.any(Number),
      ...GOOD,
      course: course.id,
      description: 'The portal',
      owner: owner.id,
      is_enabled: true,
      disabled_at: null,
      disabled_reason: null,
      failing_since: null,
      created_at: expect.stringMatching(/Z$/),
      updated_at: expect.stringMatching(/Z$/),
      secret: expect.stringMatching(/^whsec_[A-Za-z0-9+/]{32}$/),
    })
    const { secret, ...shown } = body
    const path = `/api/webhooks/${body.id}/`
    expect((await call('GET', path, { as: owner })).body).toEqual(shown)
    expect((await call('GET', '/api/webhooks/', { as: owner })).body.results).toEqual([shown])
    const changed = await call('PATCH', path, { as: owner, body: { description: 'Other' } })
    expect(changed.body).toMatchObject({ ...shown, description: 'Other', updated_at: expect.any(String) })
    const answers = [changed, await call('POST', `${path}test/`, { as: owner })]
    for (const { text } of answers) expect(text).not.toContain(secret)
    await call('DELETE', path, { as: owner })
  })

  test('what is refused', async () => {
    const [owner, rival, staff] = [await makeInstructor(), await makeInstructor(), await makeStaff()]
    const course = await makeCourse(owner)
    const draft = await makeCourse(rival, { status: 'draft' })
    const body = { ...GOOD, course: course.id }
    const refusals: [unknown, object][] = [
      [{ ...body, url: 'http://localhost:9000/' }, { url: ['Only https is allowed.'] }],
      [{ ...body, url: 'https://10.0.0.1/' }, { url: ['Only public hosts are allowed.'] }],
      [{ ...body, url: 'http://learnmore.test/' }, { url: ['A webhook cannot call this server itself.'] }],
      [{ ...body, url: `https://a.com/${'x'.repeat(2_000)}` }, { url: [expect.stringContaining('2000')] }],
      [{ ...body, events: [] }, { events: [expect.stringContaining('at least 1')] }],
      [{ ...body, events: ['enrollment.create'] }, { 'events.0': [expect.stringContaining('Must be one of')] }],
      [{ ...body, course: 999_999 }, { course: ['No such course.'] }],
      [{ ...body, course: draft.id }, { course: ['No such course.'] }],
      [{ ...body, url: undefined }, { url: ['This field is required.'] }],
    ]
    for (const [sent, expected] of refusals) {
      const answer = await create({ as: owner }, sent)
      expect(answer.status, JSON.stringify(sent)).toBe(400)
      expect(answer.body).toEqual(expected)
    }
    // Another's course, and all courses for somebody who is not staff.
    expect((await create({ as: rival }, body)).status).toBe(403)
    expect((await create({ as: owner }, GOOD)).status).toBe(403)
    expect((await create({ as: await makeUser() }, body)).status).toBe(403)
    expect((await create({ as: staff }, { ...GOOD, course: null })).status).toBe(201)
    expect((await create({ as: staff }, body)).status).toBe(201)
  })

  test('a deployment may not call itself by its public name either', async () => {
    const owner = await makeInstructor()
    const course = await makeCourse(owner)
    const body = { ...GOOD, url: 'https://learn.school.edu/api/', course: course.id }
    const answer = await create({ as: owner, env: { PUBLIC_ORIGIN: 'https://learn.school.edu' } }, body)
    expect(answer.body).toEqual({ url: ['A webhook cannot call this server itself.'] })
  })

  test('http on this machine only where the server allows it', async () => {
    const owner = await makeInstructor()
    const course = await makeCourse(owner)
    const body = { ...GOOD, url: 'http://localhost:9000/', course: course.id }
    expect((await create({ as: owner, env: { WEBHOOK_ALLOW_HTTP: 'true' } }, body)).status).toBe(201)
    const id = (await call('GET', '/api/webhooks/', { as: owner })).body.results[0].id
    const change = { as: owner, body: { url: 'http://localhost:9001/' } }
    expect((await call('PATCH', `/api/webhooks/${id}/`, change)).body).toEqual({ url: ['Only https is allowed.'] })
  })

  test('a course has so many webhooks, however many are made at once', async () => {
    const owner = await makeInstructor()
    const course = await makeCourse(owner)
    const body = { ...GOOD, course: course.id }
    const answers = await Promise.all(
      Array.from({ length: WEBHOOKS_PER_COURSE + 5 }, () => create({ as: owner }, body)),
    )
    const refused = answers.filter(({ status }) => status === 400)
    expect(refused).toHaveLength(5)
    expect(refused[0]?.body).toEqual({ detail: 'A course has at most 20 webhooks.', code: 'too_many_webhooks' })
  })
})

describe('who sees and changes them', () => {
  test('those who manage the course, whoever made them; staff all', async () => {
    const { owner, rival, staff, stranger, learner, course } = await makeClassroom()
    const own = await makeWebhook(owner, { course: course.id })
    const byStaff = await makeWebhook(staff, { course: course.id })
    const all = await makeWebhook(staff, { course: null })
    const listed = async (as: typeof owner) => (await allPages('/api/webhooks/?page_size=1', as)).map(({ id }) => id)
    expect(await listed(owner)).toEqual([byStaff.id, own.id])
    expect(await listed(rival)).toEqual([])
    expect((await listed(staff)).slice(0, 3)).toEqual([all.id, byStaff.id, own.id])
    for (const { id, expected } of [
      { id: own.id, expected: [404, 404, 404, 200, 200] },
      { id: all.id, expected: [404, 404, 404, 404, 200] },
      { id: 999_999, expected: [404, 404, 404, 404, 404] },
    ]) {
      const viewers = [learner, stranger, rival, owner, staff]
      expect(await statusFor(`/api/webhooks/${id}/`, viewers)).toEqual(expected)
      expect(await statusFor(`/api/webhooks/${id}/deliveries/`, viewers)).toEqual(expected)
    }
  })

  test('who saves one becomes its owner; it stays with its course', async () => {
    const { owner, staff, course } = await makeClassroom()
    const other = await makeCourse(owner)
    const hook = await makeWebhook(staff, { course: course.id })
    const path = `/api/webhooks/${hook.id}/`
    const put = { url: hook.url, events: ['scan.recorded', 'scan.recorded'], course: course.id }
    const answer = await call('PUT', path, { as: owner, body: put })
    expect(answer.body).toMatchObject({ owner: owner.id, events: ['scan.recorded'], course: course.id })
    for (const course of [other.id, null]) {
      const moved = await call('PATCH', path, { as: owner, body: { course } })
      expect(moved.body).toEqual({ course: ['A webhook stays with its course.'] })
    }
    expect((await call('PUT', path, { as: owner, body: { url: hook.url } })).body).toHaveProperty('events')
  })

  test('of a deleted course staff alone', async () => {
    const { owner, staff, course } = await makeClassroom()
    const hook = await makeWebhook(owner, { course: course.id })
    await call('DELETE', `/api/courses/${course.id}/`, { as: owner })
    expect(await statusFor(`/api/webhooks/${hook.id}/`, [owner, staff])).toEqual([404, 200])
    expect((await call('GET', '/api/webhooks/', { as: owner })).body.count).toBe(0)
  })
})

test('a webhook that is deleted leaves nothing', async () => {
  const { owner, course } = await makeClassroom()
  const hook = await makeWebhook(owner, { course: course.id })
  const received = receive(hook)
  await enrolled(await makeUser(), course)
  await arrived(received, 1)
  expect((await call('DELETE', `/api/webhooks/${hook.id}/`, { as: owner })).status).toBe(204)
  await enrolled(await makeUser(), course)
  for (const table of ['webhooks', 'webhook_deliveries', 'outbox']) {
    const id = table === 'webhooks' ? 'id' : 'webhook_id'
    const count = await env.DB.prepare(`SELECT count(*) AS n FROM ${table} WHERE ${id} = ?`).bind(hook.id).first('n')
    expect(count, table).toBe(0)
  }
  expect(await statusFor(`/api/webhooks/${hook.id}/`, [owner])).toEqual([404])
})
