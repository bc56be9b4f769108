import { env } from 'cloudflare:workers'
import { createHash, createHmac } from 'node:crypto'
import fc from 'fast-check'
import { sign } from 'hono/jwt'
import { describe, expect, test, vi } from 'vitest'
import { type Receipt, readReceipt, signReceipt } from '../../src/features/attempts/receipts/receipt.ts'
import { issueToken } from '../../src/http/authentication.ts'
import { makeHall } from '../factories/classrooms.ts'
import { QUESTIONS, rightAnswer } from '../factories/questions.ts'
import { makeStaff, makeUser } from '../factories/users.ts'
import { end, resultOf, started, submit } from '../helpers/attempts.ts'
import { call } from '../helpers/client.ts'

const RECEIPT: Receipt = {
  attempt: 10,
  learner: 5,
  quiz: 1,
  endedAt: 1_684_146_600,
  scoreHundredths: 8550,
  answersHash: 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
}
const STATED = {
  valid: true,
  attempt: 10,
  learner: 5,
  quiz: 1,
  ended_at: '2023-05-15T10:30:00Z',
  score: 85.5,
  answers_sha256: RECEIPT.answersHash,
  kid: expect.stringMatching(/^[0-9a-f]{16}$/),
}
const OTHER_SECRET = 'another secret, every bit as long as it must be'

/** The `kid` of a secret, made as for one that is long enough. */
const keyIdOf = (secret: string) => createHmac('sha256', secret).update('key id').digest('hex').slice(0, 16)

const verify = (receipt: unknown, bindings: Partial<Env> = {}) =>
  call('POST', '/api/receipts/verify/', { body: { receipt }, env: bindings })

describe('a receipt', () => {
  test('is verified by anybody and states what it was signed over', async () => {
    const { status, body } = await verify(await signReceipt(env, RECEIPT))
    expect([status, body]).toEqual([200, STATED])
    const survey = await verify(await signReceipt(env, { ...RECEIPT, scoreHundredths: null }))
    expect(survey.body).toEqual({ ...STATED, score: null })
  })

  test('is the same whenever it is signed', async () => {
    const first = await signReceipt(env, RECEIPT)
    vi.useFakeTimers({ now: Date.now() + 86_400_000, toFake: ['Date'] })
    try {
      expect(await signReceipt(env, RECEIPT)).toBe(first)
    } finally {
      vi.useRealTimers()
    }
    expect((await verify(first)).body.valid).toBe(true)
  })

  test('of a result: its own, unchanged by grading, and the learner’s to verify without a login', async () => {
    const hall = await makeHall({}, [{ ...QUESTIONS.true_false, points: 10 }, QUESTIONS.essay])
    const attempt = await started(hall)
    for (const question of hall.quiz.questions) await submit(attempt, hall.learner, question.id, rightAnswer(question))
    await end(attempt, hall.learner)
    const answered = hall.quiz.questions.map(question => [question.id, JSON.stringify(rightAnswer(question))])
    const { receipt } = (await resultOf(attempt, hall.learner)).body
    expect((await verify(receipt)).body).toMatchObject({
      valid: true,
      attempt: attempt.id,
      learner: hall.learner.id,
      quiz: hall.quiz.id,
      score: 50,
      answers_sha256: createHash('sha256').update(JSON.stringify(answered)).digest('hex'),
    })
    const graded = await call('POST', `/api/courses/question-responses/${attempt.id * 1000 + 1}/grade-essay/`, {
      as: await makeStaff(),
      body: { score: 10 },
    })
    expect(graded.status).toBe(200)
    expect((await resultOf(attempt, hall.learner)).body).toMatchObject({ score: 100, receipt })
  })

  test('the quotas neither count nor refuse it', async () => {
    const receipt = await signReceipt(env, RECEIPT)
    const headers = { 'CF-Connecting-IP': '192.0.2.77' }
    for (let n = 0; n < 3; n++) {
      const { status } = await call('POST', '/api/receipts/verify/', {
        body: { receipt },
        headers,
        env: { RATE_LIMIT_ANON_PER_DAY: '1' },
      })
      expect(status).toBe(200)
    }
  })

  test('an input of the wrong form is 400', async () => {
    expect(await verify('x'.repeat(4096)), 'the longest').toMatchObject({ status: 200, body: { valid: false } })
    for (const receipt of [undefined, null, 7, {}, 'x'.repeat(4097)]) {
      const { status, body } = await verify(receipt)
      expect([status, Object.keys(body)]).toEqual([400, ['receipt']])
    }
  })
})

describe('what was not signed here', () => {
  const INVALID = [200, { valid: false }]
  const told = async (receipt: string, bindings: Partial<Env> = {}) => {
    const { status, body } = await verify(receipt, bindings)
    return [status, body]
  }
  const part = (value: unknown) =>
    btoa(JSON.stringify(value)).replace(/=+$/, '').replaceAll('+', '-').replaceAll('/', '_')

  test('forged, truncated, without a signature, empty', async () => {
    const receipt = await signReceipt(env, RECEIPT)
    const [head = '', claims = '', signature = ''] = receipt.split('.')
    const payload = JSON.parse(atob(claims.replaceAll('-', '+').replaceAll('_', '/')))
    const better = part({ ...payload, score: 100 })
    for (const forged of [
      `${head}.${better}.${signature}`,
      `${head}.${claims}.`,
      `${head}.${claims}`,
      `${part({ alg: 'none', typ: 'JWT' })}.${claims}.`,
      `${part({ alg: 'none' })}.${better}.${signature}`,
      `${part({ alg: 'HS512', typ: 'JWT' })}.${claims}.${signature}`,
      receipt.slice(0, -2),
      receipt.slice(1),
      `${receipt}.${receipt}`,
      '',
      '..',
      'not a receipt',
      '🎓.🎓.🎓',
    ])
      expect(await told(forged), forged).toEqual(INVALID)
  })

  test('any change of any character', async () => {
    const receipt = await signReceipt(env, RECEIPT)
    const meaning = (text: string) =>
      text
        .split('.')
        .map(one => atob(one.replaceAll('-', '+').replaceAll('_', '/')))
        .join('.')
    await fc.assert(
      fc.asyncProperty(
        fc.nat({ max: receipt.length - 1 }),
        fc.constantFrom(...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.'),
        async (at, character) => {
          const changed = receipt.slice(0, at) + character + receipt.slice(at + 1)
          const isSame = (() => {
            try {
              // The last character of a part may carry bits that mean nothing.
              return meaning(changed) === meaning(receipt)
            } catch {
              return false
            }
          })()
          if (!isSame) expect(await readReceipt(env, changed), changed).toBeNull()
        },
      ),
      { numRuns: 300 },
    )
  })

  test('a token is no receipt and a receipt no token, even with one secret for both', async () => {
    const user = await makeUser()
    const now = Math.floor(Date.now() / 1000)
    const shared = { ...env, RECEIPT_SECRET: env.JWT_SECRET }
    for (const bindings of [env, shared]) {
      for (const type of ['access', 'refresh'] as const) {
        const token = await issueToken(env, type, { userId: user.id, sessionVersion: 1 }, now)
        expect(await told(token, bindings)).toEqual(INVALID)
      }
      const receipt = await signReceipt(bindings, { ...RECEIPT, learner: user.id })
      expect((await call('GET', '/api/courses/enrolled/', { as: receipt, env: bindings })).status).toBe(401)
      const refreshed = await call('POST', '/api/users/token/refresh/', { body: { refresh: receipt }, env: bindings })
      expect(refreshed.status).toBe(401)
    }
    const signedByTokenSecret = await signReceipt({ ...env, RECEIPT_SECRET: env.JWT_SECRET }, RECEIPT)
    expect(await told(signedByTokenSecret)).toEqual(INVALID)
  })

  test('claims of another shape, though signed with the secret', async () => {
    const good = JSON.parse(
      atob((await signReceipt(env, RECEIPT)).split('.')[1]?.replaceAll('-', '+').replaceAll('_', '/') ?? ''),
    )
    expect((await verify(await sign(good, env.RECEIPT_SECRET, 'HS256'))).body.valid).toBe(true)
    for (const change of [
      { typ: 'access' },
      { typ: undefined },
      { kid: '0000000000000000' },
      { score: '100' },
      { attempt: 1.5 },
    ])
      expect(
        await told(await sign({ ...good, ...change }, env.RECEIPT_SECRET, 'HS256')),
        JSON.stringify(change),
      ).toEqual(INVALID)
  })
})

describe('secrets', () => {
  test('after a rotation older receipts verify, newer ones are signed with the new secret; once dropped they do not', async () => {
    const old = await signReceipt(env, RECEIPT)
    const rotated = { RECEIPT_SECRET: OTHER_SECRET, RECEIPT_SECRETS_PREVIOUS: `short, ${env.RECEIPT_SECRET} ` }
    const newer = await signReceipt({ ...env, ...rotated }, RECEIPT)
    expect(newer).not.toBe(old)
    const kids = []
    for (const receipt of [old, newer]) {
      const { body } = await verify(receipt, rotated)
      expect(body).toEqual(STATED)
      kids.push(body.kid)
    }
    expect(new Set(kids).size).toBe(2)
    expect((await verify(old, { RECEIPT_SECRET: OTHER_SECRET })).body).toEqual({ valid: false })
    expect((await verify(newer)).body).toEqual({ valid: false })
    // A secret too short to sign does not verify either.
    const claims = JSON.parse(atob(newer.split('.')[1]?.replaceAll('-', '+').replaceAll('_', '/') ?? ''))
    const weak = await sign({ ...claims, kid: keyIdOf('short') }, 'short', 'HS256')
    expect((await verify(weak, rotated)).body).toEqual({ valid: false })
  })

  test.each([undefined, '', 'x'.repeat(31)])(
    'without one of its own (%j) every request is refused, and the log says what to do',
    async secret => {
      const log = vi.spyOn(console, 'error').mockImplementation(() => {})
      try {
        const { status, body } = await call('GET', '/api/courses/catalog/', {
          env: { RECEIPT_SECRET: secret as string },
        })
        expect([status, body]).toEqual([500, { detail: 'Internal server error.', code: 'internal_error' }])
        expect(JSON.stringify(log.mock.calls)).toContain('npx wrangler secret put RECEIPT_SECRET')
      } finally {
        log.mockRestore()
      }
      await expect(signReceipt({ ...env, RECEIPT_SECRET: secret as string }, RECEIPT)).rejects.toThrow('RECEIPT_SECRET')
    },
  )
})
