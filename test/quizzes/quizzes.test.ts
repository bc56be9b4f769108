import { env } from 'cloudflare:workers'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { makeClassroom } from '../factories/classrooms.ts'
import { makeCourse, makeModule } from '../factories/courses.ts'
import { oneOfEach } from '../factories/questions.ts'
import { makeQuiz } from '../factories/quizzes.ts'
import { insertAttempt } from '../factories/rows.ts'
import { makeInstructor, type TestUser } from '../factories/users.ts'
import { allPages, call, statusFor } from '../helpers/client.ts'

const DEFAULTS = {
  description: '',
  instructions: '',
  time_limit_minutes: null,
  passing_score: 70,
  randomize_questions: false,
  randomize_choices: false,
  question_count: null,
  allow_multiple_attempts: true,
  max_attempts: 3,
  is_published: false,
  is_survey: false,
  allow_time_extension: false,
  show_feedback: 'immediate',
  grading_policy: 'highest',
  available_from: null,
  available_until: null,
}

describe('authoring', () => {
  test('what is omitted takes its default, and the answer has these fields alone', async () => {
    const { owner, module } = await makeClassroom()
    const { status, body } = await call('POST', '/api/quizzes/', {
      as: owner,
      body: { module: module.id, title: ' One ' },
    })
    expect(status).toBe(201)
    expect(body).toEqual({
      id: expect.any(Number),
      module: module.id,
      title: 'One',
      ...DEFAULTS,
      created_at: expect.stringMatching(/Z$/),
      updated_at: body.created_at,
    })
  })

  test('every field is kept as given; PUT keeps what it omits, PATCH needs nothing', async () => {
    const { owner, module } = await makeClassroom()
    const fields = {
      title: 'Two',
      description: 'D',
      instructions: 'I',
      time_limit_minutes: 1440,
      passing_score: 100,
      randomize_questions: true,
      randomize_choices: true,
      question_count: 5,
      allow_multiple_attempts: false,
      max_attempts: 0,
      is_published: true,
      is_survey: true,
      allow_time_extension: true,
      show_feedback: 'never',
      grading_policy: 'latest',
      available_from: '2026-01-01T10:00:00Z',
      available_until: '2026-01-01T12:00:00Z',
    }
    const quiz = await makeQuiz(owner, module.id, { ...fields, access_code: 'letmein' })
    expect(quiz).toMatchObject(fields)
    const path = `/api/quizzes/${quiz.id}/`
    expect((await call('PUT', path, { as: owner, body: { title: 'New' } })).body).toEqual({
      module: ['This field is required.'],
    })
    const put = await call('PUT', path, { as: owner, body: { module: module.id, title: 'New' } })
    expect(put.body).toMatchObject({ ...fields, title: 'New' })
    const cleared = { time_limit_minutes: null, question_count: null, available_from: null, available_until: null }
    expect((await call('PATCH', path, { as: owner, body: cleared })).body).toMatchObject({ title: 'New', ...cleared })
    const offset = await call('PATCH', path, { as: owner, body: { available_from: '2026-06-01T10:00:00.9+02:00' } })
    expect(offset.body.available_from).toBe('2026-06-01T08:00:00Z')
  })

  test('the access code is never answered; empty or null removes it', async () => {
    const { owner, learner, module } = await makeClassroom()
    const quiz = await makeQuiz(owner, module.id, { access_code: 'open sesame' })
    const path = `/api/quizzes/${quiz.id}/`
    const required = async (as: TestUser) => (await call('GET', path, { as })).body.requires_access_code
    expect([await required(owner), await required(learner)]).toEqual([true, true])
    for (const as of [owner, learner])
      for (const url of [path, '/api/quizzes/']) {
        const { text } = await call('GET', url, { as })
        expect(text).not.toContain('sesame')
        expect(text).not.toContain('"access_code"')
      }
    for (const access_code of ['', null]) {
      await call('PATCH', path, { as: owner, body: { access_code: 'x' } })
      expect(await required(owner)).toBe(true)
      expect((await call('PATCH', path, { as: owner, body: { access_code } })).text).not.toContain('access_code')
      expect(await required(owner)).toBe(false)
    }
  })

  test.each([
    [{}, { module: ['This field is required.'], title: ['This field is required.'] }],
    [{ module: 999_999, title: 'T' }, { module: ['No such module.'] }],
    [
      { module: 1, title: 'T', passing_score: 101 },
      { passing_score: ['Ensure this value is less than or equal to 100.'] },
    ],
    [{ module: 1, title: 'T', passing_score: 70.5 }, { passing_score: ['A valid integer is required.'] }],
    [
      { module: 1, title: 'T', time_limit_minutes: 0 },
      { time_limit_minutes: ['Ensure this value is greater than or equal to 1.'] },
    ],
    [
      { module: 1, title: 'T', show_feedback: 'later' },
      { show_feedback: ['Must be one of: immediate, after_completion, never.'] },
    ],
    [
      { module: 1, title: 'T', available_from: '2026-01-01T10:00:00' },
      { available_from: ['Enter a valid date and time with an offset or Z.'] },
    ],
    [
      { module: 1, title: 'T', available_from: '9999-12-31T23:59:59-01:00' },
      { available_from: ['The years from 1970 to 9999 are allowed.'] },
    ],
    [
      { module: 1, title: 'T', questions: [{ type: 'essay' }, { type: 'numeric', text: 'x', tolerance: -1 }] },
      {
        'questions.0.text': ['This field is required.'],
        'questions.1.tolerance': ['Ensure this value is greater than or equal to 0.'],
      },
    ],
  ])('%# bad input is told by field', async (body, errors) => {
    const answer = await call('POST', '/api/quizzes/', { as: await makeInstructor(), body })
    expect([answer.status, answer.body]).toEqual([400, errors])
  })

  test('a window that ends before it begins is refused, in one request or in two at once', async () => {
    const { owner, module } = await makeClassroom()
    const refused = { available_until: ['Must be after available_from.'] }
    const reversed = { available_from: '2026-02-01T00:00:00Z', available_until: '2026-02-01T00:00:00Z' }
    const made = await call('POST', '/api/quizzes/', {
      as: owner,
      body: { module: module.id, title: 'T', ...reversed },
    })
    expect([made.status, made.body]).toEqual([400, refused])
    const quiz = await makeQuiz(owner, module.id)
    const both = await Promise.all([
      call('PATCH', `/api/quizzes/${quiz.id}/`, { as: owner, body: { available_from: '2026-03-01T00:00:00Z' } }),
      call('PATCH', `/api/quizzes/${quiz.id}/`, { as: owner, body: { available_until: '2026-02-01T00:00:00Z' } }),
    ])
    expect(both.map(({ status }) => status).sort()).toEqual([200, 400])
  })

  test('a whole quiz with its questions is made at once, or not at all', async () => {
    const { owner, module } = await makeClassroom()
    const quiz = await makeQuiz(owner, module.id, { questions: oneOfEach() })
    const { body } = await call('GET', `/api/quizzes/${quiz.id}/`, { as: owner })
    expect(body.question_total).toBe(9)
    expect(
      body.questions.map(({ order, quiz, ...question }: Record<string, unknown>) => [order, quiz, question.type]),
    ).toEqual(oneOfEach().map(({ type }, place) => [place + 1, quiz.id, type]))
    const before = (await call('GET', '/api/quizzes/', { as: owner })).body.count
    const keyless = [...oneOfEach(), { type: 'short_answer', text: 'No key?' }]
    const refused = await call('POST', '/api/quizzes/', {
      as: owner,
      body: { module: module.id, title: 'T', questions: keyless },
    })
    expect([refused.status, refused.body]).toEqual([
      400,
      { 'questions.9.accepted_answers': ['This field is required.'] },
    ])
    const many = Array.from({ length: 1_001 }, () => ({ type: 'essay', text: '?' }))
    const tooMany = await call('POST', '/api/quizzes/', {
      as: owner,
      body: { module: module.id, title: 'T', questions: many },
    })
    expect(tooMany.body).toEqual({ questions: ['Ensure this list has no more than 1000 entries.'] })
    expect((await call('GET', '/api/quizzes/', { as: owner })).body.count).toBe(before)
    const survey = await makeQuiz(owner, module.id, { is_survey: true, questions: keyless })
    expect((await call('GET', `/api/quizzes/${survey.id}/`, { as: owner })).body.question_total).toBe(10)
    const full = await makeQuiz(owner, module.id, { questions: many.slice(1) })
    const { body: thousand } = await call('GET', `/api/quizzes/${full.id}/`, { as: owner })
    expect(thousand.questions.map(({ order }: { order: number }) => order)).toEqual(many.slice(1).map((_, i) => i + 1))
  })

  test('a survey becomes a quiz only once every question has its key', async () => {
    const { owner, module } = await makeClassroom()
    const questions = [
      { type: 'essay', text: 'Why?' },
      { type: 'true_false', text: 'True?' },
    ]
    const survey = await makeQuiz(owner, module.id, { is_survey: true, questions })
    const path = `/api/quizzes/${survey.id}/`
    const off = { is_survey: false, title: 'Graded' }
    const refused = await call('PATCH', path, { as: owner, body: off })
    expect([refused.status, refused.body]).toEqual([
      400,
      { is_survey: ['A question lacks its key: only a survey can do without.'] },
    ])
    const { body } = await call('GET', path, { as: owner })
    expect([body.is_survey, body.title]).toEqual([true, survey.title])
    await call('PATCH', `/api/questions/${body.questions[1].id}/`, { as: owner, body: { correct_answer: false } })
    expect((await call('PATCH', path, { as: owner, body: off })).body).toMatchObject(off)
  })

  test('turned off while a question without a key comes in: one of the two is refused', async () => {
    const { owner, module } = await makeClassroom()
    for (let turn = 0; turn < 10; turn++) {
      const survey = await makeQuiz(owner, module.id, { is_survey: true })
      const [off, added] = await Promise.all([
        call('PATCH', `/api/quizzes/${survey.id}/`, { as: owner, body: { is_survey: false } }),
        call('POST', `/api/quizzes/${survey.id}/questions/`, {
          as: owner,
          body: { type: 'true_false', text: 'True?' },
        }),
      ])
      expect([off.status === 400, added.status === 400].filter(Boolean), `${off.text} ${added.text}`).toHaveLength(1)
    }
  })

  test('it stays in its module', async () => {
    const { owner, course, module } = await makeClassroom()
    const [quiz, other] = [await makeQuiz(owner, module.id), await makeModule(owner, course.id)]
    const moved = await call('PATCH', `/api/quizzes/${quiz.id}/`, { as: owner, body: { module: other.id } })
    expect([moved.status, moved.body]).toEqual([400, { module: ['A quiz stays in its module.'] }])
  })

  test("only the course's instructor and staff write; others get 403 for what they see, 404 for what they may not know", async () => {
    const { owner, rival, staff, learner, stranger, module } = await makeClassroom()
    const others = [rival, learner, stranger]
    const [shown, hidden] = [
      await makeQuiz(owner, module.id),
      await makeQuiz(owner, module.id, { is_published: false }),
    ]
    const question = { type: 'true_false', text: 'True?', correct_answer: true }
    for (const [method, path, body] of [
      ['PUT', '', { module: module.id, title: 'T' }],
      ['PATCH', '', {}],
      ['GET', 'questions/', undefined],
      ['POST', 'questions/', question],
      ['POST', 'questions/reorder/', { order: [] }],
      ['GET', 'questions/export/', undefined],
      ['DELETE', '', undefined],
    ] as const) {
      expect(await statusFor(`/api/quizzes/${shown.id}/${path}`, others, method, body), path).toEqual([403, 403, 403])
      expect(await statusFor(`/api/quizzes/${hidden.id}/${path}`, others, method, body), path).toEqual([404, 404, 404])
    }
    const create = { module: module.id, title: 'T' }
    expect(await statusFor('/api/quizzes/', [...others, owner, staff], 'POST', create)).toEqual([
      403, 403, 403, 201, 201,
    ])
    await call('PATCH', `/api/modules/${module.id}/`, { as: owner, body: { is_published: false } })
    expect(await statusFor('/api/quizzes/', others, 'POST', create)).toEqual([400, 400, 400])
    expect(await statusFor(`/api/quizzes/${shown.id}/`, others, 'PATCH', {})).toEqual([404, 404, 404])
  })

  test('deleted it is gone; restored it is back with its questions, for 30 days', async () => {
    const { owner, rival, staff, learner, module } = await makeClassroom()
    const quiz = await makeQuiz(owner, module.id, { questions: oneOfEach() })
    const { body: before } = await call('GET', `/api/quizzes/${quiz.id}/`, { as: owner })
    const path = `/api/quizzes/${quiz.id}/`
    expect(await statusFor(path, [rival, learner], 'DELETE')).toEqual([403, 403])
    expect((await call('DELETE', path, { as: owner })).text).toBe('')
    expect(await statusFor(path, [owner, staff, learner])).toEqual([404, 404, 404])
    expect(await statusFor(`/api/questions/${before.questions[0].id}/`, [owner])).toEqual([404])
    expect((await call('GET', '/api/quizzes/', { as: owner })).body.count).toBe(0)
    expect((await call('GET', `/api/modules/${module.id}/`, { as: owner })).body.quizzes).toEqual([])
    expect(await statusFor(`${path}restore/`, [rival, learner, owner, owner], 'POST')).toEqual([404, 404, 200, 200])
    expect((await call('GET', path, { as: owner })).body).toEqual(before)
    await call('DELETE', path, { as: owner })
    await env.DB.prepare('UPDATE quizzes SET deleted_at = unixepoch() - 31 * 86400 WHERE id = ?').bind(quiz.id).run()
    expect(await statusFor(`${path}restore/`, [owner], 'POST')).toEqual([404])
  })
})

describe('reading', () => {
  test('who sees a quiz, published and not, in a published, hidden and archived place', async () => {
    const { owner, rival, staff, learner, stranger, course, module } = await makeClassroom()
    const everybody = [owner, staff, learner, rival, stranger]
    const [shown, hidden] = [
      await makeQuiz(owner, module.id),
      await makeQuiz(owner, module.id, { is_published: false }),
    ]
    const seen = async () => [
      await statusFor(`/api/quizzes/${shown.id}/`, everybody),
      await statusFor(`/api/quizzes/${hidden.id}/`, everybody),
    ]
    const unseen = [200, 200, 404, 404, 404]
    expect(await seen()).toEqual([[200, 200, 200, 403, 403], unseen])
    await call('PATCH', `/api/courses/${course.id}/`, { as: owner, body: { status: 'archived' } })
    expect(await seen()).toEqual([[200, 200, 200, 404, 404], unseen])
    await call('PATCH', `/api/courses/${course.id}/`, { as: owner, body: { status: 'published' } })
    await call('PATCH', `/api/modules/${module.id}/`, { as: owner, body: { is_published: false } })
    expect(await seen()).toEqual([unseen, unseen])
    await call('DELETE', `/api/modules/${module.id}/`, { as: owner })
    expect(await seen()).toEqual([Array(5).fill(404), Array(5).fill(404)])
  })

  test('a learner gets no questions, but how many there are and how many attempts are used', async () => {
    const { owner, learner, module, enrollment } = await makeClassroom()
    const quiz = await makeQuiz(owner, module.id, { questions: oneOfEach() })
    for (const [preview, user] of [
      [0, learner],
      [0, learner],
      [0, owner],
      [1, learner],
    ] as const)
      await insertAttempt(quiz.id, user.id, preview === 1 ? null : enrollment.id, {
        is_preview: preview,
        status: 'abandoned',
        started_at: 0,
        completed_at: null,
      })
    const { body } = await call('GET', `/api/quizzes/${quiz.id}/`, { as: learner })
    expect(body).toEqual({
      ...quiz,
      question_total: 9,
      requires_access_code: false,
      attempts_used: 2,
      questions: [],
    })
  })

  test('the list: newest first, by role, with its filters', async () => {
    const { owner, rival, staff, learner, stranger, course, module } = await makeClassroom()
    const hiddenModule = await makeModule(owner, course.id, { is_published: false })
    const quiz = async (moduleId: number, fields = {}) => (await makeQuiz(owner, moduleId, fields)).id as number
    const shown = await quiz(module.id)
    const hidden = await quiz(module.id, { is_published: false })
    const survey = await quiz(module.id, { is_survey: true })
    const draftSurvey = await quiz(module.id, { is_survey: true, is_published: false })
    const inHidden = await quiz(hiddenModule.id)
    const ids = async (as: TestUser, query = '') =>
      (await allPages(`/api/quizzes/?page_size=2${query}`, as)).map(({ id }) => id)
    const all = [inHidden, draftSurvey, survey, hidden, shown]
    const here = `&module=${module.id}`
    expect(await ids(owner)).toEqual(all)
    expect(await ids(learner)).toEqual([survey, shown])
    expect(await ids(stranger)).toEqual([])
    expect(await ids(rival, here)).toEqual([])
    expect(await ids(staff, here)).toEqual(all.slice(1))
    expect(await ids(owner, '&is_published=true')).toEqual([inHidden, survey, shown])
    expect(await ids(owner, `${here}&is_published=false&is_survey=true`)).toEqual([draftSurvey])
    expect(await ids(learner, '&is_survey=true')).toEqual([survey])
    expect(await ids(learner, '&is_published=false')).toEqual([])
    expect(await ids(owner, '&module=999999')).toEqual([])
    const inCourse = `&course=${course.id}`
    expect(await ids(owner, inCourse)).toEqual(all)
    expect(await ids(staff, inCourse)).toEqual(all)
    expect(await ids(learner, inCourse)).toEqual([survey, shown])
    expect(await ids(rival, inCourse)).toEqual([])
    expect(await ids(staff, `${inCourse}${here}&is_published=false&is_survey=true`)).toEqual([draftSurvey])
    expect(await ids(owner, '&course=999999')).toEqual([])
    for (const filter of [inCourse, `${inCourse}&is_published=true`, `${inCourse}&is_survey=false`, inCourse + here]) {
      const counted = (await call('GET', `/api/quizzes/?${filter}`, { as: staff })).body.count
      expect(counted, filter).toBe((await ids(staff, filter)).length)
    }
    expect((await call('GET', '/api/quizzes/?course=x', { as: owner })).body).toEqual({
      course: ['A valid integer is required.'],
    })
    for (const filter of [
      '',
      '&is_published=true',
      '&is_published=false',
      '&is_survey=true',
      '&is_survey=false',
      '&is_published=true&is_survey=false',
    ]) {
      const listed = await ids(staff, filter)
      expect((await call('GET', `/api/quizzes/?${filter}`, { as: staff })).body.count, filter).toBe(listed.length)
      expect(listed).toEqual([...listed].sort((a, b) => b - a))
    }
    expect((await call('GET', '/api/quizzes/?module=x&is_survey=1', { as: owner })).body).toEqual({
      module: ['A valid integer is required.'],
      is_survey: ['Must be one of: true, false.'],
    })
    await call('POST', `/api/courses/${course.slug}/unenroll/`, { as: learner })
    expect(await ids(learner)).toEqual([])
    await call('PATCH', `/api/courses/${course.id}/`, { as: owner, body: { status: 'draft' } })
    expect(await ids(owner)).toEqual(all)
    const answer = await call('GET', '/api/quizzes/', { as: owner })
    expect(answer.body.results[4]).toEqual(
      (({ body: { questions, question_total, requires_access_code, attempts_used, ...rest } }) => rest)(
        await call('GET', `/api/quizzes/${shown}/`, { as: owner }),
      ),
    )
  })
})

test('kept counters equal a recount after random events on courses, modules and quizzes', async () => {
  const owner = await makeInstructor()
  const courses = [await makeCourse(owner), await makeCourse(owner)]
  const modules = [
    await makeModule(owner, courses[0].id),
    await makeModule(owner, courses[0].id),
    await makeModule(owner, courses[1].id),
  ]
  const made: { id: number }[] = []
  const event = fc.record({
    kind: fc.constantFrom('create', 'create', 'update', 'update', 'delete', 'restore', 'purge'),
    on: fc.constantFrom('courses', 'modules', 'quizzes', 'quizzes', 'quizzes'),
    at: fc.nat(),
    is_published: fc.boolean(),
    is_survey: fc.boolean(),
  })
  await fc.assert(
    fc.asyncProperty(fc.array(event, { minLength: 10, maxLength: 25 }), async events => {
      for (const { kind, on, at, ...flags } of events) {
        const pool = { courses, modules, quizzes: made }[on]
        const path = `/api/${on}/${pool[at % pool.length]?.id}/`
        if (kind === 'create') {
          const body = { module: modules[at % modules.length].id, title: 'T', ...flags }
          const answer = await call('POST', '/api/quizzes/', { as: owner, body })
          if (answer.status === 201) made.push(answer.body)
        } else if (pool.length === 0) continue
        else if (kind === 'update')
          await call('PATCH', path, { as: owner, body: on === 'courses' ? { title: 'New' } : flags })
        else if (kind === 'delete') await call('DELETE', path, { as: owner })
        else if (kind === 'restore') await call('POST', `${path}restore/`, { as: owner })
        else
          await env.DB.prepare(
            'DELETE FROM quizzes WHERE deleted_at IS NOT NULL AND id % 3 = 0 AND id NOT IN (SELECT quiz_id FROM questions)',
          ).run()
      }
      const { results } = await env.DB.prepare(
        `SELECT name, value, CASE name
           WHEN 'modules.live' THEN (SELECT count(*) FROM modules m JOIN courses c ON c.id = m.course_id WHERE m.deleted_at IS NULL AND c.deleted_at IS NULL)
           ELSE (SELECT count(*) FROM quizzes q JOIN modules m ON m.id = q.module_id JOIN courses c ON c.id = m.course_id
             WHERE q.deleted_at IS NULL AND m.deleted_at IS NULL AND c.deleted_at IS NULL
               AND name = 'quizzes.' || iif(q.is_published, 'published', 'draft') || iif(q.is_survey, '.survey', '')) END AS truth
         FROM totals WHERE name LIKE 'quizzes.%' OR name = 'modules.live'`,
      ).all()
      expect(results).toHaveLength(5)
      for (const { name, value, truth } of results) expect(value, String(name)).toBe(truth)
    }),
    { numRuns: 15 },
  )
}, 120_000)
