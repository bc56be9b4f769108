import { env } from 'cloudflare:workers'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { makeCourse, makeModule } from '../factories/courses.ts'
import { insertModule, insertProgress, unique } from '../factories/rows.ts'
import { makeInstructor, makeStaff, makeUser, type TestUser } from '../factories/users.ts'
import { allPages, call } from '../helpers/client.ts'
import { betweenTrips, faultyDatabase } from '../helpers/faults.ts'

const enroll = (learner: TestUser, slug: string) => call('POST', `/api/courses/${slug}/enroll/`, { as: learner })
const unenroll = (learner: TestUser, slug: string) => call('POST', `/api/courses/${slug}/unenroll/`, { as: learner })
const bulk = (as: TestUser, id: number, users: unknown) =>
  call('POST', `/api/courses/${id}/enrollments/`, { as, body: { users } })
const makeUsers = (count: number) => Promise.all(Array.from({ length: count }, () => makeUser()))
const seatsTaken = async (owner: TestUser, id: number) =>
  (await call('GET', `/api/courses/${id}/`, { as: owner })).body.enrollment_count

describe('enrolling', () => {
  test('201 with the documented enrollment; again 200 with the same', async () => {
    const [owner, learner] = [await makeInstructor(), await makeUser()]
    const course = await makeCourse(owner)
    const first = await enroll(learner, course.slug)
    expect(first.status).toBe(201)
    expect(first.body).toEqual({
      id: expect.any(Number),
      user: learner.id,
      user_username: learner.username,
      course: course.id,
      course_title: course.title,
      status: 'active',
      progress: 0,
      enrolled_at: expect.stringMatching(/Z$/),
      completed_at: null,
    })
    const again = await enroll(learner, course.slug)
    expect([again.status, again.body]).toEqual([200, first.body])
  })

  test('after dropping: 201, the same enrollment, its progress kept', async () => {
    const [owner, learner] = [await makeInstructor(), await makeUser()]
    const course = await makeCourse(owner)
    const { body } = await enroll(learner, course.slug)
    const one = await insertModule(course.id, { title: 'One' })
    for (const title of ['Two', 'Three']) await insertModule(course.id, { title })
    await insertProgress(body.id, one, { completed_at: 1, last_activity_at: 1, first_seen_at: null })
    const left = await unenroll(learner, course.slug)
    expect([left.status, left.text]).toEqual([204, ''])
    expect((await call('GET', '/api/courses/enrolled/', { as: learner })).body).toEqual([])
    const back = await enroll(learner, course.slug)
    expect(back.status).toBe(201)
    expect(back.body).toMatchObject({ id: body.id, status: 'active', progress: 33, enrolled_at: body.enrolled_at })
    expect((await call('GET', '/api/courses/enrolled/', { as: learner })).body).toEqual([back.body])
  })

  test('refusals: restricted 403, ended or full 400, unpublished 404 or, for who may see it, 400', async () => {
    const [owner, learner] = [await makeInstructor(), await makeUser()]
    const refusal = async (fields: Record<string, unknown>, as = learner) => {
      const { status, body } = await enroll(as, (await makeCourse(owner, fields)).slug)
      return [status, body.detail]
    }
    expect(await refusal({ enrollment_type: 'restricted' })).toEqual([
      403,
      'Enrollment in this course is by its instructor or an access code.',
    ])
    expect(await refusal({ end_date: '2023-01-01' })).toEqual([400, 'This course has ended.'])
    expect(await refusal({ status: 'draft' })).toEqual([404, 'Not found.'])
    expect(await refusal({ status: 'archived' })).toEqual([404, 'Not found.'])
    expect(await refusal({ status: 'draft' }, owner)).toEqual([400, 'This course is not open for enrollment.'])
    expect((await enroll(learner, 'no-such-course')).status).toBe(404)
    expect((await call('POST', '/api/courses/no-such-course/enroll/')).status).toBe(401)
    const full = await makeCourse(owner, { max_students: 1 })
    await enroll(await makeUser(), full.slug)
    const { status, body } = await enroll(learner, full.slug)
    expect([status, body]).toEqual([400, { detail: 'This course is full.', code: 'course_full' }])
  })

  test('one seat left and 50 at once: exactly one 201', async () => {
    const owner = await makeInstructor()
    const course = await makeCourse(owner, { max_students: 1 })
    const learners = await makeUsers(50)
    const statuses = (await Promise.all(learners.map(learner => enroll(learner, course.slug)))).map(
      ({ status }) => status,
    )
    expect(statuses.filter(status => status === 201)).toHaveLength(1)
    expect(statuses.filter(status => status === 400)).toHaveLength(49)
    expect(await seatsTaken(owner, course.id)).toBe(1)
  })

  test('one learner 20 times at once: one 201, the rest 200, one seat', async () => {
    const [owner, learner] = [await makeInstructor(), await makeUser()]
    const course = await makeCourse(owner, { max_students: 5 })
    const answers = await Promise.all(Array.from({ length: 20 }, () => enroll(learner, course.slug)))
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1)
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(19)
    expect(await seatsTaken(owner, course.id)).toBe(1)
  })

  test('a seat given back is free at once', async () => {
    const [owner, one, other] = [await makeInstructor(), await makeUser(), await makeUser()]
    const course = await makeCourse(owner, { max_students: 1 })
    await enroll(one, course.slug)
    await unenroll(one, course.slug)
    expect((await enroll(other, course.slug)).status).toBe(201)
    expect((await enroll(one, course.slug)).status).toBe(400)
  })
})

describe('unenrolling', () => {
  test('not enrolled, dropped already, or completed: 400', async () => {
    const [owner, learner] = [await makeInstructor(), await makeUser()]
    const course = await makeCourse(owner)
    expect((await unenroll(learner, course.slug)).body).toEqual({
      detail: 'You are not enrolled in this course.',
      code: 'not_enrolled',
    })
    const { body } = await enroll(learner, course.slug)
    await unenroll(learner, course.slug)
    expect((await unenroll(learner, course.slug)).status).toBe(400)
    await env.DB.prepare("UPDATE enrollments SET status = 'completed', completed_at = 1 WHERE id = ?")
      .bind(body.id)
      .run()
    expect((await unenroll(learner, course.slug)).body).toEqual({
      detail: 'A completed course cannot be left.',
      code: 'enrollment_completed',
    })
    expect((await enroll(learner, course.slug)).body).toMatchObject({
      status: 'completed',
      completed_at: '1970-01-01T00:00:01Z',
    })
  })

  test('who is enrolled may leave a course that was taken back to draft; who is not learns nothing of it', async () => {
    const [owner, learner, stranger] = [await makeInstructor(), await makeUser(), await makeUser()]
    const course = await makeCourse(owner)
    await enroll(learner, course.slug)
    await call('PATCH', `/api/courses/${course.id}/`, { as: owner, body: { status: 'draft' } })
    expect((await unenroll(stranger, course.slug)).status).toBe(404)
    expect((await unenroll(learner, course.slug)).status).toBe(204)
  })
})

describe('listing enrollments', () => {
  test("instructors: their own courses'; staff: all; students: refused; every filter, every combination", async () => {
    const [owner, rival, staff] = [await makeInstructor(), await makeInstructor(), await makeStaff()]
    const [one, two] = [await makeCourse(owner), await makeCourse(owner)]
    const theirs = await makeCourse(rival)
    const learners = await makeUsers(4)
    for (const learner of learners) for (const { slug } of [one, two, theirs]) await enroll(learner, slug)
    await unenroll(learners[0] as TestUser, one.slug)
    await env.DB.prepare(
      "UPDATE enrollments SET status = 'completed', completed_at = 5 WHERE user_id = ? AND course_id = ?",
    )
      .bind(learners[1]?.id, two.id)
      .run()
    const { results: rows } = await env.DB.prepare(
      'SELECT id, course_id, user_id, status FROM enrollments ORDER BY id DESC',
    ).all()
    for (const course of [undefined, one.id, theirs.id, 999_999]) {
      for (const user of [undefined, learners[0]?.id, learners[1]?.id, 999_999]) {
        for (const status of [undefined, 'active', 'completed', 'dropped']) {
          const query = new URLSearchParams({ page_size: '3' })
          if (course !== undefined) query.set('course', String(course))
          if (user !== undefined) query.set('user', String(user))
          if (status !== undefined) query.set('status', status)
          for (const [viewer, sees] of [
            [owner, [one.id, two.id]],
            [rival, [theirs.id]],
            [staff, rows.map(row => row.course_id)],
          ] as const) {
            const expected = rows.filter(
              row =>
                sees.includes(row.course_id) &&
                (course === undefined || row.course_id === course) &&
                (user === undefined || row.user_id === user) &&
                (status === undefined || row.status === status),
            )
            const path = `/api/enrollments/?${query}`
            const listed = await allPages(path, viewer)
            expect(
              listed.map(({ id }) => id),
              `${path} as ${viewer.username}`,
            ).toEqual(expected.map(({ id }) => id))
            expect((await call('GET', path, { as: viewer })).body.count).toBe(expected.length)
          }
        }
      }
    }
    expect((await call('GET', '/api/enrollments/', { as: learners[0] })).status).toBe(403)
  })

  test.each([
    ['course=abc', { course: ['A valid integer is required.'] }],
    ['user=-1', { user: ['A valid integer is required.'] }],
    ['status=foo', { status: ['Must be one of: active, completed, dropped.'] }],
    [
      'course=&status=',
      { course: ['A valid integer is required.'], status: ['Must be one of: active, completed, dropped.'] },
    ],
  ])('a filter of the wrong form (%s) is told by name', async (query, errors) => {
    const { status, body } = await call('GET', `/api/enrollments/?${query}`, { as: await makeInstructor() })
    expect([status, body]).toEqual([400, errors])
  })
})

describe('enrolling many', () => {
  test('by username or address, whatever their case; the rows tell what became of each', async () => {
    const owner = await makeInstructor()
    const course = await makeCourse(owner, { enrollment_type: 'restricted' })
    const [one, two, three] = await makeUsers(3)
    if (!one || !two || !three) throw new Error('made three')
    const first = await bulk(owner, course.id, [
      one.username.toUpperCase(),
      `${two.username}@EXAMPLE.com`,
      one.username,
    ])
    expect(first.status, first.text).toBe(200)
    expect(first.body.results).toEqual([
      {
        user: one.username.toUpperCase(),
        username: one.username,
        full_name: one.username,
        status: 'enrolled',
        enrollment: expect.objectContaining({ user: one.id, status: 'active' }),
      },
      {
        user: `${two.username}@EXAMPLE.com`,
        username: two.username,
        full_name: two.username,
        status: 'enrolled',
        enrollment: expect.objectContaining({ user: two.id }),
      },
      expect.objectContaining({ user: one.username, username: one.username, status: 'already_enrolled' }),
    ])
    const second = await bulk(owner, course.id, [one.username, three.username])
    expect(second.body.results.map(({ status }: { status: string }) => status)).toEqual([
      'already_enrolled',
      'enrolled',
    ])
    expect(await seatsTaken(owner, course.id)).toBe(3)
    // Let in by the instructor, a learner may leave the restricted course and come back.
    await unenroll(two, course.slug)
    expect((await enroll(two, course.slug)).status).toBe(201)
  })

  test('any row that fails: 400 with the same rows, and nobody is enrolled', async () => {
    const owner = await makeInstructor()
    const course = await makeCourse(owner, { max_students: 2 })
    const [one, two, three] = (await makeUsers(3)).map(({ username }) => username)
    const inactive = await makeUser({ isActive: false })
    const unknown = await bulk(owner, course.id, [one, 'nobody-at-all', inactive.username])
    expect(unknown.status).toBe(400)
    expect(unknown.body).toEqual({
      results: [
        { user: one, username: one, full_name: one, status: 'enrolled', enrollment: null },
        { user: 'nobody-at-all', username: null, full_name: null, status: 'not_found', enrollment: null },
        {
          user: inactive.username,
          username: inactive.username,
          full_name: inactive.username,
          status: 'inactive',
          enrollment: null,
        },
      ],
    })
    const full = await bulk(owner, course.id, [one, two, three])
    expect([full.status, full.body.results.map(({ status }: { status: string }) => status)]).toEqual([
      400,
      ['enrolled', 'enrolled', 'course_full'],
    ])
    expect(await seatsTaken(owner, course.id)).toBe(0)
  })

  test("nobody catches another's enrollment by choosing that address as a username", async () => {
    const owner = await makeInstructor()
    const course = await makeCourse(owner)
    const victim = await makeUser()
    await makeUser({ username: `${victim.username}@example.com` })
    const { body } = await bulk(owner, course.id, [`${victim.username}@example.com`])
    expect(body.results[0].enrollment.user).toBe(victim.id)
  })

  test('a stranger who registered with the address first is named, so that the instructor sees who got in', async () => {
    const owner = await makeInstructor()
    const course = await makeCourse(owner)
    const stranger = await makeUser({ firstName: 'Mallory', lastName: 'Stranger' })
    const { body } = await bulk(owner, course.id, [`${stranger.username}@example.com`])
    expect(body.results).toMatchObject([
      {
        user: `${stranger.username}@example.com`,
        username: stranger.username,
        full_name: 'Mallory Stranger',
        status: 'enrolled',
      },
    ])
  })

  test.each([
    [[], { users: ['Ensure this list has at least 1 entries.'] }],
    [Array.from({ length: 501 }, (_, n) => `u${n}`), { users: ['Ensure this list has no more than 500 entries.'] }],
    ['one', { users: ['Expected a list.'] }],
    [undefined, { users: ['This field is required.'] }],
    [[7, ''], { 'users.0': ['Not a valid string.'], 'users.1': ['Ensure this field has at least 1 characters.'] }],
  ])('%# a list of the wrong form is refused', async (users, errors) => {
    const owner = await makeInstructor()
    const { status, body } = await bulk(owner, (await makeCourse(owner)).id, users)
    expect([status, body]).toEqual([400, errors])
  })

  test('500 at once, in two round trips of bounded statements', async () => {
    const owner = await makeInstructor()
    const course = await makeCourse(owner)
    const learners = await makeUsers(500)
    const { status, body } = await bulk(
      owner,
      course.id,
      learners.map(({ username }) => username),
    )
    expect(status).toBe(200)
    expect(body.results).toHaveLength(500)
    expect(await seatsTaken(owner, course.id)).toBe(500)
  })

  test("refused: another's course 403, a student 403, a draft 404 or, to its owner, 400", async () => {
    const [owner, rival, learner] = [await makeInstructor(), await makeInstructor(), await makeUser()]
    const [course, draft] = [await makeCourse(owner), await makeCourse(owner, { status: 'draft' })]
    expect((await bulk(rival, course.id, [learner.username])).status).toBe(403)
    expect((await bulk(learner, course.id, [learner.username])).status).toBe(403)
    expect((await bulk(rival, draft.id, [learner.username])).status).toBe(404)
    expect((await bulk(owner, draft.id, [learner.username])).status).toBe(400)
  })

  test('a course taken back, or deleted, between being read and the enrolling: 400, nobody is enrolled', async () => {
    const owner = await makeInstructor()
    const [one, two] = await makeUsers(2)
    for (const [method, body] of [['PATCH', { status: 'archived' }], ['DELETE']] as const) {
      const course = await makeCourse(owner)
      const { body: left } = await enroll(two as TestUser, course.slug)
      await unenroll(two as TestUser, course.slug)
      const takenBack = betweenTrips(async () => {
        const taken = await call(method, `/api/courses/${course.id}/`, { as: owner, body })
        expect([200, 204]).toContain(taken.status)
      })
      const refused = await call('POST', `/api/courses/${course.id}/enrollments/`, {
        as: owner,
        body: { users: [one?.username, two?.username] },
        env: { DB: faultyDatabase(takenBack) },
      })
      expect([refused.status, refused.body]).toEqual([
        400,
        { detail: 'Only a published course takes enrollments.', code: 'course_not_published' },
      ])
      const rows = await env.DB.prepare('SELECT id, status FROM enrollments WHERE course_id = ?').bind(course.id).all()
      expect(rows.results).toEqual([{ id: left.id, status: 'dropped' }])
    }
  })

  test('against single ones for the last seats: never one too many, and all or none of the many', async () => {
    const owner = await makeInstructor()
    for (let round = 0; round < 5; round++) {
      const course = await makeCourse(owner, { max_students: 10 })
      const [group, singles] = [await makeUsers(8), await makeUsers(8)]
      const [many, ...single] = await Promise.all([
        bulk(
          owner,
          course.id,
          group.map(({ username }) => username),
        ),
        ...singles.map(learner => enroll(learner, course.slug)),
      ])
      const alone = single.filter(({ status }) => status === 201).length
      expect(await seatsTaken(owner, course.id)).toBe(alone + (many?.status === 200 ? 8 : 0))
      expect(await seatsTaken(owner, course.id)).toBeLessThanOrEqual(10)
      if (many?.status !== 200)
        expect(many?.body.results.some(({ status }: { status: string }) => status === 'course_full')).toBe(true)
    }
  })
})

describe('removing a learner', () => {
  test('gives the seat back; the learner cannot enroll alone again until the instructor enrolls them', async () => {
    const [owner, rival, learner] = [await makeInstructor(), await makeInstructor(), await makeUser()]
    const [course, other] = [await makeCourse(owner, { max_students: 1 }), await makeCourse(owner)]
    const { body } = await enroll(learner, course.slug)
    const remove = (as: TestUser, id = course.id) =>
      call('DELETE', `/api/courses/${id}/enrollments/${body.id}/`, { as })
    expect((await remove(rival)).status).toBe(403)
    expect((await remove(owner, other.id)).status).toBe(404)
    expect((await remove(owner)).status).toBe(204)
    const refused = await enroll(learner, course.slug)
    expect([refused.status, refused.body.detail]).toEqual([403, 'You were removed from this course by its instructor.'])
    expect(await seatsTaken(owner, course.id)).toBe(0)
    expect((await bulk(owner, course.id, [learner.username])).status).toBe(200)
    expect((await enroll(learner, course.slug)).status).toBe(200)
  })

  test('who had completed the course comes back as having completed it, as of then', async () => {
    const [owner, learner] = [await makeInstructor(), await makeUser()]
    const course = await makeCourse(owner)
    const module = await makeModule(owner, course.id)
    const { body } = await enroll(learner, course.slug)
    await call('POST', `/api/module-progress/${body.id * 10_000_000 + module.id}/complete/`, { as: learner })
    const enrollment = async () =>
      (await call('GET', `/api/enrollments/?course=${course.id}`, { as: owner })).body.results[0]
    const completed = await enrollment()
    expect(completed).toMatchObject({ status: 'completed', completed_at: expect.any(String) })
    await call('DELETE', `/api/courses/${course.id}/enrollments/${body.id}/`, { as: owner })
    expect((await enrollment()).status).toBe('dropped')
    expect((await bulk(owner, course.id, [learner.username])).body.results[0].enrollment).toEqual(completed)
    expect(await enrollment()).toEqual(completed)
  })
})

test('kept counters equal a recount after random events', async () => {
  const [owner, learners] = [await makeInstructor(), await makeUsers(4)]
  const courses = await Promise.all([0, 2, 3].map(max_students => makeCourse(owner, { max_students })))
  const event = fc.record({
    kind: fc.constantFrom('enroll', 'drop', 'bulk', 'complete', 'remove', 'delete course', 'restore course', 'purge'),
    learner: fc.nat(3),
    course: fc.nat(2),
  })
  await fc.assert(
    fc.asyncProperty(fc.array(event, { minLength: 10, maxLength: 30 }), async events => {
      for (const { kind, learner: l, course: c } of events) {
        const [learner, course] = [learners[l] as TestUser, courses[c]]
        if (kind === 'enroll') await enroll(learner, course.slug)
        if (kind === 'drop') await unenroll(learner, course.slug)
        if (kind === 'bulk')
          await bulk(
            owner,
            course.id,
            learners.slice(0, l + 1).map(({ username }) => username),
          )
        if (kind === 'delete course') await call('DELETE', `/api/courses/${course.id}/`, { as: owner })
        if (kind === 'restore course') await call('POST', `/api/courses/${course.id}/restore/`, { as: owner })
        const mine = [learner.id, course.id]
        if (kind === 'complete')
          await env.DB.prepare(
            "UPDATE enrollments SET status = 'completed' WHERE status = 'active' AND user_id = ? AND course_id = ?",
          )
            .bind(...mine)
            .run()
        if (kind === 'purge')
          await env.DB.prepare('DELETE FROM enrollments WHERE user_id = ? AND course_id = ?')
            .bind(...mine)
            .run()
        if (kind === 'remove') {
          const row = await env.DB.prepare('SELECT id FROM enrollments WHERE user_id = ? AND course_id = ?')
            .bind(...mine)
            .first()
          if (row) await call('DELETE', `/api/courses/${course.id}/enrollments/${row.id}/`, { as: owner })
        }
      }
      const { results: wrong } = await env.DB.prepare(
        `SELECT id, active_count, completed_count, dropped_count FROM courses c WHERE
          active_count <> (SELECT count(*) FROM enrollments WHERE course_id = c.id AND status = 'active') OR
          completed_count <> (SELECT count(*) FROM enrollments WHERE course_id = c.id AND status = 'completed') OR
          dropped_count <> (SELECT count(*) FROM enrollments WHERE course_id = c.id AND status = 'dropped') OR
          (max_students > 0 AND active_count + completed_count > max_students)`,
      ).all()
      expect(wrong).toEqual([])
      const { results: totals } = await env.DB.prepare(
        `SELECT name, value, (SELECT count(*) FROM enrollments e JOIN courses c ON c.id = e.course_id
           WHERE c.deleted_at IS NULL AND 'enrollments.' || e.status = name) AS truth FROM totals WHERE name LIKE 'enrollments.%'`,
      ).all()
      for (const { name, value, truth } of totals) expect(value, String(name)).toBe(truth)
    }),
    { numRuns: 10 },
  )
}, 120_000)

test('a title in any script and a username with a dot travel unchanged', async () => {
  const [owner, learner] = [await makeInstructor(), await makeUser({ username: unique('ana.maria+') })]
  const course = await makeCourse(owner, { title: '机器学习 🤖 «Où?»' })
  expect((await enroll(learner, course.slug)).body).toMatchObject({
    course_title: '机器学习 🤖 «Où?»',
    user_username: learner.username,
  })
})
