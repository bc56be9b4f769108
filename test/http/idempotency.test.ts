import { env } from 'cloudflare:workers'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { purge } from '../../src/cron/purge.ts'
import { makeHall } from '../factories/classrooms.ts'
import { makeCourse } from '../factories/courses.ts'
import { QUESTIONS, rightAnswer, wrongAnswer } from '../factories/questions.ts'
import { insertEnrollment, unique } from '../factories/rows.ts'
import { makeInstructor, makeUser, type TestUser } from '../factories/users.ts'
import { end, started } from '../helpers/attempts.ts'
import { type Answer, type CallOptions, call, tally } from '../helpers/client.ts'
import { counting } from '../helpers/counting.ts'
import { betweenTrips, faultyDatabase } from '../helpers/faults.ts'
import { evict, furnishDesk, LOST, wrapped } from '../helpers/objects.ts'

// A request with an `Idempotency-Key` is done at most once, and every repeat hears the first answer.

afterEach(() => {
  vi.restoreAllMocks()
  vi.useRealTimers()
})

const keyed = (method: string, path: string, key: string, options: CallOptions = {}): Promise<Answer> =>
  call(method, path, { ...options, headers: { ...options.headers, 'Idempotency-Key': key } })
const countOf = (table: string, condition: string) =>
  env.DB.prepare(`SELECT count(*) AS n FROM ${table} WHERE ${condition}`).first<number>('n')
const isReplayed = ({ headers }: Answer) => headers.get('Idempotent-Replayed') === 'true'
const newCourse = () => ({ title: unique('Repeated '), description: 'What is repeated.' })

test('a repeat hears the first answer, and nothing is done again', async () => {
  const owner = await makeInstructor()
  const [key, body] = [unique('key-'), newCourse()]
  const first = await keyed('POST', '/api/courses/', key, { as: owner, body })
  expect([first.status, isReplayed(first)]).toEqual([201, false])
  for (let repeat = 0; repeat < 3; repeat += 1) {
    const again = await keyed('POST', '/api/courses/', key, { as: owner, body })
    expect([again.status, again.text, isReplayed(again)]).toEqual([201, first.text, true])
    expect(again.headers.get('Content-Type')).toContain('application/json')
  }
  expect(await countOf('courses', `instructor_id = ${owner.id}`)).toBe(1)
  // Another key, and none, are other requests.
  expect((await keyed('POST', '/api/courses/', unique('key-'), { as: owner, body: newCourse() })).status).toBe(201)
  expect((await call('POST', '/api/courses/', { as: owner, body: newCourse() })).status).toBe(201)
})

test('twelve at once: one row, one answer', async () => {
  const owner = await makeInstructor()
  const [key, body] = [unique('key-'), newCourse()]
  const answers = await Promise.all(
    Array.from({ length: 12 }, () => keyed('POST', '/api/courses/', key, { as: owner, body })),
  )
  const told = answers.filter(({ status }) => status === 201)
  expect(told.length).toBeGreaterThanOrEqual(1)
  expect(new Set(told.map(({ text }) => text)).size).toBe(1)
  for (const { status, headers, body: said } of answers.filter(answer => answer.status !== 201)) {
    expect([status, headers.get('Retry-After')]).toEqual([409, '1'])
    expect(said).toEqual({ detail: 'A request with this Idempotency-Key is under way.', code: 'request_under_way' })
  }
  expect(await countOf('courses', `instructor_id = ${owner.id}`)).toBe(1)
  expect((await keyed('POST', '/api/courses/', key, { as: owner, body })).text).toBe(told[0]?.text)
})

test('fifty enrollments of one learner at once, in turns and again', async () => {
  const course = await makeCourse(await makeInstructor())
  const learner = await makeUser()
  const enroll = () => keyed('POST', `/api/courses/${course.slug}/enroll/`, 'enroll', { as: learner })
  const answers = await Promise.all(Array.from({ length: 50 }, enroll))
  for (const { status } of answers) expect([201, 409]).toContain(status)
  const again = await enroll()
  // Without the key a repeat hears of the enrollment that is there.
  expect([again.status, isReplayed(again)]).toEqual([201, true])
  const plain = await call('POST', `/api/courses/${course.slug}/enroll/`, { as: learner })
  expect([plain.status, isReplayed(plain)]).toEqual([200, false])
  expect(await countOf('enrollments', `user_id = ${learner.id}`)).toBe(1)
  expect(await countOf('activities', `user_id = ${learner.id} AND type = 'course_enroll'`)).toBe(1)
})

test('the same key for another path or body is refused, for another user it is another key', async () => {
  const owner = await makeInstructor()
  const [key, body] = [unique('key-'), newCourse()]
  const { body: course } = await keyed('POST', '/api/courses/', key, { as: owner, body })
  const refusal = [422, { detail: 'This Idempotency-Key was used for another request.', code: 'key_reused' }]
  const others = [
    await keyed('POST', '/api/courses/', key, { as: owner, body: newCourse() }),
    await keyed('POST', '/api/modules/', key, { as: owner, body: { course: course.id, title: 'One', order: 1 } }),
  ]
  for (const answer of others) expect([answer.status, answer.body]).toEqual(refusal)
  const other = await keyed('POST', '/api/courses/', key, { as: await makeInstructor(), body: newCourse() })
  expect([other.status, isReplayed(other)]).toEqual([201, false])
  expect(await countOf('modules', `course_id = ${course.id}`)).toBe(0)
})

describe('what is not kept', () => {
  test('a refusal: the next try counts', async () => {
    const owner = await makeInstructor()
    const course = await makeCourse(owner)
    const learner = await makeUser()
    const enroll = () => keyed('POST', `/api/courses/${course.slug}/enroll/`, 'later', { as: learner })
    await env.DB.prepare("UPDATE courses SET status = 'archived' WHERE id = ?").bind(course.id).run()
    expect((await enroll()).status).toBeGreaterThanOrEqual(400)
    await env.DB.prepare("UPDATE courses SET status = 'published' WHERE id = ?").bind(course.id).run()
    expect((await enroll()).status).toBe(201)
  })

  test('a write that a guard refuses keeps no key', async () => {
    const course = await makeCourse(await makeInstructor(), { max_students: 1 })
    const [learner, other] = [await makeUser(), await makeUser()]
    // Full by the time of the write, which the route could not read.
    const DB = faultyDatabase(betweenTrips(() => insertEnrollment(other.id, course.id)))
    const enroll = (bindings: Partial<Env> = {}) =>
      keyed('POST', `/api/courses/${course.slug}/enroll/`, 'full', { as: learner, env: bindings })
    const refused = await enroll({ DB })
    expect(refused.status, refused.text).toBe(400)
    expect(await countOf('idempotency_keys', `user_id = ${learner.id}`)).toBe(0)
    await env.DB.prepare('UPDATE courses SET max_students = 2 WHERE id = ?').bind(course.id).run()
    expect((await enroll()).status).toBe(201)
  })

  test('a failure before the write', async () => {
    vi.spyOn(console, 'error').mockImplementation(() => {})
    const owner = await makeInstructor()
    const body = newCourse()
    const DB = wrapped(() => Promise.reject(new Error(LOST)))
    expect((await keyed('POST', '/api/courses/', 'failing', { as: owner, body, env: { DB } })).status).toBe(503)
    expect((await keyed('POST', '/api/courses/', 'failing', { as: owner, body })).status).toBe(201)
  })

  test('anything of a request whose body holds a secret', async () => {
    const user = await makeUser()
    for (let repeat = 0; repeat < 2; repeat += 1) {
      const answer = await keyed('POST', '/api/users/password/change/', 'secret', {
        as: user,
        body: { current_password: 'x', new_password: 'y' },
      })
      expect([answer.status, isReplayed(answer)]).toEqual([400, false])
    }
    expect(await countOf('idempotency_keys', `user_id = ${user.id}`)).toBe(0)
  })

  test('a key after a day', async () => {
    const owner = await makeInstructor()
    expect((await keyed('POST', '/api/courses/', 'old', { as: owner, body: newCourse() })).status).toBe(201)
    await purge(env, Date.now() + 3_600_000)
    expect(await countOf('idempotency_keys', `user_id = ${owner.id}`)).toBe(1)
    await purge(env, Date.now() + 86_401_000)
    expect(await countOf('idempotency_keys', `user_id = ${owner.id}`)).toBe(0)
  })
})

test('a Worker that dies between writing and answering has done it once, and every repeat hears so', async () => {
  vi.spyOn(console, 'error').mockImplementation(() => {})
  const owner = await makeInstructor()
  const body = newCourse()
  let batches = 0
  // The second batch is written, and its answer never comes.
  const DB = wrapped(async run => {
    batches += 1
    const results = await run()
    if (batches === 2) throw new Error('D1_ERROR: internal error')
    return results
  })
  expect((await keyed('POST', '/api/courses/', 'dead', { as: owner, body, env: { DB } })).status).toBe(503)
  const soon = await keyed('POST', '/api/courses/', 'dead', { as: owner, body })
  expect([soon.status, soon.headers.get('Retry-After')]).toEqual([409, '1'])
  vi.useFakeTimers({ now: Date.now() + 31_000, toFake: ['Date'] })
  const later = await keyed('POST', '/api/courses/', 'dead', { as: owner, body })
  expect([later.status, later.body, later.headers.get('Retry-After')]).toEqual([
    409,
    { detail: 'This request was handled, but its answer was lost.', code: 'answer_lost' },
    null,
  ])
  expect(await countOf('courses', `instructor_id = ${owner.id}`)).toBe(1)
})

test('rights are checked again', async () => {
  const owner = await makeInstructor()
  const course = await makeCourse(owner)
  const body = { course: course.id, title: 'First', order: 1 }
  const make = () => keyed('POST', '/api/modules/', 'module', { as: owner, body })
  expect((await make()).status).toBe(201)
  await env.DB.prepare('UPDATE users SET is_instructor = 0 WHERE id = ?').bind(owner.id).run()
  expect((await make()).status).toBe(403)
  await env.DB.prepare('UPDATE users SET is_active = 0 WHERE id = ?').bind(owner.id).run()
  expect((await make()).status).toBe(401)
})

test.each(['', ' '.repeat(256), 'ключ', 'x'.repeat(256)])('a key that is none: %j', async key => {
  const owner = await makeInstructor()
  const headers = new Headers()
  headers.set('Idempotency-Key', key === 'ключ' ? 'caf\u00e9' : key)
  const answer = await call('POST', '/api/courses/', {
    as: owner,
    body: newCourse(),
    headers: Object.fromEntries(headers),
  })
  // An empty header counts as none where the runtime drops it.
  if (answer.status === 201) expect(key.trim()).toBe('')
  else expect([answer.status, Object.keys(answer.body)]).toEqual([400, ['Idempotency-Key']])
})

test('without the header nothing is asked, written or delayed; with it there is no further trip before the answer', async () => {
  const owner = await makeInstructor()
  const trips = async (headers: Record<string, string>) => {
    const { env: counted, counts } = counting()
    const { status } = await call('POST', '/api/courses/', {
      as: owner,
      body: newCourse(),
      env: counted,
      headers,
      leave: true,
    })
    expect(status).toBe(201)
    return counts.d1Trips
  }
  expect(await trips({})).toBe(2)
  expect(await trips({ 'Idempotency-Key': 'counted' })).toBe(2)
})

describe('attempts', () => {
  const start = (quiz: { id: number }, as: TestUser, key: string, bindings: Partial<Env> = {}) =>
    keyed('POST', `/api/courses/quizzes/${quiz.id}/start-attempt/`, key, { as, body: {}, env: bindings })

  test('a start that is repeated after the end begins no second attempt', async () => {
    const hall = await makeHall({ max_attempts: 0 })
    const first = await start(hall.quiz, hall.learner, 'begin')
    expect(first.status).toBe(201)
    await end(first.body, hall.learner)
    const again = await start(hall.quiz, hall.learner, 'begin')
    expect([again.status, again.text, isReplayed(again)]).toEqual([201, first.text, true])
    expect(await countOf('attempts', `quiz_id = ${hall.quiz.id}`)).toBe(1)
    const another = await start(hall.quiz, hall.learner, 'another')
    expect([another.status, another.body.id === first.body.id]).toEqual([201, false])
  })

  test('fifty starts at once with one key are one attempt', async () => {
    const hall = await makeHall({ max_attempts: 0 })
    const answers = await Promise.all(Array.from({ length: 50 }, () => start(hall.quiz, hall.learner, 'many')))
    for (const { status } of answers) expect([200, 201, 409]).toContain(status)
    expect(tally(answers)[201]).toBeGreaterThanOrEqual(1)
    expect(await countOf('attempts', `quiz_id = ${hall.quiz.id}`)).toBe(1)
  })

  test('a key that another route has used is refused by the desk, and the attempt does not begin', async () => {
    const hall = await makeHall({ max_attempts: 0 })
    await env.DB.prepare(
      "INSERT INTO idempotency_keys VALUES (?, 'taken', 'another request', 0, unixepoch(), 201, '{}')",
    )
      .bind(hall.learner.id)
      .run()
    expect((await start(hall.quiz, hall.learner, 'taken')).status).toBe(422)
    expect(await countOf('attempts', `quiz_id = ${hall.quiz.id}`)).toBe(0)
    await furnishDesk(hall.quiz.id)
  })

  test('an extension is granted once for each key, hibernation or not', async () => {
    const hall = await makeHall({ time_limit_minutes: 10, allow_time_extension: 1 })
    const attempt = await started(hall)
    const path = `/api/courses/quiz-attempts/${attempt.id}/grant-extension/`
    const grant = (key: string, minutes = 5) =>
      keyed('POST', path, key, { as: hall.instructor, body: { additional_minutes: minutes } })
    const first = await grant('one')
    expect([first.status, first.body.extended_minutes]).toEqual([200, 5])
    const answers = await Promise.all(Array.from({ length: 12 }, () => grant('two')))
    for (const { status, body } of answers) expect([status, body.extended_minutes]).toEqual([200, 10])
    await evict(attempt)
    const again = await grant('one')
    expect([again.body.extended_minutes, isReplayed(again)]).toEqual([5, true])
    expect((await grant('one', 6)).status).toBe(422)
    expect((await grant('three')).body.extended_minutes).toBe(15)
    expect(await countOf('idempotency_keys', `user_id = ${hall.instructor.id}`), 'the object keeps them').toBe(0)
  })

  test('an answer and an end are kept by the attempt, without the database', async () => {
    const hall = await makeHall({ show_feedback: 'after_completion' }, [QUESTIONS.true_false, QUESTIONS.numeric])
    const attempt = await started(hall)
    const [asked] = hall.quiz.questions
    if (!asked) throw new Error('there is one')
    const path = `/api/courses/quiz-attempts/${attempt.id}`
    const answer = (key: string, data: object, options: CallOptions = {}) =>
      keyed('POST', `${path}/submit-response/`, key, {
        as: hall.learner,
        body: { question: asked.id, response_data: data },
        ...options,
      })
    const { env: counted, counts } = counting()
    const first = await answer('a', rightAnswer(asked), { env: counted })
    expect([first.status, counts.d1Trips]).toEqual([200, 0])
    expect((await answer('b', wrongAnswer(asked))).status).toBe(200)
    await evict(attempt)
    // The late copy of the first one does not undo the second.
    const late = await answer('a', rightAnswer(asked))
    expect([late.status, late.text, isReplayed(late)]).toEqual([200, first.text, true])
    expect((await answer('a', wrongAnswer(asked))).status).toBe(422)
    const ended = await keyed('POST', `${path}/complete/`, 'end', { as: hall.learner })
    expect([ended.status, ended.body.score, isReplayed(ended)]).toEqual([200, 0, false])
    const again = await keyed('POST', `${path}/complete/`, 'end', { as: hall.learner })
    expect([again.status, again.body, isReplayed(again)]).toEqual([200, ended.body, true])
    expect((await keyed('POST', `${path}/abandon/`, 'end', { as: hall.learner })).status).toBe(422)
    expect(await countOf('idempotency_keys', `user_id = ${hall.learner.id}`)).toBe(0)
  })

  test('an extension for everybody is granted once for each key', async () => {
    const hall = await makeHall({ time_limit_minutes: 10, allow_time_extension: 1 })
    await started(hall)
    const grant = () =>
      keyed('POST', `/api/courses/quizzes/${hall.quiz.id}/grant-extension/`, 'fire alarm', {
        as: hall.instructor,
        body: { additional_minutes: 5 },
      })
    const answers = await Promise.all(Array.from({ length: 5 }, grant))
    for (const { status, body } of answers) expect([status, body.results[0]?.extended_minutes]).toEqual([200, 5])
    expect((await grant()).body.results[0]?.extended_minutes).toBe(5)
  })
})
