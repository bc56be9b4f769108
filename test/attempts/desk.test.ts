import { runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import fc from 'fast-check'
import { afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import type { StartReply, StartRequest } from '../../src/features/attempts/starting/messages.ts'
import { type Hall, makeHall } from '../factories/classrooms.ts'
import { QUESTIONS, rightAnswer } from '../factories/questions.ts'
import { insertQuestion, insertQuizWithQuestions } from '../factories/quizzes.ts'
import { insertAttempt, insertEnrollment, type Values } from '../factories/rows.ts'
import { makeStaff, makeUser, type TestUser } from '../factories/users.ts'
import { end, startAttempt, submit } from '../helpers/attempts.ts'
import { tally } from '../helpers/client.ts'
import { RESET } from '../helpers/faults.ts'
import { furnishDesk, LOST, OVERLOADED, withDesk, wrapped } from '../helpers/objects.ts'
import { keptStatistics, recountedStatistics } from '../helpers/statistics.ts'

// Starts and ends of one quiz pass its desk, which takes many into one batch. Whatever it does together, each learner must get
// what a single caller would.

const quiet = () => vi.spyOn(console, 'error').mockImplementation(() => {})
afterEach(() => {
  vi.restoreAllMocks()
  vi.useRealTimers()
})

const request = (user: { id: number }, more: Partial<StartRequest> = {}): StartRequest => ({
  userId: user.id,
  sessionVersion: 1,
  accessCode: null,
  unbegun: null,
  key: null,
  ...more,
})
const desk = (quiz: { id: number }) => env.DESKS.getByName(String(quiz.id))
const ask = (quiz: { id: number }, asked: StartRequest) => desk(quiz).start(asked) as Promise<StartReply>
const countOf = (table: string, condition: string) =>
  env.DB.prepare(`SELECT count(*) AS n FROM ${table} WHERE ${condition}`).first<number>('n')

/** A hall with so many learners. */
async function makeFullHall(learners: number, fields: Values = {}, questions?: object[]) {
  const hall = await makeHall(fields, questions)
  const more = await Promise.all(
    Array.from({ length: learners }, async () => {
      const learner = await makeUser()
      await insertEnrollment(learner.id, hall.course.id)
      return learner
    }),
  )
  return { ...hall, learners: more }
}

/** Counts the batches of a desk, each of which takes a while, so that callers gather. */
async function countBatches(quiz: { id: number }, ms = 0) {
  const counted = { batches: 0 }
  const DB = wrapped(async run => {
    counted.batches += 1
    await scheduler.wait(ms)
    return run()
  })
  await furnishDesk(quiz.id, { DB })
  return { counted, DB }
}

describe('many starts at once', () => {
  test('are four batches, and begin one attempt each with all that belongs to it', async () => {
    const hall = await makeFullHall(100)
    const { counted } = await countBatches(hall.quiz)
    const replies = await Promise.all(hall.learners.map(learner => ask(hall.quiz, request(learner))))
    expect(replies.map(({ kind }) => kind)).toEqual(hall.learners.map(() => 'admitted'))
    expect(counted.batches).toBe(4)
    const attempts = replies.map(reply => (reply.kind === 'admitted' ? reply.attempt : undefined))
    expect(attempts.map(attempt => attempt?.userId)).toEqual(hall.learners.map(({ id }) => id))
    expect(await countOf('attempts', `quiz_id = ${hall.quiz.id}`)).toBe(100)
    expect(await countOf('activities', `type = 'quiz_start' AND target_id = ${hall.quiz.id}`)).toBe(100)
    const started = `module_id = ${hall.module.id} AND started_at IS NOT NULL`
    expect(await countOf('module_progress', started)).toBe(100)
    expect(await keptStatistics()).toEqual(await recountedStatistics())
  })

  test('each draws questions of its own', async () => {
    const pool = Array.from({ length: 12 }, () => QUESTIONS.true_false)
    const hall = await makeFullHall(20, { question_count: 4, randomize_questions: 1 }, pool)
    const replies = await Promise.all(hall.learners.map(learner => ask(hall.quiz, request(learner))))
    const drawn = replies.map(reply =>
      reply.kind === 'admitted' ? reply.asked.map(({ questionId }) => questionId) : [],
    )
    for (const ids of drawn) expect([ids.length, new Set(ids).size]).toEqual([4, 4])
    expect(new Set(drawn.map(String)).size).toBeGreaterThan(1)
    const ids = new Set(hall.quiz.questions.map(({ id }) => id))
    expect(drawn.flat().every(id => ids.has(id))).toBe(true)
  })

  test('of one learner share what the desk does, and begin one attempt', async () => {
    const hall = await makeHall()
    const { counted } = await countBatches(hall.quiz, 10)
    const replies = await Promise.all(Array.from({ length: 50 }, () => ask(hall.quiz, request(hall.learner))))
    // The first alone, then the others as one.
    expect(counted.batches).toBeLessThanOrEqual(4)
    expect(new Set(replies.map(reply => 'attempt' in reply && reply.attempt.id)).size).toBe(1)
    expect(await countOf('attempts', `quiz_id = ${hall.quiz.id}`)).toBe(1)
    expect(await countOf('activities', `type = 'quiz_start' AND user_id = ${hall.learner.id}`)).toBe(1)
  })

  test('the replies of a round have at most 16 MB of questions; the others come in the next', async () => {
    const hall = await makeFullHall(6)
    const version = hall.quiz.questions[0]?.versionId ?? 0
    await env.DB.prepare(
      "UPDATE question_versions SET explanation = replace(hex(zeroblob(1900000)), '0', 'x') WHERE id = ?",
    )
      .bind(version)
      .run()
    const { counted } = await countBatches(hall.quiz, 20)
    const replies = await Promise.all(hall.learners.map(learner => ask(hall.quiz, request(learner))))
    expect(replies.map(({ kind }) => kind)).toEqual(hall.learners.map(() => 'admitted'))
    // One, then two, two and one.
    expect(counted.batches).toBe(8)
    expect(replies.every(reply => reply.kind === 'admitted' && reply.asked[0]?.explanation.length === 3_800_000)).toBe(
      true,
    )
  })

  test('a question that is edited between the two trips is drawn anew', async () => {
    const hall = await makeFullHall(5)
    const version = hall.quiz.questions[0]?.versionId ?? 0
    let batches = 0
    const DB = wrapped(async run => {
      batches += 1
      if (batches === 4)
        await env.DB.prepare("UPDATE question_versions SET text = 'Edited' WHERE id = ?").bind(version).run()
      return run()
    })
    await furnishDesk(hall.quiz.id, { DB })
    const [, ...replies] = await Promise.all(hall.learners.map(learner => ask(hall.quiz, request(learner))))
    for (const reply of replies) {
      expect(reply.kind).toBe('admitted')
      if (reply.kind === 'admitted') expect(reply.asked.map(({ text }) => text)).toEqual(['Edited'])
    }
    expect(await countOf('activities', `type = 'quiz_start' AND target_id = ${hall.quiz.id}`)).toBe(5)
  })
})

describe('what one learner gets does not depend on the others', () => {
  /** How a learner stands to the course and the quiz, and what the learner sends. */
  type Learner = {
    role: 'learner' | 'instructor' | 'staff' | 'inactive' | 'logged out' | 'nobody'
    enrollment: 'active' | 'completed' | 'dropped' | null
    used: number
    previews: number
    isRecent: boolean
    isRunning: boolean
    code: 'right' | 'wrong' | null
  }
  const learner: fc.Arbitrary<Learner> = fc.record({
    role: fc.constantFrom(
      'learner',
      'learner',
      'learner',
      'learner',
      'instructor',
      'staff',
      'inactive',
      'logged out',
      'nobody',
    ),
    enrollment: fc.constantFrom('active', 'active', 'active', 'completed', 'dropped', null),
    used: fc.constantFrom(0, 0, 1, 2, 29, 30, 31),
    previews: fc.constantFrom(0, 0, 1),
    isRecent: fc.boolean(),
    isRunning: fc.constantFrom(false, false, false, true),
    code: fc.constantFrom('right', 'wrong', null),
  })
  const NOON = Date.parse('2026-06-01T12:00:00Z')
  const quizFields: fc.Arbitrary<Values> = fc.record({
    is_published: fc.constantFrom(1, 1, 1, 1, 1, 0),
    allow_multiple_attempts: fc.constantFrom(1, 1, 1, 0),
    max_attempts: fc.constantFrom(0, 0, 2),
    access_code: fc.constantFrom(null, 'right'),
    question_count: fc.constantFrom(null, 1),
  })
  const quizWindow: fc.Arbitrary<Values> = fc.constantFrom<Values>(
    ...[{}, {}, {}, {}, {}, {}],
    { available_from: NOON / 1000 - 60 },
    { available_from: NOON / 1000 + 60 },
    { available_until: NOON / 1000 },
    { available_from: NOON / 1000 - 60, available_until: NOON / 1000 + 60 },
  )
  const courseFields = fc.record({
    status: fc.constantFrom(...Array.from({ length: 8 }, () => 'published'), 'archived', 'draft'),
    end_date: fc.constantFrom(null, null, null, null, '2026-05-31'),
    isModulePublished: fc.constantFrom(1, 1, 1, 1, 1, 0),
    questions: fc.constantFrom(2, 2, 2, 2, 0),
  })

  const verdictOf = (reply: StartReply) =>
    reply.kind === 'refused'
      ? [reply.refusal.status, reply.refusal.body, reply.refusal.headers['Retry-After']]
      : [reply.kind, 'attempt' in reply && [reply.attempt.isPreview, reply.attempt.enrollmentId]]

  let staff: TestUser
  beforeAll(async () => {
    staff = await makeStaff()
  })

  test('a round and single callers hear the same', { timeout: 120_000 }, async () => {
    const seen = new Map<string, number>()
    await fc.assert(
      fc.asyncProperty(
        fc.tuple(quizFields, quizWindow).map(([fields, window]) => ({ ...fields, ...window })),
        courseFields,
        fc.array(learner, { minLength: 4, maxLength: 14 }),
        async (quiz, course, learners) => {
          vi.useFakeTimers({ now: NOON, toFake: ['Date'] })
          const hall = await makeHall({}, [])
          await env.DB.batch([
            env.DB.prepare('UPDATE courses SET status = ?, end_date = ? WHERE id = ?').bind(
              course.status,
              course.end_date,
              hall.course.id,
            ),
            env.DB.prepare('UPDATE modules SET is_published = ? WHERE id = ?').bind(
              course.isModulePublished,
              hall.module.id,
            ),
          ])
          const questions = Array.from({ length: course.questions }, () => QUESTIONS.true_false)
          const [together, alone] = [
            await insertQuizWithQuestions(hall.module.id, quiz, questions),
            await insertQuizWithQuestions(hall.module.id, quiz, questions),
          ]
          const requests: StartRequest[] = []
          for (const one of learners) requests.push(await place(one, hall, [together, alone]))
          const unique = [...new Map(requests.map(one => [one.userId, one])).values()]
          const first = await Promise.all(unique.map(one => ask(together, one)))
          for (const [at, one] of unique.entries()) {
            const single = await ask(alone, one)
            expect(verdictOf(first[at] as StartReply), JSON.stringify(learners[at])).toEqual(verdictOf(single))
            const [kind, detail] = verdictOf(single)
            const said = `${kind} ${JSON.stringify(detail)}`.replace(/\d{4,}|,\d+/g, 'n')
            seen.set(said, (seen.get(said) ?? 0) + 1)
          }
        },
      ),
      { numRuns: 30, seed: 15 },
    )
    // Every refusal of the route was among them.
    for (const said of [
      'not open.',
      'not open yet',
      'closed',
      'ended',
      'No attempt is left',
      'Enroll in the course',
      'Not found',
      'no questions',
      'inactive',
      'token_not_valid',
      'throttled',
      'code_missing',
      'code_wrong',
      'running',
      'admitted',
    ])
      expect([...seen.keys()].join('\n'), said).toContain(said)
  })

  async function place(one: Learner, hall: Hall, quizzes: { id: number }[]): Promise<StartRequest> {
    const accessCode = one.code
    if (one.role === 'nobody') return { ...request({ id: 99_999_999 }), accessCode }
    if (one.role === 'instructor') return { ...request(hall.instructor), accessCode }
    if (one.role === 'staff') return { ...request(staff), accessCode }
    const user = await makeUser({ isActive: one.role !== 'inactive' })
    const enrollment =
      one.enrollment === null ? null : await insertEnrollment(user.id, hall.course.id, { status: one.enrollment })
    const started_at = NOON / 1000 - (one.isRecent ? 600 : 7_200)
    for (const quiz of quizzes) {
      await env.DB.prepare(
        `INSERT INTO attempts (quiz_id, user_id, enrollment_id, status, started_at, completed_at)
         SELECT ?, ?, ?, 'completed', ?, 0 FROM json_each(?)`,
      )
        .bind(quiz.id, user.id, enrollment, started_at, JSON.stringify(Array.from({ length: one.used })))
        .run()
      for (let n = 0; n < one.previews; n += 1)
        await insertAttempt(quiz.id, user.id, null, { started_at, is_preview: 1, status: 'abandoned' })
      if (one.isRunning)
        await insertAttempt(quiz.id, user.id, enrollment, {
          started_at,
          status: 'in_progress',
          completed_at: null,
          check_at: 1,
        })
    }
    return { ...request(user, { sessionVersion: one.role === 'logged out' ? 2 : 1 }), accessCode }
  }
})

describe('when something fails', () => {
  test('data of one learner that the database refuses are that learner’s trouble alone', async () => {
    quiet()
    const hall = await makeFullHall(30)
    const cursed = hall.learners[17] as TestUser
    await env.DB.prepare(
      `CREATE TRIGGER cursed BEFORE INSERT ON attempts WHEN NEW.user_id = ${cursed.id} BEGIN SELECT RAISE(ABORT, 'cursed'); END`,
    ).run()
    try {
      const answers = await Promise.all(hall.learners.map(learner => startAttempt(hall.quiz, learner)))
      expect(tally(answers)).toEqual({ 201: 29, 500: 1 })
      expect(answers[17]?.status).toBe(500)
    } finally {
      await env.DB.prepare('DROP TRIGGER cursed').run()
    }
    expect(await countOf('activities', `type = 'quiz_start' AND target_id = ${hall.quiz.id}`)).toBe(29)
    expect((await startAttempt(hall.quiz, cursed)).status).toBe(201)
  })

  test.each([
    ['twice interrupted: nobody hears of it', 2, LOST, 201, 2],
    ['interrupted again and again: all may come back', 99, LOST, 503, 3],
    ['overloaded: all may come back, and nothing is asked again', 99, OVERLOADED, 503, 1],
    ['of another kind: nobody is asked for alone', 99, 'D1_ERROR: no such column: nothing', 500, 1],
  ])('a round that fails, %s', async (_, times, message, status, failures) => {
    quiet()
    const hall = await makeFullHall(12)
    let failed = 0
    const DB = wrapped(async run => {
      await scheduler.wait(20)
      if (failed === times) return run()
      failed += 1
      throw new Error(message)
    })
    await furnishDesk(hall.quiz.id, { DB })
    const [first, ...others] = await Promise.all(
      hall.learners.map(learner => ask(hall.quiz, request(learner)).catch((error: Error) => error.message)),
    )
    if (status === 201) expect([first, ...others].every(reply => typeof reply === 'object')).toBe(true)
    else expect([first, ...others]).toEqual(hall.learners.map(() => expect.stringContaining(message)))
    // Of each of the two rounds.
    expect(failed).toBe(status === 201 ? failures : 2 * failures)
    await furnishDesk(hall.quiz.id)
    const answers = await Promise.all(hall.learners.map(learner => startAttempt(hall.quiz, learner)))
    expect(tally(answers)).toEqual({ 201: 12 })
  })

  test('a write that is lost on its way back has begun the attempts, once', async () => {
    const hall = await makeFullHall(8)
    let batches = 0
    const DB = wrapped(async run => {
      batches += 1
      const results = await run()
      if (batches === 2 || batches === 5) throw new Error(LOST)
      return results
    })
    await furnishDesk(hall.quiz.id, { DB })
    const replies = await Promise.all(hall.learners.map(learner => ask(hall.quiz, request(learner))))
    expect(replies.map(({ kind }) => kind)).toEqual(hall.learners.map(() => 'admitted'))
    expect(await countOf('attempts', `quiz_id = ${hall.quiz.id}`)).toBe(8)
    expect(await countOf('activities', `type = 'quiz_start' AND target_id = ${hall.quiz.id}`)).toBe(8)
  })

  test('a desk that is taken away in mid-batch is asked again, and nobody begins twice', async () => {
    quiet()
    const hall = await makeFullHall(12)
    const env = { DB: (await countBatches(hall.quiz, 60)).DB }
    const starts = Promise.all(
      hall.learners.map(async learner => {
        const { call } = await import('../helpers/client.ts')
        return call('POST', `/api/courses/quizzes/${hall.quiz.id}/start-attempt/`, { as: learner, body: {}, env })
      }),
    )
    await scheduler.wait(90)
    await runInDurableObject(desk(hall.quiz) as never, (_, ctx) => ctx.abort(RESET)).catch(() => {})
    const answers = await starts
    for (const { status } of answers) expect([201, 503]).toContain(status)
    const again = await Promise.all(hall.learners.map(learner => startAttempt(hall.quiz, learner)))
    for (const { status } of again) expect([200, 201]).toContain(status)
    expect(await countOf('attempts', `quiz_id = ${hall.quiz.id}`)).toBe(12)
    expect(await countOf('activities', `type = 'quiz_start' AND target_id = ${hall.quiz.id}`)).toBe(12)
  })
})

describe('an access code', () => {
  const withCode = (hall: Hall, access_code?: string) => startAttempt(hall.quiz, hall.learner, { access_code })

  test('after five wrong ones nobody looks at another, and what needs none is answered all the same', async () => {
    const hall = await makeHall({ access_code: 'right', max_attempts: 2 })
    const wrong = await Promise.all(Array.from({ length: 5 }, () => withCode(hall, 'wrong')))
    expect(tally(wrong)).toEqual({ 403: 5 })
    const locked = await withCode(hall, 'right')
    expect([locked.status, Number(locked.headers.get('Retry-After'))]).toEqual([429, expect.any(Number)])
    expect((await withCode(hall)).body).toEqual({
      detail: 'This quiz needs an access code.',
      code: 'access_code_required',
    })
    await env.DB.prepare('UPDATE quizzes SET is_published = 0 WHERE id = ?').bind(hall.quiz.id).run()
    expect((await withCode(hall, 'right')).body).toEqual({
      detail: 'This quiz is not open.',
      code: 'quiz_not_published',
    })
    await env.DB.prepare('UPDATE quizzes SET is_published = 1, access_code = NULL WHERE id = ?')
      .bind(hall.quiz.id)
      .run()
    expect((await withCode(hall, 'right')).status).toBe(201)
    await env.DB.prepare("UPDATE quizzes SET access_code = 'right' WHERE id = ?").bind(hall.quiz.id).run()
    expect((await withCode(hall, 'wrong')).status, 'a running attempt needs none').toBe(200)
  })

  test('right ones count as no tries, even fifty at once', async () => {
    const hall = await makeFullHall(50, { access_code: 'right' })
    const answers = await Promise.all(
      hall.learners.map(learner => startAttempt(hall.quiz, learner, { access_code: 'right' })),
    )
    expect(tally(answers)).toEqual({ 201: 50 })
  })
})

describe('many ends at once', () => {
  async function begun(count: number, fields: Values = {}, questions = [QUESTIONS.multiple_choice, QUESTIONS.essay]) {
    const hall = await makeFullHall(count, fields, questions)
    const attempts = await Promise.all(
      hall.learners.map(async learner => {
        const { status, body } = await startAttempt(hall.quiz, learner)
        expect(status).toBe(201)
        const [asked] = hall.quiz.questions
        if (asked) expect((await submit(body, learner, asked.id, rightAnswer(asked))).status).toBe(200)
        return { id: body.id as number, learner }
      }),
    )
    return { ...hall, attempts }
  }
  const statesOf = async (quiz: { id: number }) =>
    (
      await env.DB.prepare(
        'SELECT status, check_at, score_hundredths, pending_grading, count(*) AS n FROM attempts WHERE quiz_id = ? GROUP BY 1, 2, 3, 4',
      )
        .bind(quiz.id)
        .all()
    ).results

  test('are a few batches, and every one has all its consequences once', async () => {
    const { quiz, attempts, module } = await begun(60, { passing_score: 5 })
    const { counted } = await countBatches(quiz, 30)
    const ends = await Promise.all(attempts.map(({ learner, ...attempt }) => end(attempt, learner)))
    expect(tally(ends)).toEqual({ 200: 60 })
    expect(counted.batches).toBeLessThanOrEqual(8)
    expect(await statesOf(quiz)).toEqual([
      { status: 'completed', check_at: null, score_hundredths: 909, pending_grading: 0, n: 60 },
    ])
    const ids = attempts.map(({ id }) => id).join()
    expect(await countOf('responses', `attempt_id IN (${ids})`)).toBe(120)
    expect(await countOf('activities', `type = 'quiz_complete' AND target_id = ${quiz.id}`)).toBe(60)
    expect(await countOf('module_progress', `module_id = ${module.id} AND completed_at IS NOT NULL`)).toBe(60)
    expect(await countOf('activities', `type = 'module_complete' AND target_id = ${module.id}`)).toBe(60)
    expect(await keptStatistics()).toEqual(await recountedStatistics())
  })

  test('completed, timed out and abandoned ones and a preview share a batch', async () => {
    const { quiz, attempts, instructor } = await begun(6)
    const preview = await startAttempt(quiz, instructor)
    await countBatches(quiz, 30)
    const actions = ['complete', 'timeout', 'abandon'] as const
    const ends = await Promise.all([
      ...attempts.map(({ learner, ...attempt }, place) => end(attempt, learner, actions[place % 3])),
      end(preview.body, instructor),
    ])
    expect(tally(ends)).toEqual({ 200: 7 })
    expect((await statesOf(quiz)).map(({ status, n }) => [status, n])).toEqual([
      ['abandoned', 2],
      ['completed', 1],
      ['completed', 2],
      ['timed_out', 2],
    ])
    expect(await countOf('activities', `type = 'quiz_complete' AND target_id = ${quiz.id}`)).toBe(4)
    expect(await keptStatistics()).toEqual(await recountedStatistics())
  })

  test('an attempt that finds the desk down writes its result alone', async () => {
    const log = quiet()
    const { quiz, attempts } = await begun(2)
    const [one, other] = attempts
    if (!one || !other) throw new Error('there are two')
    await withDesk(one, () => Promise.reject(new Error(RESET)))
    expect((await end(one, one.learner)).status).toBe(200)
    expect((await statesOf(quiz)).map(({ status, n }) => [status, n])).toContainEqual(['completed', 1])
    expect(log.mock.calls.map(([line]) => line.event)).toContain('desk down, result written alone')
    // One that has too much to do is left alone, until the alarm.
    await withDesk(other, () => Promise.reject(new Error(OVERLOADED)))
    expect((await end(other, other.learner)).status).toBe(200)
    expect((await statesOf(quiz)).map(({ status, n }) => [status, n])).toContainEqual(['in_progress', 1])
  })

  test('a result that the database refuses is alone with that', async () => {
    quiet()
    const { quiz, attempts } = await begun(12)
    const cursed = attempts[5]?.id ?? 0
    await env.DB.prepare(
      `CREATE TRIGGER cursed BEFORE INSERT ON responses WHEN NEW.id / 1000 = ${cursed} BEGIN SELECT RAISE(ABORT, 'cursed'); END`,
    ).run()
    try {
      await countBatches(quiz, 30)
      const ends = await Promise.all(attempts.map(({ learner, ...attempt }) => end(attempt, learner)))
      expect(tally(ends)).toEqual({ 200: 12 })
      expect((await statesOf(quiz)).map(({ status, n }) => [status, n])).toEqual([
        ['completed', 11],
        ['in_progress', 1],
      ])
    } finally {
      await env.DB.prepare('DROP TRIGGER cursed').run()
    }
    await env.ATTEMPTS.getByName(String(cursed)).check()
    expect(await countOf('attempts', `quiz_id = ${quiz.id} AND check_at IS NULL`)).toBe(12)
  })
})

test('500 start and end while one batch in five fails: nothing is lost, doubled or wrongly refused', {
  timeout: 120_000,
}, async () => {
  quiet()
  const hall = await makeFullHall(500, {}, [QUESTIONS.true_false])
  await insertQuestion(hall.quiz.id, 2, QUESTIONS.numeric)
  let batches = 0
  const DB = wrapped(async run => {
    batches += 1
    if (batches % 10 === 3) throw new Error(LOST)
    const results = await run()
    if (batches % 10 === 8) throw new Error(LOST)
    return results
  })
  const bindings = { DB }
  const { call } = await import('../helpers/client.ts')
  const insist = async (method: string, path: string, as: TestUser, body: object = {}) => {
    for (let tries = 0; tries < 30; tries += 1) {
      const answer = await call(method, path, { as, body, env: bindings })
      if (answer.status < 300) return answer
      expect(answer.status, answer.text).toBe(503)
      await scheduler.wait(20)
    }
    throw new Error(`${path} is never answered`)
  }
  const [asked] = hall.quiz.questions
  if (!asked) throw new Error('there is one')
  const attempts = await Promise.all(
    hall.learners.map(async learner => {
      const { body } = await insist('POST', `/api/courses/quizzes/${hall.quiz.id}/start-attempt/`, learner)
      await submit(body, learner, asked.id, rightAnswer(asked))
      return { id: body.id as number, learner }
    }),
  )
  await Promise.all(
    attempts.map(({ id, learner }) => insist('POST', `/api/courses/quiz-attempts/${id}/complete/`, learner)),
  )
  await furnishDesk(hall.quiz.id)
  for (const { id } of attempts)
    if ((await countOf('attempts', `id = ${id} AND check_at IS NULL`)) !== 1)
      await env.ATTEMPTS.getByName(String(id)).check()
  expect(await countOf('attempts', `quiz_id = ${hall.quiz.id}`)).toBe(500)
  expect(
    await countOf('attempts', `quiz_id = ${hall.quiz.id} AND status = 'completed' AND score_hundredths = 5000`),
  ).toBe(500)
  for (const type of ['quiz_start', 'quiz_complete'])
    expect(await countOf('activities', `type = '${type}' AND target_id = ${hall.quiz.id}`), type).toBe(500)
  expect(await keptStatistics()).toEqual(await recountedStatistics())
})
