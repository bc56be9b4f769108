import { env } from 'cloudflare:workers'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { EVENTS } from '../../src/features/webhooks/events.ts'
import { makeHall } from '../factories/classrooms.ts'
import { enrolled, makeCourse } from '../factories/courses.ts'
import { makeCode } from '../factories/qr-codes.ts'
import { QUESTIONS, rightAnswer } from '../factories/questions.ts'
import { makeStaff, makeUser } from '../factories/users.ts'
import { makeWebhook } from '../factories/webhooks.ts'
import { end, startAttempt, started, submit } from '../helpers/attempts.ts'
import { call } from '../helpers/client.ts'
import { cost, counting } from '../helpers/counting.ts'
import { withDatabase } from '../helpers/objects.ts'
import { scan } from '../helpers/qr-codes.ts'
import { arrived, type Received, receive } from '../helpers/webhooks.ts'

afterEach(() => vi.restoreAllMocks())

const essayHall = () => makeHall({ passing_score: 70 }, [{ ...QUESTIONS.true_false, points: 10 }, QUESTIONS.essay])
const outboxRows = () => env.DB.prepare('SELECT count(*) AS n FROM outbox').first<number>('n')
const typesOf = (received: Received[]) => received.map(({ type }) => type)

describe('events', () => {
  test('each act is told with ids and states, within seconds and in order', async () => {
    const hall = await essayHall()
    const { instructor, course, quiz, module } = hall
    const hook = await makeWebhook(instructor, { course: course.id })
    const received = receive(hook)
    const learner = await makeUser({ firstName: 'Secretname' })
    const expected: { type: string; data: object }[] = []
    const next = async (...events: [string, object][]) => {
      expected.push(...events.map(([type, data]) => ({ type, data })))
      await arrived(received, expected.length)
    }
    const ids = { course: course.id, user: learner.id }

    const { id: enrollment } = await enrolled(learner, course)
    await next(['enrollment.created', { ...ids, enrollment, status: 'active' }])
    const code = await makeCode(instructor, { type: 'attendance', target_id: module.id })
    const scanned = await scan(learner, code)
    await next(['scan.recorded', { ...ids, scan: scanned.body.id, qr_code: code.id, status: 'valid' }])
    const attempt = await started({ quiz, learner })
    const ofAttempt = { ...ids, attempt: attempt.id, quiz: quiz.id, module: module.id, enrollment }
    await next(['attempt.started', { ...ofAttempt, status: 'in_progress' }])
    const [statement, essay] = quiz.questions
    if (!statement || !essay) throw new Error('there are two questions')
    await submit(attempt, learner, statement.id, rightAnswer(statement))
    await submit(attempt, learner, essay.id, { value: 'Secretanswer' })
    await end(attempt, learner)
    await next(['attempt.ended', { ...ofAttempt, status: 'completed' }])
    const response = attempt.id * 1000 + 1
    const grade = { as: instructor, body: { score: 10, feedback: 'Secretfeedback' } }
    const graded = await call('POST', `/api/courses/question-responses/${response}/grade-essay/`, grade)
    expect(graded.status, graded.text).toBe(200)
    const ofModule = { ...ids, enrollment, status: 'completed' }
    await next(
      ['response.graded', { ...ofAttempt, response, question: essay.id, status: 'graded' }],
      ['module.completed', { ...ofModule, module: module.id }],
      ['course.completed', ofModule],
    )
    const rekeyed = await call('POST', `/api/questions/${statement.id}/regrade/`, { as: instructor, body: {} })
    const ofQuestion = { course: course.id, quiz: quiz.id, module: module.id, question: statement.id }
    await next(['regrade.finished', { ...ofQuestion, regrade: rekeyed.body.id, status: 'completed', dry_run: false }])
    const other = await makeUser()
    await enrolled(other, course)
    const left = await call('POST', `/api/courses/${course.slug}/unenroll/`, { as: other })
    expect(left.status).toBe(204)
    await enrolled(other, course)
    await arrived(received, expected.length + 3)

    const told = received.map(({ type, data }) => ({ type, data }))
    expect(told.slice(0, expected.length)).toEqual(expected)
    expect(told.slice(expected.length)).toMatchObject([
      { type: 'enrollment.created', data: { user: other.id, status: 'active' } },
      { type: 'enrollment.dropped', data: { user: other.id, status: 'dropped' } },
      { type: 'enrollment.created', data: { user: other.id, status: 'active' } },
    ])
    expect(new Set(typesOf(received))).toEqual(new Set(EVENTS))
    expect(new Set(received.map(({ id }) => id)).size).toBe(received.length)
    expect(JSON.stringify(received)).not.toMatch(/Secret|@|username/)
    for (const { timestamp } of received) expect(Math.abs(Date.parse(timestamp) - Date.now())).toBeLessThan(60_000)
    await vi.waitUntil(async () => (await outboxRows()) === 0, { timeout: 5_000 })
  })

  test('only those who subscribed hear of them: by course and by type', async () => {
    const [hall, staff] = [await makeHall(), await makeStaff()]
    const { instructor, course } = hall
    const other = await makeCourse(instructor)
    const hooks = {
      course: await makeWebhook(instructor, { course: course.id, events: ['enrollment.created'] }),
      dropped: await makeWebhook(instructor, { course: course.id, events: ['enrollment.dropped'] }),
      other: await makeWebhook(instructor, { course: other.id }),
      all: await makeWebhook(staff, { course: null, events: ['enrollment.created'] }),
      disabled: await makeWebhook(staff, { course: null }),
    }
    const { disabled } = hooks
    await call('PATCH', `/api/webhooks/${disabled.id}/`, { as: staff, body: { is_enabled: false } })
    const received = Object.fromEntries(Object.entries(hooks).map(([name, hook]) => [name, receive(hook)]))
    const learner = await makeUser()
    await enrolled(learner, course)
    await enrolled(learner, other)
    await call('POST', `/api/courses/${course.slug}/unenroll/`, { as: learner })
    await Promise.all([
      arrived(received['course'] ?? [], 1),
      arrived(received['dropped'] ?? [], 1),
      arrived(received['other'] ?? [], 1),
      arrived(received['all'] ?? [], 2),
    ])
    const told = Object.fromEntries(
      Object.entries(received).map(([name, messages]) => [
        name,
        messages.map(({ type, data }) => `${type} ${data['course']}`),
      ]),
    )
    expect(told).toEqual({
      course: [`enrollment.created ${course.id}`],
      dropped: [`enrollment.dropped ${course.id}`],
      other: [`enrollment.created ${other.id}`],
      all: [`enrollment.created ${course.id}`, `enrollment.created ${other.id}`],
      disabled: [],
    })
  })

  test('an act that is refused and a preview are no events', async () => {
    const { instructor, course, quiz } = await makeHall()
    await call('PATCH', `/api/courses/${course.id}/`, { as: instructor, body: { max_students: 1 } })
    const hook = await makeWebhook(instructor, { course: course.id })
    const received = receive(hook)
    expect((await call('POST', `/api/courses/${course.slug}/enroll/`, { as: await makeUser() })).status).toBe(400)
    expect((await startAttempt(quiz, instructor)).status).toBe(201)
    await call('PATCH', `/api/courses/${course.id}/`, { as: instructor, body: { max_students: 0 } })
    await enrolled(await makeUser(), course)
    await arrived(received, 1)
    expect(typesOf(received)).toEqual(['enrollment.created'])
  })
})

describe('costs', () => {
  test('without a subscriber nothing is written, and a write reads at most two rows more', async () => {
    const { course, learner } = await makeHall()
    await env.DB.batch(
      ['outbox', 'webhook_deliveries', 'webhooks'].map(table => env.DB.prepare(`DELETE FROM ${table}`)),
    )
    /** The end of an attempt that completes module and course sets off most triggers at once. */
    const attempt = async () => {
      const hall = await makeHall({}, [QUESTIONS.true_false])
      const running = await started(hall)
      const [question] = hall.quiz.questions
      if (!question) throw new Error('there is a question')
      await submit(running, hall.learner, question.id, rightAnswer(question))
      const { env: counted, counts } = counting()
      if (counted.DB) await withDatabase(running, counted.DB)
      expect((await end(running, hall.learner)).status).toBe(200)
      return counts
    }
    const leave = () => cost('POST', `/api/courses/${course.slug}/unenroll/`, { as: learner })
    const comeBack = () => cost('POST', `/api/courses/${course.slug}/enroll/`, { as: learner })
    await leave()
    await comeBack()
    const now = { leave: await leave(), comeBack: await comeBack(), attempt: await attempt() }
    const triggers = await env.DB.prepare(
      "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'outbox_%'",
    ).all<{ name: string; sql: string }>()
    expect(triggers.results.length).toBeGreaterThan(8)
    await env.DB.batch(triggers.results.map(({ name }) => env.DB.prepare(`DROP TRIGGER ${name}`)))
    const before = { leave: await leave(), comeBack: await comeBack(), attempt: await attempt() }
    await env.DB.batch(triggers.results.map(({ sql }) => env.DB.prepare(sql)))
    for (const act of ['leave', 'comeBack', 'attempt'] as const) {
      expect(now[act].d1Trips, act).toBe(before[act].d1Trips)
      expect(now[act].rowsWritten, act).toBe(before[act].rowsWritten)
      expect(now[act].rowsRead - before[act].rowsRead, act).toBeLessThanOrEqual(2)
    }
  })

  test('with a subscriber the request makes no trip more', async () => {
    const { instructor, course } = await makeHall()
    const hook = await makeWebhook(instructor, { course: course.id })
    const received = receive(hook)
    const { env: counted, counts } = counting()
    await call('POST', `/api/courses/${course.slug}/enroll/`, { as: await makeUser(), env: counted })
    expect(counts.d1Trips).toBe(2)
    await arrived(received, 1)
  })
})
