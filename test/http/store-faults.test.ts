import { env } from 'cloudflare:workers'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { repeated } from '../../src/db/faults.ts'
import { storeTimeoutMs, withTimeout } from '../../src/db/timeout.ts'
import { flagExpired } from '../../src/features/qr-codes/codes/expiry.ts'
import { makeAccount, makeUser } from '../factories/users.ts'
import { PASSWORD } from '../helpers/accounts.ts'
import { startAttempt } from '../helpers/attempts.ts'
import { call } from '../helpers/client.ts'
import { always, faultyDatabase, faultyObjects } from '../helpers/faults.ts'
import { failing, LOST, OVERLOADED } from '../helpers/objects.ts'

beforeEach(() => void vi.spyOn(console, 'error').mockImplementation(() => {}))
afterEach(() => void vi.restoreAllMocks())

const RETRY_AFTER = expect.stringMatching(/^[1-5]$/)
const STORE_TIMEOUT_MS = '50'

describe('a failure of a store that passes is 503 with a wait, one that does not is 500', () => {
  const failedWith = async (message: string) => {
    const DB = faultyDatabase(always({ before: new Error(message) }))
    const { status, body, headers } = await call('GET', '/api/courses/catalog/', { env: { DB } })
    return [status, body.detail, headers.get('Retry-After')]
  }

  test.each([
    'D1_ERROR: internal error; reference = 0a1b2c3d',
    'Internal error: Cannot resolve Durable Object due to transient issue.',
    'D1_ERROR: Cannot resolve D1 DB due to transient issue on remote node.',
    'D1_ERROR: Currently processing a long-running export.',
    "Can't read from request stream after response has been sent.",
    'Durable Object exceeded its CPU time limit and was reset.',
    'D1_ERROR: database or disk is full: SQLITE_FULL',
    'D1_ERROR: D1 DB is overloaded. Requests queued for too long.',
    'D1_ERROR: Network connection lost.',
    'D1_ERROR: D1 DB storage operation exceeded timeout which caused object to be reset.',
    'D1 DB storage caused object to be reset.',
    'D1_ERROR: exceeded D1’s free tier daily row read limit',
  ])('%s', async message => {
    expect(await failedWith(message)).toEqual([503, 'Service temporarily unavailable.', RETRY_AFTER])
  })

  test.each(['D1_ERROR: no such column: nothing', 'D1_ERROR: too many SQL variables', 'x is not a function'])(
    '%s',
    async message => {
      expect(await failedWith(message)).toEqual([500, 'Internal server error.', null])
    },
  )
})

describe('a store that hangs', () => {
  const unavailable = { status: 503, body: { detail: 'Service temporarily unavailable.', code: 'unavailable' } }

  test('the database: reads and writes, each trip', async () => {
    const user = await makeUser()
    const DB = faultyDatabase(always('hang'))
    const calls = [
      ['GET', '/api/courses/catalog/'],
      ['GET', '/api/users/profile/'],
      ['PATCH', '/api/users/profile/', { bio: 'x' }],
      ['POST', '/api/courses/nowhere/enroll/'],
      ['GET', '/q/550e8400-e29b-41d4-a716-446655440000'],
      ['GET', '/media/qr_codes/550e8400-e29b-41d4-a716-446655440000.png'],
    ] as const
    for (const [method, path, body] of calls) {
      const answer = await call(method, path, { as: user, body, env: { DB, STORE_TIMEOUT_MS } })
      expect([answer.status, answer.headers.get('Retry-After')], path).toEqual([503, RETRY_AFTER])
    }
  })

  test('an object: an attempt, and a gate', async () => {
    const account = await makeAccount()
    const ATTEMPTS = faultyObjects(env.ATTEMPTS, always('hang'))
    const GATES = faultyObjects(env.GATES, always('hang'))
    const answered = await call('POST', '/api/courses/quiz-attempts/1/submit-response/', {
      as: account,
      body: { question: 1, response_data: {} },
      env: { ATTEMPTS, STORE_TIMEOUT_MS },
    })
    expect(answered).toMatchObject(unavailable)
    const login = await call('POST', '/api/users/login/', {
      body: { username: account.username, password: PASSWORD },
      env: { GATES, STORE_TIMEOUT_MS },
    })
    expect(login).toMatchObject(unavailable)
    expect((await startAttempt({ id: 999_999 }, account)).status, 'and is asked again').toBe(404)
  })

  test('ten seconds unless the setting is another number', () => {
    const settings = ['10000', '250', '', 'soon', '0', '-1', undefined]
    expect(settings.map(value => storeTimeoutMs({ STORE_TIMEOUT_MS: value as string }))).toEqual([
      10_000, 250, 10_000, 10_000, 10_000, 10_000, 10_000,
    ])
  })

  test('what comes in time is handed on, a failure too', async () => {
    expect(await withTimeout(1_000, Promise.resolve(7))).toBe(7)
    await expect(withTimeout(1_000, Promise.reject(new Error('no')))).rejects.toThrow('no')
    await expect(withTimeout(5, new Promise(() => {}))).rejects.toThrow('no answer within 5 ms')
  })
})

describe('what is safe to repeat', () => {
  const runs = async (message: string, failures: number) => {
    let count = 0
    const run = async () => {
      count += 1
      if (count <= failures) throw new Error(message)
      return 'done'
    }
    const outcome = await repeated(run).catch((error: Error) => error.message)
    return [count, outcome]
  }

  test('is repeated twice where it was interrupted, never where the store has too much to do or the query is wrong', async () => {
    expect(await runs(LOST, 0)).toEqual([1, 'done'])
    expect(await runs(LOST, 1)).toEqual([2, 'done'])
    expect(await runs(LOST, 2)).toEqual([3, 'done'])
    expect(await runs(LOST, 3)).toEqual([3, LOST])
    expect(await runs(OVERLOADED, 1)).toEqual([1, OVERLOADED])
    expect(await runs('D1_ERROR: SQLITE_FULL', 1)).toEqual([1, 'D1_ERROR: SQLITE_FULL'])
    expect(await runs('D1_ERROR: no such table: x', 1)).toEqual([1, 'D1_ERROR: no such table: x'])
  })

  test('a store that did not answer in time is not asked again at once', async () => {
    let count = 0
    const run = () => {
      count += 1
      return withTimeout(5, new Promise(() => {}))
    }
    await expect(repeated(run)).rejects.toThrow('no answer within')
    expect(count).toBe(1)
  })

  test('cron’s batches are', async () => {
    const interrupted = failing(2, LOST)
    expect(await flagExpired({ ...env, DB: interrupted.DB }, 1)).toBe(0)
    expect(interrupted.failures()).toBe(2)
    await expect(flagExpired({ ...env, DB: failing(1, OVERLOADED).DB }, 1)).rejects.toThrow('overloaded')
  })
})
