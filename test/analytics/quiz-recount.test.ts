import { env } from 'cloudflare:workers'
import fc from 'fast-check'
import { beforeAll, expect, test } from 'vitest'
import { batch } from '../../src/db/batch.ts'
import { backgroundDatabase } from '../../src/db/client.ts'
import { recordActivity } from '../../src/features/activities/queries.ts'
import { makeCourse } from '../factories/courses.ts'
import { type MadeQuestion, trueFalse } from '../factories/questions.ts'
import { insertQuestion } from '../factories/quizzes.ts'
import { insertAttempt, insertModule, insertQuiz, insertResponse } from '../factories/rows.ts'
import { makeInstructor, makeUser, type TestUser } from '../factories/users.ts'
import { allPages, call } from '../helpers/client.ts'

// A quiz's figures and a user's sessions against a recount by their definitions, in plain loops.

let owner: TestUser
let course: number
let module: number

beforeAll(async () => {
  owner = await makeInstructor()
  course = (await makeCourse(owner)).id
  module = await insertModule(course)
})

const QUESTIONS = 3
const POINTS_MILLI = 4_000
const NANO_PER_MILLI = 1_000_000
const round = (value: number, digits: number) => Math.round(value * 10 ** digits) / 10 ** digits + 0
const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length
const share = (part: number, whole: number) => Math.round((part * 10_000) / whole)

/** Null: an essay that waits. Few values, so that some items never vary. */
const score = fc.option(fc.constantFrom(0, 1_000, POINTS_MILLI), { freq: 6 })
const attempt = fc.record({
  status: fc.constantFrom('in_progress', 'completed', 'completed', 'timed_out', 'abandoned'),
  isPreview: fc.nat(9).map(n => n === 0),
  scores: fc.array(score, { minLength: QUESTIONS, maxLength: QUESTIONS }),
  seconds: fc.nat(3_600),
})
type Attempt = typeof attempt extends fc.Arbitrary<infer A> ? A : never

const percentOf = ({ scores }: Attempt) =>
  Math.round((scores.reduce<number>((sum, one) => sum + (one ?? 0), 0) * 10_000) / (POINTS_MILLI * QUESTIONS))
const isEnded = ({ status }: Attempt) => status === 'completed' || status === 'timed_out'

async function write(quiz: number, one: Attempt, questions: MadeQuestion[]): Promise<void> {
  const total = one.scores.reduce<number>((sum, earned) => sum + (earned ?? 0), 0)
  const isCounted = isEnded(one) && !one.isPreview
  const id = await insertAttempt(quiz, (await makeUser()).id, null, {
    status: one.status,
    is_preview: one.isPreview ? 1 : 0,
    completed_at: one.status === 'in_progress' ? null : 1_772_000_000,
    time_spent_seconds: one.seconds,
    score_hundredths: isEnded(one) ? percentOf(one) : null,
    passed: isEnded(one) && percentOf(one) >= 7_000 ? 1 : 0,
  })
  if (one.status === 'in_progress') return
  for (const [place, question] of questions.entries()) {
    const earned = one.scores[place] ?? null
    await insertResponse(id, place, question, {
      score_nano: earned === null ? null : earned * NANO_PER_MILLI,
      max_nano: POINTS_MILLI * NANO_PER_MILLI,
      is_correct: earned === null ? null : earned === POINTS_MILLI ? 1 : 0,
      is_pending: earned === null ? 1 : 0,
      item_share: isCounted && earned !== null ? share(earned, POINTS_MILLI) : null,
      rest_share: isCounted && earned !== null ? share(total - earned, POINTS_MILLI * (QUESTIONS - 1)) : null,
      time_spent_seconds: one.seconds % 97,
    })
  }
}

/** Pearson's r from deviations; null where it is not defined. */
function correlation(pairs: { x: number; y: number }[]): number | null {
  const [meanX, meanY] = [mean(pairs.map(({ x }) => x)), mean(pairs.map(({ y }) => y))]
  let [both, ofX, ofY] = [0, 0, 0]
  for (const { x, y } of pairs) {
    both += (x - meanX) * (y - meanY)
    ofX += (x - meanX) ** 2
    ofY += (y - meanY) ** 2
  }
  // Nothing varies but what a float leaves over.
  return pairs.length < 2 || ofX < 1e-6 || ofY < 1e-6 ? null : both / Math.sqrt(ofX * ofY)
}

function itemOf(attempts: Attempt[], place: number) {
  const counted = attempts.filter(one => isEnded(one) && !one.isPreview)
  const graded = counted.filter(({ scores }) => scores[place] !== null)
  const pairs = graded.map(({ scores }) => {
    const earned = scores[place] ?? 0
    const total = scores.reduce<number>((sum, one) => sum + (one ?? 0), 0)
    return { x: share(earned, POINTS_MILLI), y: share(total - earned, POINTS_MILLI * (QUESTIONS - 1)) }
  })
  const right = graded.filter(({ scores }) => scores[place] === POINTS_MILLI).length
  const difficulty = graded.length === 0 ? null : round(mean(pairs.map(({ x }) => x)) / 10_000, 2)
  const r = correlation(pairs)
  return {
    correct_response_rate: graded.length === 0 ? 0 : round((100 * right) / graded.length, 1),
    average_score: difficulty,
    average_time_spent_seconds: counted.length === 0 ? 0 : Math.round(mean(counted.map(({ seconds }) => seconds % 97))),
    difficulty_index: difficulty,
    discrimination_index: r,
  }
}

test('whatever was answered, a quiz’s analytics equal a recount', async () => {
  const found = { null: 0, some: 0 }
  await fc.assert(
    fc.asyncProperty(fc.array(attempt, { maxLength: 14 }), async attempts => {
      const quiz = await insertQuiz(module)
      const questions = []
      for (let n = 1; n <= QUESTIONS; n++) questions.push(await insertQuestion(quiz, n, trueFalse(`Question ${n}`)))
      for (const one of attempts) await write(quiz, one, questions)
      const { body } = await call('GET', `/api/courses/quizzes/${quiz}/analytics/`, { as: owner })
      const started = attempts.filter(({ isPreview }) => !isPreview)
      const ended = started.filter(isEnded)
      const passed = ended.filter(one => percentOf(one) >= 7_000)
      const { question_performance: performance, ...figures } = body
      expect(figures).toEqual({
        quiz_id: quiz,
        quiz_title: expect.any(String),
        attempt_count: started.length,
        completion_rate: started.length === 0 ? 0 : round((100 * ended.length) / started.length, 1),
        average_score: ended.length === 0 ? null : round(mean(ended.map(percentOf)) / 100, 1),
        pass_rate: ended.length === 0 ? 0 : round((100 * passed.length) / ended.length, 1),
        average_time_spent_minutes: ended.length === 0 ? 0 : round(mean(ended.map(({ seconds }) => seconds)) / 60, 1),
      })
      expect(performance).toHaveLength(QUESTIONS)
      for (const [place, { discrimination_index: index, ...item }] of performance.entries()) {
        const { discrimination_index: expected, ...rest } = itemOf(attempts, place)
        expect(item).toEqual({
          question_id: questions[place]?.id,
          question_text: `Question ${place + 1}`,
          ...rest,
        })
        if (expected === null) expect(index).toBeNull()
        // Two decimals of it, however a float falls.
        else expect(Math.abs(index - expected)).toBeLessThan(0.0051)
        found[expected === null ? 'null' : 'some'] += 1
      }
    }),
    { numRuns: 15, endOnFailure: true },
  )
  // Both came about, so that equality means something.
  expect(Math.min(found.null, found.some)).toBeGreaterThan(3)
}, 120_000)

test('whenever somebody does something, it belongs to the session with no gap of 30 minutes before it', async () => {
  const db = backgroundDatabase(env)
  const minutes = fc.constantFrom(0, 1, 12, 29, 30, 31, 300)
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(minutes, fc.nat(59)), { minLength: 1, maxLength: 25 }), async gaps => {
      const user = await makeUser()
      let now = 1_772_000_000
      const times = gaps.map(([minute, second]) => (now += minute * 60 + second))
      for (const at of times) {
        await batch(
          db,
          recordActivity({ userId: user.id, type: 'course_enroll', targetId: course, courseId: course }, at),
        )
      }
      const durations = times.map((at, n) => {
        let first = n
        while (first > 0 && (times[first] ?? 0) - (times[first - 1] ?? 0) < 1_800) first -= 1
        return Math.floor((at - (times[first] ?? 0)) / 60)
      })
      const rows = await allPages('/api/analytics/user-activity/?page_size=7', user)
      expect(rows.map(row => [Date.parse(row.occurred_at) / 1_000, row.session_duration_minutes])).toEqual(
        times.map((at, n) => [at, durations[n]]).reverse(),
      )
    }),
    { numRuns: 25, endOnFailure: true },
  )
}, 60_000)
