/** An exam's first minute and its last: all learners start at once, answer a little, and end at once. */
import { randomBytes } from 'node:crypto'
import { EXAM_QUIZ, fillHall } from '../hall.ts'
import { Client, forEach, Timings, wait } from '../load.ts'
import { type Served, serveLearnMore } from '../serve.ts'
import { Day, type Exam, Sitting } from '../sitting.ts'
import type { Use } from './slow-d1.ts'

/** Long enough for the slowest run: no attempt ends by the clock. */
const LIMIT_MINUTES = 120
/** A learner who is refused comes again until the attempt runs. */
const TRIES = 200
const CALLERS_AFTERWARDS = 16
const POLL_MS = 200
/** How long D1 may take for the ends, beside what it takes for one batch after the other; alarms repeat within a minute. */
const END_PATIENCE_MS = 300_000

export type Conditions = { learners: number; d1Ms: number; hasDesk: boolean }

/** As the benchmark prints them. Batches and SQL are all that the Worker and its objects asked of D1, and nothing else. */
export type FirstMinute = {
  learners: number
  d1_ms: number
  /** Learners whose attempt ran. */
  begun: number
  /** Answers to starts that were neither 200 nor 201; the learner came again. */
  refused: number
  /** Acknowledged answers that the result does not have. */
  lost: number
  /** Learners with more than one attempt. */
  doubled: number
  wrong_ends: number
  start_d1_batches: number
  start_sql_ms: number
  end_d1_batches: number
  end_sql_ms: number
  /** From the first call to the last answer to a start. */
  all_begun_ms: number
  /** From a learner's first call until the attempt runs. */
  start_p50_ms: number
  start_p99_ms: number
}

/** @param say gets what is under way, and what went wrong */
export async function measureFirstMinute(conditions: Conditions, say: (line: string) => void): Promise<FirstMinute> {
  const { learners, d1Ms, hasDesk } = conditions
  const jwtSecret = randomBytes(48).toString('base64url')
  const entry = `test/bench/first-minute/${hasDesk ? 'worker' : 'without-desk'}.ts`
  const served = await serveLearnMore(jwtSecret, entry, { SLOW_D1: 'SlowD1' })
  const client = new Client(served.origin, learners)
  try {
    const hall = await fillHall(served.db, jwtSecret, { learners, sprinters: 0, limitMinutes: LIMIT_MINUTES })
    const day = new Day()
    const exam: Exam = {
      client,
      instructor: hall.instructor,
      limitMs: LIMIT_MINUTES * 60_000,
      extensionMinutes: 0,
      thinkMs: 0,
      tries: TRIES,
      day,
    }
    const sittings = hall.learners.map(learner => new Sitting(exam, learner, 'ordinary'))
    await takeUse(served, d1Ms)

    say(`${learners} learners start at once; a batch takes D1 ${d1Ms} ms …`)
    const starts = await startAll(sittings, day, say)
    const startUse = await takeUse(served, d1Ms)

    say(`${starts.begun.length} have begun. Each answers up to two questions …`)
    await forEach([...starts.begun.entries()], CALLERS_AFTERWARDS, async ([place, { sitting, questions }]) => {
      for (const question of questions.slice(0, place % 3)) await sitting.answer(question)
    })

    say('All end at once …')
    await Promise.all(starts.begun.map(({ sitting }) => sitting.complete()))
    const unended = await waitForEnds(served, END_PATIENCE_MS + learners * d1Ms * 2)
    // What follows are questions of the benchmark.
    const endUse = await takeUse(served, 0)

    say('Comparing every result with what was acknowledged …')
    await forEach(starts.begun, CALLERS_AFTERWARDS, ({ sitting }) => sitting.verify())
    for (const line of [...day.lost, ...day.wrongEnds, ...served.errors()].slice(0, 20)) say(line)
    return {
      learners,
      d1_ms: d1Ms,
      begun: starts.begun.length,
      refused: starts.refused,
      lost: day.lost.length,
      doubled: await count(served, DOUBLED),
      wrong_ends: day.wrongEnds.length + unended,
      start_d1_batches: startUse.batches,
      start_sql_ms: Math.round(startUse.sqlMs),
      end_d1_batches: endUse.batches,
      end_sql_ms: Math.round(endUse.sqlMs),
      all_begun_ms: Math.round(starts.allMs),
      start_p50_ms: Math.round(starts.timings.percentile(0.5)),
      start_p99_ms: Math.round(starts.timings.percentile(0.99)),
    }
  } finally {
    client.close()
    await served.close()
  }
}

async function startAll(sittings: readonly Sitting[], { repeated }: Day, say: (line: string) => void) {
  type Begun = { sitting: Sitting; questions: { id: number }[] }
  const begun: Begun[] = []
  const timings = new Timings()
  const before = performance.now()
  let unbegun = 0
  const start = async (sitting: Sitting) => {
    const questions = await timings.time(() => sitting.start())
    begun.push({ sitting, questions })
  }
  await Promise.all(
    sittings.map(sitting =>
      start(sitting).catch(error => {
        unbegun += 1
        say(String(error))
      }),
    ),
  )
  const allMs = performance.now() - before
  const refused = [...repeated.values()].reduce((sum, times) => sum + times, unbegun)
  return { begun, timings, allMs, refused }
}

/** @returns how many ends D1 does not have when the patience is over */
async function waitForEnds(served: Served, patienceMs: number): Promise<number> {
  const giveUpAtMs = Date.now() + patienceMs
  for (;;) {
    const missing = await count(served, 'SELECT count(*) AS n FROM attempts WHERE check_at IS NOT NULL')
    if (missing === 0 || Date.now() > giveUpAtMs) return missing
    await wait(POLL_MS)
  }
}

const DOUBLED = `SELECT count(*) AS n FROM
  (SELECT 1 FROM attempts WHERE quiz_id = ${EXAM_QUIZ} GROUP BY user_id HAVING count(*) > 1)`

/** Past the slow D1, so that it counts nowhere. */
const count = async ({ db }: Served, text: string): Promise<number> => (await db.prepare(text).first<number>('n')) ?? 0

/** What D1 was asked since the last call; from now on each batch takes so much longer. */
async function takeUse({ origin }: Served, addedMs: number): Promise<Use> {
  const answer = await fetch(new URL(`/__use?added-ms=${addedMs}`, origin))
  if (!answer.ok) throw new Error(`${answer.status} ${await answer.text()}`)
  return (await answer.json()) as Use
}
