import { env } from 'cloudflare:workers'
import { beforeAll, describe, expect, test } from 'vitest'
import { api } from '../../src/app.ts'
import { makeCourse } from '../factories/courses.ts'
import { insertQuestion } from '../factories/quizzes.ts'
import { insertModule, insertQuiz, unique } from '../factories/rows.ts'
import { makeInstructor, makeStaff, makeUser, type TestUser } from '../factories/users.ts'
import { call } from '../helpers/client.ts'
import { type Counts, counting } from '../helpers/counting.ts'

// What analytics may cost: a read is one round trip to D1, and reads the same rows of ten learners or of thousands, of ten
// events a day or of thousands. `active_learners_last_week` is read from the events themselves, so those here are older.

let owner: TestUser
let staff: TestUser
let learner: TestUser
let course: number
let module: number
let quiz: number
const LEARNERS = 40
const DAYS = 7
const MODULES = 4

/** The owner's course with modules, quizzes and the learner, in which everybody else learns too. */
beforeAll(async () => {
  ;[owner, staff, learner] = [await makeInstructor(), await makeStaff(), await makeUser()]
  course = (await makeCourse(owner)).id
  for (let n = 0; n < MODULES; n++) {
    module = await insertModule(course, { order: n })
    quiz = await insertQuiz(module)
    for (let order = 1; order <= 5; order++) await insertQuestion(quiz, order)
  }
  await grow(1)
  await act('u.id = ?', learner.id)
}, 60_000)

const series = (count: number) => `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${count})`

/** Adds `times` × 40 learners who do what learners do on the same seven days, long ago, and as much to the learner's days. */
async function grow(times: number): Promise<void> {
  const name = unique('grown')
  await env.DB.prepare(
    `INSERT INTO users (username, username_key, email, email_key, created_at, updated_at)
     ${series(LEARNERS * times)} SELECT '${name}-' || i, '${name}-' || i, '${name}-' || i, '${name}-' || i, 0, 0 FROM n`,
  ).run()
  await act(`u.username_key LIKE ? || '-%'`, name)
  await env.DB.prepare(
    `INSERT INTO activities (user_id, type, course_id, module_id, target_id, occurred_at, place, session_started_at)
     ${series(DAYS * 10 * times)} SELECT ?1, 'module_view', ?2, ?3, ?3, (i % ${DAYS}) * 86400 + i, ${times}, 0 FROM n`,
  )
    .bind(learner.id, course, module)
    .run()
}

/** Enrolls users and lets them see, complete, spend time, answer and be graded. */
async function act(who: string, value: unknown): Promise<void> {
  const run = (query: string) =>
    env.DB.prepare(query.replaceAll('WHO', who).replaceAll('COURSE', String(course)))
      .bind(value)
      .run()
  await run(`INSERT INTO enrollments (user_id, course_id, status, enrolled_at, completed_at)
    SELECT u.id, COURSE, iif(u.id % 3, 'active', 'completed'), (u.id % ${DAYS}) * 86400, iif(u.id % 3, NULL, 9) FROM users u WHERE WHO`)
  const theirs = 'FROM users u JOIN enrollments e ON e.user_id = u.id JOIN modules m ON m.course_id = e.course_id'
  await run(`INSERT INTO module_progress (enrollment_id, module_id, last_activity_at, first_seen_at, completed_at)
    SELECT e.id, m.id, 0, 1, iif(u.id % 2, 9, NULL) ${theirs} WHERE WHO`)
  await run(`INSERT INTO study_time (enrollment_id, module_id, day, seconds)
    SELECT e.id, m.id, date((n.i - 1) * 86400, 'unixepoch'), 60
    FROM (${series(DAYS)} SELECT i FROM n) n, users u JOIN enrollments e ON e.user_id = u.id JOIN modules m ON m.course_id = e.course_id WHERE WHO`)
  await run(`INSERT INTO activities (user_id, type, course_id, module_id, target_id, occurred_at, place, session_started_at)
    SELECT u.id, 'module_view', e.course_id, m.id, m.id, (u.id % ${DAYS}) * 86400 + 1, m.id * 100, 0 ${theirs} WHERE WHO`)
  await run(`INSERT INTO attempts (quiz_id, user_id, enrollment_id, status, started_at, completed_at, score_hundredths, passed, time_spent_seconds)
    SELECT q.id, u.id, e.id, 'completed', 0, (u.id % ${DAYS}) * 86400, u.id % 10001, u.id % 2, 60 ${theirs} JOIN quizzes q ON q.module_id = m.id WHERE WHO`)
  await run(`INSERT INTO responses (id, question_id, question_version_id, key_version_id, response_data, is_correct, max_nano, item_share, rest_share)
    SELECT a.id * 1000 + q."order", q.id, v.id, v.id, '{}', 1, 1000, 9000, 8000
    FROM users u JOIN attempts a ON a.user_id = u.id JOIN questions q ON q.quiz_id = a.quiz_id JOIN question_versions v ON v.question_id = q.id WHERE WHO`)
}

async function cost(method: string, path: string, as: TestUser): Promise<Counts> {
  const { env: counted, counts } = counting()
  const { status, text } = await call(method, path, { as, env: counted })
  expect(status, `${method} ${path}: ${text}`).toBe(200)
  return counts
}

type Read = [path: () => string, as: () => TestUser]
const [asOwner, asStaff, asLearner] = [() => owner, () => staff, () => learner]
const DATES = 'start_date=1970-01-01&end_date=1970-01-31'
const READS: Read[] = [
  [() => `/api/courses/quizzes/${quiz}/analytics/`, asOwner],
  [() => '/api/analytics/user-activity/', asLearner],
  [() => `/api/analytics/user-activity/?${DATES}`, asLearner],
  [() => '/api/analytics/course-analytics/', asOwner],
  [() => '/api/analytics/course-analytics/', asStaff],
  [() => `/api/analytics/course-analytics/?course=${course}`, asStaff],
  [() => `/api/analytics/course-analytics/?${DATES}`, asOwner],
  [() => '/api/analytics/module-engagement/', asOwner],
  [() => '/api/analytics/module-engagement/', asStaff],
  [() => `/api/analytics/module-engagement/?course=${course}`, asOwner],
  [() => `/api/analytics/module-engagement/?module=${module}`, asStaff],
  [() => '/api/analytics/learner-analytics/', asOwner],
  [() => '/api/analytics/learner-analytics/', asStaff],
  [() => `/api/analytics/learner-analytics/?course=${course}`, asOwner],
  [() => `/api/analytics/learner-analytics/?user=${learner.id}`, asOwner],
  [() => `/api/analytics/learner-analytics/?user=${learner.id}&course=${course}`, asStaff],
]

describe('round trips', () => {
  test.each(READS.map(read => [read[0].toString().slice(6), read] as const))('%s: 1', async (_name, [path, as]) => {
    const { d1Trips, kvWrites } = await cost('GET', path(), as())
    expect({ d1Trips, kvWrites }).toEqual({ d1Trips: 1, kvWrites: 0 })
  })

  test('recalculating: 2', async () => {
    expect((await cost('POST', `/api/courses/quizzes/${quiz}/recalculate-analytics/`, owner)).d1Trips).toBe(2)
  })

  test('exporting grades of a small class: 1', async () => {
    expect((await cost('GET', `/api/courses/${course}/grades/export/`, owner)).d1Trips).toBe(1)
  })

  test('every operation of analytics is measured', () => {
    const measured = READS.map(([path]) =>
      path()
        .replace(/\?.*/, '')
        .replace(/\/\d+\//, '/{id}/'),
    )
    const described = api.contracts.filter(({ path, method }) => /analytics/.test(path) && method === 'get')
    expect(described).toHaveLength(5)
    expect([...new Set(measured)].sort()).toEqual(described.map(({ path }) => path).sort())
  })
})

test('the rows of page 1, and of each learner’s grades, are the same with 50 times the learners and events', async () => {
  const measure = async () => {
    const rows: Record<string, number> = {}
    for (const [path, as] of READS) rows[`${path()} as ${as().username}`] = (await cost('GET', path(), as())).rowsRead
    return rows
  }
  const grades = () => cost('GET', `/api/courses/${course}/grades/export/`, owner)
  const [before, few] = [await measure(), await grades()]
  await grow(49)
  const [after, many] = [await measure(), await grades()]
  for (const [read, rows] of Object.entries(before)) {
    expect.soft(after[read], read).toBeLessThanOrEqual(Math.ceil(rows * 1.1))
    expect.soft(rows, read).toBeGreaterThan(0)
  }
  const { body } = await call('GET', '/api/analytics/learner-analytics/', { as: owner })
  expect(body.count).toBe(LEARNERS * 50 + 1)
  expect(many.d1Trips).toBe(3)
  expect(many.rowsRead / (LEARNERS * 50 + 1)).toBeLessThanOrEqual(few.rowsRead / (LEARNERS + 1))
  // An enrollment and its user, then a row of progress and of each attempt, at least.
  expect(many.rowsRead / (LEARNERS * 50 + 1)).toBeGreaterThan(2 + 2 * MODULES)
  const activity = await call('GET', '/api/analytics/user-activity/', { as: learner })
  expect(activity.body.count).toBe(DAYS * 10 * 50 + MODULES)
}, 120_000)

test('with 50 times the courses staff read the same rows, too', async () => {
  const lists = ['course-analytics', 'module-engagement', 'learner-analytics'].map(list => `/api/analytics/${list}/`)
  const fill = async (courses: number) => {
    const name = unique('filled')
    await env.DB.batch([
      env.DB.prepare(
        `INSERT INTO courses (title, slug, status, instructor_id, created_at, updated_at)
         ${series(courses)} SELECT 'C', '${name}-' || i, 'published', ?, 0, 0 FROM n`,
      ).bind(owner.id),
      env.DB.prepare(
        `INSERT INTO modules (course_id, title, "order", is_published, created_at, updated_at)
         SELECT c.id, 'M', i, 1, 0, 0 FROM courses c, (${series(2)} SELECT i FROM n) WHERE c.slug LIKE '${name}-%'`,
      ),
    ])
  }
  const measure = async () => {
    const rows: number[] = []
    for (const path of lists) rows.push((await cost('GET', path, staff)).rowsRead)
    return rows
  }
  await fill(12)
  const before = await measure()
  await fill(588)
  const after = await measure()
  for (const [n, rows] of before.entries()) expect.soft(after[n], lists[n]).toBeLessThanOrEqual(Math.ceil(rows * 1.1))
})

test('quizzes of other courses cost nothing, whoever looks at this one', async () => {
  const elsewhere = await insertModule((await makeCourse(staff)).id)
  // Not to be completed while its quiz is not passed, so what that needs is read each time.
  const examined = await insertModule(course, { completion_criteria: 'hybrid' })
  await insertQuiz(examined)
  const [{ id: enrollment }] = (await call('GET', '/api/progress/', { as: learner })).body.results
  const add = (count: number) =>
    env.DB.prepare(
      `INSERT INTO quizzes (module_id, title, is_published, created_at, updated_at) ${series(count)} SELECT ?, 'Q', 1, 0, 0 FROM n`,
    )
      .bind(elsewhere)
      .run()
  const looks: Read[] = [
    [() => `/api/analytics/course-analytics/?course=${course}`, asOwner],
    [() => `/api/analytics/course-analytics/?course=${course}&${DATES}`, asOwner],
    [() => `/api/courses/${course}/grades/export/`, asOwner],
    [() => '/api/progress/', asLearner],
    [() => '/api/module-progress/', asLearner],
  ]
  const measure = async () => {
    const rows: number[] = []
    for (const [path, as] of looks) rows.push((await cost('GET', path(), as())).rowsRead)
    const completion = `/api/module-progress/${enrollment * 10_000_000 + examined}/complete/`
    rows.push((await cost('POST', completion, learner)).rowsRead)
    return rows
  }
  await measure()
  const before = await measure()
  await add(1_000)
  expect(await measure()).toEqual(before)
})

describe('a course of 100,000 learners', () => {
  let teacher: TestUser
  let large: { id: number }

  beforeAll(async () => {
    teacher = await makeInstructor()
    large = await makeCourse(teacher)
    const quiz = await insertQuiz(await insertModule(large.id))
    await env.DB.batch([
      env.DB.prepare(
        `INSERT INTO users (username, username_key, email, email_key, created_at, updated_at)
         ${series(100_000)} SELECT 'many-' || i, 'many-' || i, 'many-' || i, 'many-' || i, 0, 0 FROM n`,
      ),
      env.DB.prepare(
        `INSERT INTO enrollments (user_id, course_id, enrolled_at) SELECT id, ?, 0 FROM users WHERE username_key LIKE 'many-%'`,
      ).bind(large.id),
      env.DB.prepare(
        `INSERT INTO attempts (quiz_id, user_id, enrollment_id, status, started_at, completed_at, score_hundredths)
         SELECT ?, user_id, id, 'completed', 0, 9, id % 10001 FROM enrollments WHERE course_id = ?`,
      ).bind(quiz, large.id),
    ])
  }, 60_000)

  test('its grades are one file, read as it is taken', async () => {
    const { env: counted, counts } = counting()
    const path = `/api/courses/${large.id}/grades/export/`
    const { text, status } = await call('GET', path, { as: teacher, env: counted })
    expect(status).toBe(200)
    const lines = text.trimEnd().split('\r\n')
    expect(lines).toHaveLength(1 + 100_000)
    expect(new Set(lines).size).toBe(lines.length)
    expect(lines.at(-1)).toMatch(/^\d+,many-\d+,many-\d+,active,0,\d+(\.\d+)?$/)
    // The last page is full, so one more is asked for.
    expect(counts.d1Trips).toBe(101)
    expect(counts.rowsRead / 100_000).toBeLessThan(6.1)
  })

  const learners = async (as: TestUser) =>
    (await call('GET', '/api/analytics/learner-analytics/?page_size=1', { as })).body.count

  test('its learners, and those of a second course, are counted to 10,000 together', async () => {
    const [small, both] = [await makeCourse(teacher), await makeUser()]
    expect(await learners(teacher)).toBe(100_000)
    await call('POST', `/api/courses/${small.slug}/enroll/`, { as: both })
    expect(await learners(teacher)).toBe(10_000)
    const { body } = await call('GET', '/api/analytics/learner-analytics/?page_size=2', { as: teacher })
    expect(body.results[0].user_id).toBe(both.id)
    await call('POST', `/api/courses/${small.slug}/unenroll/`, { as: both })
    expect(await learners(teacher)).toBe(100_000)
  })

  test('deleting and restoring it, and giving it away', async () => {
    const heir = await makeInstructor()
    const timed = async (method: string, path: string, as: TestUser, body?: unknown) => {
      const began = Date.now()
      const { status, text } = await call(method, path, { as, body })
      expect(status, text).toBeLessThan(300)
      // D1 gives a batch 30 s.
      const took = Date.now() - began
      expect(took).toBeLessThan(10_000)
    }
    const everybody = await learners(staff)
    expect(await learners(teacher)).toBe(100_000)
    await timed('DELETE', `/api/courses/${large.id}/`, teacher)
    expect([await learners(teacher), await learners(staff)]).toEqual([0, everybody - 100_000])
    await timed('POST', `/api/courses/${large.id}/restore/`, teacher)
    expect([await learners(teacher), await learners(staff)]).toEqual([100_000, everybody])
    await timed('PATCH', `/api/courses/${large.id}/`, staff, { instructor: heir.id })
    expect([await learners(teacher), await learners(heir), await learners(staff)]).toEqual([0, 100_000, everybody])
  }, 120_000)
})
