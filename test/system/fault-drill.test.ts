import { evictAllDurableObjects } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { sweepAttempts } from '../../src/features/attempts/sweep.ts'
import { makeCourse, makeModule } from '../factories/courses.ts'
import { makeCode } from '../factories/qr-codes.ts'
import { type MadeQuestion, QUESTIONS, rightAnswer, wrongAnswer } from '../factories/questions.ts'
import { insertQuizWithQuestions, type MadeQuiz } from '../factories/quizzes.ts'
import { insertEnrollment } from '../factories/rows.ts'
import { type Account, makeAccount, makeInstructor, makeUser, type TestUser } from '../factories/users.ts'
import { PASSWORD } from '../helpers/accounts.ts'
import { call } from '../helpers/client.ts'
import { always, faultyDatabase, faultyKv, faultyObjects, type Plan, RESET, reset, share } from '../helpers/faults.ts'
import { Client, type Told } from '../helpers/good-client.ts'
import { withDatabase } from '../helpers/objects.ts'
import { keptStatistics, recountedStatistics } from '../helpers/statistics.ts'

// An exam, and the rest of a school day, while something is broken. Clients do what good clients do: they repeat a call that
// was answered 503, when its `Retry-After` has passed. Each knows what it did and what it was told, so that a wrong answer is
// seen at once; when all is well again, what they were told is held against the database.

const LEARNERS = 24
/** Of them, those who also look round, scan and enroll. */
const BUSY_ONE_IN = 4
/** Two seconds of the platform, so that a drill takes none. */
const SLOW_MS = 40
/** Ten seconds of the platform. A batch that takes as long here, when two cores have much to do, is a fault like the others. */
const HUNG_MS = 500

const lost = () => new Error('D1_ERROR: Network connection lost.')
const overloaded = () => new Error('D1_ERROR: D1 DB is overloaded. Requests queued for too long.')
const resetting = () => Object.assign(new Error(RESET), { remote: true, retryable: true, durableObjectReset: true })
const crowded = () =>
  Object.assign(new Error('Durable Object is overloaded. Too many requests queued.'), { overloaded: true })
const down = () => new Error('KV is down')

type Drill = {
  injected: string
  /** For the Worker. */
  bindings?: () => Partial<Env>
  /** For the objects of attempts. */
  database?: () => D1Database
  settings?: Partial<Env>
  /** The exam alone, and the fault from the moment it has begun. */
  isLater?: true
  /** Objects are taken away while they are called. */
  resets?: true
  /** Whether the fault may be seen by a client at all. */
  isFelt: boolean
}

const inDatabase = (plan: Plan) => ({
  bindings: () => ({ DB: faultyDatabase(plan) }),
  database: () => faultyDatabase(plan),
})
const inObjects = (plan: Plan) => ({
  bindings: () => ({
    ATTEMPTS: faultyObjects(env.ATTEMPTS, plan),
    GATES: faultyObjects(env.GATES, plan),
    DESKS: faultyObjects(env.DESKS, plan),
  }),
})

const DRILLS: Drill[] = [
  { injected: 'nothing', isFelt: false },
  { injected: 'D1 slow: 2 s a call', ...inDatabase(always({ slowMs: SLOW_MS })), isFelt: false },
  { injected: 'D1 fails one call in ten, before it', ...inDatabase(share(0.1, { before: lost() })), isFelt: true },
  { injected: 'D1 fails one call in ten, after it', ...inDatabase(share(0.1, { after: lost() })), isFelt: true },
  {
    injected: 'D1 overloaded: two calls of three',
    ...inDatabase(share(0.67, { before: overloaded() })),
    isFelt: true,
  },
  {
    injected: 'D1 down, from the start of the exam on',
    ...inDatabase(always({ before: lost() })),
    isLater: true,
    isFelt: false,
  },
  {
    injected: 'D1 hangs, one call in twelve',
    bindings: () => ({ DB: faultyDatabase(share(0.08, 'hang')), STORE_TIMEOUT_MS: String(HUNG_MS) }),
    database: () => faultyDatabase(share(0.08, 'hang')),
    settings: { STORE_TIMEOUT_MS: String(HUNG_MS) },
    isFelt: true,
  },
  {
    injected: 'D1 hangs, from the start of the exam on',
    bindings: () => ({ DB: faultyDatabase(always('hang')) }),
    database: () => faultyDatabase(always('hang')),
    settings: { STORE_TIMEOUT_MS: String(HUNG_MS) },
    isLater: true,
    isFelt: false,
  },
  {
    injected: 'Objects hang, one call in twelve',
    bindings: () => ({
      ATTEMPTS: faultyObjects(env.ATTEMPTS, share(0.08, 'hang')),
      GATES: faultyObjects(env.GATES, share(0.08, 'hang')),
      DESKS: faultyObjects(env.DESKS, share(0.08, 'hang')),
      STORE_TIMEOUT_MS: String(HUNG_MS),
    }),
    isFelt: true,
  },
  { injected: 'KV down', bindings: () => ({ KV: faultyKv(always({ before: down() })) }), isFelt: false },
  { injected: 'KV hangs', bindings: () => ({ KV: faultyKv(always('hang')) }), isFelt: false },
  {
    injected: 'Objects reset, one call in ten, before it',
    ...inObjects(share(0.1, { before: resetting() })),
    isFelt: true,
  },
  {
    injected: 'Objects reset, one call in ten, after it',
    ...inObjects(share(0.1, { after: resetting() })),
    isFelt: true,
  },
  { injected: 'Objects overloaded: one call in five', ...inObjects(share(0.2, { before: crowded() })), isFelt: true },
  { injected: 'Objects reset in mid-call, for real', resets: true, isFelt: false },
]

type Drilled = Told & { injected: string; lost: number }
const report: Drilled[] = []

let account: Account
beforeAll(async () => {
  account = await makeAccount()
})
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'] })
  for (const method of ['error', 'warn'] as const) vi.spyOn(console, method).mockImplementation(() => {})
})
afterEach(() => {
  vi.restoreAllMocks()
  vi.useRealTimers()
})

type School = Awaited<ReturnType<typeof school>>
async function school() {
  const instructor = await makeInstructor()
  const course = await makeCourse(instructor)
  const club = await makeCourse(instructor)
  const module = await makeModule(instructor, course.id, { completion_criteria: 'quiz' })
  const quiz = await insertQuizWithQuestions(module.id, { max_attempts: 1 }, [
    QUESTIONS.multiple_choice,
    QUESTIONS.true_false,
    QUESTIONS.numeric,
    QUESTIONS.short_answer,
    { ...QUESTIONS.true_false, text: 'Python is a snake.' },
  ])
  const code = await makeCode(instructor, { type: 'attendance', target_id: module.id })
  const learners = await Promise.all(Array.from({ length: LEARNERS }, () => makeUser()))
  for (const { id } of learners) await insertEnrollment(id, course.id)
  return { instructor, course, club, module, quiz, code, learners }
}

type Sat = {
  learner: TestUser
  attempt: number
  answers: Map<number, { sent: object; isRight: boolean }>
  score: number
}

const right = (learner: number, question: number) => (learner + question) % 3 !== 0
const choose = (asked: MadeQuestion, isRight: boolean) => (isRight ? rightAnswer(asked) : wrongAnswer(asked))

/** The exam of one learner: every answer is checked against what this learner did. */
async function sit(
  client: Client,
  drill: Drill & { stored?: D1Database },
  quiz: MadeQuiz,
  learner: TestUser,
  place: number,
): Promise<Sat> {
  const starting = drill.isLater ? client.before : client
  const begin = () => starting.send('POST', `/api/courses/quizzes/${quiz.id}/start-attempt/`, { as: learner, body: {} })
  const { body } = await begin()
  expect([body.quiz, body.status, body.questions.length]).toEqual([quiz.id, 'in_progress', 5])
  const path = `/api/courses/quiz-attempts/${body.id}`
  if (drill.stored) await withDatabase(body, drill.stored, drill.settings)
  const answers: Sat['answers'] = new Map()
  for (const [number, asked] of quiz.questions.entries()) {
    const isRight = right(place, number)
    const sent = choose(asked, isRight)
    const taken = drill.resets && place % 4 === 0 && number === 2 ? reset(body) : undefined
    const kept = await client.send('POST', `${path}/submit-response/`, {
      as: learner,
      body: { question: asked.id, response_data: sent },
    })
    await taken
    expect(kept.body).toMatchObject({
      question: asked.id,
      response_data: sent,
      is_correct: isRight,
      score: Number(isRight),
    })
    answers.set(asked.id, { sent, isRight })
  }
  if (!drill.isLater) expect((await begin()).body.id, 'one attempt').toBe(body.id)
  const found = await client.send('GET', `${path}/`, { as: learner })
  expect(found.body.responses.map((kept: { question: number }) => kept.question).sort()).toEqual(
    [...answers.keys()].sort(),
  )
  const score = [...answers.values()].filter(({ isRight }) => isRight).length * 20
  const taken = drill.resets && place % 4 === 1 ? reset(body) : undefined
  const ended = await client.send('POST', `${path}/complete/`, { as: learner })
  await taken
  expect(ended.body).toMatchObject({ id: body.id, status: 'completed', score, passed: score >= 70 })
  return { learner, attempt: body.id, answers, score }
}

/** What else there is to do on a day. */
async function lookRound(client: Client, { club, code, module }: School, learner: TestUser): Promise<void> {
  expect((await client.send('GET', '/api/courses/catalog/?page_size=100')).body.count).toBeGreaterThanOrEqual(2)
  const enrolled = await client.send('POST', `/api/courses/${club.slug}/enroll/`, { as: learner })
  expect(enrolled.body).toMatchObject({ user: learner.id, course: club.id, status: 'active' })
  const mine = await client.send('GET', '/api/courses/enrolled/', { as: learner })
  expect(mine.body.map((enrollment: { course: number }) => enrollment.course)).toContain(club.id)
  const scanned = await client.send('POST', '/api/qr-codes/scans/', { as: learner, body: { qr_code_uuid: code.uuid } })
  expect(scanned.body).toMatchObject({ is_valid: true, action_performed: 'attendance_marked' })
  const [progress] = (await client.send('GET', `/api/module-progress/?module=${module.id}`, { as: learner })).body
    .results
  expect(progress.module).toBe(module.id)
}

async function signIn(client: Client): Promise<void> {
  const body = { username: account.username, password: PASSWORD }
  const { body: session } = await client.send('POST', '/api/users/login/', { body })
  expect(session.user.id).toBe(account.id)
  const fresh = await client.send('POST', '/api/users/token/refresh/', { body: { refresh: session.refresh } })
  await client.send('GET', '/api/users/profile/', { as: fresh.body.access })
  await client.send('POST', '/api/users/logout/', { body: { refresh: session.refresh } })
  // A refusal is an answer too, and the only right one.
  const refused = await client.send('POST', '/api/users/token/refresh/', { body: { refresh: session.refresh } }, 401)
  expect(refused.body.code).toBe('token_not_valid')
}

const count = async (query: string, ...values: number[]) =>
  (await env.DB.prepare(`SELECT count(*) AS n FROM ${query}`)
    .bind(...values)
    .first<number>('n')) ?? -1

/** The fault is over: objects meet the database as it is, and cron has come by. */
async function recover(): Promise<void> {
  await evictAllDurableObjects()
  await env.DB.prepare('UPDATE attempts SET check_at = 0 WHERE check_at IS NOT NULL').run()
  await sweepAttempts(env, Math.floor(Date.now() / 1000))
}

/** Of whom something that was acknowledged is not in the database once, and as it was acknowledged. */
async function missing(sat: Sat[], { quiz }: School): Promise<number[]> {
  const [{ results: rows }, { results: events }] = (await env.DB.batch([
    env.DB.prepare(
      `SELECT a.user_id, a.id, a.status, a.score_hundredths, a.check_at, r.question_id, r.response_data, r.is_correct
       FROM attempts a LEFT JOIN responses r ON r.attempt_id = a.id WHERE a.quiz_id = ? ORDER BY a.id, r.id`,
    ).bind(quiz.id),
    env.DB.prepare(
      "SELECT user_id, type FROM activities WHERE target_id = ? AND type IN ('quiz_start', 'quiz_complete') ORDER BY type DESC",
    ).bind(quiz.id),
  ])) as [D1Result<{ user_id: number }>, D1Result<{ user_id: number; type: string }>]
  const isKept = ({ learner, attempt, answers, score }: Sat) => {
    const expected = quiz.questions.map(({ id }) => ({
      user_id: learner.id,
      id: attempt,
      status: 'completed',
      score_hundredths: score * 100,
      check_at: null,
      question_id: id,
      response_data: JSON.stringify(answers.get(id)?.sent),
      is_correct: Number(answers.get(id)?.isRight),
    }))
    const own = rows.filter(row => row.user_id === learner.id)
    const told = events.filter(event => event.user_id === learner.id).map(({ type }) => type)
    return JSON.stringify(own) === JSON.stringify(expected) && told.join() === 'quiz_start,quiz_complete'
  }
  return sat.filter(one => !isKept(one)).map(({ learner }) => learner.id)
}

test.each(DRILLS)(
  '$injected',
  async drill => {
    const here = await school()
    const told: Drilled = { injected: drill.injected, calls: 0, answered: {}, lost: 0 }
    const client = new Client(drill.bindings?.() ?? {}, told)
    const stored = drill.database?.()
    const busy = drill.isLater ? [] : here.learners.filter((_, place) => place % BUSY_ONE_IN === 0)
    const [sat] = await Promise.all([
      Promise.all(here.learners.map((learner, place) => sit(client, { ...drill, stored }, here.quiz, learner, place))),
      Promise.all(busy.map(learner => lookRound(client, here, learner))),
      drill.isLater ? undefined : signIn(client),
    ])
    if (drill.isFelt) expect(told.answered[503], 'the fault was there').toBeGreaterThan(0)
    else if (!drill.resets) expect(told.answered[503] ?? 0).toBe(0)

    await recover()
    const gone = await missing(sat, here)
    told.lost = gone.length
    report.push(told)
    expect(gone).toEqual([])
    expect(await count('attempts WHERE quiz_id = ?', here.quiz.id), 'each attempt once').toBe(LEARNERS)
    expect(await count(`enrollments WHERE course_id = ? AND status = 'active'`, here.club.id)).toBe(busy.length)
    const scans = await call('GET', `/api/qr-codes/codes/${here.code.id}/`, { as: here.instructor })
    expect([scans.body.scan_count, scans.body.scans.length]).toEqual([busy.length, busy.length])
    const { body } = await call('GET', `/api/courses/${here.club.id}/`, { as: here.instructor })
    expect(body.enrollment_count).toBe(busy.length)
    expect(await keptStatistics()).toEqual(await recountedStatistics())
  },
  60_000,
)

afterAll(() => {
  const rows = report.map(({ injected, calls, answered, lost }) => {
    const how = Object.entries(answered).map(([status, times]) => `${times} × ${status}`)
    return `| ${injected} | ${calls} | ${how.join(', ')} | ${lost} |`
  })
  console.log(['| injected | calls | answered | lost |', '| --- | --- | --- | --- |', ...rows].join('\n'))
})
