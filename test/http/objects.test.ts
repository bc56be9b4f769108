import { env } from 'cloudflare:workers'
import { expect, test } from 'vitest'
import { makeHall } from '../factories/classrooms.ts'
import { QUESTIONS, rightAnswer } from '../factories/questions.ts'
import { unique } from '../factories/rows.ts'
import { end, started, submit } from '../helpers/attempts.ts'
import { call } from '../helpers/client.ts'

// A jurisdiction, once chosen, holds for every Durable Object: none is reached outside of it.

/** A namespace of which only the part in one jurisdiction can be reached. */
function only<N extends DurableObjectNamespace<never>>(namespace: N, asked: string[]): N {
  const jurisdiction = (name: string) => {
    asked.push(name)
    return namespace
  }
  return { jurisdiction } as unknown as N
}

test('with JURISDICTION set: gates, desks and attempts are reached there alone', async () => {
  const asked: string[] = []
  const bindings = {
    JURISDICTION: 'eu',
    GATES: only(env.GATES as never, asked),
    ATTEMPTS: only(env.ATTEMPTS as never, asked),
    DESKS: only(env.DESKS as never, asked),
  } as unknown as Env
  const body = { username: unique('nobody'), password: 'a wrong password' }
  expect((await call('POST', '/api/users/login/', { body, env: bindings })).status).toBe(401)
  expect(new Set(asked)).toEqual(new Set(['eu']))

  const hall = await makeHall({}, [QUESTIONS.true_false])
  const before = asked.length
  const { status } = await call('POST', `/api/courses/quizzes/${hall.quiz.id}/start-attempt/`, {
    as: hall.learner,
    env: bindings,
  })
  expect(status).toBe(201)
  expect(asked.length).toBeGreaterThan(before)
})

test('the desk of a quiz is born where the database is, an attempt near its learner', async () => {
  const hints: unknown[] = []
  const noting = <N extends DurableObjectNamespace<never>>(namespace: N) =>
    ({
      getByName(name: string, options?: DurableObjectNamespaceGetDurableObjectOptions) {
        hints.push(options?.locationHint)
        return namespace.getByName(name)
      },
    }) as unknown as N
  const hall = await makeHall({}, [QUESTIONS.true_false])
  const bindings = {
    DATABASE_REGION: 'weur',
    ATTEMPTS: noting(env.ATTEMPTS as never),
    DESKS: noting(env.DESKS as never),
  }
  const { status } = await call('POST', `/api/courses/quizzes/${hall.quiz.id}/start-attempt/`, {
    as: hall.learner,
    env: bindings as unknown as Env,
  })
  expect([status, hints]).toEqual([201, ['weur', undefined]])
})

test('without it they are reached where they were born', async () => {
  const hall = await makeHall({}, [QUESTIONS.true_false])
  const attempt = await started(hall)
  const [asked] = hall.quiz.questions
  if (!asked) throw new Error('no question')
  await submit(attempt, hall.learner, asked.id, rightAnswer(asked))
  expect((await end(attempt, hall.learner)).body.score).toBe(100)
})
