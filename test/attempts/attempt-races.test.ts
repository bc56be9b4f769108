import { env } from 'cloudflare:workers'
import { expect, test } from 'vitest'
import { makeHall } from '../factories/classrooms.ts'
import { QUESTIONS, rightAnswer, wrongAnswer } from '../factories/questions.ts'
import { end, startAttempt, started, submit } from '../helpers/attempts.ts'
import { call } from '../helpers/client.ts'
import { letPass, ring } from '../helpers/objects.ts'

const countOf = (table: string, condition: string) =>
  env.DB.prepare(`SELECT count(*) AS n FROM ${table} WHERE ${condition}`).first<number>('n')
const times = <T>(count: number, act: () => Promise<T>) => Promise.all(Array.from({ length: count }, act))

test('50 simultaneous starts make one attempt, and count once', async () => {
  const hall = await makeHall({ max_attempts: 1, randomize_questions: 1 }, [
    QUESTIONS.true_false,
    QUESTIONS.numeric,
    QUESTIONS.short_answer,
  ])
  const answers = await times(50, () => startAttempt(hall.quiz, hall.learner))
  expect(answers.filter(({ status }) => status === 201)).toHaveLength(1)
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(49)
  expect(new Set(answers.map(({ body }) => body.id)).size).toBe(1)
  expect(new Set(answers.map(({ body }) => JSON.stringify(body.questions))).size).toBe(1)
  expect(await countOf('attempts', `quiz_id = ${hall.quiz.id}`)).toBe(1)
  expect(await countOf('activities', `type = 'quiz_start' AND user_id = ${hall.learner.id}`)).toBe(1)
  await end(answers[0]?.body, hall.learner)
  expect((await startAttempt(hall.quiz, hall.learner)).status).toBe(403)
})

test('the same answer 20 times at once is one answer; right and wrong at once are one of them', async () => {
  const hall = await makeHall({}, [QUESTIONS.multiple_choice, QUESTIONS.true_false])
  const attempt = await started(hall)
  const [one, two] = hall.quiz.questions
  if (!one || !two) throw new Error('no question')
  const same = await times(20, () => submit(attempt, hall.learner, one.id, rightAnswer(one)))
  const kept = same.filter(({ status }) => status === 200)
  expect(kept.length).toBeGreaterThanOrEqual(1)
  expect(same.every(({ status }) => status === 200 || status === 429)).toBe(true)
  expect(new Set(kept.map(({ text }) => text)).size).toBe(1)
  await scheduler.wait(1_100)
  const both = await Promise.all(
    [rightAnswer(two), wrongAnswer(two), rightAnswer(two), wrongAnswer(two)].map(data =>
      submit(attempt, hall.learner, two.id, data),
    ),
  )
  expect(both.map(({ status }) => status).sort()).toEqual([200, 200, 400, 400])
  const done = await end(attempt, hall.learner)
  expect(done.body.score).toBe(both.find(({ status }) => status === 200)?.body.is_correct ? 100 : 50)
})

test('complete, abandon, timeout and the alarm all at once: one ending, told alike to all', async () => {
  for (let round = 0; round < 5; round += 1) {
    const hall = await makeHall({ time_limit_minutes: 1 })
    const attempt = await started(hall)
    await letPass(attempt, 60_000 + (round % 2 === 0 ? 4_900 : 5_100))
    const [complete, abandon, timeout] = await Promise.all([
      end(attempt, hall.learner, 'complete'),
      end(attempt, hall.learner, 'abandon'),
      end(attempt, hall.learner, 'timeout'),
      ring(attempt),
      ring(attempt),
    ])
    const row = await env.DB.prepare('SELECT status FROM attempts WHERE id = ?').bind(attempt.id).first('status')
    const told = [complete, abandon, timeout].filter(({ status }) => status === 200).map(({ body }) => body)
    expect(told.length).toBeGreaterThanOrEqual(2)
    expect(new Set(told.map(body => JSON.stringify(body))).size).toBe(1)
    expect(told[0].status).toBe(row)
    if (abandon.status === 400) expect(row).not.toBe('abandoned')
    expect(await countOf('responses', `attempt_id = ${attempt.id}`)).toBe(1)
  }
})

test('an extension meets the deadline: either it is granted and the attempt runs on, or it has ended', async () => {
  for (const past of [4_990, 4_998, 5_000, 5_002]) {
    const hall = await makeHall({ time_limit_minutes: 1, allow_time_extension: 1 })
    const attempt = await started(hall)
    await letPass(attempt, 60_000 + past)
    const extension = () =>
      call('POST', `/api/courses/quiz-attempts/${attempt.id}/grant-extension/`, {
        as: hall.instructor,
        body: { additional_minutes: 1 },
      })
    const [granted, second] = await times(2, extension)
    const found = await call('GET', `/api/courses/quiz-attempts/${attempt.id}/`, { as: hall.learner })
    const isRunning = granted?.status === 200 || second?.status === 200
    expect(found.body.status).toBe(isRunning ? 'in_progress' : 'timed_out')
  }
})

test('two tabs share one attempt and its answers', async () => {
  const hall = await makeHall({ show_feedback: 'after_completion' }, [QUESTIONS.true_false, QUESTIONS.numeric])
  const [tab, other] = await times(2, () => startAttempt(hall.quiz, hall.learner))
  expect(tab?.body.id).toBe(other?.body.id)
  const [one, two] = hall.quiz.questions
  if (!one || !two || !tab) throw new Error('no question')
  await Promise.all([
    submit(tab.body, hall.learner, one.id, rightAnswer(one)),
    submit(tab.body, hall.learner, two.id, rightAnswer(two)),
  ])
  const [first, second] = await Promise.all([end(tab.body, hall.learner), end(tab.body, hall.learner)])
  expect(first.body).toEqual(second.body)
  expect(first.body.score).toBe(100)
})
