import { env } from 'cloudflare:workers'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { makeCourse } from '../factories/courses.ts'
import { insertModule, unique } from '../factories/rows.ts'
import { makeInstructor, makeStaff, makeUser } from '../factories/users.ts'
import { allPages, call, ORIGIN } from '../helpers/client.ts'

const day = (offset: number) => new Date(Date.now() + offset * 86_400_000).toISOString().slice(0, 10)

describe('creating a course', () => {
  test('what is omitted takes its documented default', async () => {
    const owner = await makeInstructor({ firstName: 'John', lastName: 'Smith' })
    const { status, body } = await call('POST', '/api/courses/', { as: owner, body: { title: 'Introduction to AI' } })
    expect(status).toBe(201)
    expect(body).toEqual({
      id: expect.any(Number),
      title: 'Introduction to AI',
      slug: 'introduction-to-ai',
      description: '',
      status: 'draft',
      enrollment_type: 'open',
      course_type: 'course',
      max_students: 0,
      start_date: null,
      end_date: null,
      instructor: owner.id,
      instructor_name: 'John Smith',
      created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
      updated_at: body.created_at,
      enrollment_count: 0,
      is_full: false,
      is_active: false,
    })
  })

  test('a student is refused, staff are not', async () => {
    expect((await call('POST', '/api/courses/', { as: await makeUser(), body: { title: 'Mine' } })).status).toBe(403)
    expect((await call('POST', '/api/courses/', { as: await makeStaff(), body: { title: 'Ours' } })).status).toBe(201)
  })

  test.each([
    [{}, { title: ['This field is required.'] }],
    [{ title: '   ' }, { title: ['This field may not be blank.'] }],
    [{ title: null }, { title: ['This field may not be null.'] }],
    [{ title: 7 }, { title: ['Not a valid string.'] }],
    [{ title: 'x'.repeat(201) }, { title: ['Ensure this field has no more than 200 characters.'] }],
    [{ title: 'nul\0' }, { title: ['Null characters are not allowed.'] }],
    [
      { title: 'T', description: 'x'.repeat(5001) },
      { description: ['Ensure this field has no more than 5000 characters.'] },
    ],
    [{ title: 'T', max_students: '50' }, { max_students: ['A valid number is required.'] }],
    [{ title: 'T', max_students: 1.5 }, { max_students: ['A valid integer is required.'] }],
    [{ title: 'T', max_students: -1 }, { max_students: ['Ensure this value is greater than or equal to 0.'] }],
    [{ title: 'T', status: 'open' }, { status: ['Must be one of: draft, published, archived.'] }],
    [{ title: 'T', start_date: '2023-02-30' }, { start_date: ['Enter a valid date: YYYY-MM-DD.'] }],
    [{ title: 'T', start_date: '2023-06-01T00:00:00Z' }, { start_date: ['Enter a valid date: YYYY-MM-DD.'] }],
    [
      { title: 'T', start_date: '2023-06-02', end_date: '2023-06-01' },
      { end_date: ['The end date must not be before the start date.'] },
    ],
    [
      { status: 1, end_date: 2 },
      {
        title: ['This field is required.'],
        status: ['Must be one of: draft, published, archived.'],
        end_date: ['Not a valid string.'],
      },
    ],
    [[], { non_field_errors: ['Expected an object.'] }],
    ['x', { non_field_errors: ['Expected an object.'] }],
    [null, { non_field_errors: ['This field may not be null.'] }],
  ])('%j is told what is wrong', async (input, errors) => {
    const { status, body } = await call('POST', '/api/courses/', {
      as: await makeInstructor(),
      body: JSON.stringify(input),
    })
    expect(status).toBe(400)
    expect(body).toEqual(errors)
  })

  test('lengths are counted in characters: 200 emoji are a title', async () => {
    const course = await makeCourse(await makeInstructor(), { title: '🎓'.repeat(200) })
    expect([...course.title]).toHaveLength(200)
    expect(course.slug).toMatch(/^course(-\d+)?$/)
  })

  test('only staff name another owner, and only an active instructor', async () => {
    const [owner, other, staff, student] = [
      await makeInstructor(),
      await makeInstructor(),
      await makeStaff(),
      await makeUser(),
    ]
    const create = (as: typeof owner, instructor: number) =>
      call('POST', '/api/courses/', { as, body: { title: unique('Owned '), instructor } })
    expect((await create(owner, other.id)).status).toBe(403)
    expect((await create(owner, owner.id)).body.instructor).toBe(owner.id)
    expect((await create(staff, other.id)).body).toMatchObject({
      instructor: other.id,
      instructor_name: other.username,
    })
    expect((await create(staff, student.id)).body).toEqual({ instructor: ['Not an active instructor.'] })
    const gone = await makeInstructor()
    await env.DB.prepare('UPDATE users SET is_active = 0 WHERE id = ?').bind(gone.id).run()
    expect((await create(staff, gone.id)).body).toEqual({ instructor: ['Not an active instructor.'] })
    const course = await makeCourse(owner)
    const handOver = (as: typeof owner) =>
      call('PATCH', `/api/courses/${course.id}/`, { as, body: { instructor: other.id } })
    expect((await handOver(owner)).status).toBe(403)
    expect((await handOver(staff)).body.instructor).toBe(other.id)
    expect((await call('PATCH', `/api/courses/${course.id}/`, { as: owner, body: {} })).status).toBe(403)
  })
})

describe('slugs', () => {
  test.each([
    ['Café & Crème: Été!', 'cafe-and-creme-ete'],
    ['Введение в логику', 'vvedenie-v-logiku'],
    ['  C++ / C#  ', 'c-c'],
    ['Größe', 'groesse'],
    ['DevOps 101', 'devops-101'],
  ])('of %j is %j', async (title, slug) => {
    expect((await makeCourse(await makeInstructor(), { title })).slug).toBe(slug)
  })

  test('8 simultaneous courses of one title get 8 slugs', async () => {
    const owner = await makeInstructor()
    const courses = await Promise.all(Array.from({ length: 8 }, () => makeCourse(owner, { title: 'The Same Title' })))
    expect(courses.map(course => course.slug).sort()).toEqual([
      'the-same-title',
      ...[2, 3, 4, 5, 6, 7, 8].map(n => `the-same-title-${n}`),
    ])
  })

  test('a former slug keeps resolving, and is taken back without a suffix', async () => {
    const [owner, learner] = [await makeInstructor(), await makeUser()]
    const course = await makeCourse(owner, { title: 'First Name' })
    const rename = (title: string) => call('PATCH', `/api/courses/${course.id}/`, { as: owner, body: { title } })
    expect((await rename('Second Name')).body.slug).toBe('second-name')
    expect((await makeCourse(owner, { title: 'First Name' })).slug).toBe('first-name-2')
    expect((await call('POST', '/api/courses/first-name/enroll/', { as: learner })).body.course).toBe(course.id)
    expect((await rename('First name')).body.slug).toBe('first-name')
    expect((await rename('First Name')).body.slug).toBe('first-name')
  })

  test('no course gets the slug of the search, neither when it is made nor when it is renamed', async () => {
    const owner = await makeInstructor()
    expect((await makeCourse(owner, { title: 'Search' })).slug).toBe('search-2')
    const course = await makeCourse(owner)
    const renamed = await call('PATCH', `/api/courses/${course.id}/`, { as: owner, body: { title: 'SEARCH!' } })
    expect(renamed.body.slug).toBe('search-3')
    expect((await call('GET', '/api/courses/catalog/search-3/')).body).toEqual(renamed.body)
    expect((await call('GET', '/api/courses/catalog/search/')).body).toEqual({ q: ['This field is required.'] })
  })
})

describe('reading a course', () => {
  test('who may see it: published everyone with a login, draft its instructor and staff, archived also its learners', async () => {
    const [owner, rival, staff, learner, stranger] = [
      await makeInstructor(),
      await makeInstructor(),
      await makeStaff(),
      await makeUser(),
      await makeUser(),
    ]
    const course = await makeCourse(owner)
    await call('POST', `/api/courses/${course.slug}/enroll/`, { as: learner })
    const seenBy = async () =>
      Promise.all(
        [owner, staff, rival, learner, stranger].map(
          async as => (await call('GET', `/api/courses/${course.id}/`, { as })).status,
        ),
      )
    expect(await seenBy()).toEqual([200, 200, 200, 200, 200])
    await call('PATCH', `/api/courses/${course.id}/`, { as: owner, body: { status: 'archived' } })
    expect(await seenBy()).toEqual([200, 200, 404, 200, 404])
    await call('PATCH', `/api/courses/${course.id}/`, { as: owner, body: { status: 'draft' } })
    expect(await seenBy()).toEqual([200, 200, 404, 404, 404])
    expect((await call('GET', `/api/courses/${course.id}/`)).status).toBe(401)
    // Not even its title reaches the learner it was taken back from.
    expect((await call('GET', '/api/courses/enrolled/', { as: learner })).body).toEqual([])
  })

  test('unpublished modules are shown to its instructor alone', async () => {
    const [owner, learner] = [await makeInstructor(), await makeUser()]
    const course = await makeCourse(owner)
    for (const [title, order, published] of [
      ['Second', 2, 1],
      ['Hidden', 3, 0],
      ['First', 1, 1],
    ] as const)
      await insertModule(course.id, { title, order, is_published: published })
    const titles = async (as: typeof owner) =>
      (await call('GET', `/api/courses/${course.id}/`, { as })).body.modules.map(
        (module: { title: string }) => module.title,
      )
    expect(await titles(owner)).toEqual(['First', 'Second', 'Hidden'])
    expect(await titles(learner)).toEqual(['First', 'Second'])
  })

  test.each(['0', '-1', '1e3', '1.0', '9007199254740993', 'abc', '%00', '٣'])('id %s is 404', async id => {
    const { status, body } = await call('GET', `/api/courses/${id}/`, { as: await makeUser() })
    expect({ status, body }).toEqual({ status: 404, body: { detail: 'Not found.', code: 'not_found' } })
  })
})

describe('a course of the catalog', () => {
  test('is read without a login, by its slug and by a former one, which answers with the present one', async () => {
    const owner = await makeInstructor()
    const { slug: former, ...course } = await makeCourse(owner)
    await call('PATCH', `/api/courses/${course.id}/`, { as: owner, body: { title: unique('Renamed ') } })
    const { modules, ...present } = (await call('GET', `/api/courses/${course.id}/`, { as: owner })).body
    expect(present.slug).not.toBe(former)
    for (const path of [`/api/courses/catalog/${present.slug}/`, `/api/courses/catalog/${former}/`]) {
      const { status, body, headers } = await call('GET', path)
      expect({ status, body }).toEqual({ status: 200, body: present })
      expect(headers.get('Cache-Control')).toBe('public, max-age=30')
      const unchanged = await call('GET', path, { headers: { 'If-None-Match': headers.get('ETag') ?? '' } })
      expect(unchanged.status).toBe(304)
    }
  })

  test('a draft, an archived, a deleted one and none are 404, to its instructor, too', async () => {
    const owner = await makeInstructor()
    const deleted = await makeCourse(owner)
    await call('DELETE', `/api/courses/${deleted.id}/`, { as: owner })
    const slugs = [
      (await makeCourse(owner, { status: 'draft' })).slug,
      (await makeCourse(owner, { status: 'archived' })).slug,
      deleted.slug,
      'there-is-none',
    ]
    for (const slug of slugs) {
      const { status, body, headers } = await call('GET', `/api/courses/catalog/${slug}/`, { as: owner })
      expect({ status, body }).toEqual({ status: 404, body: { detail: 'Not found.', code: 'not_found' } })
      expect(headers.get('Cache-Control')).toBe('no-store')
    }
  })
})

describe('updating a course', () => {
  test('PUT needs the title, PATCH nothing; what is omitted keeps its value, null clears', async () => {
    const owner = await makeInstructor()
    const course = await makeCourse(owner, {
      description: 'Kept',
      start_date: '2023-06-01',
      end_date: '2023-09-01',
      max_students: 5,
    })
    const path = `/api/courses/${course.id}/`
    expect((await call('PUT', path, { as: owner, body: {} })).body).toEqual({ title: ['This field is required.'] })
    const put = await call('PUT', path, { as: owner, body: { title: 'Renamed', end_date: null } })
    expect(put.body).toMatchObject({
      title: 'Renamed',
      description: 'Kept',
      start_date: '2023-06-01',
      end_date: null,
      max_students: 5,
    })
    const patch = await call('PATCH', path, { as: owner })
    expect(patch.status).toBe(200)
    expect(patch.body).toMatchObject({ title: 'Renamed', slug: put.body.slug })
  })

  test('the dates are compared with the stored ones, and two changes at once cannot cross them', async () => {
    const owner = await makeInstructor()
    const course = await makeCourse(owner, { start_date: '2023-06-01', end_date: '2023-09-01' })
    const patch = (body: object) => call('PATCH', `/api/courses/${course.id}/`, { as: owner, body })
    expect((await patch({ end_date: '2023-05-01' })).body).toEqual({
      end_date: ['The end date must not be before the start date.'],
    })
    const answers = await Promise.all([patch({ end_date: '2023-06-10' }), patch({ start_date: '2023-08-01' })])
    const { body } = await call('GET', `/api/courses/${course.id}/`, { as: owner })
    expect(body.end_date >= body.start_date).toBe(true)
    for (const answer of answers) expect([200, 400]).toContain(answer.status)
  })

  test('another instructor is refused with 403, with 404 when it is a draft', async () => {
    const [owner, rival] = [await makeInstructor(), await makeInstructor()]
    const [published, draft] = [await makeCourse(owner), await makeCourse(owner, { status: 'draft' })]
    for (const method of ['PUT', 'PATCH', 'DELETE']) {
      const body = method === 'DELETE' ? undefined : { title: 'Taken over' }
      expect((await call(method, `/api/courses/${published.id}/`, { as: rival, body })).status).toBe(403)
      expect((await call(method, `/api/courses/${draft.id}/`, { as: rival, body })).status).toBe(404)
    }
  })

  test('a demoted instructor is refused at once', async () => {
    const owner = await makeInstructor()
    const course = await makeCourse(owner)
    await env.DB.prepare('UPDATE users SET is_instructor = 0 WHERE id = ?').bind(owner.id).run()
    expect((await call('PATCH', `/api/courses/${course.id}/`, { as: owner, body: {} })).status).toBe(403)
    expect((await call('GET', '/api/courses/', { as: owner })).status).toBe(403)
    await env.DB.prepare('UPDATE users SET is_active = 0 WHERE id = ?').bind(owner.id).run()
    const gone = await call('GET', `/api/courses/${course.id}/`, { as: owner })
    expect(gone.status).toBe(401)
    expect(gone.body).toEqual({ detail: 'User is inactive.', code: 'user_inactive' })
  })

  test('is_active follows the dates, today included', async () => {
    const owner = await makeInstructor()
    const isActive = async (fields: object) => (await makeCourse(owner, { ...fields })).is_active
    expect(await isActive({})).toBe(true)
    expect(await isActive({ start_date: day(0), end_date: day(0) })).toBe(true)
    expect(await isActive({ start_date: day(1) })).toBe(false)
    expect(await isActive({ end_date: day(-1) })).toBe(false)
    expect(await isActive({ status: 'archived' })).toBe(false)
  })
})

describe('deleting a course', () => {
  test('it is gone from everywhere, and can be restored with what was below it', async () => {
    const [owner, rival, learner, staff] = [
      await makeInstructor(),
      await makeInstructor(),
      await makeUser(),
      await makeStaff(),
    ]
    const title = unique('Vanishing ')
    const course = await makeCourse(owner, { title, description: 'zebrafish' })
    await call('POST', `/api/courses/${course.slug}/enroll/`, { as: learner })
    const totals = () =>
      env.DB.prepare('SELECT name, value FROM totals ORDER BY name')
        .all()
        .then(({ results }) => results)
    const before = await totals()
    const remove = await call('DELETE', `/api/courses/${course.id}/`, { as: owner })
    expect([remove.status, remove.text]).toEqual([204, ''])
    for (const [method, path, as] of [
      ['GET', `/api/courses/${course.id}/`, owner],
      ['PUT', `/api/courses/${course.id}/`, owner],
      ['DELETE', `/api/courses/${course.id}/`, staff],
      ['POST', `/api/courses/${course.slug}/enroll/`, learner],
      ['POST', `/api/courses/${course.slug}/unenroll/`, learner],
      ['POST', `/api/courses/${course.id}/enrollments/`, owner],
    ] as const) {
      const body = method === 'PUT' ? { title } : path.endsWith('enrollments/') ? { users: ['x'] } : undefined
      expect((await call(method, path, { as, body })).status, `${method} ${path}`).toBe(404)
    }
    expect((await call('GET', '/api/courses/enrolled/', { as: learner })).body).toEqual([])
    expect((await call('GET', `/api/enrollments/?course=${course.id}`, { as: owner })).body.count).toBe(0)
    expect((await call('GET', `/api/enrollments/?user=${learner.id}`, { as: staff })).body.count).toBe(0)
    expect((await call('GET', '/api/courses/catalog/search/?q=zebrafish')).body.count).toBe(0)
    const ids = async (path: string, as?: typeof owner) => (await allPages(path, as)).map(({ id }) => id)
    expect(await ids('/api/courses/', staff)).not.toContain(course.id)
    expect(await ids('/api/courses/catalog/')).not.toContain(course.id)

    expect((await call('POST', `/api/courses/${course.id}/restore/`, { as: rival })).status).toBe(404)
    const restored = await call('POST', `/api/courses/${course.id}/restore/`, { as: owner })
    expect(restored.status).toBe(200)
    expect(restored.body).toMatchObject({ id: course.id, slug: course.slug, enrollment_count: 1 })
    expect((await call('POST', `/api/courses/${course.id}/restore/`, { as: owner })).status).toBe(200)
    expect((await call('GET', '/api/courses/enrolled/', { as: learner })).body).toHaveLength(1)
    expect((await call('GET', '/api/courses/catalog/search/?q=zebrafish')).body.count).toBe(1)
    expect(await totals()).toEqual(before)
  })

  test('after 30 days it is gone for good', async () => {
    const owner = await makeInstructor()
    const course = await makeCourse(owner)
    await call('DELETE', `/api/courses/${course.id}/`, { as: owner })
    const age = (days: number) =>
      env.DB.prepare('UPDATE courses SET deleted_at = unixepoch() - ? WHERE id = ?')
        .bind(days * 86_400, course.id)
        .run()
    await age(29)
    expect((await call('POST', `/api/courses/${course.id}/restore/`, { as: owner })).status).toBe(200)
    await age(31)
    expect((await call('POST', `/api/courses/${course.id}/restore/`, { as: owner })).status).toBe(404)
  })
})

describe('lists', () => {
  test('an instructor lists every published course and their own of any status; staff all; a student nothing', async () => {
    const [owner, rival, staff, student] = [
      await makeInstructor(),
      await makeInstructor(),
      await makeStaff(),
      await makeUser(),
    ]
    const own = await Promise.all(['draft', 'published', 'archived'].map(status => makeCourse(owner, { status })))
    const others = await Promise.all(['draft', 'published', 'archived'].map(status => makeCourse(rival, { status })))
    const listed = await allPages('/api/courses/?page_size=3', owner)
    const ids = listed.map(({ id }) => id)
    expect(ids).toEqual([...ids].sort((a, b) => b - a))
    expect(ids).toEqual(expect.arrayContaining([...own, others[1]].map(({ id }) => id)))
    expect(ids).not.toContain(others[0].id)
    expect(ids).not.toContain(others[2].id)
    expect((await call('GET', '/api/courses/', { as: owner })).body.count).toBe(ids.length)
    const all = await allPages('/api/courses/?page_size=100', staff)
    expect(all.map(({ id }) => id)).toEqual(expect.arrayContaining([...own, ...others].map(({ id }) => id)))
    expect((await call('GET', '/api/courses/', { as: staff })).body.count).toBe(all.length)
    expect((await call('GET', '/api/courses/', { as: student })).status).toBe(403)
  })

  test('the catalog needs no login, shows published courses newest first, and may be kept for 30 seconds', async () => {
    const owner = await makeInstructor()
    const [open, restricted, draft] = [
      await makeCourse(owner),
      await makeCourse(owner, { enrollment_type: 'restricted' }),
      await makeCourse(owner, { status: 'draft' }),
    ]
    const { body, headers } = await call('GET', '/api/courses/catalog/?page_size=100')
    const ids = body.results.map(({ id }: { id: number }) => id)
    expect(ids.slice(0, 2)).toEqual([restricted.id, open.id])
    expect(ids).not.toContain(draft.id)
    expect(headers.get('Cache-Control')).toBe('public, max-age=30')
    expect(headers.get('Cache-Tag')).toBe('catalog')
    expect(headers.has('X-D1-Bookmark'), 'a bookmark kept for others would take them back in time').toBe(false)
    const again = await call('GET', '/api/courses/catalog/?page_size=100', {
      headers: { 'If-None-Match': headers.get('ETag') ?? '', Origin: 'https://app.example' },
    })
    expect(again.status).toBe(304)
    expect(again.headers.get('Access-Control-Allow-Origin')).toBe('*')
    expect(again.headers.get('X-Request-Id')).toMatch(/\w/)
    const filtered = await call('GET', '/api/courses/catalog/?enrollment_type=restricted&page_size=100')
    expect(
      filtered.body.results.every((course: { enrollment_type: string }) => course.enrollment_type === 'restricted'),
    ).toBe(true)
    expect(filtered.body.count).toBe(filtered.body.results.length)
    expect((await call('GET', '/api/courses/catalog/?enrollment_type=free')).body).toEqual({
      enrollment_type: ['Must be one of: open, restricted.'],
    })
  })

  test('counts stay true through every change of status, type and life', async () => {
    const owner = await makeInstructor()
    const recount = async () => {
      const { results } = await env.DB.prepare(
        `SELECT (SELECT count(*) FROM courses WHERE deleted_at IS NULL) AS live,
          (SELECT count(*) FROM courses WHERE deleted_at IS NULL AND status = 'published' AND enrollment_type = 'open') AS open,
          (SELECT count(*) FROM courses WHERE deleted_at IS NULL AND status = 'published' AND enrollment_type = 'restricted') AS restricted,
          (SELECT count(*) FROM course_search) AS searchable`,
      ).all()
      const { results: totals } = await env.DB.prepare(
        "SELECT name, value FROM totals WHERE name LIKE 'courses.%'",
      ).all()
      return { truth: results[0], kept: Object.fromEntries(totals.map(({ name, value }) => [name, value])) }
    }
    const ids: number[] = []
    const change = fc.oneof(
      fc.record({
        kind: fc.constant('create' as const),
        status: fc.constantFrom('draft', 'published', 'archived'),
        type: fc.constantFrom('open', 'restricted'),
      }),
      fc.record({
        kind: fc.constant('update' as const),
        at: fc.nat(),
        status: fc.constantFrom('draft', 'published', 'archived'),
        type: fc.constantFrom('open', 'restricted'),
      }),
      fc.record({ kind: fc.constantFrom('delete' as const, 'restore' as const), at: fc.nat() }),
    )
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 5, maxLength: 12 }), async changes => {
        for (const step of changes) {
          if (step.kind === 'create')
            ids.push((await makeCourse(owner, { status: step.status, enrollment_type: step.type })).id)
          else if (ids.length > 0) {
            const path = `/api/courses/${ids[step.at % ids.length]}/`
            if (step.kind === 'update')
              await call('PATCH', path, { as: owner, body: { status: step.status, enrollment_type: step.type } })
            else if (step.kind === 'delete') await call('DELETE', path, { as: owner })
            else await call('POST', `${path}restore/`, { as: owner })
          }
        }
        const { truth, kept } = await recount()
        expect(kept).toEqual({
          'courses.live': truth?.live,
          'courses.published.open': truth?.open,
          'courses.published.restricted': truth?.restricted,
        })
        expect(truth?.searchable).toBe(Number(truth?.open) + Number(truth?.restricted))
      }),
      { numRuns: 8 },
    )
  })
})

describe('search', () => {
  const find = async (q: string) => {
    const { status, body } = await call('GET', `/api/courses/catalog/search/?page_size=100&q=${encodeURIComponent(q)}`)
    expect(status, JSON.stringify(body)).toBe(200)
    return body.results.map(({ title }: { title: string }) => title)
  }

  test('words and their beginnings, in title or description, accents and case ignored, the title first', async () => {
    const owner = await makeInstructor()
    await makeCourse(owner, { title: 'Quantum Mechanics', description: 'Wave functions' })
    await makeCourse(owner, { title: 'Ondes', description: 'Un cours de MÉCANIQUE quantique, quantum' })
    await makeCourse(owner, { title: 'Quantum drafts', status: 'draft' })
    expect(await find('quantum')).toEqual(['Quantum Mechanics', 'Ondes'])
    expect(await find('QUANT')).toEqual(['Quantum Mechanics', 'Ondes'])
    expect(await find('mecanique')).toEqual(['Ondes'])
    expect(await find('quantum wave')).toEqual(['Quantum Mechanics'])
    expect(await find('quantum drafts')).toEqual([])
    expect(await find('nothingofthekind')).toEqual([])
  })

  test('what it says of a course is what the course now says', async () => {
    const owner = await makeInstructor()
    const course = await makeCourse(owner, { title: 'Palaeontology' })
    const patch = (body: object) => call('PATCH', `/api/courses/${course.id}/`, { as: owner, body })
    expect(await find('palaeontology')).toHaveLength(1)
    await patch({ title: 'Ichthyology' })
    expect(await find('palaeontology')).toEqual([])
    expect(await find('ichthyology')).toHaveLength(1)
    await patch({ status: 'draft' })
    expect(await find('ichthyology')).toEqual([])
  })

  test('Chinese titles are found by their beginning', async () => {
    await makeCourse(await makeInstructor(), { title: '微积分入门 基础' })
    expect(await find('微积分')).toHaveLength(1)
    expect(await find('基础')).toHaveLength(1)
  })

  test.each(['', '   ', undefined])('a missing or blank q (%j) is told so', async q => {
    const { status, body } = await call('GET', `/api/courses/catalog/search/${q === undefined ? '' : `?q=${q}`}`)
    expect(status).toBe(400)
    expect(body).toEqual({ q: ['This field is required.'] })
  })

  test.each([
    'AND',
    'OR NOT',
    'a NEAR b',
    'NEAR(a b, 5)',
    '"',
    '""',
    "'",
    '*',
    'a*',
    '^a',
    'title:a',
    '{title description}: a',
    '(',
    '((a)',
    '-a',
    '+a',
    'a + b',
    '\0',
    'a\0b',
    '🎓',
    '🎓🎓 x',
    '%',
    '_',
    '\\',
    ';--',
    'x'.repeat(10_000),
    'word '.repeat(2_000),
    '\ud800',
    'ﷺ',
  ])('%j is a safe query', async q => {
    await find(q.isWellFormed() ? q : q.toWellFormed())
  })

  test('any text is a safe query', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary', maxLength: 60 }), async q => {
        const { status } = await call('GET', `/api/courses/catalog/search/?q=${encodeURIComponent(q.toWellFormed())}`)
        expect([200, 400]).toContain(status)
      }),
      { numRuns: 150 },
    )
  })
})

describe('pages', () => {
  test('links are absolute, keep every other parameter, and end with null', async () => {
    const owner = await makeInstructor()
    for (let n = 0; n < 5; n++) await makeCourse(owner, { enrollment_type: 'restricted' })
    const first = await call('GET', '/api/courses/catalog?page_size=2&enrollment_type=restricted')
    expect(first.body.previous).toBeNull()
    expect(first.body.next).toBe(`${ORIGIN}/api/courses/catalog/?page_size=2&enrollment_type=restricted&page=2`)
    const second = await call('GET', first.body.next)
    expect(second.body.previous).toBe(`${ORIGIN}/api/courses/catalog/?page_size=2&enrollment_type=restricted`)
    const last = Math.ceil(first.body.count / 2)
    expect(
      (await call('GET', `/api/courses/catalog/?page_size=2&enrollment_type=restricted&page=${last}`)).body.next,
    ).toBeNull()
    const elsewhere = await call('GET', '/api/courses/catalog/?page_size=1', {
      env: { PUBLIC_ORIGIN: 'https://school.example' },
    })
    expect(elsewhere.body.next).toBe('https://school.example/api/courses/catalog/?page_size=1&page=2')
  })

  test.each(['abc', '0', '-1', '1.5', '999999', '1e1', '9007199254740991', ''])(
    'page=%s is an invalid page',
    async page => {
      const { status, body } = await call('GET', `/api/courses/catalog/?page=${page}`)
      expect({ status, body }).toEqual({ status: 404, body: { detail: 'Invalid page.', code: 'invalid_page' } })
    },
  )

  test('page 1 of nothing is an empty page', async () => {
    const { status, body } = await call('GET', '/api/courses/catalog/search/?q=thereisnosuchword&page=1')
    expect({ status, body }).toEqual({ status: 200, body: { count: 0, next: null, previous: null, results: [] } })
  })

  test('any page and size give a page or a documented refusal, never more than 100 entries', async () => {
    const value = fc.oneof(fc.string({ maxLength: 8 }), fc.integer().map(String), fc.double().map(String))
    await fc.assert(
      fc.asyncProperty(value, value, async (page, size) => {
        const { status, body } = await call(
          'GET',
          `/api/courses/catalog/?page=${encodeURIComponent(page)}&page_size=${encodeURIComponent(size)}`,
        )
        if (status === 404) expect(body).toEqual({ detail: 'Invalid page.', code: 'invalid_page' })
        else {
          expect(status).toBe(200)
          expect(body.results.length).toBeLessThanOrEqual(100)
        }
      }),
      { numRuns: 100 },
    )
  })
})
