/** The exam room: who may watch, what is shown, how often attempts report, and that no answer ever waits for it. */
import { createExecutionContext, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { app } from '../../src/app.ts'
import { RoomState } from '../../src/features/attempts/room/state.ts'
import { issueToken } from '../../src/http/authentication.ts'
import { endedAttempt } from '../factories/attempts.ts'
import { type Hall, makeHall } from '../factories/classrooms.ts'
import { QUESTIONS, rightAnswer } from '../factories/questions.ts'
import { insertAttempt, insertEnrollment } from '../factories/rows.ts'
import { makeInstructor, makeStaff, makeUser, type TestUser } from '../factories/users.ts'
import { end, startAttempt, started, submit } from '../helpers/attempts.ts'
import { call, ORIGIN } from '../helpers/client.ts'
import { counting } from '../helpers/counting.ts'
import { evict, failing, letPass, objectOf, ring, withDatabase } from '../helpers/objects.ts'
import { check, evictRoom, openRoom, otherRooms, roomOf } from '../helpers/rooms.ts'

const THREE = [QUESTIONS.true_false, QUESTIONS.true_false, QUESTIONS.essay]
const EXAM = { time_limit_minutes: 10, allow_time_extension: 1, show_feedback: 'after_completion', max_attempts: 0 }
const exam = () => makeHall(EXAM, THREE)
/** What changes may take a second to come, and a machine that others use takes longer. */
const PATIENCE = { timeout: 5_000 }

afterEach(() => {
  vi.useRealTimers()
})

/** Moves what `Date` says by so much; timers and alarms stay with the real clock. */
function shift(ms: number): void {
  const now = Date.now() + ms
  vi.useFakeTimers({ toFake: ['Date'] })
  vi.setSystemTime(now)
}

function answer(hall: Hall, attempt: { id: number }, place = 0, as = hall.learner) {
  const question = hall.quiz.questions[place]
  if (!question) throw new Error('no such question')
  return submit(attempt, as, question.id, rightAnswer(question))
}

async function learnerOf(hall: Hall, fields = {}): Promise<TestUser> {
  const learner = await makeUser(fields)
  await insertEnrollment(learner.id, hall.course.id)
  return learner
}

describe('who may watch', () => {
  test('those who manage the course; nobody else gets past the upgrade', async () => {
    const hall = await exam()
    const { quiz } = hall
    const statusFor = async (as: { token: string }, path?: string) =>
      (await openRoom(quiz, as, path ? { path } : {})).response.status
    const { response } = await openRoom(quiz, hall.instructor)
    expect([response.status, response.headers.get('Sec-WebSocket-Protocol')]).toEqual([101, 'bearer'])
    expect(await statusFor(await makeStaff())).toBe(101)
    expect(await statusFor(hall.instructor, `/api/courses/quizzes/${quiz.id}/room`), 'without the slash').toBe(101)
    expect(await statusFor(hall.learner)).toBe(403)
    expect(await statusFor(await makeUser())).toBe(403)
    expect(await statusFor(await makeInstructor())).toBe(403)
    expect(await statusFor({ token: 'x.y.z' })).toBe(401)
    expect(await statusFor({ token: '' })).toBe(401)
    expect(await statusFor(await makeUser({ isActive: false, isStaff: true }))).toBe(401)
    expect(await statusFor(hall.instructor, '/api/courses/quizzes/987654/room/')).toBe(404)
    expect(await statusFor(hall.instructor, '/api/courses/quizzes/0/room/')).toBe(404)
    expect(await statusFor(hall.instructor, '/api/courses/quizzes/9007199254740993/room/')).toBe(404)
  })

  test('an unpublished quiz is there for them alone, a deleted one for nobody', async () => {
    const hall = await makeHall({ is_published: 0 })
    expect((await openRoom(hall.quiz, hall.learner)).response.status).toBe(404)
    expect((await openRoom(hall.quiz, await makeInstructor())).response.status).toBe(404)
    expect((await openRoom(hall.quiz, hall.instructor)).response.status).toBe(101)
    await env.DB.prepare('UPDATE quizzes SET deleted_at = 1 WHERE id = ?').bind(hall.quiz.id).run()
    expect((await openRoom(hall.quiz, hall.instructor)).response.status).toBe(404)
  })

  test('only as a WebSocket, and with the token as a subprotocol', async () => {
    const hall = await exam()
    const path = `/api/courses/quizzes/${hall.quiz.id}/room/`
    expect((await call('GET', path, { as: hall.instructor })).status).toBe(401)
    const headers = { 'Sec-WebSocket-Protocol': `bearer, ${hall.instructor.token}` }
    expect((await call('GET', path, { headers })).status).toBe(404)
    const bare = new Request(`${ORIGIN}${path}`, { headers: { Upgrade: 'websocket' } })
    expect((await app.fetch(bare, env, createExecutionContext())).status).toBe(401)
  })

  test('opening is one trip, and a refusal leaves no object behind', async () => {
    const hall = await exam()
    const { env: counted, counts } = counting()
    expect((await openRoom(hall.quiz, hall.learner, { env: counted })).response.status).toBe(403)
    expect([counts.d1Trips, counts.kvReads, counts.kvWrites]).toEqual([1, 0, 0])
    expect(await runInDurableObject(roomOf(hall.quiz) as never, (_, ctx) => ctx.storage.getAlarm())).toBeNull()
    expect((await openRoom(hall.quiz, hall.instructor, { env: counted })).response.status).toBe(101)
    expect(counts.d1Trips).toBe(2)
  })
})

describe('what is shown', () => {
  test('a begin, an answer, an extension and the end, each as it happens', async () => {
    const hall = await exam()
    const second = await learnerOf(hall, { firstName: 'Ada', lastName: 'Byron' })
    const watcher = await openRoom(hall.quiz, hall.instructor)
    await watcher.arrived(1)
    expect(watcher.messages[0]).toEqual({ type: 'state', attempts: [], not_started: 2 })

    const { body: attempt } = await startAttempt(hall.quiz, second)
    await watcher.arrived(2)
    expect(watcher.messages[1]).toEqual({
      type: 'state',
      attempts: [
        {
          id: attempt.id,
          user: second.id,
          full_name: 'Ada Byron',
          status: 'in_progress',
          answered: 0,
          questions: 3,
          time_remaining_seconds: 600,
          last_seen_at: attempt.started_at,
        },
      ],
      not_started: 1,
    })

    const kept = await answer(hall, attempt, 0, second)
    await watcher.sees(attempt, { answered: 1 })
    expect(watcher.last(attempt)).toMatchObject({ questions: 3, last_seen_at: kept.body.submitted_at })

    await call('POST', `/api/courses/quiz-attempts/${attempt.id}/grant-extension/`, {
      as: hall.instructor,
      body: { additional_minutes: 5 },
    })
    await vi.waitUntil(() => (watcher.last(attempt)?.time_remaining_seconds ?? 0) > 800, PATIENCE)

    await end(attempt, second)
    await watcher.sees(attempt, { status: 'completed', answered: 1, time_remaining_seconds: 0 })
    expect(watcher.messages.at(-1)?.not_started).toBe(1)
    expect(watcher.closed).toEqual([])
  })

  test.each([
    ['timeout', 'timed_out'],
    ['abandon', 'abandoned'],
  ] as const)('%s is an end, too', async (action, status) => {
    const hall = await exam()
    const attempt = await started(hall)
    const watcher = await openRoom(hall.quiz, hall.instructor)
    await watcher.sees(attempt, { status: 'in_progress' })
    await end(attempt, hall.learner, action)
    await watcher.sees(attempt, { status })
  })

  test('a clock that runs out while nobody calls', async () => {
    const hall = await exam()
    const attempt = await started(hall)
    const watcher = await openRoom(hall.quiz, hall.instructor)
    await watcher.sees(attempt, { status: 'in_progress' })
    await letPass(attempt, 606_000)
    await ring(attempt)
    await watcher.sees(attempt, { status: 'timed_out', time_remaining_seconds: 0 })
  })

  test('on connecting what D1 and the attempts have, whoever began before', async () => {
    const hall = await makeHall({ max_attempts: 0, show_feedback: 'after_completion' }, THREE)
    const [done, running, absent] = [await learnerOf(hall), await learnerOf(hall), await learnerOf(hall)]
    await insertEnrollment((await makeUser()).id, hall.course.id, { status: 'dropped' })
    const { body: ended } = await startAttempt(hall.quiz, done)
    const kept = await answer(hall, ended, 1, done)
    await end(ended, done)
    const { body: attempt } = await startAttempt(hall.quiz, running)
    await answer(hall, attempt, 0, running)
    await answer(hall, attempt, 2, running)
    await evict(attempt)

    const watcher = await openRoom(hall.quiz, hall.instructor)
    await watcher.arrived(1)
    const [{ attempts, not_started }] = watcher.messages as [(typeof watcher.messages)[number]]
    expect(
      attempts.map(({ id, status, answered, questions, time_remaining_seconds: left }) => [
        id,
        status,
        answered,
        questions,
        left,
      ]),
    ).toEqual([
      [ended.id, 'completed', 1, 3, 0],
      [attempt.id, 'in_progress', 2, 3, null],
    ])
    expect(attempts[0]?.last_seen_at).toBe(kept.body.submitted_at)
    expect(attempts[0]?.full_name, 'without a name').toBe(done.username)
    expect(not_started, `${hall.learner.id} and ${absent.id}`).toBe(2)
  })

  test('previews do not appear', async () => {
    const hall = await exam()
    const watcher = await openRoom(hall.quiz, hall.instructor)
    await watcher.arrived(1)
    const preview = await startAttempt(hall.quiz, hall.instructor)
    expect(preview.status).toBe(201)
    await answer(hall, preview.body, 0, hall.instructor)
    await end(preview.body, hall.instructor)
    const attempt = await started(hall)
    await watcher.sees(attempt, { status: 'in_progress' })
    expect(watcher.last(preview.body)).toBeUndefined()
    const later = await openRoom(hall.quiz, await makeStaff())
    await later.arrived(1)
    expect(later.messages[0]?.attempts.map(({ id }) => id)).toEqual([attempt.id])
  })

  test('450 attempts are three messages, in the order of their ids, and each attempt once', async () => {
    const hall = await exam()
    const rows = Array.from({ length: 440 }, (_, n) => n)
    await env.DB.batch([
      env.DB.prepare(
        `INSERT INTO users (username, username_key, email, email_key, first_name, created_at, updated_at)
         SELECT 'r' || ?1 || '-' || value, 'r' || ?1 || '-' || value, ?1 || value || '@r', ?1 || value || '@r', 'N' || value, 0, 0 FROM json_each(?2)`,
      ).bind(hall.quiz.id, JSON.stringify(rows)),
      env.DB.prepare(
        `INSERT INTO attempts (quiz_id, user_id, status, started_at, completed_at, passed)
         SELECT ?1, id, CASE id % 3 WHEN 0 THEN 'completed' WHEN 1 THEN 'timed_out' ELSE 'abandoned' END, 0, 1, 0
         FROM users WHERE username LIKE 'r' || ?1 || '-%'`,
      ).bind(hall.quiz.id),
    ])
    const learners = await Promise.all(Array.from({ length: 9 }, () => learnerOf(hall)))
    const begun = await Promise.all(learners.map(async learner => (await startAttempt(hall.quiz, learner)).body.id))
    const unbegun = await insertAttempt(hall.quiz.id, hall.learner.id, hall.enrollment.id, {
      status: 'in_progress',
      completed_at: null,
    })
    const watcher = await openRoom(hall.quiz, hall.instructor)
    await watcher.arrived(3)
    expect(watcher.messages.map(({ attempts }) => attempts.length)).toEqual([200, 200, 50])
    const all = watcher.messages.flatMap(({ attempts }) => attempts)
    const ids = all.map(({ id }) => id)
    expect(ids).toEqual([...new Set(ids)].sort((one, other) => one - other))
    expect(all.filter(({ status }) => status === 'in_progress').map(({ id }) => id)).toEqual([
      ...begun.sort((a, b) => a - b),
      unbegun,
    ])
    expect(watcher.last({ id: unbegun }), 'its start is still on its way').toMatchObject({ answered: 0, questions: 3 })
    expect(new Set(watcher.messages.map(({ not_started }) => not_started))).toEqual(new Set([0]))
  })

  test('what changes within a second comes together', async () => {
    const hall = await exam()
    const learners = await Promise.all(Array.from({ length: 20 }, () => learnerOf(hall)))
    const watcher = await openRoom(hall.quiz, hall.instructor)
    await watcher.arrived(1)
    const began = Date.now()
    const attempts = await Promise.all(learners.map(async learner => (await startAttempt(hall.quiz, learner)).body))
    for (const attempt of attempts) await watcher.sees(attempt, { answered: 0 })
    const seconds = (Date.now() - began) / 1_000
    expect(watcher.messages.length - 1).toBeLessThanOrEqual(2 + seconds)
    expect(watcher.messages.at(-1)?.not_started).toBe(1)
  })

  test('reports that overtake each other do not turn time back, and an end stays the end', async () => {
    const hall = await exam()
    const watcher = await openRoom(hall.quiz, hall.instructor)
    await watcher.arrived(1)
    const [id, running] = [987_000_001, { userId: hall.learner.id, questions: 9, deadlineMs: null, lastSeenAt: 0 }]
    const tell = (atMs: number, answered: number, status: 'in_progress' | 'completed' = 'in_progress') =>
      roomOf(hall.quiz).report({ attemptId: id, ...running, status, answered, atMs })
    await tell(2, 2)
    await watcher.sees({ id }, { answered: 2 })
    await tell(1, 1)
    await tell(3, 3, 'completed')
    await tell(4, 4)
    await watcher.sees({ id }, { answered: 3 })
    const other = await started(hall)
    await watcher.sees(other, { status: 'in_progress' })
    const seen = watcher.messages.flatMap(({ attempts }) => attempts).filter(attempt => attempt.id === id)
    expect(seen.map(({ answered, status }) => [answered, status])).toEqual([
      [2, 'in_progress'],
      [3, 'completed'],
    ])
  })

  test('another attempt of the same learner starts nobody', async () => {
    const hall = await exam()
    const first = await started(hall)
    await end(first, hall.learner)
    await learnerOf(hall)
    const watcher = await openRoom(hall.quiz, hall.instructor)
    await watcher.arrived(1)
    const second = await started(hall)
    await watcher.sees(second, { status: 'in_progress' })
    expect(watcher.messages.map(({ not_started }) => not_started)).toEqual([1, 1])
  })
})

describe('how often an attempt reports', () => {
  /** An attempt whose reports come here instead. */
  async function overheard(isWatched: boolean) {
    const hall = await exam()
    const attempt = await started(hall)
    await runInDurableObject(objectOf(attempt) as never, (_, ctx) => {
      ctx.storage.kv.put('state', { ...ctx.storage.kv.get<object>('state'), isWatched })
    })
    await evict(attempt)
    const told: number[] = []
    const rooms = otherRooms(async ({ answered }) => {
      told.push(answered)
      return { isWatched }
    })
    const listen = () => withDatabase(attempt, env.DB, rooms)
    await listen()
    return { hall, attempt, told, listen }
  }

  test('at most every ten seconds while somebody watches', async () => {
    const { hall, attempt, told } = await overheard(true)
    const began = Date.now()
    vi.useFakeTimers({ toFake: ['Date'] })
    const at = async (seconds: number, place: number) => {
      vi.setSystemTime(began + seconds * 1_000)
      expect((await answer(hall, attempt, place)).status).toBe(200)
    }
    await at(61, 0)
    expect(told).toEqual([1])
    await at(65, 1)
    await at(70, 2)
    expect(told).toEqual([1])
    await at(71.5, 0)
    expect(told).toEqual([1, 3])
    await at(75, 1)
    await at(82, 1)
    expect(told).toEqual([1, 3, 3])
  })

  test('extension and end at once while somebody watches', async () => {
    const { hall, attempt, told } = await overheard(true)
    const body = { additional_minutes: 1 }
    await call('POST', `/api/courses/quiz-attempts/${attempt.id}/grant-extension/`, { as: hall.instructor, body })
    expect(told).toEqual([0])
    await end(attempt, hall.learner)
    expect(told).toEqual([0, 0])
    await end(attempt, hall.learner)
    expect(told, 'a repeat ends nothing').toEqual([0, 0])
  })

  test('never while nobody watches, but for the begin, whose reply tells', async () => {
    const { hall, attempt, told, listen } = await overheard(false)
    vi.useFakeTimers({ toFake: ['Date'] })
    for (const place of [0, 1, 2]) {
      vi.setSystemTime(Date.now() + 61_000)
      expect((await answer(hall, attempt, place)).status).toBe(200)
      await evict(attempt)
      await listen()
    }
    const body = { additional_minutes: 1 }
    await call('POST', `/api/courses/quiz-attempts/${attempt.id}/grant-extension/`, { as: hall.instructor, body })
    await end(attempt, hall.learner)
    expect(told).toEqual([])
  })

  test('one that begins while somebody watches goes on reporting', async () => {
    const hall = await exam()
    const watcher = await openRoom(hall.quiz, hall.instructor)
    await watcher.arrived(1)
    const attempt = await started(hall)
    await watcher.sees(attempt, { answered: 0 })
    await answer(hall, attempt, 0)
    await watcher.sees(attempt, { answered: 1 })
  })

  test('whoever opens the room anew, when all had left, sees the answers again', async () => {
    const hall = await exam()
    const attempt = await started(hall)
    const first = await openRoom(hall.quiz, hall.instructor)
    await first.sees(attempt, { answered: 0 })
    first.socket?.close(1000)
    await answer(hall, attempt, 0)
    const again = await openRoom(hall.quiz, hall.instructor)
    await again.sees(attempt, { answered: 1 })
    shift(11_000)
    await answer(hall, attempt, 1)
    await again.sees(attempt, { answered: 2 })
  })

  test('opening the room makes running attempts report every ten seconds, also after their hibernation', async () => {
    const hall = await exam()
    const attempt = await started(hall)
    const watcher = await openRoom(hall.quiz, hall.instructor)
    await watcher.sees(attempt, { answered: 0 })
    await evict(attempt)
    await answer(hall, attempt, 0)
    await watcher.sees(attempt, { answered: 1 })
    shift(11_000)
    await answer(hall, attempt, 1)
    await watcher.sees(attempt, { answered: 2 })
  })
})

describe('no answer waits for the room', () => {
  test.each([
    ['fails', () => Promise.reject(new Error('a room that is broken'))],
    ['hangs', () => new Promise(() => {})],
  ])('a room that %s', async (_, report) => {
    const hall = await exam()
    const attempt = await started(hall)
    await withDatabase(attempt, env.DB, otherRooms(report))
    await runInDurableObject(objectOf(attempt) as never, (_, ctx) => {
      const state = ctx.storage.kv.get<object>('state')
      ctx.storage.kv.put('state', { ...state, isWatched: true })
    })
    const began = Date.now()
    shift(61_000)
    expect((await answer(hall, attempt)).status).toBe(200)
    const body = { additional_minutes: 1 }
    const path = `/api/courses/quiz-attempts/${attempt.id}/grant-extension/`
    expect((await call('POST', path, { as: hall.instructor, body })).status).toBe(200)
    expect((await end(attempt, hall.learner)).status).toBe(200)
    vi.useRealTimers()
    expect(Date.now() - began).toBeLessThan(3_000)
  })

  test('an answer that reports asks no D1 and no KV', async () => {
    const hall = await exam()
    const attempt = await started(hall)
    const watcher = await openRoom(hall.quiz, hall.instructor)
    await watcher.sees(attempt, { answered: 0 })
    const { env: counted, counts } = counting()
    if (counted.DB) await withDatabase(attempt, counted.DB)
    shift(11_000)
    const question = hall.quiz.questions[0]
    if (!question) throw new Error('no question')
    const body = { question: question.id, response_data: rightAnswer(question) }
    const path = `/api/courses/quiz-attempts/${attempt.id}/submit-response/`
    expect((await call('POST', path, { as: hall.learner, body, env: counted })).status).toBe(200)
    await watcher.sees(attempt, { answered: 1 })
    expect(counts).toEqual({ d1Trips: 0, rowsRead: 0, rowsWritten: 0, kvReads: 0, kvWrites: 0 })
  })
})

describe('the room sleeps, fails and loses reports', () => {
  test('an eviction keeps its sockets, and names and counts are there again', async () => {
    const hall = await exam()
    const other = await learnerOf(hall, { firstName: 'Cyd' })
    const attempt = await started(hall)
    const watcher = await openRoom(hall.quiz, hall.instructor)
    await watcher.sees(attempt, { answered: 0 })
    await evictRoom(hall.quiz)
    const { body: second } = await startAttempt(hall.quiz, other)
    await watcher.sees(second, { full_name: 'Cyd', answered: 0 })
    expect(watcher.messages.at(-1)?.not_started).toBe(0)
    await evictRoom(hall.quiz)
    shift(11_000)
    await answer(hall, attempt)
    await watcher.sees(attempt, { answered: 1 })
    const later = await openRoom(hall.quiz, await makeStaff())
    await later.arrived(1)
    expect(later.messages[0]?.attempts.map(({ id, answered }) => [id, answered])).toEqual([
      [attempt.id, 1],
      [second.id, 0],
    ])
  })

  test('a begin and an end whose reports were lost are there after the next check', async () => {
    const hall = await exam()
    const first = await started(hall)
    const watcher = await openRoom(hall.quiz, hall.instructor)
    await watcher.sees(first, { answered: 0 })
    const broken = otherRooms(() => Promise.reject(new Error('a room that is broken')))
    await withDatabase(first, env.DB, broken)
    await end(first, hall.learner)
    const next = { id: first.id + 1 }
    await withDatabase(next, env.DB, broken)
    const { body: second } = await startAttempt(hall.quiz, await learnerOf(hall))
    expect(second.id).toBe(next.id)
    const { body: third } = await startAttempt(hall.quiz, await learnerOf(hall))
    await watcher.sees(third, { answered: 0 })
    expect([watcher.last(first)?.status, watcher.last(second)]).toEqual(['in_progress', undefined])
    await check(hall.quiz)
    await watcher.sees(first, { status: 'completed' })
    await watcher.sees(second, { status: 'in_progress', answered: 0 })
  })

  test('an attempt that cannot be reached is shown without its answers, and with them after the next check', async () => {
    const hall = await exam()
    const attempt = await started(hall)
    await answer(hall, attempt)
    let isBroken = true
    const getByName = (name: string) =>
      isBroken ? { watch: () => Promise.reject(new Error('unreachable')) } : env.ATTEMPTS.getByName(name)
    await runInDurableObject(roomOf(hall.quiz) as never, instance => {
      Reflect.set(instance, 'env', { ...env, ATTEMPTS: { getByName } })
    })
    const watcher = await openRoom(hall.quiz, hall.instructor)
    await watcher.sees(attempt, { answered: null, questions: 3, status: 'in_progress' })
    expect(watcher.last(attempt)?.time_remaining_seconds).toBeGreaterThan(590)
    isBroken = false
    await check(hall.quiz)
    await watcher.sees(attempt, { answered: 1 })
  })

  test('a client that comes and goes has the attempts asked once in ten seconds', async () => {
    const hall = await exam()
    const attempt = await started(hall)
    let asked = 0
    const getByName = (name: string) => {
      asked += 1
      return env.ATTEMPTS.getByName(name)
    }
    await runInDurableObject(roomOf(hall.quiz) as never, instance => {
      Reflect.set(instance, 'env', { ...env, ATTEMPTS: { getByName } })
    })
    const visit = async (answered: number) => {
      const watcher = await openRoom(hall.quiz, hall.instructor)
      await watcher.sees(attempt, { answered })
      watcher.socket?.close(1000)
      await watcher.left()
    }
    for (let turn = 0; turn < 5; turn += 1) await visit(0)
    expect(asked).toBe(1)
    await answer(hall, attempt)
    await visit(1)
    shift(11_000)
    await visit(1)
    expect(asked).toBe(2)
  })

  test('who enrolls or drops out is counted at the next check', async () => {
    const hall = await exam()
    const watcher = await openRoom(hall.quiz, hall.instructor)
    await watcher.arrived(1)
    await learnerOf(hall)
    await check(hall.quiz)
    await watcher.arrived(2)
    await check(hall.quiz)
    await env.DB.prepare("UPDATE enrollments SET status = 'dropped' WHERE user_id = ?").bind(hall.learner.id).run()
    await check(hall.quiz)
    await watcher.arrived(3)
    expect(watcher.messages.map(({ attempts, not_started }) => [attempts.length, not_started])).toEqual([
      [0, 1],
      [0, 2],
      [0, 1],
    ])
  })

  test('a check that fails closes nobody, and another follows', async () => {
    const hall = await exam()
    const watcher = await openRoom(hall.quiz, hall.instructor)
    await watcher.arrived(1)
    const { DB, failures } = failing(1)
    await runInDurableObject(roomOf(hall.quiz) as never, async (instance, ctx) => {
      Reflect.set(instance, 'env', { ...env, DB })
      await ctx.storage.deleteAlarm()
    })
    await check(hall.quiz)
    expect([failures(), watcher.closed]).toEqual([1, []])
    const alarm = await runInDurableObject(roomOf(hall.quiz) as never, (_, ctx) => ctx.storage.getAlarm())
    expect(alarm).toBeGreaterThan(Date.now() + 50_000)
    await env.DB.prepare('UPDATE users SET is_instructor = 0 WHERE id = ?').bind(hall.instructor.id).run()
    await check(hall.quiz)
    await watcher.left()
    expect(watcher.closed).toEqual([1008])
  })

  test('while D1 fails a new watcher is told to try again, and what changes comes later', async () => {
    const hall = await exam()
    const watcher = await openRoom(hall.quiz, hall.instructor)
    await watcher.arrived(1)
    const { DB, failures } = failing(2)
    await runInDurableObject(roomOf(hall.quiz) as never, instance => {
      Reflect.set(instance, 'state', new RoomState({ ...env, DB }, hall.quiz.id))
    })
    const late = await openRoom(hall.quiz, await makeStaff())
    await late.left()
    expect([late.closed, watcher.closed]).toEqual([[1013], []])
    const attempt = await started(hall)
    await vi.waitUntil(() => failures() === 2, PATIENCE)
    expect(watcher.last(attempt)).toBeUndefined()
    const { body: second } = await startAttempt(hall.quiz, await learnerOf(hall))
    await watcher.sees(second, { status: 'in_progress' })
    await watcher.sees(attempt, { status: 'in_progress' })
  })

  test('while nobody watches the room keeps nothing', async () => {
    const hall = await exam()
    const attempt = await started(hall)
    expect(
      await roomOf(hall.quiz).report({
        attemptId: attempt.id,
        userId: hall.learner.id,
        status: 'in_progress',
        answered: 0,
        questions: 3,
        deadlineMs: null,
        lastSeenAt: 0,
        atMs: 0,
      }),
    ).toEqual({ isWatched: false })
    const stored = await runInDurableObject(roomOf(hall.quiz) as never, async (_, ctx) => [
      await ctx.storage.getAlarm(),
      [...ctx.storage.kv.list()].length,
    ])
    expect(stored).toEqual([null, 0])
  })
})

describe('how long a socket stays open', () => {
  const change = (table: string, id: number, set: string) =>
    env.DB.prepare(`UPDATE ${table} SET ${set} WHERE id = ?`).bind(id).run()

  test.each<[string, (hall: Hall) => Promise<unknown>]>([
    ['demoted', hall => change('users', hall.instructor.id, 'is_instructor = 0')],
    ['deactivated', hall => change('users', hall.instructor.id, 'is_active = 0')],
    ['with another password', hall => change('users', hall.instructor.id, 'session_version = 2')],
    [
      'of another’s course',
      async hall => change('courses', hall.course.id, `instructor_id = ${(await makeInstructor()).id}`),
    ],
    ['of a deleted course', hall => change('courses', hall.course.id, 'deleted_at = 1')],
    ['of a deleted quiz', hall => change('quizzes', hall.quiz.id, 'deleted_at = 1')],
  ])('a watcher %s is shown out at the next check', async (_, change) => {
    const hall = await exam()
    const watcher = await openRoom(hall.quiz, hall.instructor)
    await watcher.arrived(1)
    await check(hall.quiz)
    expect(watcher.closed).toEqual([])
    await change(hall)
    await check(hall.quiz)
    await watcher.left()
    expect(watcher.closed).toEqual([1008])
  })

  test('the check is a minute away, survives the room’s sleep, and ends with the last watcher', async () => {
    const hall = await exam()
    const watcher = await openRoom(hall.quiz, hall.instructor)
    await watcher.arrived(1)
    const alarm = () => runInDurableObject(roomOf(hall.quiz) as never, (_, ctx) => ctx.storage.getAlarm())
    const inMs = ((await alarm()) ?? 0) - Date.now()
    expect(inMs).toBeGreaterThan(50_000)
    expect(inMs).toBeLessThanOrEqual(60_000)
    await evictRoom(hall.quiz)
    expect(await runDurableObjectAlarm(roomOf(hall.quiz) as never)).toBe(true)
    expect(await alarm()).not.toBeNull()
    watcher.socket?.close(1000)
    await watcher.left()
    await runDurableObjectAlarm(roomOf(hall.quiz) as never)
    expect(await alarm()).toBeNull()
  })

  test('as long as the token: it closes then, and not a change comes after', async () => {
    const hall = await exam()
    const now = Math.floor(Date.now() / 1_000)
    const old = await issueToken(env, 'access', { userId: hall.instructor.id, sessionVersion: 1 }, now - 1_780)
    const watcher = await openRoom(hall.quiz, { token: old })
    const fresh = await openRoom(hall.quiz, hall.instructor)
    await watcher.arrived(1)
    const alarm = await runInDurableObject(roomOf(hall.quiz) as never, (_, ctx) => ctx.storage.getAlarm())
    expect(alarm).toBe((now + 20) * 1_000)
    shift(21_000)
    const attempt = await started(hall)
    await fresh.sees(attempt, { answered: 0 })
    await watcher.left()
    expect([watcher.closed, watcher.last(attempt), fresh.closed]).toEqual([[1008], undefined, []])
    await check(hall.quiz)
    expect(fresh.closed).toEqual([])
  })

  test('of too many the oldest makes room', async () => {
    const hall = await exam()
    const watchers: Awaited<ReturnType<typeof openRoom>>[] = []
    for (let place = 0; place < 50; place += 1) {
      watchers.push(await openRoom(hall.quiz, hall.instructor))
      await scheduler.wait(2)
    }
    expect(watchers.filter(({ closed }) => closed.length > 0)).toEqual([])
    const last = await openRoom(hall.quiz, hall.instructor)
    await vi.waitUntil(() => watchers.some(({ closed }) => closed.length > 0), PATIENCE)
    expect(watchers.map(({ closed }, place) => [place, ...closed]).filter(([, code]) => code)).toEqual([[0, 1013]])
    const attempt = await started(hall)
    await last.sees(attempt, { answered: 0 })
    for (const watcher of watchers.slice(1)) await watcher.sees(attempt, { answered: 0 })
  })
})

test('what an attempt learned of one room is not told to another quiz’s', async () => {
  const [hall, other] = [await exam(), await exam()]
  const attempt = await started(hall)
  expect(await objectOf(attempt).watch(other.quiz.id)).toBeNull()
  expect(await objectOf(attempt).watch(hall.quiz.id)).toMatchObject({ attemptId: attempt.id, questions: 3 })
  expect(await objectOf({ id: 987_654_321 }).watch(hall.quiz.id)).toBeNull()
  const ended = await endedAttempt(other.quiz.id, other.learner, [])
  expect(await objectOf({ id: ended }).watch(other.quiz.id)).toBeNull()
})
