import { runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { describe, expect, test } from 'vitest'
import { call, makeStaff, makeUser } from './helpers/client.ts'
import { counting } from './helpers/counting.ts'
import {
  end,
  makeHall,
  QUESTIONS,
  resultOf,
  rightAnswer,
  startAttempt,
  started,
  submit,
  wrongAnswer,
} from './helpers/quizzes.ts'

describe('starting', () => {
  test('answers the questions without their keys, and again what was saved', async () => {
    const hall = await makeHall({ time_limit_minutes: 30 }, [QUESTIONS.multiple_choice, QUESTIONS.essay])
    const { status, body } = await startAttempt(hall.quiz, hall.learner)
    expect(status).toBe(201)
    expect(body).toMatchObject({
      quiz: hall.quiz.id,
      user: hall.learner.id,
      status: 'in_progress',
      time_remaining_seconds: 1800,
      score: null,
      completed_at: null,
    })
    expect(body.questions.map((asked: { id: number }) => asked.id)).toEqual(hall.quiz.questions.map(({ id }) => id))
    expect(JSON.stringify(body)).not.toMatch(/is_correct|explanation|feedback|JavaScript/)
    expect(body).not.toHaveProperty('is_preview')
    const [first] = hall.quiz.questions
    if (!first) throw new Error('no question')
    await submit(body, hall.learner, first.id, rightAnswer(first), { time_spent_seconds: 0 })
    const again = await startAttempt(hall.quiz, hall.learner)
    expect(again.status).toBe(200)
    expect(again.body.id).toBe(body.id)
    expect(again.body.responses).toMatchObject([
      { id: body.id * 1000, question: first.id, response_data: rightAnswer(first), is_correct: true, score: 1 },
    ])
  })

  test('answering, ending and the result', async () => {
    const hall = await makeHall({}, [QUESTIONS.multiple_choice, QUESTIONS.true_false, QUESTIONS.numeric])
    const attempt = await started(hall)
    const [one, two, three] = hall.quiz.questions
    if (!one || !two || !three) throw new Error('no question')
    const kept = await submit(attempt, hall.learner, one.id, rightAnswer(one), { time_spent_seconds: 45 })
    expect([kept.status, kept.body]).toEqual([
      200,
      expect.objectContaining({ quiz_attempt: attempt.id, is_correct: true, score: 1, time_spent_seconds: 0 }),
    ])
    expect((await submit(attempt, hall.learner, two.id, wrongAnswer(two))).body).toMatchObject({
      is_correct: false,
      score: 0,
    })
    const done = await end(attempt, hall.learner)
    expect([done.status, done.body]).toEqual([
      200,
      expect.objectContaining({ id: attempt.id, score: 33.33, status: 'completed', passed: false }),
    ])
    const { body } = await resultOf(attempt, hall.learner)
    expect(
      body.responses.map(({ is_correct, score, feedback }: Record<string, unknown>) => [is_correct, score, feedback]),
    ).toEqual([
      [true, 1, 'Correct!\n\nFunctions are defined by def.'],
      [false, 0, ''],
      [false, 0, ''],
    ])
    expect(body.responses[2].response_data).toEqual({})
    expect(body.receipt).toEqual(expect.any(String))
  })
})
