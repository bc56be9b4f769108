import { createExecutionContext } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { afterEach, expect, test, vi } from 'vitest'
import { app } from '../../../src/app.ts'
import { makeHall } from '../../factories/classrooms.ts'
import { rightAnswer } from '../../factories/questions.ts'
import type { TestUser } from '../../factories/users.ts'
import { started, submit } from '../../helpers/attempts.ts'
import { ORIGIN } from '../../helpers/client.ts'

afterEach(() => {
  vi.useRealTimers()
})

async function open(attempt: { id: number }, as: TestUser): Promise<Response> {
  const headers = { Upgrade: 'websocket', 'Sec-WebSocket-Protocol': `bearer, ${as.token}` }
  const request = new Request(`${ORIGIN}/api/courses/quiz-attempts/${attempt.id}/live/`, { headers })
  const response = await app.fetch(request, env, createExecutionContext())
  response.webSocket?.accept()
  return response
}

test('60 openings of the live clock at once: ten a second, the others refused before the upgrade', async () => {
  const hall = await makeHall()
  const attempt = await started(hall)
  vi.useFakeTimers({ toFake: ['Date'] })
  const now = Date.now()
  const openings: Response[] = []
  for (let i = 0; i < 60; i++) openings.push(await open(attempt, hall.learner))
  const refused = openings.filter(({ status }) => status === 429)
  expect([openings.filter(({ status }) => status === 101).length, refused.length]).toEqual([10, 50])
  for (const response of refused) {
    expect(response.headers.get('Retry-After')).toBe('1')
    expect(await response.json()).toEqual({
      detail: 'Request was throttled. Expected available in 1 seconds.',
      code: 'throttled',
    })
  }
  const [question] = hall.quiz.questions
  if (!question) throw new Error('a quiz without a question')
  const answer = () => submit(attempt, hall.learner, question.id, rightAnswer(question))
  expect((await answer()).status, 'they are calls on the attempt like any other').toBe(429)
  vi.setSystemTime(now + 1_001)
  expect((await answer()).status).toBe(200)
  expect((await open(attempt, hall.learner)).status).toBe(101)
})

test('a stranger’s openings are none of them', async () => {
  const [hall, other] = [await makeHall(), await makeHall()]
  const attempt = await started(hall)
  vi.useFakeTimers({ toFake: ['Date'] })
  for (let i = 0; i < 30; i++) expect((await open(attempt, other.learner)).status).toBe(404)
  expect((await open(attempt, hall.learner)).status).toBe(101)
})
