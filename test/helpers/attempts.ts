import { env } from 'cloudflare:workers'
import { expect } from 'vitest'
import type { Hall } from '../factories/classrooms.ts'
import type { TestUser } from '../factories/users.ts'
import { type Answer, call } from './client.ts'

// biome-ignore lint/suspicious/noExplicitAny: a test reads whatever JSON the route answered and asserts on it
type Body = any

export const startAttempt = (quiz: { id: number }, as: TestUser, body: object = {}): Promise<Answer> =>
  call('POST', `/api/courses/quizzes/${quiz.id}/start-attempt/`, { as, body })

export async function started(hall: Pick<Hall, 'quiz' | 'learner'>): Promise<Body> {
  const answer = await startAttempt(hall.quiz, hall.learner)
  expect(answer.status, answer.text).toBe(201)
  return answer.body
}

export const submit = (attempt: { id: number }, as: TestUser, question: number, response_data: object, more = {}) =>
  call('POST', `/api/courses/quiz-attempts/${attempt.id}/submit-response/`, {
    as,
    body: { question, response_data, ...more },
  })

export const end = (attempt: { id: number }, as: TestUser, action: 'complete' | 'timeout' | 'abandon' = 'complete') =>
  call('POST', `/api/courses/quiz-attempts/${attempt.id}/${action}/`, { as })

export const resultOf = (attempt: { id: number }, as: TestUser) =>
  call('GET', `/api/courses/quiz-attempts/${attempt.id}/result/`, { as })

export type AttemptState = {
  earned_nano: number | null
  score_hundredths: number | null
  passed: number
  pending_grading: number
  lost_pass_at: number | null
  end_score_hundredths: number | null
}
export const attemptState = (id: number) =>
  env.DB.prepare(
    'SELECT earned_nano, score_hundredths, passed, pending_grading, lost_pass_at, end_score_hundredths FROM attempts WHERE id = ?',
  )
    .bind(id)
    .first<AttemptState>()
