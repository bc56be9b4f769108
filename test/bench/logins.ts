/**
 * `npm run bench:logins -- [logins]`: what the answers of running attempts wait for while so many users sign in at once. A few
 * learners answer every 300 ms, first alone, then beside the wave. Fails when a login or an answer is refused, never on slowness.
 * `npm run bench:logins -- --quick` only shows that it works, with a small wave.
 */
import { randomBytes } from 'node:crypto'
import { parseArgs } from 'node:util'
import { hashPassword } from '../../src/features/users/passwords/hashing.ts'
import { fillHall, type Person, SPRINT_QUIZ, someAnswer } from './hall.ts'
import { Client, Timings, wait } from './load.ts'
import { serveLearnMore } from './serve.ts'

const { values, positionals } = parseArgs({ allowPositionals: true, options: { quick: { type: 'boolean' } } })
const IS_QUICK = values.quick === true
/** An address may have 100 logins in progress; the gate lets more wait, and refuses those that wait 9 s. */
const LOGINS = IS_QUICK ? 5 : Number(positionals[0] ?? 100)
if (!Number.isInteger(LOGINS) || LOGINS < 1 || LOGINS > 100) throw new Error('Between 1 and 100 logins.')
const LEARNERS = 20
const ANSWER_EVERY_MS = 300
const ALONE_MS = IS_QUICK ? 1_000 : 10_000
/** Every store shares one thread here, and this long the stores are busy with the logins, whatever hashing takes. */
const ARRIVAL_MS = 15 * LOGINS
const PASSWORD = 'securepassword123'

type Running = { learner: Person; attemptId: number; questions: { id: number }[] }

const jwtSecret = randomBytes(48).toString('base64url')
const learnMore = await serveLearnMore(jwtSecret)
const client = new Client(learnMore.origin, LEARNERS + LOGINS)
const refused: string[] = []

try {
  const { learners, sprinters: users } = await fillHall(learnMore.db, jwtSecret, {
    learners: LEARNERS,
    sprinters: LOGINS,
    limitMinutes: 1,
  })
  await learnMore.db
    .prepare('UPDATE users SET password_hash = ?')
    .bind(await hashPassword(PASSWORD))
    .run()
  const running = await Promise.all(learners.map(start))
  const [one, alone, arriving, beside, logins] = [
    new Timings(),
    new Timings(),
    new Timings(),
    new Timings(),
    new Timings(),
  ]
  // The first login and the first answers warm everything up.
  for (const timings of [new Timings(), one])
    await answering(
      running,
      timings.time(() => login(users[0] as Person)),
      () => new Timings(),
    )
  await answering(running, wait(ALONE_MS), () => alone)
  const startedAtMs = performance.now()
  const wave = Promise.all(users.map(user => logins.time(() => login(user))))
  await answering(running, wave, () => (performance.now() < startedAtMs + ARRIVAL_MS ? arriving : beside))

  console.log(`${LEARNERS} learners, each with an answer every ${ANSWER_EVERY_MS} ms`)
  printTimings('answers alone', alone)
  printTimings('as the logins arrive', arriving)
  printTimings('beside the logins', beside)
  printTimings('a login alone', one)
  printTimings('logins at once', logins)
  console.log(`refused: ${refused.length}`)
  for (const line of [...refused, ...learnMore.errors()].slice(0, 10)) console.error(line)
  if (refused.length > 0) process.exitCode = 1
} finally {
  client.close()
  await learnMore.close()
}

async function start(learner: Person): Promise<Running> {
  const path = `/api/courses/quizzes/${SPRINT_QUIZ}/start-attempt/`
  const { status, body } = await client.post(path, { token: learner.token })
  if (status !== 201) throw new Error(`a start was answered ${status} ${JSON.stringify(body)}`)
  return { learner, attemptId: body.id, questions: body.questions }
}

/**
 * Each learner answers every 300 ms, or as soon as the answer before was taken, until something else has ended.
 * @param timingsOf where an answer that is sent now counts
 */
async function answering(running: readonly Running[], end: Promise<unknown>, timingsOf: () => Timings): Promise<void> {
  let isOver = false
  const over = end.finally(() => {
    isOver = true
  })
  const learn = async (attempt: Running, place: number) => {
    await wait((place * ANSWER_EVERY_MS) / LEARNERS)
    for (let turn = 0; !isOver; turn += 1) {
      const timings = timingsOf()
      await Promise.all([timings.time(() => answer(attempt, turn)), wait(ANSWER_EVERY_MS)])
    }
  }
  await Promise.all([over, ...running.map(learn)])
}

async function answer({ learner, attemptId, questions }: Running, turn: number): Promise<void> {
  const question = questions[turn % questions.length] as { id: number }
  const body = { question: question.id, response_data: someAnswer(question) }
  const path = `/api/courses/quiz-attempts/${attemptId}/submit-response/`
  note('an answer', await client.post(path, { token: learner.token, body }))
}

async function login({ id }: Person): Promise<void> {
  note('a login', await client.post('/api/users/login/', { body: { username: `user${id}`, password: PASSWORD } }))
}

function note(what: string, { status, body }: { status: number; body: unknown }): void {
  if (status !== 200) refused.push(`${what}: ${status} ${JSON.stringify(body)}`)
}

function printTimings(name: string, timings: Timings): void {
  const [p50, p99, max] = [0.5, 0.99, 1].map(share => `${timings.percentile(share).toFixed(0)} ms`)
  console.log(`${name.padEnd(22)} ${String(timings.count).padStart(5)} calls, p50 ${p50}, p99 ${p99}, max ${max}`)
}
