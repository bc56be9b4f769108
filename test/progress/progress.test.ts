import { env } from 'cloudflare:workers'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { batch } from '../../src/db/batch.ts'
import { backgroundDatabase } from '../../src/db/client.ts'
import { resetModule } from '../../src/features/progress/queries/completions.ts'
import { touchModule } from '../../src/features/progress/queries/record-study.ts'
import { enrolled, makeCourse, makeModule } from '../factories/courses.ts'
import { insertAttempt, insertQuiz } from '../factories/rows.ts'
import { makeInstructor, makeStaff, makeUser, type TestUser } from '../factories/users.ts'
import { call } from '../helpers/client.ts'
import { counting } from '../helpers/counting.ts'

type Row = { id: number; module: number; status: string; completed_at: string | null; time_spent_minutes: number }

async function classroom(modules = 2, fields: Record<string, unknown> = {}) {
  const [owner, learner] = [await makeInstructor(), await makeUser()]
  const course = await makeCourse(owner)
  const made = []
  for (let n = 0; n < modules; n++) made.push(await makeModule(owner, course.id, fields))
  const enrollment = await enrolled(learner, course)
  const id = (module: { id: number }) => enrollment.id * 10_000_000 + module.id
  return { owner, learner, course, modules: made, enrollment, id }
}

const post = (as: TestUser, id: number, action: string, body?: unknown) =>
  call('POST', `/api/module-progress/${id}/${action}/`, { as, body })
/** As if the enrollment, and all that the learner did in its course, were that much longer ago. */
const letPass = (enrollmentId: number, seconds: number) =>
  env.DB.batch(
    [
      'UPDATE enrollments SET enrolled_at = enrolled_at - ?2 WHERE id = ?1',
      'UPDATE module_progress SET last_activity_at = last_activity_at - ?2 WHERE enrollment_id = ?1',
    ].map(query => env.DB.prepare(query).bind(enrollmentId, seconds)),
  )
const complete = (as: TestUser, id: number) => post(as, id, 'complete')
const progressOf = async (as: TestUser, course: { id: number }) =>
  (await call('GET', `/api/progress/?course=${course.id}`, { as })).body.results[0]
const enrollmentOf = async (as: TestUser, owner: TestUser) =>
  (await call('GET', `/api/enrollments/?user=${as.id}`, { as: owner })).body.results[0]

const quiz = (moduleId: number, isSurvey = false) => insertQuiz(moduleId, { is_survey: isSurvey ? 1 : 0 })
/** An ended attempt of the learner, as taking it would leave it. */
const attempt = (
  quizId: number,
  learner: TestUser,
  enrollmentId: number,
  passed: boolean,
  completedAt = Math.floor(Date.now() / 1000),
) =>
  insertAttempt(quizId, learner.id, enrollmentId, { started_at: 0, completed_at: completedAt, passed: passed ? 1 : 0 })

describe('progress', () => {
  test('before anything is touched every row is there, computed', async () => {
    const { learner, course, modules, enrollment, id } = await classroom()
    const { body } = await call('GET', '/api/progress/', { as: learner })
    expect(body).toEqual({
      count: 1,
      next: null,
      previous: null,
      results: [
        {
          id: enrollment.id,
          course: course.id,
          course_title: course.title,
          user: learner.id,
          percentage_complete: 0,
          modules_completed: 0,
          total_modules: 2,
          quizzes_completed: 0,
          total_quizzes: 0,
          last_activity: enrollment.enrolled_at,
          completion_date: null,
        },
      ],
    })
    const list = await call('GET', '/api/module-progress/', { as: learner })
    expect(list.body.results).toEqual(
      modules.map(module => ({
        id: id(module),
        module: module.id,
        module_title: module.title,
        course: course.id,
        course_title: course.title,
        user: learner.id,
        status: 'not_started',
        started_at: null,
        completed_at: null,
        time_spent_minutes: 0,
        last_activity: enrollment.enrolled_at,
      })),
    )
    expect(
      await env.DB.prepare('SELECT count(*) AS n FROM module_progress WHERE enrollment_id = ?')
        .bind(enrollment.id)
        .first('n'),
    ).toBe(0)
  })

  test('filters: course, module and status, and a wrong one is told', async () => {
    const { learner, course, modules, id } = await classroom(3)
    const other = await classroom(1)
    await enrolled(learner, other.course)
    await complete(learner, id(modules[0]))
    await post(learner, id(modules[1]), 'add-time', { seconds: 59 })
    const list = async (query: string): Promise<number[]> =>
      (await call('GET', `/api/module-progress/?${query}`, { as: learner })).body.results.map(
        ({ module }: Row) => module,
      )
    expect(await list('')).toEqual([other.modules[0].id, ...modules.map(module => module.id)])
    expect(await list(`course=${course.id}&status=completed`)).toEqual([modules[0].id])
    expect(await list(`course=${course.id}&status=in_progress`)).toEqual([modules[1].id])
    expect(await list(`course=${course.id}&status=not_started`)).toEqual([modules[2].id])
    expect(await list(`module=${modules[2].id}`)).toEqual([modules[2].id])
    expect(await list('course=999999')).toEqual([])
    expect((await call('GET', '/api/module-progress/?status=done&course=x', { as: learner })).body).toEqual({
      course: ['A valid integer is required.'],
      status: ['Must be one of: not_started, in_progress, completed.'],
    })
    expect((await call('GET', '/api/progress/', { as: learner })).body.count).toBe(2)
  })

  test('the last module completes the course, and its date is kept however often it is repeated', async () => {
    const { owner, learner, course, modules, id } = await classroom()
    const first = await complete(learner, id(modules[0]))
    expect([first.status, first.body.status]).toEqual([200, 'completed'])
    expect(await progressOf(learner, course)).toMatchObject({
      percentage_complete: 50,
      modules_completed: 1,
      completion_date: null,
    })
    await complete(learner, id(modules[1]))
    const done = await progressOf(learner, course)
    expect(done).toMatchObject({
      percentage_complete: 100,
      modules_completed: 2,
      completion_date: expect.stringMatching(/Z$/),
    })
    expect(await enrollmentOf(learner, owner)).toMatchObject({
      status: 'completed',
      progress: 100,
      completed_at: done.completion_date,
    })
    await env.DB.prepare('UPDATE module_progress SET completed_at = 7 WHERE module_id = ?').bind(modules[0].id).run()
    expect((await complete(learner, id(modules[0]))).body.completed_at).toBe('1970-01-01T00:00:07Z')
    const events = await env.DB.prepare(
      "SELECT count(*) AS n FROM activities WHERE user_id = ? AND type = 'module_complete'",
    )
      .bind(learner.id)
      .first('n')
    expect(events).toBe(2)
  })

  test('completing the last two modules at once completes the course once', async () => {
    const { owner, learner, modules, id } = await classroom(6)
    await Promise.all(modules.flatMap(module => [complete(learner, id(module)), complete(learner, id(module))]))
    expect(await enrollmentOf(learner, owner)).toMatchObject({ status: 'completed', progress: 100 })
    expect(
      await env.DB.prepare("SELECT count(*) AS n FROM activities WHERE user_id = ? AND type = 'module_complete'")
        .bind(learner.id)
        .first('n'),
    ).toBe(6)
  })

  test('time adds up; minutes are whole', async () => {
    const { learner, enrollment, modules, id } = await classroom()
    const add = (seconds: unknown) => post(learner, id(modules[0]), 'add-time', { seconds })
    for (let turn = 0; turn < 5; turn += 1) {
      await letPass(enrollment.id, 60)
      await add(59)
    }
    const { body } = await add(1)
    expect(body).toMatchObject({ status: 'in_progress', time_spent_minutes: 4, started_at: expect.any(String) })
    for (const seconds of [0, 3601, 1.5, '60', null]) expect((await add(seconds)).status).toBe(400)
    expect((await post(learner, id(modules[0]), 'add-time')).body).toEqual({ seconds: ['This field is required.'] })
  })

  test('thirty hours claimed at once are the hundred seconds that passed, for the learner and in the analytics', async () => {
    const { owner, learner, course, enrollment, modules, id } = await classroom()
    await letPass(enrollment.id, 100)
    const claims = await Promise.all(
      Array.from({ length: 30 }, (_, n) => post(learner, id(modules[n % 2]), 'add-time', { seconds: 3_600 })),
    )
    expect(claims.map(({ status }) => status)).toEqual(Array(30).fill(200))
    const spent = 'SELECT sum(time_spent_seconds) AS n FROM module_progress WHERE enrollment_id = ?'
    const studied = 'SELECT sum(seconds) AS n FROM study_time WHERE enrollment_id = ?'
    for (const query of [spent, studied]) {
      const seconds = await env.DB.prepare(query).bind(enrollment.id).first<number>('n')
      // The calls may have taken some seconds themselves.
      expect(seconds).toBeGreaterThanOrEqual(100)
      expect(seconds).toBeLessThan(130)
    }
    const { body } = await call('GET', `/api/analytics/learner-analytics/?course=${course.id}`, { as: owner })
    expect(body.results[0].total_time_spent_hours).toBeLessThan(0.1)
  })

  test('whose progress it is: another learner 404, the instructor may reset but not complete, staff too', async () => {
    const { owner, learner, modules, id } = await classroom()
    const [other, rival, staff] = [await makeUser(), await makeInstructor(), await makeStaff()]
    const statuses = async (action: string, body?: unknown) =>
      Promise.all([other, rival, owner, staff].map(async as => (await post(as, id(modules[0]), action, body)).status))
    expect(await statuses('complete')).toEqual([404, 404, 403, 403])
    expect(await statuses('add-time', { seconds: 60 })).toEqual([404, 404, 403, 403])
    expect(await statuses('reset')).toEqual([404, 404, 200, 200])
    for (const odd of [1, 10_000_000, id({ id: 9_999_999 }), Number.MAX_SAFE_INTEGER])
      expect((await complete(learner, odd)).status).toBe(404)
  })

  test('unpublished modules, dropped enrollments and draft courses have no progress to show or make', async () => {
    const { owner, learner, course, modules, id } = await classroom()
    const gone = async () => {
      expect((await complete(learner, id(modules[0]))).status).toBe(404)
      return (await call('GET', '/api/module-progress/', { as: learner })).body.count
    }
    await call('PATCH', `/api/modules/${modules[0].id}/`, { as: owner, body: { is_published: false } })
    expect(await gone()).toBe(1)
    await call('PATCH', `/api/modules/${modules[0].id}/`, { as: owner, body: { is_published: true } })
    await call('PATCH', `/api/courses/${course.id}/`, { as: owner, body: { status: 'draft' } })
    expect(await gone()).toBe(0)
    await call('PATCH', `/api/courses/${course.id}/`, { as: owner, body: { status: 'published' } })
    await call('POST', `/api/courses/${course.slug}/unenroll/`, { as: learner })
    expect(await gone()).toBe(0)
  })
})

test('an attempt that ended before the last activity, and arrives after it, does not set that back', async () => {
  const { learner, course, modules, enrollment, id } = await classroom(1)
  const hour = Math.floor(Date.now() / 1000) - 3600
  await complete(learner, id(modules[0]))
  const { last_activity } = await progressOf(learner, course)
  await batch(backgroundDatabase(env), touchModule({ enrollmentId: enrollment.id, moduleId: modules[0].id, now: hour }))
  expect((await progressOf(learner, course)).last_activity).toBe(last_activity)
})

describe('resetting', () => {
  test('clears status, times and completion, and takes the course completion back', async () => {
    const { owner, learner, course, modules, id } = await classroom()
    for (const module of modules) await complete(learner, id(module))
    const { status, body } = await post(learner, id(modules[0]), 'reset')
    expect(status).toBe(200)
    expect(body).toMatchObject({
      id: id(modules[0]),
      status: 'not_started',
      started_at: null,
      completed_at: null,
      time_spent_minutes: 0,
      last_activity: body.reset_at,
    })
    expect(await enrollmentOf(learner, owner)).toMatchObject({ status: 'active', completed_at: null, progress: 50 })
    await complete(learner, id(modules[0]))
    expect(await progressOf(learner, course)).toMatchObject({ percentage_complete: 100 })
  })

  test('of a module that was never completed leaves the completed course alone', async () => {
    const { owner, learner, course, modules, id } = await classroom(1)
    await complete(learner, id(modules[0]))
    const added = await makeModule(owner, course.id)
    await post(learner, id(added), 'reset')
    expect(await enrollmentOf(learner, owner)).toMatchObject({ status: 'completed', progress: 50 })
  })

  test('only attempts that ended after it count again', async () => {
    const { learner, course, modules, enrollment, id } = await classroom(1, { completion_criteria: 'quiz' })
    const quizId = await quiz(modules[0].id)
    await attempt(quizId, learner, enrollment.id, true, 1)
    expect(await progressOf(learner, course)).toMatchObject({ quizzes_completed: 1, total_quizzes: 1 })
    await post(learner, id(modules[0]), 'reset')
    expect(await progressOf(learner, course)).toMatchObject({ quizzes_completed: 0, total_quizzes: 1 })
    await attempt(quizId, learner, enrollment.id, true, Math.floor(Date.now() / 1000) + 60)
    expect(await progressOf(learner, course)).toMatchObject({ quizzes_completed: 1 })
  })
})

test('of the attempts that end in the second of a reset, those that end after it count', async () => {
  const { learner, modules, enrollment, id } = await classroom(1, { completion_criteria: 'quiz' })
  const quizId = await quiz(modules[0].id)
  const now = Math.floor(Date.now() / 1000)
  await attempt(quizId, learner, enrollment.id, true, now)
  const db = backgroundDatabase(env)
  await batch(db, resetModule({ enrollmentId: enrollment.id, moduleId: modules[0].id, now }))
  expect((await complete(learner, id(modules[0]))).status).toBe(400)
  await attempt(quizId, learner, enrollment.id, true, now)
  expect((await complete(learner, id(modules[0]))).body.status).toBe('completed')
})

describe('completion criteria', () => {
  test('quiz: not by marking, unless there is no quiz', async () => {
    const { learner, modules, id } = await classroom(2, { completion_criteria: 'quiz' })
    await quiz(modules[0].id)
    expect((await complete(learner, id(modules[0]))).body).toEqual({
      detail: 'This module completes by its quizzes.',
      code: 'completed_by_quizzes',
    })
    expect((await complete(learner, id(modules[1]))).body.status).toBe('completed')
  })

  test('quiz: whose last open quiz is taken out again is not stuck, nor is the course', async () => {
    const { owner, learner, course, modules, enrollment, id } = await classroom(2, { completion_criteria: 'quiz' })
    const [passed, open] = [await quiz(modules[0].id), await quiz(modules[0].id)]
    await attempt(passed, learner, enrollment.id, true)
    expect((await complete(learner, id(modules[0]))).status).toBe(400)
    await call('PATCH', `/api/quizzes/${open}/`, { as: owner, body: { is_published: false } })
    expect((await complete(learner, id(modules[0]))).body.status).toBe('completed')
    // A quiz more unmakes no completion, and does not stand in the way of the course's.
    await call('PATCH', `/api/quizzes/${open}/`, { as: owner, body: { is_published: true } })
    await call('DELETE', `/api/modules/${modules[1].id}/`, { as: owner })
    expect(await progressOf(learner, course)).toMatchObject({ percentage_complete: 100, completion_date: null })
    expect((await complete(learner, id(modules[0]))).body.status).toBe('completed')
    expect((await progressOf(learner, course)).completion_date).not.toBeNull()
  })

  test('quiz: a survey that is graded by now is not passed by who filled it in while it was one', async () => {
    const { owner, learner, course, modules, enrollment, id } = await classroom(1, { completion_criteria: 'hybrid' })
    const survey = await quiz(modules[0].id, true)
    await attempt(survey, learner, enrollment.id, true)
    await env.DB.prepare('UPDATE attempts SET is_survey = 1 WHERE quiz_id = ?').bind(survey).run()
    expect(await progressOf(learner, course)).toMatchObject({ quizzes_completed: 1 })
    await call('PATCH', `/api/quizzes/${survey}/`, { as: owner, body: { is_survey: false } })
    expect(await progressOf(learner, course)).toMatchObject({ quizzes_completed: 0 })
    expect((await complete(learner, id(modules[0]))).body.status).toBe('in_progress')
    await attempt(survey, learner, enrollment.id, true)
    expect((await complete(learner, id(modules[0]))).body.status).toBe('completed')
  })

  test('hybrid: the mark is kept until the quizzes are passed, and every survey completed', async () => {
    const { learner, modules, enrollment, id } = await classroom(1, { completion_criteria: 'hybrid' })
    const [graded, survey] = [await quiz(modules[0].id), await quiz(modules[0].id, true)]
    expect((await complete(learner, id(modules[0]))).body.status).toBe('in_progress')
    await attempt(graded, learner, enrollment.id, false)
    await attempt(graded, learner, enrollment.id, true)
    expect((await complete(learner, id(modules[0]))).body.status).toBe('in_progress')
    await attempt(survey, learner, enrollment.id, true)
    expect((await complete(learner, id(modules[0]))).body.status).toBe('completed')
  })
})

test('100,000 learners: adding a module, completing one and listing cost the same rows as with 10', async () => {
  const measure = async () => {
    const room = await classroom(3)
    const spend = async (run: (bindings: Partial<Env>) => Promise<{ status: number; text: string }>) => {
      const { env: counted, counts } = counting()
      const { status, text } = await run(counted)
      expect(status, text).toBeLessThan(300)
      return counts.rowsRead + counts.rowsWritten
    }
    return async () => ({
      add: await spend(bindings =>
        call('POST', '/api/modules/', {
          as: room.owner,
          env: bindings,
          body: { course: room.course.id, title: 'Late', is_published: true },
        }),
      ),
      complete: await spend(bindings =>
        call('POST', `/api/module-progress/${room.id(room.modules[0])}/complete/`, { as: room.learner, env: bindings }),
      ),
      progress: await spend(bindings => call('GET', '/api/progress/', { as: room.learner, env: bindings })),
      modules: await spend(bindings => call('GET', '/api/module-progress/', { as: room.learner, env: bindings })),
      room,
    })
  }
  const fill = async (courseId: number, learners: number) => {
    const at = `fill${courseId}-`
    await env.DB.batch([
      env.DB.prepare(
        `INSERT INTO users (username, username_key, email, email_key, created_at, updated_at)
         WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${learners}) SELECT '${at}' || i, '${at}' || i, '${at}' || i, '${at}' || i, 0, 0 FROM n`,
      ),
      env.DB.prepare(
        `INSERT INTO enrollments (user_id, course_id, enrolled_at) SELECT id, ?, 0 FROM users WHERE username_key >= '${at}' AND username_key < '${at}~'`,
      ).bind(courseId),
    ])
  }
  const [small, large] = [await measure(), await measure()]
  // The second classroom, its course filled.
  const courseId = (await env.DB.prepare('SELECT max(id) AS id FROM courses').first<number>('id')) ?? 0
  // One more behind it: a scan of the last course's modules ends with the index, every other reads one row further.
  await classroom(1)
  // Nobody enrolled in this very second: an event reads the learner's others of its second.
  await env.DB.prepare('UPDATE activities SET occurred_at = occurred_at - 60').run()
  const ten = await small()
  await fill(courseId, 100_000)
  const many = await large()
  expect(many.room.course.id).toBe(courseId)
  expect((await call('GET', `/api/courses/${courseId}/`, { as: many.room.owner })).body.enrollment_count).toBe(100_001)
  for (const what of ['add', 'complete', 'progress', 'modules'] as const) expect(many[what], what).toBe(ten[what])
}, 120_000)

test('whatever is published, deleted, reordered, completed, reset, enrolled or dropped: progress equals a recount, and only the learner makes or unmakes a completion', async () => {
  const { owner, learner, course, modules, enrollment, id } = await classroom(4)
  const event = fc.record({
    kind: fc.constantFrom(
      'publish',
      'unpublish',
      'delete',
      'restore',
      'reorder',
      'complete',
      'reset',
      'enroll',
      'drop',
      'add',
    ),
    at: fc.nat(5),
  })
  const completions = async () =>
    (
      await env.DB.prepare(
        'SELECT module_id, completed_at FROM module_progress WHERE enrollment_id = ? AND completed_at IS NOT NULL ORDER BY module_id',
      )
        .bind(enrollment.id)
        .all()
    ).results
  const standing = async () => ({
    modules: await completions(),
    course: await env.DB.prepare("SELECT status = 'completed' AS completed, completed_at FROM enrollments WHERE id = ?")
      .bind(enrollment.id)
      .first(),
  })
  await fc.assert(
    fc.asyncProperty(fc.array(event, { minLength: 8, maxLength: 20 }), async events => {
      for (const { kind, at } of events) {
        const module = modules[at % modules.length]
        const patch = (body: object) => call('PATCH', `/api/modules/${module.id}/`, { as: owner, body })
        const before = await standing()
        const wasGone = kind === 'enroll' && (await enrollmentOf(learner, owner)).status === 'dropped'
        if (kind === 'publish') await patch({ is_published: true })
        if (kind === 'unpublish') await patch({ is_published: false })
        if (kind === 'reorder') await patch({ order: at })
        if (kind === 'delete') await call('DELETE', `/api/modules/${module.id}/`, { as: owner })
        if (kind === 'restore') await call('POST', `/api/modules/${module.id}/restore/`, { as: owner })
        if (kind === 'complete') await complete(learner, id(module))
        if (kind === 'reset') await post(learner, id(module), 'reset')
        if (kind === 'enroll') await call('POST', `/api/courses/${course.slug}/enroll/`, { as: learner })
        if (kind === 'drop') await call('POST', `/api/courses/${course.slug}/unenroll/`, { as: learner })
        if (kind === 'add' && modules.length < 8) modules.push(await makeModule(owner, course.id))
        const isBack = kind === 'enroll' && wasGone && (await enrollmentOf(learner, owner)).progress === 100
        if (isBack) expect(await standing(), kind).toMatchObject({ modules: before.modules, course: { completed: 1 } })
        else if (!['complete', 'reset', 'drop'].includes(kind)) expect(await standing(), kind).toEqual(before)
      }
      const live = await env.DB.prepare(
        `SELECT count(*) AS total, count(p.completed_at) AS done FROM modules m LEFT JOIN module_progress p ON p.module_id = m.id AND p.enrollment_id = ?
         WHERE m.course_id = ? AND m.is_published = 1 AND m.deleted_at IS NULL`,
      )
        .bind(enrollment.id, course.id)
        .first<{ total: number; done: number }>()
      const { total, done } = live ?? { total: 0, done: 0 }
      const expected = total === 0 ? 0 : Math.round((100 * done) / total)
      const row = await enrollmentOf(learner, owner)
      expect(row.progress).toBe(expected)
      expect(row.progress).toBeLessThanOrEqual(100)
      const mine = await progressOf(learner, course)
      if (row.status === 'dropped') expect(mine).toBeUndefined()
      else expect(mine).toMatchObject({ percentage_complete: expected, modules_completed: done, total_modules: total })
      expect(row.status === 'completed').toBe(row.completed_at !== null)
    }),
    { numRuns: 15 },
  )
}, 120_000)
