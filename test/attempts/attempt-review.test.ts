/** What a hostile reading found: bad networks, greedy learners, a database and a cron that come at the wrong moment. */
import { createExecutionContext, runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { expect, test, vi } from 'vitest'
import { sweepAttempts } from '../../src/features/attempts/sweep.ts'
import worker from '../../src/index.ts'
import { type Hall, makeHall } from '../factories/classrooms.ts'
import { enrolled } from '../factories/courses.ts'
import { QUESTIONS, rightAnswer } from '../factories/questions.ts'
import { makeUser } from '../factories/users.ts'
import { end, resultOf, startAttempt, started, submit } from '../helpers/attempts.ts'
import { call, ORIGIN } from '../helpers/client.ts'
import { letPass, OVERLOADED, objectOf, withDatabase, wrapped } from '../helpers/objects.ts'

const rowOf = (attempt: { id: number }) =>
  env.DB.prepare('SELECT * FROM attempts WHERE id = ?').bind(attempt.id).first()
const quiet = () => vi.spyOn(console, 'error').mockImplementation(() => {})
const first = (hall: Hall) => {
  const [asked] = hall.quiz.questions
  if (!asked) throw new Error('no question')
  return asked
}
const change = (table: string, id: number, set: string) =>
  env.DB.prepare(`UPDATE ${table} SET ${set} WHERE id = ?`).bind(id).run()

test('a database that fails only after the alarm has rung is asked again', async () => {
  const log = quiet()
  const hall = await makeHall()
  const attempt = await started(hall)
  // Hangs for longer than the first retry is away, then fails.
  const DB = wrapped(async () => {
    await scheduler.wait(4_000)
    throw new Error(OVERLOADED)
  })
  await withDatabase(attempt, DB)
  expect((await end(attempt, hall.learner)).status).toBe(200)
  await vi.waitUntil(() => log.mock.calls.length > 0, { timeout: 5_000 })
  await scheduler.wait(100)
  const alarm = await runInDurableObject(objectOf(attempt) as never, (_, ctx) => ctx.storage.getAlarm())
  expect(alarm).not.toBeNull()
  log.mockRestore()
})

test('all answers together stay below what the database takes in one parameter, however they escape', async () => {
  const hall = await makeHall({ show_feedback: 'never' }, Array(11).fill(QUESTIONS.essay))
  const attempt = await started(hall)
  for (const asked of hall.quiz.questions) {
    await submit(attempt, hall.learner, asked.id, { essay_text: '"'.repeat(50_000) })
    await scheduler.wait(110)
  }
  const ended = (await end(attempt, hall.learner)).body
  expect(ended.status).toBe('completed')
  const said = await objectOf(attempt).look()
  if (said.kind !== 'ended') throw new Error('not ended')
  // 2 MB is the limit; a thousand questions take a quarter of a megabyte without their answers.
  expect(JSON.stringify(said.outcome.responses).length).toBeLessThan(1_500_000)
})

test('an answer nested too deeply to be looked at is refused', async () => {
  const hall = await makeHall({ show_feedback: 'never' }, [QUESTIONS.essay])
  const attempt = await started(hall)
  for (const depth of [50, 5_000, 6_500, 100_000]) {
    const nested = `${'['.repeat(depth)}${']'.repeat(depth)}`
    const refused = await call('POST', `/api/courses/quiz-attempts/${attempt.id}/submit-response/`, {
      as: hall.learner,
      body: `{"question": ${first(hall).id}, "response_data": {"essay_text": "x", "more": ${nested}}}`,
    })
    expect([refused.status, Object.keys(refused.body)], String(depth)).toEqual([400, ['response_data']])
  }
  const sent = { essay_text: 'x', drawn: { lines: [[[1, 2]]] } }
  expect((await submit(attempt, hall.learner, first(hall).id, sent)).body.response_data).toEqual({ essay_text: 'x' })
  await end(attempt, hall.learner)
  expect((await resultOf(attempt, hall.instructor)).status).toBe(200)
})

test('cron does not take away the row of a start that goes on meanwhile', async () => {
  const hall = await makeHall({ max_attempts: 1 })
  const log = quiet()
  // The first start dies between row and object.
  const dead = { getByName: () => ({ begin: () => Promise.reject(new Error('Network connection lost.')) }) }
  expect(
    (
      await call('POST', `/api/courses/quizzes/${hall.quiz.id}/start-attempt/`, {
        as: hall.learner,
        env: { ATTEMPTS: dead as never },
      })
    ).status,
  ).toBe(503)
  log.mockRestore()
  const id = await env.DB.prepare('SELECT id FROM attempts WHERE quiz_id = ?').bind(hall.quiz.id).first<number>('id')
  await change('attempts', id ?? 0, 'check_at = 1')
  // The learner comes back while cron has just been told that nothing was begun.
  const ATTEMPTS = {
    getByName: (name: string) => ({
      check: async () => {
        const said = await env.ATTEMPTS.getByName(name).check()
        if (name === String(id)) expect((await startAttempt(hall.quiz, hall.learner)).status).toBe(201)
        return said
      },
    }),
  }
  await sweepAttempts({ ...env, ATTEMPTS: ATTEMPTS as never }, Math.floor(Date.now() / 1000))
  await submit({ id: id ?? 0 }, hall.learner, first(hall).id, rightAnswer(first(hall)))
  expect((await end({ id: id ?? 0 }, hall.learner)).body.score).toBe(100)
  expect(await rowOf({ id: id ?? 0 })).toMatchObject({ status: 'completed', score_hundredths: 10_000 })
})

test('time spent is cut to the time elapsed, however long it is said to be', async () => {
  const hall = await makeHall()
  const attempt = await started(hall)
  await letPass(attempt, 100_000_000)
  const kept = await submit(attempt, hall.learner, first(hall).id, rightAnswer(first(hall)), {
    time_spent_seconds: 99_999,
  })
  expect([kept.status, kept.body.time_spent_seconds]).toEqual([200, 99_999])
})

test('to complete again is no error where the database is behind, or has the course no longer', async () => {
  const hall = await makeHall()
  const attempt = await started(hall)
  const done = await end(attempt, hall.learner)
  // What a replica that has not heard of the end still says.
  const row = await rowOf(attempt)
  await change('attempts', attempt.id, `status = 'in_progress', check_at = 9999999999, completed_at = NULL`)
  const behind = await end(attempt, hall.learner)
  expect([behind.status, behind.body]).toEqual([200, done.body])
  await change('attempts', attempt.id, `status = 'completed', check_at = NULL, completed_at = ${row?.['completed_at']}`)
  await call('DELETE', `/api/courses/${hall.course.id}/`, { as: hall.instructor })
  const again = await end(attempt, hall.learner, 'timeout')
  expect([again.status, again.body]).toEqual([200, done.body])
})

test('calls that were refused do not refuse the next ones', async () => {
  const hall = await makeHall()
  const attempt = await started(hall)
  const statuses: number[] = []
  // Sixteen a second, for two seconds: a tab gone wild.
  for (let turn = 0; turn < 32; turn += 1) {
    statuses.push((await objectOf(attempt).resume(hall.learner.id)).kind === 'running' ? 200 : 429)
    await scheduler.wait(60)
  }
  expect(statuses.slice(16).filter(status => status === 200).length).toBeGreaterThan(5)
})

test('one attempt out of reach does not take the extension of all others’ answer', async () => {
  const log = quiet()
  const hall = await makeHall({ time_limit_minutes: 10, allow_time_extension: 1 })
  const other = await makeUser()
  await enrolled(other, hall.course)
  const [reached, lost] = [await started(hall), await started({ ...hall, learner: other })]
  const ATTEMPTS = {
    getByName: (name: string) =>
      name === String(lost.id)
        ? { extend: () => Promise.reject(new Error('Durable Object reset because its code was updated.')) }
        : env.ATTEMPTS.getByName(name),
  }
  const answer = await call('POST', `/api/courses/quizzes/${hall.quiz.id}/grant-extension/`, {
    as: hall.instructor,
    body: { additional_minutes: 5 },
    env: { ATTEMPTS: ATTEMPTS as never },
  })
  expect(answer.status).toBe(200)
  expect(answer.body.results).toMatchObject([
    { id: reached.id, status: 'extended', extended_minutes: 5 },
    { id: lost.id, status: 'failed', time_remaining_seconds: null, extended_minutes: null },
  ])
  log.mockRestore()
})

test('a start finished by the next keeps the rules of the one that began, in the database too', async () => {
  const hall = await makeHall({ passing_score: 100 })
  const log = quiet()
  const dead = { getByName: () => ({ begin: () => Promise.reject(new Error('Network connection lost.')) }) }
  await call('POST', `/api/courses/quizzes/${hall.quiz.id}/start-attempt/`, {
    as: hall.learner,
    env: { ATTEMPTS: dead as never },
  })
  log.mockRestore()
  await change('quizzes', hall.quiz.id, 'passing_score = 0')
  const attempt = await started(hall)
  expect((await end(attempt, hall.learner)).body.passed).toBe(true)
  expect(await rowOf(attempt)).toMatchObject({ passed: 1, passing_score: 0 })
})

test('the same selection in another order is the same answer', async () => {
  const hall = await makeHall({}, [
    {
      type: 'multiple_select',
      text: 'Which are even?',
      choices: [
        { text: '2', is_correct: true },
        { text: '4', is_correct: true },
        { text: '5', is_correct: false },
      ],
    },
  ])
  const attempt = await started(hall)
  const { selected_choices } = rightAnswer(first(hall)) as { selected_choices: number[] }
  const kept = await submit(attempt, hall.learner, first(hall).id, { selected_choices })
  const again = await submit(attempt, hall.learner, first(hall).id, { selected_choices: selected_choices.toReversed() })
  expect([again.status, again.body]).toEqual([200, kept.body])
  const fewer = await submit(attempt, hall.learner, first(hall).id, { selected_choices: selected_choices.slice(1) })
  expect(fewer.status).toBe(400)
})

test('a result that a restored database has lost is carried over anew', async () => {
  const hall = await makeHall()
  const attempt = await started(hall)
  const before = await rowOf(attempt)
  await submit(attempt, hall.learner, first(hall).id, rightAnswer(first(hall)))
  await end(attempt, hall.learner)
  await env.DB.prepare('DELETE FROM responses WHERE attempt_id = ?').bind(attempt.id).run()
  await change(
    'attempts',
    attempt.id,
    `status = 'in_progress', check_at = ${before?.['check_at']}, completed_at = NULL`,
  )
  await change('attempts', attempt.id, 'check_at = 1')
  await sweepAttempts(env, Math.floor(Date.now() / 1000))
  expect(await rowOf(attempt)).toMatchObject({ status: 'completed', check_at: null, score_hundredths: 10_000 })
})

test('of too many open clocks the oldest makes room', async () => {
  const hall = await makeHall({ time_limit_minutes: 10 })
  const attempt = await started(hall)
  const closed: string[] = []
  for (let clock = 0; clock < 12; clock += 1) {
    const headers = { Upgrade: 'websocket', 'Sec-WebSocket-Protocol': `bearer, ${hall.learner.token}` }
    const request = new Request(`${ORIGIN}/api/courses/quiz-attempts/${attempt.id}/live/`, { headers })
    const { webSocket } = await worker.fetch(request, env, createExecutionContext())
    webSocket?.addEventListener('close', ({ code }) => {
      closed.push(`${clock}: ${code}`)
    })
    webSocket?.accept()
    // Ten a second are let in.
    await scheduler.wait(110)
  }
  await vi.waitUntil(() => closed.length >= 2)
  expect(closed).toEqual(['0: 1013', '1: 1013'])
})
