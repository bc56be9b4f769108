/**
 * `npm run bench:exam -- [learners]`: an exam day against the built Worker. All start at once and answer with little time
 * to think; a tenth vanish mid-way, a tenth do everything twice, extensions are granted and used. The same load meets
 * bare Hono routes in the same run. Fails on lost answers, double attempts and wrong ends, never on slowness.
 * `npm run bench:exam -- --quick` only shows that all of it works, with a class and little load, and writes nothing.
 */
import { randomBytes } from 'node:crypto'
import { parseArgs } from 'node:util'
import { EXAM_QUIZ, fillHall, type Hall, QUESTION_COUNT, SPRINT_QUIZ, someAnswer } from './hall.ts'
import { type Answer, Client, forEach, insist, sprint, Timings, wait } from './load.ts'
import { type Figures, report } from './report.ts'
import { serveBare, serveLearnMore } from './serve.ts'
import { Day, type Exam, partOf, Sitting } from './sitting.ts'

const { values, positionals } = parseArgs({ allowPositionals: true, options: { quick: { type: 'boolean' } } })
const IS_QUICK = values.quick === true
/** Of a score of parts a quick run leaves out the first, who vanishes with an extension: it would take twice as long. */
const FIRST_PLACE = IS_QUICK ? 1 : 0
const LEARNERS = IS_QUICK ? 19 : Number(positionals[0] ?? 500)
if (!Number.isInteger(LEARNERS) || FIRST_PLACE + LEARNERS < 20)
  throw new Error('At least 20 learners, so that every part is played.')
/** More than a machine of today needs for the answers of 500; with more learners there is more time. */
const LIMIT_MINUTES = Math.ceil(LEARNERS / 500)
const EXTENSION_MINUTES = 1
const THINK_MS = IS_QUICK ? 100 : 1_000
const CONNECTIONS = 250
const POLL_MS = 200
/** How long an end may take before it counts as one that never came. */
const END_PATIENCE_MS = 60_000

const SPRINT = IS_QUICK ? { callers: 4, seconds: 0.2, rounds: 1 } : { callers: 32, seconds: 3, rounds: 3 }
/** So many that no attempt meets its limit of calls a second. */
const SPRINTERS = IS_QUICK ? 40 : 400

/** Calls beside the exam that had to be made again. */
const repeated = new Map<number, number>()
const jwtSecret = randomBytes(48).toString('base64url')
const bare = await serveBare()
const learnMore = await serveLearnMore(jwtSecret).catch(async error => {
  await bare.close()
  throw error
})
const bareClient = new Client(bare.origin, CONNECTIONS)
const client = new Client(learnMore.origin, CONNECTIONS)
const stop = async () => {
  for (const used of [client, bareClient]) used.close()
  await Promise.all([bare.close(), learnMore.close()])
}
process.once('SIGINT', () => stop().finally(() => process.exit(130)))

try {
  const figures = await run()
  report(figures, { isKept: !IS_QUICK })
  const { lost, doubled, wrongEnds } = figures.day
  for (const line of [...lost, ...doubled, ...wrongEnds].slice(0, 20)) console.error(line)
  if (lost.length + doubled.length + wrongEnds.length > 0) process.exitCode = 1
} finally {
  for (const line of learnMore.errors().slice(0, 10)) console.error(line)
  await stop()
}

async function run(): Promise<Figures> {
  const hall = await fillHall(learnMore.db, jwtSecret, {
    learners: LEARNERS,
    sprinters: SPRINTERS,
    limitMinutes: LIMIT_MINUTES,
  })
  say(`${SPRINT.callers} callers without a pause, ${SPRINT.rounds} rounds of every route …`)
  const sprints = await sprintAll(hall)
  say(`${LEARNERS} bare Durable Object calls at once, then ${QUESTION_COUNT} each …`)
  const bareObject = await bareDay('/do')
  say(`${LEARNERS} bare D1 inserts at once, then ${QUESTION_COUNT} each …`)
  const bareD1 = await bareDay('/d1')
  say(`${LEARNERS} learners start an exam of ${LIMIT_MINUTES} min …`)
  const day = new Day()
  const lateMs = await examDay(hall, day)
  return {
    learners: LEARNERS,
    connections: CONNECTIONS,
    thinkMs: THINK_MS,
    callers: SPRINT.callers,
    day,
    repeated,
    bareD1,
    bareObject,
    sprints,
    lateMs,
    errors: learnMore.errors(),
  }
}

/** Everybody's day, until D1 has every end. How late the ends of those who vanished came, past deadline and grace. */
async function examDay({ instructor, learners }: Hall, day: Day): Promise<Timings> {
  const exam: Exam = {
    client,
    instructor,
    limitMs: LIMIT_MINUTES * 60_000,
    extensionMinutes: EXTENSION_MINUTES,
    thinkMs: THINK_MS,
    day,
  }
  const sittings = learners.map((learner, place) => new Sitting(exam, learner, partOf(FIRST_PLACE + place)))
  const [late] = await Promise.all([
    watchEnds(instructor.token, sittings),
    ...sittings.map(sitting => sitting.sit().catch(error => day.wrongEnds.push(String(error)))),
  ])
  say('All over: comparing every result with what was acknowledged …')
  const attempts = await listed(instructor.token, '')
  const counts = Map.groupBy(attempts, ({ user }) => user)
  for (const { learner } of sittings) {
    const count = counts.get(learner.id)?.length ?? 0
    if (count !== 1) day.doubled.push(`learner ${learner.id} has ${count} attempts`)
  }
  for (const { id, status } of attempts) if (status === 'in_progress') day.wrongEnds.push(`attempt ${id} never ended`)
  await forEach(sittings, 16, sitting => sitting.verify())
  return late
}

/** Looks at the list, as a teacher would, until all have ended: how late each end that nobody asked for was seen in D1. */
async function watchEnds(token: string, sittings: readonly Sitting[]): Promise<Timings> {
  const late = new Timings()
  const awaited = new Set(sittings.filter(({ vanishes }) => vanishes))
  const firstDeadlineMs = Date.now() + LIMIT_MINUTES * 60_000
  const giveUpAtMs = firstDeadlineMs + EXTENSION_MINUTES * 60_000 + END_PATIENCE_MS
  await wait(firstDeadlineMs - Date.now())
  while (awaited.size > 0 && Date.now() < giveUpAtMs) {
    // A look that fails is made again; that nothing comes at all ends the patience.
    const seen = await listed(token, '&status=timed_out').catch(() => [])
    const ended = new Set(seen.map(({ id }) => id))
    const seenAtMs = Date.now()
    for (const sitting of awaited) {
      if (!ended.has(sitting.attemptId)) continue
      late.add(seenAtMs - sitting.dueMs)
      awaited.delete(sitting)
    }
    await wait(POLL_MS)
  }
  return late
}

type Listed = { id: number; user: number; status: string }

async function listed(token: string, filter: string): Promise<Listed[]> {
  const found: Listed[] = []
  const first = `/api/courses/quiz-attempts/?quiz=${EXAM_QUIZ}&page_size=100${filter}`
  for (let next: string | null = first; next !== null; ) {
    const path = next
    const { body }: Answer = must(await insist(() => client.get(path, { token }), repeated))
    found.push(...body.results)
    next = body.next
  }
  return found
}

/** The shape of the exam's load on a bare route: all at once, then each as many times as there are questions. */
async function bareDay(path: string): Promise<Pick<Day, 'starts' | 'answers'>> {
  const timings = { starts: new Timings(), answers: new Timings() }
  const learn = async (learner: number) => {
    await timings.starts.time(() => bareCall(path, learner))
    for (let turn = 0; turn < QUESTION_COUNT; turn += 1) {
      await wait(THINK_MS * (0.5 + Math.random()))
      await timings.answers.time(() => bareCall(path, learner))
    }
  }
  await Promise.all(Array.from({ length: LEARNERS }, (_, learner) => learn(learner)))
  return timings
}

async function bareCall(path: string, learner: number): Promise<void> {
  must(await insist(() => bareClient.post(path, { body: { learner, text: 'def myFunc():' } }), repeated))
}

/** How many calls of each kind are answered at most, turn and turn about, so that a busy moment of the machine hits all. */
async function sprintAll({ sprinters }: Hall): Promise<Figures['sprints']> {
  type Begun = { token: string; id: number; questions: { id: number }[] }
  const begun: Begun[] = []
  await forEach(sprinters, SPRINT.callers, async ({ token }) => {
    const path = `/api/courses/quizzes/${SPRINT_QUIZ}/start-attempt/`
    const { body } = must(await insist(() => client.post(path, { token }), repeated))
    begun.push({ token, ...body })
  })
  const answer = async (turn: number) => {
    const { id, token, questions } = begun[turn % begun.length] as Begun
    const question = questions[Math.floor(turn / begun.length) % questions.length] as { id: number }
    const body = { question: question.id, response_data: someAnswer(question) }
    must(
      await insist(() => client.post(`/api/courses/quiz-attempts/${id}/submit-response/`, { token, body }), repeated),
    )
  }
  const bareTurn = (path: string) => (turn: number) => bareCall(path, LEARNERS + (turn % SPRINTERS))
  const calls = { answer, object: bareTurn('/do'), d1: bareTurn('/d1'), nothing: bareTurn('/nothing') }
  const timings = { answer: new Timings(), object: new Timings(), d1: new Timings(), nothing: new Timings() }
  const names = Object.keys(calls) as (keyof typeof calls)[]
  const cpuMs = { answer: 0, object: 0, d1: 0, nothing: 0 }
  // The first round warms everything up.
  for (let round = 0; round <= SPRINT.rounds; round += 1) {
    for (const name of names) {
      const counted = round === 0 ? new Timings() : timings[name]
      const served = name === 'answer' ? learnMore : bare
      const before = served.cpuMs()
      await sprint({ ...SPRINT, timings: counted }, calls[name])
      if (round > 0) cpuMs[name] += served.cpuMs() - before
    }
  }
  const seconds = SPRINT.rounds * SPRINT.seconds
  const rates = names.map(name => {
    const { count } = timings[name]
    return [name, { perSecond: count / seconds, cpuMs: cpuMs[name] / count, timings: timings[name] }]
  })
  return Object.fromEntries(rates) as Figures['sprints']
}

function must(answer: Answer): Answer {
  if (answer.status !== 200 && answer.status !== 201)
    throw new Error(`answered ${answer.status} ${JSON.stringify(answer.body)}`)
  return answer
}

function say(line: string): void {
  console.log(line)
}
