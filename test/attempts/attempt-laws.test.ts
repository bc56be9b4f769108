import { runDurableObjectAlarm } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { enrolled, makeCourse, makeModule } from '../factories/courses.ts'
import { QUESTIONS, rightAnswer, wrongAnswer } from '../factories/questions.ts'
import { insertQuizWithQuestions, insertVersion } from '../factories/quizzes.ts'
import { makeInstructor, makeUser, type TestUser } from '../factories/users.ts'
import { startAttempt, submit } from '../helpers/attempts.ts'
import { call } from '../helpers/client.ts'
import { letPass } from '../helpers/objects.ts'
import { keptStatistics, recountedStatistics } from '../helpers/statistics.ts'

// Whole lives of attempts, through the API and the objects: whatever happens in whatever order, what is kept equals what
// the base rows say.

const STEPS = [
  'start',
  'right',
  'wrong',
  'essay',
  'complete',
  'timeout',
  'abandon',
  'late',
  'drop',
  'enroll',
  'grade',
  'mend',
  'pass',
  'reset',
] as const
type Step = { what: (typeof STEPS)[number]; who: number; which: number; size: number }
const step: fc.Arbitrary<Step> = fc.record({
  what: fc.constantFrom(...STEPS, 'start', 'right', 'complete', 'grade', 'mend', 'pass', 'pass'),
  who: fc.nat(2),
  which: fc.nat(2),
  size: fc.nat(10),
})

async function world() {
  const instructor = await makeInstructor()
  const course = await makeCourse(instructor)
  const modules = [
    await makeModule(instructor, course.id, { completion_criteria: 'quiz' }),
    await makeModule(instructor, course.id, { completion_criteria: 'quiz' }),
  ]
  const fields = { time_limit_minutes: 10, max_attempts: 0, passing_score: 60 }
  const quizzes = [
    await insertQuizWithQuestions(modules[0].id, fields, [QUESTIONS.multiple_choice, QUESTIONS.numeric]),
    await insertQuizWithQuestions(modules[0].id, { ...fields, show_feedback: 'never' }, [
      QUESTIONS.true_false,
      { ...QUESTIONS.essay, points: 1 },
    ]),
    await insertQuizWithQuestions(modules[1].id, { ...fields, is_survey: 1 }, [QUESTIONS.true_false]),
  ]
  const learners: TestUser[] = []
  for (let n = 0; n < 3; n += 1) learners.push(await makeUser())
  for (const learner of learners) await enrolled(learner, course)
  return { instructor, course, modules, quizzes, learners }
}
type World = Awaited<ReturnType<typeof world>>

async function take(
  { instructor, course, modules, quizzes, learners }: World,
  { what, who, which, size }: Step,
): Promise<void> {
  const [learner, quiz] = [learners[who], quizzes[which]]
  if (!learner || !quiz) throw new Error('no such learner or quiz')
  const running = await env.DB.prepare(
    `SELECT id FROM attempts WHERE quiz_id = ? AND user_id = ? AND status = 'in_progress'`,
  )
    .bind(quiz.id, learner.id)
    .first<number>('id')
  const attempt = { id: running ?? 0 }
  const asked = quiz.questions[size % quiz.questions.length]
  if (!asked) throw new Error('no such question')
  const post = (path: string, as: TestUser, body?: object) => call('POST', path, { as, body })
  switch (what) {
    case 'start':
      await startAttempt(quiz, learner)
      return
    case 'right':
    case 'wrong':
      if (running !== null && asked.question.type !== 'essay')
        await submit(attempt, learner, asked.id, what === 'right' ? rightAnswer(asked) : wrongAnswer(asked))
      return
    case 'essay':
      if (running !== null) await submit(attempt, learner, asked.id, { essay_text: size % 3 === 0 ? ' ' : 'Words' })
      return
    case 'complete':
    case 'timeout':
    case 'abandon':
      if (running !== null) await post(`/api/courses/quiz-attempts/${running}/${what}/`, learner)
      return
    case 'late':
      if (running === null) return
      await letPass(attempt, 11 * 60_000)
      await post(`/api/courses/quiz-attempts/${running}/complete/`, learner)
      return
    case 'pass': {
      const { body } = await startAttempt(quiz, learner)
      if (body.id === undefined) return
      for (const one of quiz.questions) await submit(body, learner, one.id, rightAnswer(one))
      await post(`/api/courses/quiz-attempts/${body.id}/complete/`, learner)
      return
    }
    case 'drop':
      await post(`/api/courses/${course.slug}/unenroll/`, learner)
      return
    case 'enroll':
      await post(`/api/courses/${course.slug}/enroll/`, learner)
      return
    case 'grade': {
      const { results } = await env.DB.prepare(
        `SELECT r.id FROM responses r JOIN questions q ON q.id = r.question_id JOIN question_versions v ON v.id = r.question_version_id
         WHERE q.quiz_id = ? AND v.type = 'essay' ORDER BY r.id`,
      )
        .bind(quiz.id)
        .all<{ id: number }>()
      const essay = results[size % Math.max(1, results.length)]
      if (essay)
        await post(`/api/courses/question-responses/${essay.id}/grade-essay/`, instructor, { score: size / 10 })
      return
    }
    case 'mend': {
      // The key is corrected to the opposite, and back.
      if (asked.question.type !== 'true_false' || quiz === quizzes[2]) return
      await insertVersion(asked.id, { ...QUESTIONS.true_false, correct_answer: size % 2 === 0 })
      const { status, body } = await post(`/api/questions/${asked.id}/regrade/`, instructor, {})
      expect(status).toBe(202)
      while (await runDurableObjectAlarm(env.REGRADES.getByName(String(body.id)) as never));
      return
    }
    case 'reset': {
      const { results } = (await call('GET', '/api/module-progress/', { as: learner })).body
      const module = modules[size % 2]
      const row = results.find((progress: { module: number }) => progress.module === module?.id)
      if (row) await post(`/api/module-progress/${row.id}/reset/`, learner)
    }
  }
}

/** Ended attempts as their responses say they should be; abandoned ones and surveys have no score for ever. */
const WRONG_SCORES = `
  WITH truth AS (
    SELECT a.id, a.status, a.is_survey, a.passing_score, a.score_hundredths, a.passed, a.pending_grading,
      (SELECT coalesce(sum(score_nano), 0) FROM responses r WHERE r.attempt_id = a.id) AS earned,
      (SELECT sum(max_nano) FROM responses r WHERE r.attempt_id = a.id) AS possible,
      (SELECT count(*) FROM responses r WHERE r.attempt_id = a.id AND r.is_pending = 1) AS pending
    FROM attempts a WHERE a.status <> 'in_progress')
  SELECT * FROM truth WHERE CASE
    WHEN is_survey = 1 THEN score_hundredths IS NOT NULL OR passed <> (status = 'completed')
    WHEN status = 'abandoned' THEN score_hundredths IS NOT NULL OR passed <> 0
    ELSE score_hundredths <> CAST(round(earned * 10000.0 / possible) AS INTEGER)
      OR passed <> (score_hundredths >= passing_score * 100) OR pending_grading <> pending END`

/** Modules that count as completed although a shown quiz of them is not passed since the last reset. */
const UNEARNED = `
  SELECT p.enrollment_id, p.module_id FROM module_progress p JOIN modules m ON m.id = p.module_id
  JOIN quizzes q ON q.module_id = m.id
  WHERE p.completed_at IS NOT NULL AND q.is_published = 1 AND NOT EXISTS (
    SELECT 1 FROM attempts a WHERE a.enrollment_id = p.enrollment_id AND a.quiz_id = q.id AND a.passed = 1
      AND (a.completed_at, a.id) > (coalesce(p.reset_at, 0), coalesce(p.reset_attempt_id, 0)))`

test('scores, passes, completions and every statistic equal a recount, whatever happened in whatever order', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 60, maxLength: 90 }), async steps => {
      const here = await world()
      for (const one of steps) await take(here, one)
      expect((await env.DB.prepare(WRONG_SCORES).all()).results).toEqual([])
      expect((await env.DB.prepare(UNEARNED).all()).results).toEqual([])
      expect(await keptStatistics()).toEqual(await recountedStatistics())
      for (const learner of here.learners) {
        const [progress] = (await call('GET', '/api/progress/', { as: learner })).body.results
        if (!progress) continue
        const modules = (await call('GET', '/api/module-progress/?status=completed', { as: learner })).body.count
        expect(progress.percentage_complete).toBe(Math.round((100 * modules) / 2))
        // Not the reverse: what was passed while dropped completes the course with the next event after the return.
        if (progress.completion_date !== null) expect(modules).toBe(2)
      }
    }),
    { numRuns: 20 },
  )
  // A law over nothing would hold as well.
  const happened = await env.DB.prepare(
    `SELECT (SELECT count(*) FROM attempts WHERE status <> 'in_progress') AS ended, (SELECT count(*) FROM attempts WHERE passed = 1) AS passed,
      (SELECT count(*) FROM responses WHERE graded_at IS NOT NULL) AS graded, (SELECT sum(done) FROM regrades) AS regraded,
      (SELECT count(*) FROM module_progress WHERE completed_at IS NOT NULL) AS completed`,
  ).first<Record<string, number>>()
  for (const [what, count] of Object.entries(happened ?? {})) expect(count, what).toBeGreaterThan(0)
}, 180_000)
