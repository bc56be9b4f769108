import {
  createExecutionContext,
  createScheduledController,
  runDurableObjectAlarm,
  runInDurableObject,
  waitOnExecutionContext,
} from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { describe, expect, test, vi } from 'vitest'
import { backgroundDatabase } from '../../src/db/client.ts'
import { persistResults } from '../../src/features/attempts/session/persist-results.ts'
import { sweepAttempts } from '../../src/features/attempts/sweep.ts'
import worker from '../../src/index.ts'
import { type Hall, makeHall } from '../factories/classrooms.ts'
import { QUESTIONS, rightAnswer } from '../factories/questions.ts'
import type { TestUser } from '../factories/users.ts'
import { end, resultOf, startAttempt, started, submit } from '../helpers/attempts.ts'
import { call, ORIGIN } from '../helpers/client.ts'
import {
  evict,
  failing,
  furnishDesk,
  hanging,
  LOST,
  letPass,
  OVERLOADED,
  objectOf,
  ring,
  slow,
  withDatabase,
  withDesk,
  wrapped,
} from '../helpers/objects.ts'

const MINUTE_MS = 60_000
const rowOf = (attempt: { id: number }) =>
  env.DB.prepare('SELECT * FROM attempts WHERE id = ?').bind(attempt.id).first()
const countOf = (table: string, condition: string) =>
  env.DB.prepare(`SELECT count(*) AS n FROM ${table} WHERE ${condition}`).first<number>('n')
const answerRight = async (hall: Hall, attempt: { id: number }) => {
  for (const asked of hall.quiz.questions) {
    expect((await submit(attempt, hall.learner, asked.id, rightAnswer(asked))).status).toBe(200)
  }
}
/** Everything an end may touch, to be compared. */
const everything = async () => {
  const tables = [
    'attempts',
    'responses',
    'module_progress',
    'study_time',
    'enrollments',
    'activities',
    'courses',
    'totals',
  ]
  const dumps = await env.DB.batch(tables.map(table => env.DB.prepare(`SELECT * FROM ${table}`)))
  return JSON.stringify(dumps.map(({ results }) => results))
}
const alarmOf = (attempt: { id: number }) =>
  runInDurableObject(objectOf(attempt) as never, (_, ctx) => ctx.storage.getAlarm())
const quiet = () => vi.spyOn(console, 'error').mockImplementation(() => {})

describe('the end by the clock', () => {
  test('comes by itself, in the database too, when nobody calls', async () => {
    const hall = await makeHall({ time_limit_minutes: 1 })
    const attempt = await started(hall)
    await answerRight(hall, attempt)
    // Deadline in half a second, its grace five later, and up to two more until D1 has it.
    await letPass(attempt, MINUTE_MS - 500)
    await scheduler.wait(1_000)
    const inGrace = await call('GET', `/api/courses/quiz-attempts/${attempt.id}/`, { as: hall.learner })
    expect(inGrace.body).toMatchObject({ status: 'in_progress', time_remaining_seconds: 0 })
    await vi.waitUntil(async () => (await rowOf(attempt))?.['status'] === 'timed_out', {
      timeout: 12_000,
      interval: 100,
    })
    const row = await rowOf(attempt)
    expect(row).toMatchObject({
      status: 'timed_out',
      score_hundredths: 10_000,
      passed: 1,
      time_spent_seconds: 60,
      check_at: null,
    })
    expect(Number(row?.['completed_at']) - Number(row?.['started_at'])).toBeLessThanOrEqual(60)
    expect((await end(attempt, hall.learner)).body).toMatchObject({
      status: 'timed_out',
      score: 100,
      time_spent_seconds: 60,
    })
  })

  test('grace: answers, completion and extension are taken, and cost nobody a second', async () => {
    const hall = await makeHall({ time_limit_minutes: 1, allow_time_extension: 1, max_attempts: 0 })
    const [late, extended] = [await started(hall), undefined]
    await letPass(late, MINUTE_MS + 3_000)
    await answerRight(hall, late)
    const done = await end(late, hall.learner)
    expect(done.body).toMatchObject({ status: 'completed', score: 100, time_spent_seconds: 60 })
    expect(Date.parse(done.body.completed_at) - Date.parse(done.body.started_at)).toBe(MINUTE_MS)
    const second = extended ?? (await started(hall))
    await letPass(second, MINUTE_MS + 3_000)
    const granted = await call('POST', `/api/courses/quiz-attempts/${second.id}/grant-extension/`, {
      as: hall.instructor,
      body: { additional_minutes: 1 },
    })
    expect(granted.body.time_remaining_seconds).toBeGreaterThan(55)
  })

  test('past the grace nothing is taken, even when the alarm has not rung', async () => {
    const hall = await makeHall({ time_limit_minutes: 1, allow_time_extension: 1 })
    const attempt = await started(hall)
    await letPass(attempt, MINUTE_MS + 5_000)
    await runInDurableObject(objectOf(attempt) as never, (_, ctx) => ctx.storage.deleteAlarm())
    const [asked] = hall.quiz.questions
    if (!asked) throw new Error('no question')
    const late = await submit(attempt, hall.learner, asked.id, rightAnswer(asked))
    expect([late.status, late.body]).toEqual([400, { detail: 'This attempt has ended.', code: 'attempt_over' }])
    const extension = await call('POST', `/api/courses/quiz-attempts/${attempt.id}/grant-extension/`, {
      as: hall.instructor,
      body: { additional_minutes: 1 },
    })
    expect(extension.status).toBe(400)
    expect((await end(attempt, hall.learner)).body).toMatchObject({
      status: 'timed_out',
      score: 0,
      time_spent_seconds: 60,
    })
  })
})

describe('when D1 fails at the end', () => {
  test.each([1, 2, 3, 5, 10])(
    '%i times: the learner reads the result all along, and it is counted once',
    async times => {
      const log = quiet()
      const hall = await makeHall({}, [QUESTIONS.true_false, QUESTIONS.essay])
      const attempt = await started(hall)
      await answerRight(hall, attempt)
      const fault = failing(times)
      await withDatabase(attempt, fault.DB)
      const done = await end(attempt, hall.learner)
      expect([done.status, done.body]).toEqual([
        200,
        expect.objectContaining({ status: 'completed', score: 9.09, pending_grading: 1 }),
      ])
      expect(await rowOf(attempt)).toMatchObject({ status: 'in_progress' })
      const meanwhile = await resultOf(attempt, hall.learner)
      for (let turn = 1; turn < times; turn += 1) {
        expect(await runDurableObjectAlarm(objectOf(attempt) as never)).toBe(true)
        expect((await end(attempt, hall.learner)).body).toEqual(done.body)
        if (fault.failures() >= times) break
      }
      while ((await rowOf(attempt))?.['check_at'] !== null) await runDurableObjectAlarm(objectOf(attempt) as never)
      expect(fault.failures()).toBe(times)
      expect(await rowOf(attempt)).toMatchObject({ status: 'completed', score_hundredths: 909, pending_grading: 1 })
      expect(await countOf('responses', `attempt_id = ${attempt.id}`)).toBe(2)
      expect(await countOf('activities', `type = 'quiz_complete' AND user_id = ${hall.learner.id}`)).toBe(1)
      const after = await resultOf(attempt, hall.learner)
      expect(after.body).toEqual(meanwhile.body)
      for (const [line] of log.mock.calls) expect(line).not.toHaveProperty('params')
      log.mockRestore()
    },
  )

  test.each([
    [1, 'completed'],
    [2, 'completed'],
    [3, 'in_progress'],
  ])(
    'interrupted %i times at once: %s when the ending call answers, as two repeats are made',
    async (times, status) => {
      const log = quiet()
      const hall = await makeHall()
      const attempt = await started(hall)
      await answerRight(hall, attempt)
      const fault = failing(times, LOST)
      await withDatabase(attempt, fault.DB)
      expect((await end(attempt, hall.learner)).body).toMatchObject({ status: 'completed', score: 100 })
      expect(await rowOf(attempt)).toMatchObject({ status })
      expect(fault.failures()).toBe(times)
      expect(await countOf('responses', `attempt_id = ${attempt.id}`)).toBe(status === 'completed' ? 1 : 0)
      log.mockRestore()
    },
  )

  test('a database that hangs is given up in time, and the alarm brings the result', async () => {
    const log = quiet()
    const hall = await makeHall()
    const attempt = await started(hall)
    await answerRight(hall, attempt)
    await withDatabase(attempt, hanging(), { STORE_TIMEOUT_MS: '50' })
    const done = await end(attempt, hall.learner)
    expect(done.body).toMatchObject({ status: 'completed', score: 100 })
    expect(await rowOf(attempt)).toMatchObject({ status: 'in_progress' })
    await evict(attempt)
    await furnishDesk(hall.quiz.id)
    await runDurableObjectAlarm(objectOf(attempt) as never)
    expect(await rowOf(attempt)).toMatchObject({ status: 'completed', score_hundredths: 10_000 })
    log.mockRestore()
  })

  test('waits about twice as long after each failure, and about a minute in the end', async () => {
    const log = quiet()
    const hall = await makeHall()
    const attempt = await started(hall)
    await withDatabase(attempt, failing(99).DB)
    const half = vi.spyOn(Math, 'random').mockReturnValue(0.5)
    for (const [failure, wait] of [2_000, 3_000, 5_000, 9_000, 17_000, 31_000, 31_000].entries()) {
      const before = Date.now()
      await (failure === 0 ? end(attempt, hall.learner) : ring(attempt))
      const alarm = (await alarmOf(attempt)) ?? 0
      expect(alarm, `failure ${failure + 1}`).toBeGreaterThanOrEqual(before + wait)
      expect(alarm, `failure ${failure + 1}`).toBeLessThanOrEqual(Date.now() + wait)
    }
    half.mockRestore()
    log.mockRestore()
  })

  test('callers at the same moment share one delivery', async () => {
    const hall = await makeHall()
    const attempt = await started(hall)
    let batches = 0
    const DB = wrapped(async batch => {
      batches += 1
      await scheduler.wait(50)
      return batch()
    })
    await withDatabase(attempt, DB)
    const ends = await Promise.all([1, 2, 3].map(() => end(attempt, hall.learner)))
    expect(ends.map(({ status }) => status)).toEqual([200, 200, 200])
    expect(batches).toBe(1)
  })

  test('an alarm that rang while the delivery was under way is set anew when that fails', async () => {
    const log = quiet()
    const hall = await makeHall()
    const attempt = await started(hall)
    let alarms: (number | null)[] = []
    const storage = await runInDurableObject(objectOf(attempt) as never, (_, ctx) => ctx.storage)
    await withDesk(attempt, async () => {
      alarms = [...alarms, await storage.getAlarm()]
      await storage.deleteAlarm()
      throw new Error(OVERLOADED)
    })
    await end(attempt, hall.learner)
    expect(alarms).toEqual([expect.any(Number)])
    expect(await alarmOf(attempt)).toBeGreaterThan(Date.now())
    log.mockRestore()
  })

  test('an ending waits three seconds for a database that hangs, then answers', async () => {
    const hall = await makeHall()
    const attempt = await started(hall)
    await answerRight(hall, attempt)
    await withDatabase(attempt, slow(5_000))
    const before = Date.now()
    const done = await end(attempt, hall.learner)
    expect(done.body).toMatchObject({ status: 'completed', score: 100 })
    expect(Date.now() - before).toBeGreaterThanOrEqual(2_900)
    expect(await rowOf(attempt)).toMatchObject({ status: 'in_progress' })
    await vi.waitUntil(async () => (await rowOf(attempt))?.['check_at'] === null, { timeout: 10_000, interval: 100 })
    expect(await rowOf(attempt)).toMatchObject({ status: 'completed', score_hundredths: 10_000 })
  })

  test('a repeat of the end’s batch writes nothing', async () => {
    const hall = await makeHall({}, [QUESTIONS.true_false, QUESTIONS.essay])
    const attempt = await started(hall)
    await answerRight(hall, attempt)
    await end(attempt, hall.learner)
    const before = await everything()
    const ended = await objectOf(attempt).look()
    if (ended.kind !== 'ended') throw new Error('not ended')
    await persistResults(backgroundDatabase(env), [ended as never])
    await persistResults(backgroundDatabase(env), [ended as never])
    expect(await everything()).toBe(before)
  })

  test('a new start waits until the old end has arrived', async () => {
    const log = quiet()
    const hall = await makeHall({ max_attempts: 0 })
    const attempt = await started(hall)
    await withDatabase(attempt, failing(1).DB)
    await end(attempt, hall.learner)
    const next = await startAttempt(hall.quiz, hall.learner)
    expect(next.status).toBe(201)
    expect(next.body.id).not.toBe(attempt.id)
    expect(await rowOf(attempt)).toMatchObject({ status: 'completed' })
    const [third] = [next.body]
    await withDesk(third, () => Promise.reject(new Error(OVERLOADED)))
    await end(third, hall.learner)
    const refused = await startAttempt(hall.quiz, hall.learner)
    expect([refused.status, refused.headers.get('Retry-After')]).toEqual([503, expect.stringMatching(/^[1-5]$/)])
    log.mockRestore()
  })
})

describe('when the object is lost from memory', () => {
  test('between any two calls: nothing is lost', async () => {
    const hall = await makeHall({ time_limit_minutes: 10, allow_time_extension: 1 }, [
      QUESTIONS.multiple_choice,
      QUESTIONS.numeric,
      QUESTIONS.essay,
    ])
    const attempt = await started(hall)
    await evict(attempt)
    expect((await startAttempt(hall.quiz, hall.learner)).body.questions).toEqual(attempt.questions)
    for (const asked of hall.quiz.questions) {
      await evict(attempt)
      expect((await submit(attempt, hall.learner, asked.id, rightAnswer(asked))).status).toBe(200)
    }
    await evict(attempt)
    const extended = await call('POST', `/api/courses/quiz-attempts/${attempt.id}/grant-extension/`, {
      as: hall.instructor,
      body: { additional_minutes: 3 },
    })
    await evict(attempt)
    const resumed = await startAttempt(hall.quiz, hall.learner)
    expect(resumed.body.responses).toHaveLength(3)
    expect(Math.abs(resumed.body.time_remaining_seconds - extended.body.time_remaining_seconds)).toBeLessThanOrEqual(1)
    await evict(attempt)
    const done = await end(attempt, hall.learner)
    await evict(attempt)
    expect((await end(attempt, hall.learner)).body).toEqual(done.body)
    expect((await resultOf(attempt, hall.learner)).body.responses).toHaveLength(3)
  })

  test('the alarm may ring twice, early or late', async () => {
    const hall = await makeHall({ time_limit_minutes: 1 })
    const attempt = await started(hall)
    await ring(attempt)
    expect((await objectOf(attempt).look()).kind, 'too early').toBe('running')
    await letPass(attempt, MINUTE_MS + 6_000)
    await Promise.all([ring(attempt), ring(attempt)])
    await Promise.all([ring(attempt), ring(attempt), end(attempt, hall.learner)])
    expect(await rowOf(attempt)).toMatchObject({ status: 'timed_out', check_at: null })
    expect(await countOf('activities', `type = 'quiz_complete' AND user_id = ${hall.learner.id}`)).toBe(1)
  })

  test('a day after its result has arrived it forgets, and the database answers', async () => {
    const hall = await makeHall()
    const attempt = await started(hall)
    await answerRight(hall, attempt)
    const done = await end(attempt, hall.learner)
    const result = await resultOf(attempt, hall.learner)
    // The database has had it for a few seconds at most.
    const left = ((await alarmOf(attempt)) ?? 0) - Date.now()
    expect(Math.abs(left - 86_400_000)).toBeLessThan(30_000)
    await letPass(attempt, 86_400_001)
    await runDurableObjectAlarm(objectOf(attempt) as never)
    expect((await objectOf(attempt).look()).kind).toBe('unknown')
    expect((await end(attempt, hall.learner)).body).toEqual(done.body)
    expect((await resultOf(attempt, hall.learner)).body).toEqual(result.body)
    const [asked] = hall.quiz.questions
    expect((await submit(attempt, hall.learner, asked?.id ?? 0, {})).body).toEqual({
      detail: 'This attempt has ended.',
      code: 'attempt_over',
    })
  })
})

describe('when a start dies half-way', () => {
  /** The row is written, and the object is never reached. */
  async function deadStart(hall: Hall): Promise<number> {
    const log = quiet()
    const ATTEMPTS = {
      getByName: () => ({
        look: async () => ({ kind: 'unknown' }),
        begin: async () => {
          throw new Error('Network connection lost.')
        },
      }),
    }
    const died = await call('POST', `/api/courses/quizzes/${hall.quiz.id}/start-attempt/`, {
      as: hall.learner,
      body: {},
      env: { ATTEMPTS: ATTEMPTS as never },
    })
    expect(died.status).toBe(503)
    log.mockRestore()
    return (
      (await env.DB.prepare('SELECT id FROM attempts WHERE quiz_id = ?').bind(hall.quiz.id).first<number>('id')) ?? 0
    )
  }

  test('the next start finishes it, as the one attempt there is', async () => {
    const hall = await makeHall({ max_attempts: 1, time_limit_minutes: 10 })
    const id = await deadStart(hall)
    expect((await end({ id }, hall.learner)).status).toBe(400)
    const attempt = await startAttempt(hall.quiz, hall.learner)
    expect([attempt.status, attempt.body.id, attempt.body.time_remaining_seconds]).toEqual([201, id, 600])
    expect(await countOf('attempts', `quiz_id = ${hall.quiz.id}`)).toBe(1)
    expect(await countOf('activities', `type = 'quiz_start' AND user_id = ${hall.learner.id}`)).toBe(1)
  })

  test('nobody comes back: cron takes the row away', async () => {
    const hall = await makeHall({ max_attempts: 1 })
    await deadStart(hall)
    await sweepAttempts(env, Math.floor(Date.now() / 1000))
    expect(await countOf('attempts', `quiz_id = ${hall.quiz.id}`), 'not at once').toBe(1)
    await sweepAttempts(env, Math.floor(Date.now() / 1000) + 90_000)
    expect(await countOf('attempts', `quiz_id = ${hall.quiz.id}`)).toBe(0)
    expect((await startAttempt(hall.quiz, hall.learner)).status).toBe(201)
  })
})

test('cron wakes an attempt whose alarm was lost, and leaves a running one alone', async () => {
  const hall = await makeHall({ time_limit_minutes: 1, max_attempts: 0 })
  const attempt = await started(hall)
  await letPass(attempt, MINUTE_MS + 6_000)
  await runInDurableObject(objectOf(attempt) as never, (_, ctx) => ctx.storage.deleteAlarm())
  await env.DB.prepare('UPDATE attempts SET check_at = 1 WHERE id = ?').bind(attempt.id).run()
  const context = createExecutionContext()
  await worker.scheduled(createScheduledController({ scheduledTime: new Date(), cron: '*/10 * * * *' }), env)
  await waitOnExecutionContext(context)
  expect(await rowOf(attempt)).toMatchObject({ status: 'timed_out', check_at: null })
  const running = await started(hall)
  await env.DB.prepare('UPDATE attempts SET check_at = 1 WHERE id = ?').bind(running.id).run()
  await sweepAttempts(env, Math.floor(Date.now() / 1000))
  const row = await rowOf(running)
  expect(row).toMatchObject({ status: 'in_progress' })
  expect(Number(row?.['check_at'])).toBeGreaterThan(Date.now() / 1000)
})

describe('the live clock', () => {
  type Message = { status: string; time_remaining_seconds: number | null; deadline: string | null; server_time: string }
  async function open(attempt: { id: number }, as: TestUser) {
    const headers = { Upgrade: 'websocket', 'Sec-WebSocket-Protocol': `bearer, ${as.token}` }
    const response = await worker.fetch(
      new Request(`${ORIGIN}/api/courses/quiz-attempts/${attempt.id}/live/`, { headers }),
      env,
      createExecutionContext(),
    )
    const messages: Message[] = []
    const closed: number[] = []
    const socket = response.webSocket
    socket?.addEventListener('message', event => messages.push(JSON.parse(String(event.data))))
    socket?.addEventListener('close', event => closed.push(event.code))
    socket?.accept()
    return { response, socket, messages, closed }
  }
  const arrived = (list: unknown[], count: number) => vi.waitUntil(() => list.length >= count, { timeout: 3_000 })

  test('tells the time on connecting, an extension at once, and the end, after which it closes', async () => {
    const hall = await makeHall({ time_limit_minutes: 10, allow_time_extension: 1 })
    const attempt = await started(hall)
    const { response, messages, closed } = await open(attempt, hall.learner)
    expect([response.status, response.headers.get('Sec-WebSocket-Protocol')]).toEqual([101, 'bearer'])
    await arrived(messages, 1)
    expect(messages[0]).toMatchObject({ status: 'in_progress', time_remaining_seconds: 600 })
    await evict(attempt).catch(() => {})
    await call('POST', `/api/courses/quiz-attempts/${attempt.id}/grant-extension/`, {
      as: hall.instructor,
      body: { additional_minutes: 5 },
    })
    await arrived(messages, 2)
    expect(messages[1]?.time_remaining_seconds).toBeGreaterThan(890)
    expect(Date.parse(messages[1]?.deadline ?? '') - Date.parse(messages[0]?.deadline ?? '')).toBe(5 * MINUTE_MS)
    await end(attempt, hall.learner)
    await arrived(closed, 1)
    expect([messages[2]?.status, closed]).toEqual(['completed', [1000]])
  })

  test('refuses before the upgrade: no token, a bad one, another’s attempt, none', async () => {
    const hall = await makeHall()
    const attempt = await started(hall)
    expect((await open(attempt, { ...hall.learner, token: 'x.y.z' })).response.status).toBe(401)
    expect((await open(attempt, hall.instructor)).response.status).toBe(404)
    expect((await open({ id: 987_654 }, hall.learner)).response.status).toBe(404)
    const bare = await call('GET', `/api/courses/quiz-attempts/${attempt.id}/live/`, { as: hall.learner })
    expect(bare.status).toBe(401)
  })
})
