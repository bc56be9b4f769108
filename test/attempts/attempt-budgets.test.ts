import { env } from 'cloudflare:workers'
import { expect, test } from 'vitest'
import { type Hall, makeHall } from '../factories/classrooms.ts'
import { QUESTIONS, rightAnswer } from '../factories/questions.ts'
import { makeUser } from '../factories/users.ts'
import { started } from '../helpers/attempts.ts'
import { type CallOptions, call } from '../helpers/client.ts'
import { counting } from '../helpers/counting.ts'
import { withDatabase } from '../helpers/objects.ts'

/** One call, with what it cost in the Worker and in the attempt's object together. */
async function cost(method: string, path: string, options: CallOptions, attempt?: { id: number }) {
  const { env: counted, counts } = counting()
  if (attempt && counted.DB) await withDatabase(attempt, counted.DB)
  const answer = await call(method, path, { ...options, env: counted })
  expect(answer.status, `${method} ${path}: ${answer.text}`).toBeLessThan(300)
  return { ...answer, counts }
}
const path = (attempt: { id: number }, action = '') => `/api/courses/quiz-attempts/${attempt.id}/${action}`
const NOTHING = { d1Trips: 0, kvReads: 0, kvWrites: 0, rowsRead: 0, rowsWritten: 0 }

function answerTo(hall: Hall, place: number) {
  const asked = hall.quiz.questions[place]
  if (!asked) throw new Error('no such question')
  return { question: asked.id, response_data: rightAnswer(asked), time_spent_seconds: 1 }
}

test('starting is two trips and no KV, whatever the quiz has been through', async () => {
  const hall = await makeHall({ time_limit_minutes: 10 }, [QUESTIONS.multiple_choice, QUESTIONS.essay])
  const start = `/api/courses/quizzes/${hall.quiz.id}/start-attempt/`
  const first = await cost('POST', start, { as: hall.learner, body: {} })
  expect(first.counts).toMatchObject({ d1Trips: 2, kvReads: 0, kvWrites: 0 })
  const again = await cost('POST', start, { as: hall.learner, body: {} }, first.body)
  expect(again.counts).toMatchObject({ d1Trips: 1, kvReads: 0, kvWrites: 0 })
})

test('answering and reading the clock ask no database and no KV', async () => {
  const hall = await makeHall({ time_limit_minutes: 10 }, [QUESTIONS.multiple_choice, QUESTIONS.essay])
  const attempt = await started(hall)
  for (const body of [answerTo(hall, 0), answerTo(hall, 1), answerTo(hall, 0)]) {
    expect((await cost('POST', path(attempt, 'submit-response/'), { as: hall.learner, body }, attempt)).counts).toEqual(
      NOTHING,
    )
  }
  expect((await cost('GET', path(attempt), { as: hall.learner }, attempt)).counts).toEqual(NOTHING)
})

test.each(['complete', 'timeout', 'abandon'])('%s is one trip, and again one', async action => {
  const hall = await makeHall({}, [QUESTIONS.true_false])
  const attempt = await started(hall)
  await call('POST', path(attempt, 'submit-response/'), { as: hall.learner, body: answerTo(hall, 0) })
  for (let turn = 0; turn < 2; turn += 1) {
    const { counts } = await cost('POST', path(attempt, `${action}/`), { as: hall.learner }, attempt)
    expect(counts).toMatchObject({ d1Trips: 1, kvReads: 0, kvWrites: 0 })
  }
  const result = await cost('GET', path(attempt, 'result/'), { as: hall.learner }, attempt)
  expect(result.counts).toMatchObject({ d1Trips: 1, kvReads: 0, kvWrites: 0 })
})

test('an extension is one trip, for everybody too', async () => {
  const hall = await makeHall({ time_limit_minutes: 10, allow_time_extension: 1 })
  const attempt = await started(hall)
  const body = { additional_minutes: 1 }
  const one = await cost('POST', path(attempt, 'grant-extension/'), { as: hall.instructor, body }, attempt)
  expect(one.counts).toMatchObject({ d1Trips: 1, kvWrites: 0 })
  const all = await cost(
    'POST',
    `/api/courses/quizzes/${hall.quiz.id}/grant-extension/`,
    { as: hall.instructor, body },
    attempt,
  )
  expect(all.counts).toMatchObject({ d1Trips: 1, kvWrites: 0 })
})

test('a page of attempts, a start and a result cost the same rows with 50 times the attempts', async () => {
  const hall = await makeHall({ max_attempts: 0 }, [QUESTIONS.true_false])
  const staff = await makeUser({ isStaff: true })
  const grow = async (count: number) => {
    await env.DB.batch([
      env.DB.prepare(
        `INSERT INTO users (username, username_key, email, email_key, created_at, updated_at)
         SELECT 'grown' || ?1 || '-' || value, 'grown' || ?1 || '-' || value, ?1 || '-' || value || '@x', ?1 || '-' || value || '@x', 0, 0
         FROM json_each(?2)`,
      ).bind(String(count), JSON.stringify(Array.from({ length: count }, (_, n) => n))),
      env.DB.prepare(
        `INSERT INTO attempts (quiz_id, user_id, status, started_at, completed_at, score_hundredths, passed, time_spent_seconds)
         SELECT ?1, id, CASE id % 3 WHEN 0 THEN 'completed' WHEN 1 THEN 'timed_out' ELSE 'in_progress' END, 0, 1, 5000, 0, 1 FROM users WHERE username LIKE ?2`,
      ).bind(hall.quiz.id, `grown${count}-%`),
    ])
  }
  const measure = async () => {
    const list = async (as: typeof staff, filter: string) =>
      (await cost('GET', `/api/courses/quiz-attempts/${filter}`, { as })).counts.rowsRead
    const start = await cost('POST', `/api/courses/quizzes/${hall.quiz.id}/start-attempt/`, {
      as: hall.learner,
      body: {},
    })
    const ended = await cost('POST', path(start.body, 'complete/'), { as: hall.learner }, start.body)
    const lists: Record<string, number> = { start: start.counts.rowsRead, end: ended.counts.rowsRead }
    for (const [name, as] of Object.entries({ staff, instructor: hall.instructor, learner: hall.learner })) {
      for (const filter of [
        '',
        '?status=completed',
        '?status=abandoned',
        `?quiz=${hall.quiz.id}`,
        `?quiz=${hall.quiz.id}&status=timed_out`,
      ]) {
        lists[`${name} ${filter}`] = await list(as, filter)
      }
    }
    return lists
  }
  await grow(100)
  const before = await measure()
  await grow(4_900)
  const after = await measure()
  for (const [what, rows] of Object.entries(before)) {
    // The learner's own attempts have grown by one.
    expect.soft(after[what], what).toBeLessThanOrEqual(Math.ceil(rows * 1.1) + 12)
  }
})
