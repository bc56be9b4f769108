import { runDurableObjectAlarm } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { describe, expect, test, vi } from 'vitest'
import { purge } from '../../src/cron/purge.ts'
import { audit } from '../../src/db/schema/audit.ts'
import { makeHall } from '../factories/classrooms.ts'
import { enrolled, makeCourse, makeModule } from '../factories/courses.ts'
import { makeCode } from '../factories/qr-codes.ts'
import { QUESTIONS, rightAnswer } from '../factories/questions.ts'
import { makeAccount, makeInstructor, makeStaff, makeUser, type TestUser } from '../factories/users.ts'
import { PASSWORD } from '../helpers/accounts.ts'
import { end, started, submit } from '../helpers/attempts.ts'
import { call, statusFor } from '../helpers/client.ts'
import { counting } from '../helpers/counting.ts'
import { failingAt } from '../helpers/faults.ts'
import { evict, failing, LOST, objectOf, ring, withDatabase, wrapped } from '../helpers/objects.ts'

type Entry = Record<string, unknown>
const now = () => Math.floor(Date.now() / 1000)
const acts = async (query: string, as?: TestUser): Promise<Entry[]> => {
  const { status, text, body } = await call('GET', `/api/audit/?${query}`, { as: as ?? (await makeStaff()) })
  expect(status, text).toBe(200)
  return body.results
}
/** The entries whose actor somebody is, without their id and time. */
const actsOf = async (actor: { id: number }, as?: TestUser) =>
  (await acts(`actor=${actor.id}&page_size=100`, as)).map(({ id: _, at: __, ...entry }) => entry)

async function ok(method: string, path: string, as: TestUser, body?: unknown) {
  const answer = await call(method, path, { as, body })
  expect(answer.status, `${method} ${path}: ${answer.text}`).toBeLessThan(300)
  return answer.body
}

/** A course with an essay that waits, a true or false question answered wrong, and one attempt that runs. */
async function school() {
  const hall = await makeHall({ time_limit_minutes: 10, allow_time_extension: 1 }, [
    QUESTIONS.essay,
    QUESTIONS.true_false,
  ])
  const [essay, statement] = hall.quiz.questions
  if (!essay || !statement) throw new Error('there are questions')
  const attempt = await started(hall)
  await submit(attempt, hall.learner, essay.id, rightAnswer(essay))
  const { selected_answer } = rightAnswer(statement)
  await submit(attempt, hall.learner, statement.id, { selected_answer: !selected_answer })
  return { ...hall, attempt, statement, selected: selected_answer }
}
type School = Awaited<ReturnType<typeof school>>

const named = ({ id, username }: TestUser) => ({ user: id, username })
const nobody = { user: null, username: null }
const none = { old: null, new: null }

type Expected = Entry & { action: string }
/** Each act: what is done, and what the audit says of it. */
const ACTS: [string, (w: School) => Promise<Expected[]>][] = [
  [
    'an essay is graded, and graded again',
    async ({ instructor, learner, course, attempt }) => {
      await end(attempt, learner)
      const path = `/api/courses/question-responses/${attempt.id * 1000}/grade-essay/`
      await ok('POST', path, instructor, { score: 0.5 })
      await ok('POST', path, instructor, { score: 1 })
      const of = { action: 'response.graded', ...named(learner), course: course.id, target: attempt.id * 1000 }
      return [
        { ...of, old: { score: 0.5 }, new: { score: 1 } },
        { ...of, old: { score: null }, new: { score: 0.5 } },
      ]
    },
  ],
  [
    'a question is regraded, with the grades that it changes',
    async ({ instructor, learner, course, attempt, statement, selected }) => {
      await end(attempt, learner)
      await ok('PATCH', `/api/questions/${statement.id}/`, instructor, { correct_answer: !selected })
      await ok('POST', `/api/questions/${statement.id}/regrade/`, instructor, { dry_run: true })
      const { id } = await ok('POST', `/api/questions/${statement.id}/regrade/`, instructor)
      await vi.waitUntil(
        async () => (await ok('GET', `/api/regrades/${id}/`, instructor)).status === 'completed',
        10_000,
      )
      const response = attempt.id * 1000 + 1
      return [
        {
          action: 'response.regraded',
          ...named(learner),
          course: course.id,
          target: response,
          old: { score: 0 },
          new: { score: 1 },
        },
        {
          action: 'question.regraded',
          ...nobody,
          course: course.id,
          target: statement.id,
          old: null,
          new: { regrade: id },
        },
      ]
    },
  ],
  [
    'more time is granted, to one and to everybody',
    async ({ instructor, learner, course, quiz, attempt }) => {
      await ok('POST', `/api/courses/quiz-attempts/${attempt.id}/grant-extension/`, instructor, {
        additional_minutes: 5,
      })
      await ok('POST', `/api/courses/quizzes/${quiz.id}/grant-extension/`, instructor, { additional_minutes: 10 })
      await runDurableObjectAlarm(objectOf(attempt) as never)
      const of = { action: 'attempt.extended', ...named(learner), course: course.id, target: attempt.id }
      return [
        { ...of, old: { extended_minutes: 5 }, new: { extended_minutes: 15 } },
        { ...of, old: { extended_minutes: 0 }, new: { extended_minutes: 5 } },
      ]
    },
  ],
  [
    'a learner is removed',
    async ({ instructor, course }) => {
      const learner = await makeUser()
      const { id } = await enrolled(learner, course)
      const path = `/api/courses/${course.id}/enrollments/${id}/`
      await ok('DELETE', path, instructor)
      await ok('DELETE', path, instructor)
      return [
        {
          action: 'enrollment.removed',
          ...named(learner),
          course: course.id,
          target: id,
          old: { status: 'active' },
          new: { status: 'dropped' },
        },
      ]
    },
  ],
  ...(['quiz', 'module', 'course'] as const).map((kind): (typeof ACTS)[number] => [
    `a ${kind} is deleted and restored, once each`,
    async w => {
      const { instructor, course } = w
      const target = w[kind].id
      const path = `/api/${kind === 'quiz' ? 'quizzes' : `${kind}s`}/${target}/`
      await ok('POST', `${path}restore/`, instructor)
      await ok('DELETE', path, instructor)
      await ok('POST', `${path}restore/`, instructor)
      await ok('POST', `${path}restore/`, instructor)
      const of = { ...nobody, course: course.id, target, ...none }
      return [
        { action: `${kind}.restored`, ...of },
        { action: `${kind}.deleted`, ...of },
      ]
    },
  ]),
  [
    'a question is deleted, asked or not',
    async ({ instructor, course, quiz, statement }) => {
      const added = await ok('POST', `/api/quizzes/${quiz.id}/questions/`, instructor, {
        type: 'true_false',
        text: 'Nobody was asked this.',
        correct_answer: true,
      })
      for (const id of [statement.id, added.id]) await ok('DELETE', `/api/questions/${id}/`, instructor)
      const of = { action: 'question.deleted', ...nobody, course: course.id, ...none }
      return [
        { ...of, target: added.id },
        { ...of, target: statement.id },
      ]
    },
  ],
  [
    'a code is deleted',
    async ({ instructor, course, module }) => {
      const { id } = await makeCode(instructor, { type: 'module', target_id: module.id })
      await ok('DELETE', `/api/qr-codes/codes/${id}/`, instructor)
      return [{ action: 'code.deleted', ...nobody, course: course.id, target: id, ...none }]
    },
  ],
  [
    'the own role is laid down',
    async ({ instructor }) => {
      const left = await call('PATCH', '/api/users/profile/', {
        as: instructor,
        body: { is_instructor: false, bio: 'Left' },
        env: { INSTRUCTOR_SIGNUP: 'open' },
      })
      expect(left.status).toBe(200)
      await ok('PATCH', '/api/users/profile/', instructor, { is_instructor: false })
      const is = { is_staff: false, is_active: true }
      return [
        {
          action: 'user.roles_changed',
          ...named(instructor),
          course: null,
          target: instructor.id,
          old: { is_instructor: true, ...is },
          new: { is_instructor: false, ...is },
        },
      ]
    },
  ],
]

describe('an act', () => {
  test.each(ACTS)('%s', async (_, act) => {
    const world = await school()
    const before = await actsOf(world.instructor)
    expect(before).toEqual([])
    const expected = await act(world)
    const by = { actor: world.instructor.id, actor_username: world.instructor.username }
    expect(await actsOf(world.instructor)).toEqual(expected.map(entry => ({ ...by, ...entry })))
  })

  test('roles change, by staff, and what stays as it was is no act', async () => {
    const [staff, user] = [await makeStaff(), await makeUser()]
    const change = (body: object) => ok('PATCH', `/api/users/${user.id}/`, staff, body)
    await change({ is_instructor: true })
    await change({ is_instructor: true })
    await change({ is_staff: true, is_active: false })
    const of = {
      actor: staff.id,
      actor_username: staff.username,
      action: 'user.roles_changed',
      ...named(user),
      course: null,
      target: user.id,
    }
    expect(await actsOf(staff)).toEqual([
      {
        ...of,
        old: { is_instructor: true, is_staff: false, is_active: true },
        new: { is_instructor: true, is_staff: true, is_active: false },
      },
      {
        ...of,
        old: { is_instructor: false, is_staff: false, is_active: true },
        new: { is_instructor: true, is_staff: false, is_active: true },
      },
    ])
  })

  test('a token is made and revoked', async () => {
    const [owner, course] = [await makeAccount(), await makeCourse(await makeInstructor())]
    const body = { name: 'Script', access: 'write', courses: [course.id], password: PASSWORD }
    const { id } = await ok('POST', '/api/users/tokens/', owner, body)
    await ok('DELETE', `/api/users/tokens/${id}/`, owner)
    expect((await call('DELETE', `/api/users/tokens/${id}/`, { as: owner })).status).toBe(404)
    const of = { actor: owner.id, actor_username: owner.username, ...named(owner), course: null, target: id }
    const what = { access: 'write', courses: [course.id] }
    expect(await actsOf(owner)).toEqual([
      { ...of, action: 'token.revoked', old: what, new: null },
      { ...of, action: 'token.created', old: null, new: what },
    ])
  })

  test('of several at once is as many entries, each with the value that it replaced', async () => {
    const { instructor, learner, attempt } = await school()
    await end(attempt, learner)
    const scores = [0.1, 0.2, 0.3, 0.4, 0.5]
    const path = `/api/courses/question-responses/${attempt.id * 1000}/grade-essay/`
    await Promise.all(scores.map(score => ok('POST', path, instructor, { score })))
    const entries = (await actsOf(instructor)).reverse() as { old: { score: number }; new: { score: number } }[]
    expect(entries.map(entry => entry.new.score).sort()).toEqual(scores)
    expect(entries.map(entry => entry.old.score)).toEqual([null, ...entries.slice(0, -1).map(entry => entry.new.score)])
  })

  test('that is refused, or fails, is none', async () => {
    const { instructor, course } = await school()
    const other = await makeInstructor()
    expect((await call('DELETE', `/api/courses/${course.id}/`, { as: other })).status).toBe(403)
    const failed = await call('DELETE', `/api/courses/${course.id}/`, { as: instructor, env: failingAt(2).env })
    expect(failed.status).toBe(500)
    expect(await acts(`course=${course.id}`)).toEqual([])
  })

  test('over which somebody else’s save went is none, and a repeat of one with the same key is no second', async () => {
    const { instructor, course, attempt } = await school()
    const stale = await call('DELETE', `/api/courses/${course.id}/`, {
      as: instructor,
      headers: { 'If-Match': '"999"' },
    })
    expect(stale.status).toBe(412)
    const extend = () =>
      call('POST', `/api/courses/quiz-attempts/${attempt.id}/grant-extension/`, {
        as: instructor,
        body: { additional_minutes: 5 },
        headers: { 'Idempotency-Key': 'five more' },
      })
    expect([(await extend()).status, (await extend()).status]).toEqual([200, 200])
    await ring(attempt)
    expect((await acts(`course=${course.id}`)).map(({ action }) => action)).toEqual(['attempt.extended'])
  })

  test('of the last staff user’s own role is none, because it is refused', async () => {
    const staff = await makeStaff()
    await env.DB.prepare('UPDATE users SET is_staff = 0 WHERE id <> ?').bind(staff.id).run()
    const refused = await call('PATCH', `/api/users/${staff.id}/`, { as: staff, body: { is_staff: false } })
    expect(refused.status).toBe(400)
    expect(await actsOf(staff, staff)).toEqual([])
  })

  test('all actions are acted out above', () => {
    const acted = `${ACTS.map(([name, act]) => name + act).join()} user.roles_changed token.created token.revoked`
    const kinds = audit.action.enumValues.filter(name => !/^(quiz|module|course)\./.test(name))
    expect(kinds.filter(name => !acted.includes(name))).toEqual([])
  })
})

describe('an extension is delivered', () => {
  const extend = ({ instructor, attempt }: School) =>
    ok('POST', `/api/courses/quiz-attempts/${attempt.id}/grant-extension/`, instructor, { additional_minutes: 5 })
  const alarm = ({ attempt }: School) => ring(attempt)
  const recorded = ({ attempt }: School) =>
    env.DB.prepare("SELECT count(*) AS n FROM audit WHERE action = 'attempt.extended' AND target_id = ?")
      .bind(attempt.id)
      .first<number>('n')

  test('by the alarm alone, though the object lost its memory', async () => {
    const world = await school()
    await extend(world)
    await evict(world.attempt)
    await alarm(world)
    expect(await recorded(world)).toBe(1)
    await alarm(world)
    expect(await recorded(world)).toBe(1)
  })

  test('again until the database has it, and once though its answer was lost', async () => {
    vi.spyOn(console, 'error').mockReturnValue()
    const world = await school()
    await extend(world)
    await withDatabase(world.attempt, failing(9).DB)
    await alarm(world)
    expect(await recorded(world)).toBe(0)
    await withDatabase(
      world.attempt,
      wrapped(async batch => {
        await batch()
        throw new Error(LOST)
      }),
    )
    await alarm(world)
    expect(await recorded(world)).toBe(1)
    await evict(world.attempt)
    await alarm(world)
    expect(await recorded(world)).toBe(1)
    vi.restoreAllMocks()
  })

  test('of an attempt that ends at once, soon after its end', async () => {
    const world = await school()
    await extend(world)
    await end(world.attempt, world.learner)
    await alarm(world)
    expect(await recorded(world)).toBe(1)
  })
})

describe('who reads it', () => {
  test('staff all of it, instructors that of their courses, learners and strangers nothing', async () => {
    const [owner, other, staff, learner] = [
      await makeInstructor(),
      await makeInstructor(),
      await makeStaff(),
      await makeUser(),
    ]
    const [own, foreign] = [await makeCourse(owner), await makeCourse(other)]
    for (const [course, as] of [
      [own, owner],
      [foreign, other],
    ] as const) {
      const { id } = await makeModule(as, course.id)
      await ok('DELETE', `/api/modules/${id}/`, as)
    }
    expect(await statusFor('/api/audit/', [undefined, learner, owner, staff])).toEqual([401, 403, 200, 200])
    expect((await acts('', owner)).map(({ course }) => course)).toEqual([own.id])
    expect(await acts(`course=${foreign.id}`, owner)).toEqual([])
    expect(await acts(`actor=${other.id}`, owner)).toEqual([])
    const seen = (await acts('action=module.deleted&page_size=2', staff)).map(({ course }) => course)
    expect(seen).toEqual([foreign.id, own.id])
  })

  test('an instructor who lost the role reads nothing, and of a deleted course only staff do', async () => {
    const [owner, staff] = [await makeInstructor(), await makeStaff()]
    const course = await makeCourse(owner)
    await ok('DELETE', `/api/courses/${course.id}/`, owner)
    expect(await acts('', owner)).toEqual([])
    expect(await acts(`course=${course.id}`, staff)).toHaveLength(1)
    await env.DB.prepare('UPDATE users SET is_instructor = 0 WHERE id = ?').bind(owner.id).run()
    expect((await call('GET', '/api/audit/', { as: owner })).status).toBe(403)
  })

  test('by course, person, actor, action and day', async () => {
    const [staff, learner, instructor] = [await makeStaff(), await makeUser(), await makeInstructor()]
    const course = await makeCourse(instructor)
    const { id } = await enrolled(learner, course)
    await ok('DELETE', `/api/courses/${course.id}/enrollments/${id}/`, instructor)
    await ok('DELETE', `/api/courses/${course.id}/`, instructor)
    const today = new Date().toISOString().slice(0, 10)
    const found = async (query: string) =>
      (await acts(`course=${course.id}&${query}`, staff)).map(({ action }) => action)
    expect(await found('')).toEqual(['course.deleted', 'enrollment.removed'])
    expect(await found(`user=${learner.id}`)).toEqual(['enrollment.removed'])
    expect(await found(`actor=${learner.id}`)).toEqual([])
    expect(await found('action=course.deleted')).toEqual(['course.deleted'])
    expect(await found(`start_date=${today}&end_date=${today}`)).toHaveLength(2)
    expect(await found('end_date=2020-01-01')).toEqual([])
    const wrong = await call('GET', '/api/audit/?action=sleep&start_date=2026-02-01&end_date=2026-01-01', { as: staff })
    expect(Object.keys(wrong.body)).toEqual(['action'])
    const reversed = await call('GET', '/api/audit/?start_date=2026-02-01&end_date=2026-01-01', { as: staff })
    expect(reversed.body).toEqual({ end_date: ['Must not be before start_date.'] })
  })

  test('in one round trip, whose page reads no more when there is more', async () => {
    const [owner, staff] = [await makeInstructor(), await makeStaff()]
    const course = await makeCourse(owner)
    const add = (rows: number) =>
      env.DB.prepare(
        `INSERT INTO audit (at, actor_id, action, user_id, course_id, target_id)
         SELECT ?1 - value, ?2, 'module.deleted', NULL, ?3, 1 FROM generate_series WHERE start = 1 AND stop = ?4`.replace(
          'FROM generate_series WHERE start = 1 AND stop = ?4',
          'FROM (WITH RECURSIVE n (value) AS (SELECT 1 UNION ALL SELECT value + 1 FROM n WHERE value < ?4) SELECT value FROM n)',
        ),
      )
        .bind(now(), owner.id, course.id, rows)
        .run()
    const cost = async (as: TestUser, query: string) => {
      const { env: counted, counts } = counting()
      const { body } = await call('GET', `/api/audit/?${query}`, { as, env: counted })
      return { trips: counts.d1Trips, beyondTheCount: counts.rowsRead - body.count }
    }
    await add(30)
    const queries: [TestUser, string][] = [
      [owner, ''],
      [staff, `course=${course.id}`],
      [staff, `actor=${owner.id}`],
    ]
    const before = await Promise.all(queries.map(([as, query]) => cost(as, query)))
    await add(1_500)
    const after = await Promise.all(queries.map(([as, query]) => cost(as, query)))
    expect(before.map(({ trips }) => trips)).toEqual([1, 1, 1])
    after.forEach(({ trips, beyondTheCount }, place) => {
      expect(trips).toBe(1)
      expect(beyondTheCount).toBeLessThanOrEqual((before[place]?.beyondTheCount ?? 0) + 5)
    })
  })
})

describe('it stays', () => {
  const insert = async (at: number) => {
    const user = await makeUser()
    const row = await env.DB.prepare(
      `INSERT INTO audit (at, actor_id, action, user_id, target_id, old, new)
       VALUES (?1, ?2, 'response.graded', ?2, 1, '{"score":1}', '{"score":2}') RETURNING id`,
    )
      .bind(at, user.id)
      .first<number>('id')
    return row ?? 0
  }
  const run = (text: string, id: number) => env.DB.prepare(text).bind(id).run()
  const stored = (id: number) => env.DB.prepare('SELECT * FROM audit WHERE id = ?').bind(id).first()

  test.each([
    'UPDATE audit SET actor_id = 1 + actor_id WHERE id = ?',
    "UPDATE audit SET new = '{}' WHERE id = ?",
    "UPDATE audit SET action = 'course.deleted', old = NULL, new = NULL WHERE id = ?",
    'UPDATE audit SET at = 0, old = NULL, new = NULL WHERE id = ?',
    'UPDATE audit SET old = NULL WHERE id = ?',
    'DELETE FROM audit WHERE id = ?',
  ])('%s is refused', async text => {
    const id = await insert(now())
    const before = await stored(id)
    await expect(run(text, id)).rejects.toThrow('AUDIT_KEPT')
    expect(await stored(id)).toEqual(before)
  })

  test('but for its details, which an erasure takes away', async () => {
    const id = await insert(now())
    await run('UPDATE audit SET old = NULL, new = NULL WHERE id = ?', id)
    expect(await stored(id)).toMatchObject({ old: null, new: null, action: 'response.graded' })
  })

  test.each([
    [{}, 730],
    [{ AUDIT_RETENTION_DAYS: '60' }, 60],
    [{ AUDIT_RETENTION_DAYS: '1' }, 30],
    [{ AUDIT_RETENTION_DAYS: 'long' }, 730],
  ])('with %j for %i days', async (settings, days) => {
    const [kept, old] = [await insert(now() - days * 86_400), await insert(now() - (days + 2) * 86_400)]
    await purge({ ...env, ...settings } as Env, Date.now())
    expect(await stored(kept)).not.toBeNull()
    expect(await stored(old)).toBeNull()
  })
})
