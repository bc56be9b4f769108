import { env } from 'cloudflare:workers'
import fc from 'fast-check'
import { afterEach, expect, test, vi } from 'vitest'
import { batch } from '../../src/db/batch.ts'
import { backgroundDatabase } from '../../src/db/client.ts'
import { regradeNext } from '../../src/features/attempts/regrades/regrade.ts'
import { completionsOf } from '../../src/features/attempts/settlement.ts'
import { touchModule } from '../../src/features/progress/queries/record-study.ts'
import { percentageHundredths } from '../../src/features/quizzes/answers/points.ts'
import { endedAttempt, insertRegrade } from '../factories/attempts.ts'
import { enrolled, makeCourse, makeModule } from '../factories/courses.ts'
import { QUESTIONS, rightAnswer, wrongAnswer } from '../factories/questions.ts'
import { insertQuizWithQuestions, type MadeQuiz } from '../factories/quizzes.ts'
import { makeInstructor, makeUser, type TestUser } from '../factories/users.ts'
import { call } from '../helpers/client.ts'
import { countsAndTruth } from '../helpers/counters.ts'

const db = backgroundDatabase(env)
afterEach(() => {
  vi.useRealTimers()
})

type Criteria = 'content' | 'quiz' | 'hybrid'
type Progress = { hasMark: boolean; isCompleted: boolean; resetAt: number }
type Learner = { user: TestUser; enrollmentId: number; progress: Map<number, Progress>; isCompleted: boolean }
type Quiz = MadeQuiz & { moduleId: number; isSurvey: boolean; isShown: boolean }
type Attempt = { id: number; learner: Learner; quiz: Quiz; isPreview: boolean; completedAt: number; hasEssay: boolean }

/** A course of a module of each kind, and what its learners' standing must come to: told again, in other words. */
class Model {
  readonly attempts: Attempt[] = []
  readonly modules: { id: number; criteria: Criteria }[]
  readonly quizzes: Quiz[]
  private readonly passed = new Map<number, boolean>()

  constructor(modules: Model['modules'], quizzes: Quiz[]) {
    this.modules = modules
    this.quizzes = quizzes
  }

  /** After an event that graded these attempts: takes in who passes, takes back, then gives. */
  follow(graded: Attempt[], passes: Map<number, boolean>): void {
    const lost = graded.filter(({ id }) => this.passed.get(id) && !passes.get(id))
    for (const { id } of graded) this.passed.set(id, passes.get(id) ?? false)
    for (const { learner, quiz, isPreview, completedAt } of lost) {
      const progress = this.progressOf(learner, quiz.moduleId)
      const isByQuizzes = this.criteriaOf(quiz.moduleId) !== 'content' && quiz.isShown
      if (isPreview || completedAt <= progress.resetAt || !isByQuizzes || this.isPassed(learner, quiz)) continue
      if (progress.isCompleted) learner.isCompleted = false
      progress.isCompleted = false
    }
    const counted = graded.filter(({ id, isPreview }) => this.passed.get(id) && !isPreview)
    for (const { learner, quiz } of counted) this.complete(learner, quiz.moduleId)
    for (const { learner } of counted) this.completeCourse(learner)
  }

  mark(learner: Learner, moduleId: number): void {
    this.progressOf(learner, moduleId).hasMark = true
    this.complete(learner, moduleId)
    this.completeCourse(learner)
  }

  reset(learner: Learner, moduleId: number, now: number): void {
    if (this.progressOf(learner, moduleId).isCompleted) learner.isCompleted = false
    learner.progress.set(moduleId, { hasMark: false, isCompleted: false, resetAt: now })
  }

  progressOf(learner: Learner, moduleId: number): Progress {
    const progress = learner.progress.get(moduleId) ?? { hasMark: false, isCompleted: false, resetAt: 0 }
    learner.progress.set(moduleId, progress)
    return progress
  }

  private criteriaOf = (moduleId: number) => this.modules.find(({ id }) => id === moduleId)?.criteria

  private isPassed(learner: Learner, quiz: Quiz): boolean {
    const { resetAt } = this.progressOf(learner, quiz.moduleId)
    return this.attempts.some(
      attempt =>
        attempt.learner === learner &&
        attempt.quiz === quiz &&
        !attempt.isPreview &&
        attempt.completedAt > resetAt &&
        this.passed.get(attempt.id),
    )
  }

  private complete(learner: Learner, moduleId: number): void {
    const progress = this.progressOf(learner, moduleId)
    const shown = this.quizzes.filter(quiz => quiz.moduleId === moduleId && quiz.isShown)
    const allPassed = shown.every(quiz => this.isPassed(learner, quiz))
    const isMet = {
      content: progress.hasMark,
      quiz: shown.length > 0 ? allPassed : progress.hasMark,
      hybrid: progress.hasMark && allPassed,
    }
    if (isMet[this.criteriaOf(moduleId) ?? 'content']) progress.isCompleted = true
  }

  private completeCourse(learner: Learner): void {
    if (this.modules.every(({ id }) => this.progressOf(learner, id).isCompleted)) learner.isCompleted = true
  }
}

async function classroom() {
  const [owner, course] = await makeInstructor().then(async user => [user, await makeCourse(user)] as const)
  const modules: Model['modules'] = []
  for (const criteria of ['content', 'quiz', 'hybrid'] as const) {
    modules.push({ id: (await makeModule(owner, course.id, { completion_criteria: criteria })).id, criteria })
  }
  const quizzes: Quiz[] = []
  for (const [at, isSurvey] of [
    [0, false],
    [1, false],
    [1, true],
    [2, false],
  ] as const) {
    const moduleId = modules[at]?.id ?? 0
    const made = await insertQuizWithQuestions(moduleId, { is_survey: isSurvey ? 1 : 0 }, [
      { ...QUESTIONS.true_false, points: 7 },
      QUESTIONS.essay,
      { ...QUESTIONS.numeric, points: 0.333 },
    ])
    quizzes.push({ ...made, moduleId, isSurvey, isShown: true })
  }
  const learners: Learner[] = []
  for (let n = 0; n < 2; n++) {
    const user = await makeUser()
    const enrollment = await enrolled(user, course)
    learners.push({ user, enrollmentId: enrollment.id, progress: new Map(), isCompleted: false })
  }
  return { owner, learners, model: new Model(modules, quizzes) }
}

type Response = {
  id: number
  attempt_id: number
  score_nano: number | null
  max_nano: number
  item_share: number | null
  rest_share: number | null
  is_pending: number
}
type Row = {
  id: number
  status: string
  is_survey: number
  passing_score: number
  earned_nano: number
  possible_nano: number
  score_hundredths: number | null
  passed: number
  pending_grading: number
}

/** Every attempt of the quizzes held against its responses; answers who passes. */
async function recount(quizIds: number[]): Promise<Map<number, boolean>> {
  const of = `SELECT id FROM attempts WHERE quiz_id IN (${quizIds})`
  const { results: rows } = await env.DB.prepare(`SELECT * FROM attempts WHERE id IN (${of})`).all<Row>()
  const { results: responses } = await env.DB.prepare(
    `SELECT * FROM responses WHERE attempt_id IN (${of})`,
  ).all<Response>()
  for (const row of rows) {
    const own = responses.filter(({ attempt_id }) => attempt_id === row.id)
    if (row.is_survey || row.status === 'abandoned') {
      expect([row.score_hundredths, row.passed]).toEqual([null, row.status === 'completed' ? 1 : 0])
      continue
    }
    const earned = own.reduce((sum, { score_nano }) => sum + (score_nano ?? 0), 0)
    const possible = own.reduce((sum, { max_nano }) => sum + max_nano, 0)
    const score = percentageHundredths(earned, possible)
    expect(row).toMatchObject({
      earned_nano: earned,
      possible_nano: possible,
      score_hundredths: score,
      passed: score >= row.passing_score * 100 ? 1 : 0,
      pending_grading: own.filter(({ is_pending }) => is_pending).length,
    })
    for (const response of own.filter(({ item_share }) => item_share !== null)) {
      const [rest, whole] = [earned - (response.score_nano ?? 0), possible - response.max_nano]
      expect(response.item_share).toBe(Math.round(((response.score_nano ?? 0) * 10_000) / response.max_nano))
      expect(response.rest_share).toBe(Math.round((rest * 10_000) / whole))
    }
  }
  return new Map(rows.map(({ id, passed }) => [id, passed === 1]))
}

const event = fc.record({
  kind: fc.oneof(
    { weight: 8, arbitrary: fc.constant('attempt' as const) },
    { weight: 8, arbitrary: fc.constant('grade' as const) },
    { weight: 2, arbitrary: fc.constant('regrade' as const) },
    { weight: 1, arbitrary: fc.constant('mark' as const) },
    { weight: 1, arbitrary: fc.constant('reset' as const) },
    { weight: 1, arbitrary: fc.constant('show or hide' as const) },
  ),
  learner: fc.nat(1),
  quiz: fc.nat(3),
  module: fc.nat(2),
  attempt: fc.nat(1_000),
  isRight: fc.boolean(),
  hasEssay: fc.boolean(),
  how: fc.constantFrom('', '', '', 'preview', 'abandoned', 'timed_out'),
  score: fc.oneof(
    fc.nat(10),
    fc.nat(10_000).map(milli => milli / 1000),
  ),
})

type Event = typeof event extends fc.Arbitrary<infer E> ? E : never
const plain: Event = {
  kind: 'grade',
  learner: 0,
  quiz: 0,
  module: 0,
  attempt: 0,
  isRight: false,
  hasEssay: true,
  how: '',
  score: 10,
}
/** Whatever chance brings: a course that one essay completes, takes back and completes again. */
const GIVEN_AND_TAKEN: Event[] = [
  { ...plain, kind: 'attempt', quiz: 1 },
  { ...plain, kind: 'attempt', quiz: 3 },
  { ...plain, attempt: 0 },
  { ...plain, attempt: 1 },
  { ...plain, attempt: 1, score: 0 },
  { ...plain, kind: 'regrade', quiz: 3 },
  { ...plain, kind: 'regrade', quiz: 3 },
]

test('after any attempts, gradings and regradings everything equals a recount', async () => {
  const startedAt = Math.floor(Date.now() / 1000)
  vi.useFakeTimers({ now: startedAt * 1000, toFake: ['Date'] })
  const seen = { modulesGiven: 0, modulesTaken: 0, coursesGiven: 0, coursesTaken: 0 }
  await fc.assert(
    fc.asyncProperty(fc.array(fc.noBias(event), { minLength: 30, maxLength: 50 }), async events => {
      const { owner, learners, model } = await classroom()
      const standing = () => ({
        modules: learners.flatMap(({ progress }) => [...progress.values()]).filter(({ isCompleted }) => isCompleted)
          .length,
        courses: learners.filter(({ isCompleted }) => isCompleted).length,
      })
      // What is left to complete is up to the quizzes.
      for (const learner of learners) {
        for (const module of model.modules) await mark(model, learner, module.id)
        for (const quiz of model.quizzes.filter(({ isSurvey }) => isSurvey)) {
          const answered = await take(model, learner, quiz, { isRight: true, hasEssay: true, how: '' }, startedAt)
          model.follow([answered], await recount([quiz.id]))
        }
      }
      for (const { kind, ...drawn } of events) {
        // A second an event, so that what is before a reset and what after it is told apart.
        vi.setSystemTime(Date.now() + 1000)
        const now = Math.floor(Date.now() / 1000)
        const [learner, quiz, module] = [
          learners[drawn.learner],
          model.quizzes[drawn.quiz],
          model.modules[drawn.module],
        ]
        if (!learner || !quiz || !module) throw new Error('nobody')
        const before = standing()
        const quizIds = model.quizzes.map(({ id }) => id)
        if (kind === 'attempt') {
          const attempt = await take(model, learner, quiz, drawn, now)
          const passes = await recount(quizIds)
          model.follow([attempt], passes)
        }
        const graded = model.attempts.filter(({ hasEssay }) => hasEssay)
        const attempt = graded[drawn.attempt % graded.length]
        if (kind === 'grade' && attempt) {
          const { status } = await call(
            'POST',
            `/api/courses/question-responses/${attempt.id * 1000 + 1}/grade-essay/`,
            {
              as: owner,
              body: { score: drawn.score },
            },
          )
          expect(status).toBe(200)
          model.follow([attempt], await recount(quizIds))
        }
        if (kind === 'regrade') {
          const changed = await turnAnswer(quiz, model.attempts, now)
          model.follow(changed, await recount(quizIds))
        }
        if (kind === 'mark') await mark(model, learner, module.id)
        if (kind === 'reset') {
          await call('POST', `/api/module-progress/${progressId(learner, module.id)}/reset/`, { as: learner.user })
          model.reset(learner, module.id, now)
        }
        if (kind === 'show or hide') {
          quiz.isShown = !quiz.isShown
          await env.DB.prepare('UPDATE quizzes SET is_published = 1 - is_published WHERE id = ?').bind(quiz.id).run()
        }
        await compare(model, learners, kind)
        const after = standing()
        if (kind === 'grade' || kind === 'regrade') {
          seen.modulesGiven += Math.max(0, after.modules - before.modules)
          seen.modulesTaken += Math.max(0, before.modules - after.modules)
          seen.coursesGiven += Math.max(0, after.courses - before.courses)
          seen.coursesTaken += Math.max(0, before.courses - after.courses)
        }
      }
      const { kept, truth } = await countsAndTruth()
      expect(kept).toEqual(truth)
    }),
    { numRuns: 12, examples: [[GIVEN_AND_TAKEN]] },
  )
  // Else this would prove nothing.
  for (const [what, times] of Object.entries(seen)) expect(times, what).toBeGreaterThan(0)
}, 240_000)

const progressId = (learner: Learner, moduleId: number) => learner.enrollmentId * 10_000_000 + moduleId

async function mark(model: Model, learner: Learner, moduleId: number): Promise<void> {
  const { status } = await call('POST', `/api/module-progress/${progressId(learner, moduleId)}/complete/`, {
    as: learner.user,
  })
  // A module of quizzes refuses.
  if (status === 200) model.mark(learner, moduleId)
}

type Drawn = { isRight: boolean; hasEssay: boolean; how: string }

/** An attempt as its end leaves it. */
async function take(model: Model, learner: Learner, quiz: Quiz, { isRight, hasEssay, how }: Drawn, now: number) {
  const [first, essay, last] = quiz.questions
  if (!first || !essay || !last) throw new Error('no question')
  const isPreview = how === 'preview'
  const key = await keyOf(first.id)
  const isTrue = isRight === key
  const id = await endedAttempt(
    quiz.id,
    learner.user,
    [
      {
        question: { ...first, versionId: await newestVersion(first.id) },
        scoreMilli: isRight ? 7000 : 0,
        responseData: { selected_answer: isTrue },
      },
      { question: essay, pending: hasEssay },
      { question: last, scoreMilli: isRight ? 0 : 333, responseData: isRight ? wrongAnswer(last) : rightAnswer(last) },
    ],
    {
      enrollmentId: isPreview ? null : learner.enrollmentId,
      isPreview,
      isSurvey: quiz.isSurvey,
      status: how === 'abandoned' || how === 'timed_out' ? how : 'completed',
      passingScore: 40,
      completedAt: now,
    },
  )
  const canBeGraded = !quiz.isSurvey && how !== 'abandoned'
  const attempt = { id, learner, quiz, isPreview, completedAt: now, hasEssay: canBeGraded }
  model.attempts.push(attempt)
  if (!isPreview) {
    await batch(
      db,
      touchModule({ enrollmentId: learner.enrollmentId, moduleId: quiz.moduleId, now }),
      ...Object.values(completionsOf({ attemptIds: [id], now })),
    )
  }
  return attempt
}

const newestVersion = async (question: number) =>
  (await env.DB.prepare('SELECT max(id) AS id FROM question_versions WHERE question_id = ?')
    .bind(question)
    .first<number>('id')) ?? 0
const keyOf = async (question: number) =>
  JSON.parse(
    (await env.DB.prepare('SELECT body FROM question_versions WHERE id = ?')
      .bind(await newestVersion(question))
      .first<string>('body')) ?? '{}',
  ).correctAnswer === true

/** Turns the answer to a quiz's first question round and regrades it; answers the attempts whose score changed. */
async function turnAnswer(quiz: Quiz, attempts: Attempt[], now: number): Promise<Attempt[]> {
  const [question] = quiz.questions
  if (!question) throw new Error('no question')
  const id = await env.DB.prepare(
    `INSERT INTO question_versions (question_id, type, text, points_milli, body, created_at)
     SELECT question_id, type, text, points_milli, json_set(body, '$.correctAnswer', json(iif(body->>'correctAnswer', 'false', 'true'))), 0
     FROM question_versions WHERE id = ? RETURNING id`,
  )
    .bind(await newestVersion(question.id))
    .first<number>('id')
  if (id === null) throw new Error('no version')
  const regrade = await insertRegrade(question.id, id)
  while (await regradeNext(db, regrade, now));
  // Every answer given was true or false, so every one has turned.
  return quiz.isSurvey ? [] : attempts.filter(attempt => attempt.quiz === quiz)
}

async function compare(model: Model, learners: Learner[], kind: string): Promise<void> {
  for (const learner of learners) {
    const { results } = await env.DB.prepare(
      'SELECT module_id FROM module_progress WHERE enrollment_id = ? AND completed_at IS NOT NULL ORDER BY module_id',
    )
      .bind(learner.enrollmentId)
      .all<{ module_id: number }>()
    const expected = model.modules.filter(({ id }) => model.progressOf(learner, id).isCompleted).map(({ id }) => id)
    expect(
      results.map(({ module_id }) => module_id),
      kind,
    ).toEqual(expected)
    const course = await env.DB.prepare(
      'SELECT status, completed_at IS NOT NULL AS dated FROM enrollments WHERE id = ?',
    )
      .bind(learner.enrollmentId)
      .first()
    expect(course, kind).toEqual(
      learner.isCompleted ? { status: 'completed', dated: 1 } : { status: 'active', dated: 0 },
    )
    const told = await env.DB.prepare(
      "SELECT count(*) AS n FROM activities WHERE user_id = ? AND type = 'module_complete'",
    )
      .bind(learner.user.id)
      .first<number>('n')
    expect(told).toBeGreaterThanOrEqual(expected.length)
  }
}
