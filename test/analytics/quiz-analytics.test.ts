import { env } from 'cloudflare:workers'
import { describe, expect, test } from 'vitest'
import { backgroundDatabase } from '../../src/db/client.ts'
import { rebuildQuizStatistics } from '../../src/features/analytics/quizzes/rebuild.ts'
import { enrolled, makeCourse } from '../factories/courses.ts'
import { trueFalse } from '../factories/questions.ts'
import { insertQuestion, insertVersion } from '../factories/quizzes.ts'
import { insertAttempt, insertModule, insertQuiz, insertResponse } from '../factories/rows.ts'
import { makeInstructor, makeStaff, makeUser, type TestUser } from '../factories/users.ts'
import { call } from '../helpers/client.ts'
import { keptStatistics } from '../helpers/statistics.ts'

const path = (quiz: number, what = 'analytics') => `/api/courses/quizzes/${quiz}/${what}/`
const analytics = async (as: TestUser, quiz: number) => {
  const { status, body, text } = await call('GET', path(quiz), { as })
  expect(status, text).toBe(200)
  return body
}
const run = (query: string, ...values: unknown[]) =>
  env.DB.prepare(query)
    .bind(...values)
    .run()

/** A course with a quiz, and learners in it. */
async function classroom(learners = 4, quizFields = {}) {
  const owner = await makeInstructor()
  const course = await makeCourse(owner)
  const module = await insertModule(course.id)
  const quiz = await insertQuiz(module, { title: 'Python Basics Quiz', ...quizFields })
  const users = await Promise.all(Array.from({ length: learners }, () => makeUser()))
  const enrollments = await Promise.all(users.map(async user => (await enrolled(user, course)).id as number))
  return { owner, course, module, quiz, users, enrollments, user: (n: number) => users[n]?.id ?? 0 }
}

describe('figures', () => {
  test('a quiz that nobody took', async () => {
    const { owner, quiz } = await classroom(0)
    await insertQuestion(quiz, 1, trueFalse('Is it?'))
    expect(await analytics(owner, quiz)).toEqual({
      quiz_id: quiz,
      quiz_title: 'Python Basics Quiz',
      attempt_count: 0,
      completion_rate: 0,
      average_score: null,
      pass_rate: 0,
      average_time_spent_minutes: 0,
      question_performance: [
        {
          question_id: expect.any(Number),
          question_text: 'Is it?',
          correct_response_rate: 0,
          average_score: null,
          average_time_spent_seconds: 0,
          difficulty_index: null,
          discrimination_index: null,
        },
      ],
    })
  })

  test('started, ended, scored and passed; neither previews nor what was abandoned have a score', async () => {
    const { owner, quiz, user, enrollments } = await classroom()
    const attempt = (n: number, values: object) => insertAttempt(quiz, user(n), enrollments[n] ?? 0, { ...values })
    await attempt(0, { score_hundredths: 8_050, passed: 1, time_spent_seconds: 600 })
    await attempt(1, { status: 'timed_out', score_hundredths: 4_000, passed: 0, time_spent_seconds: 305 })
    await attempt(1, { score_hundredths: 7_000, passed: 1, time_spent_seconds: 100 })
    await attempt(2, { status: 'abandoned', passed: 0, time_spent_seconds: 5_000 })
    await attempt(3, { status: 'in_progress', completed_at: null })
    await insertAttempt(quiz, owner.id, null, {
      is_preview: 1,
      score_hundredths: 10_000,
      passed: 1,
      time_spent_seconds: 9,
    })
    // (80.5 + 40 + 70) / 3 = 63.5; two of three passed; (600 + 305 + 100) s / 3 = 5.58 min.
    expect(await analytics(owner, quiz)).toMatchObject({
      attempt_count: 5,
      completion_rate: 60,
      average_score: 63.5,
      pass_rate: 66.7,
      average_time_spent_minutes: 5.6,
      question_performance: [],
    })
  })

  test('each version of a question by itself, as it was shown, in the questions’ order', async () => {
    const { owner, quiz, user, enrollments } = await classroom()
    const second = await insertQuestion(quiz, 2, trueFalse('Second'))
    const first = await insertQuestion(quiz, 1, trueFalse('First'))
    const retired = await insertQuestion(quiz, 3, trueFalse('Retired, never shown'))
    await run('UPDATE questions SET retired_at = 1 WHERE id = ?', retired.id)
    const shares = [
      // Of the second question: right and strong, right and middling, wrong and middling, wrong and weak.
      [10_000, 9_000, 30],
      [10_000, 4_000, 40],
      [0, 6_000, 50],
      [0, 1_000, 21],
    ] as const
    for (const [n, [item, rest, seconds]] of shares.entries()) {
      const id = await insertAttempt(quiz, user(n), enrollments[n] ?? 0, { score_hundredths: 5_000, passed: 0 })
      await insertResponse(id, 0, second, {
        is_correct: item === 10_000 ? 1 : 0,
        item_share: item,
        rest_share: rest,
        time_spent_seconds: seconds,
      })
      await insertResponse(id, 1, first, { is_correct: 1, item_share: 10_000, rest_share: item, time_spent_seconds: 0 })
    }
    // Edited since: the new version was shown once, with a third of its points.
    const newer = { id: first.id, ...(await insertVersion(first.id, trueFalse('First, edited'))) }
    const later = await insertAttempt(quiz, user(0), enrollments[0] ?? 0, { score_hundredths: 3_333, passed: 0 })
    await insertResponse(later, 0, newer, { is_correct: 0, item_share: 3_333, rest_share: 0, time_spent_seconds: 7 })
    const entry = (question_id: number, question_text: string, ...figures: (number | null)[]) => ({
      question_id,
      question_text,
      correct_response_rate: figures[0],
      average_score: figures[1],
      average_time_spent_seconds: figures[2],
      difficulty_index: figures[1],
      discrimination_index: figures[3],
    })
    expect((await analytics(owner, quiz)).question_performance).toEqual([
      entry(first.id, 'First', 100, 1, 0, null),
      entry(first.id, 'First, edited', 0, 0.33, 7, null),
      // 141 s / 4 = 35; r = 0.3 / √(1 · 0.34).
      entry(second.id, 'Second', 50, 0.5, 35, 0.51),
    ])
  })

  test('what was shown in previews and abandoned attempts counts nowhere', async () => {
    const { owner, quiz, user, enrollments } = await classroom()
    const question = await insertQuestion(quiz)
    const preview = await insertAttempt(quiz, owner.id, null, { is_preview: 1, score_hundredths: 10_000, passed: 1 })
    await insertResponse(preview, 0, question, {
      is_correct: 1,
      item_share: 10_000,
      rest_share: 1,
      time_spent_seconds: 9,
    })
    const left = await insertAttempt(quiz, user(0), enrollments[0] ?? 0, { status: 'abandoned' })
    await insertResponse(left, 0, question, { is_correct: 1, time_spent_seconds: 9 })
    const running = await insertAttempt(quiz, user(1), enrollments[1] ?? 0, {
      status: 'in_progress',
      completed_at: null,
    })
    await insertResponse(running, 0, question, { is_correct: 1, item_share: 10_000, time_spent_seconds: 9 })
    const [before] = (await analytics(owner, quiz)).question_performance
    expect(before).toMatchObject({ correct_response_rate: 0, average_score: null, average_time_spent_seconds: 0 })
    // The one that runs ends: from then on it counts, though its responses came first.
    await run(`UPDATE attempts SET status = 'timed_out', completed_at = 9 WHERE id = ?`, running)
    const [after] = (await analytics(owner, quiz)).question_performance
    expect(after).toMatchObject({ correct_response_rate: 100, average_score: 1, average_time_spent_seconds: 9 })
  })

  test('a survey has attempts and times, but no scores', async () => {
    const { owner, quiz, user, enrollments } = await classroom(2, { is_survey: 1 })
    const question = await insertQuestion(quiz)
    for (const n of [0, 1]) {
      const id = await insertAttempt(quiz, user(n), enrollments[n] ?? 0, {
        is_survey: 1,
        passed: 1,
        time_spent_seconds: 60,
      })
      await insertResponse(id, 0, question, { time_spent_seconds: 20 + n })
    }
    expect(await analytics(owner, quiz)).toMatchObject({
      attempt_count: 2,
      completion_rate: 100,
      average_score: null,
      pass_rate: 0,
      average_time_spent_minutes: 1,
      question_performance: [
        {
          correct_response_rate: 0,
          average_score: null,
          average_time_spent_seconds: 21,
          difficulty_index: null,
          discrimination_index: null,
        },
      ],
    })
  })

  test('grading an essay, and grading it again, shows at once', async () => {
    const { owner, quiz, user, enrollments } = await classroom()
    const essay = await insertQuestion(quiz)
    const id = await insertAttempt(quiz, user(0), enrollments[0] ?? 0, {
      score_hundredths: 5_000,
      passed: 0,
      pending_grading: 1,
    })
    await insertResponse(id, 0, essay, { is_pending: 1, time_spent_seconds: 300 })
    const figures = async () => {
      const { average_score, pass_rate, question_performance } = await analytics(owner, quiz)
      const [item] = question_performance
      return [average_score, pass_rate, item.correct_response_rate, item.average_score, item.average_time_spent_seconds]
    }
    expect(await figures()).toEqual([50, 0, 0, null, 300])
    const grade = (share: number, score: number) =>
      env.DB.batch([
        env.DB.prepare(
          'UPDATE responses SET is_pending = 0, item_share = ?1, is_correct = ?1 = 10000 WHERE attempt_id = ?2',
        ).bind(share, id),
        env.DB.prepare(
          'UPDATE attempts SET score_hundredths = ?1, passed = ?1 >= 7000, pending_grading = 0 WHERE id = ?2',
        ).bind(score, id),
      ])
    await grade(10_000, 10_000)
    expect(await figures()).toEqual([100, 100, 100, 1, 300])
    await grade(2_500, 6_250)
    expect(await figures()).toEqual([62.5, 0, 0, 0.25, 300])
  })
})

describe('recalculating', () => {
  test('answers as documented and changes nothing', async () => {
    const { owner, quiz, user, enrollments } = await classroom()
    const question = await insertQuestion(quiz)
    for (const n of [0, 1, 2]) {
      const id = await insertAttempt(quiz, user(n), enrollments[n] ?? 0, { score_hundredths: n * 3_000, passed: 0 })
      await insertResponse(id, 0, question, { is_correct: 0, item_share: n * 3_000, rest_share: n * 11 })
    }
    const [before, kept] = [await analytics(owner, quiz), await keptStatistics()]
    const { status, body } = await call('POST', path(quiz, 'recalculate-analytics'), { as: owner })
    expect([status, body]).toEqual([
      200,
      {
        status: 'success',
        message: 'Quiz analytics recalculated successfully',
        last_calculated: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
      },
    ])
    expect(await analytics(owner, quiz)).toEqual(before)
    expect(await keptStatistics()).toEqual(kept)
  })

  test('a quiz of 100,000 responses takes one batch and seconds', async () => {
    const { owner, quiz, users } = await classroom(1)
    for (let order = 1; order <= 10; order++) await insertQuestion(quiz, order, trueFalse('Large'))
    await env.DB.batch([
      env.DB.prepare(
        `INSERT INTO attempts (quiz_id, user_id, status, started_at, completed_at, score_hundredths, passed, time_spent_seconds)
         WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10000)
         SELECT ?, ?, 'completed', i, i * 100, i, i > 7000, i FROM n`,
      ).bind(quiz, users[0]?.id),
      env.DB.prepare(
        `INSERT INTO responses (id, question_id, question_version_id, key_version_id, response_data, is_correct, max_nano, item_share, rest_share, time_spent_seconds)
         SELECT a.id * 1000 + q."order", q.id, v.id, v.id, '{}', a.id % 2, 1000, (a.id * q.id) % 10001, (a.id * 7) % 10001, 5
         FROM attempts a JOIN questions q ON q.quiz_id = a.quiz_id JOIN question_versions v ON v.question_id = q.id WHERE a.quiz_id = ?`,
      ).bind(quiz),
    ])
    const before = await analytics(owner, quiz)
    expect(before).toMatchObject({ attempt_count: 10_000, average_score: 50, pass_rate: 30 })
    const began = Date.now()
    await rebuildQuizStatistics(backgroundDatabase(env), quiz)
    const took = Date.now() - began
    expect(await analytics(owner, quiz)).toEqual(before)
    // D1 gives a batch 30 s.
    expect(took).toBeLessThan(5_000)
  }, 60_000)
})

describe('who may', () => {
  const statuses = (quiz: number, users: (TestUser | undefined)[]) =>
    Promise.all(
      users.map(async as => [
        (await call('GET', path(quiz), { as })).status,
        (await call('POST', path(quiz, 'recalculate-analytics'), { as })).status,
      ]),
    )
  const both = (...all: number[]) => all.map(status => [status, status])

  test('its instructor and staff; for others 403 where they may see the quiz’s course, else 404', async () => {
    const { owner, course, module, quiz, users } = await classroom(1)
    const everybody = [owner, await makeStaff(), await makeInstructor(), users[0], await makeUser(), undefined]
    expect(await statuses(quiz, everybody)).toEqual(both(200, 200, 403, 403, 403, 401))
    await run('UPDATE quizzes SET is_published = 0 WHERE id = ?', quiz)
    expect(await statuses(quiz, everybody)).toEqual(both(200, 200, 404, 404, 404, 401))
    await run('UPDATE quizzes SET is_published = 1 WHERE id = ?', quiz)
    await run('UPDATE modules SET is_published = 0 WHERE id = ?', module)
    expect(await statuses(quiz, everybody)).toEqual(both(200, 200, 404, 404, 404, 401))
    await run('UPDATE modules SET is_published = 1 WHERE id = ?', module)
    await run(`UPDATE courses SET status = 'archived' WHERE id = ?`, course.id)
    expect(await statuses(quiz, everybody)).toEqual(both(200, 200, 404, 403, 404, 401))
    await run(`UPDATE courses SET status = 'draft' WHERE id = ?`, course.id)
    expect(await statuses(quiz, everybody)).toEqual(both(200, 200, 404, 404, 404, 401))
    await run('UPDATE users SET is_instructor = 0 WHERE id = ?', owner.id)
    expect(await statuses(quiz, [owner])).toEqual(both(404))
  })

  test('a quiz that is deleted, or lies in what is, is 404', async () => {
    for (const table of ['quizzes', 'modules', 'courses'] as const) {
      const { owner, course, module, quiz } = await classroom(0)
      const id = { quizzes: quiz, modules: module, courses: course.id }[table]
      await run(`UPDATE ${table} SET deleted_at = 1 WHERE id = ?`, id)
      expect(await statuses(quiz, [owner, await makeStaff()])).toEqual(both(404, 404))
    }
    expect(await statuses(987_654, [await makeStaff()])).toEqual(both(404))
  })
})
