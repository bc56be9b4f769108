import { sql } from 'drizzle-orm'
import { index, integer, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core'
import { flag } from './columns.ts'
import { enrollments } from './enrollments.ts'
import { questions, questionVersions, quizzes } from './quizzes.ts'
import { users } from './users.ts'

export const attempts = sqliteTable(
  'attempts',
  {
    id: integer().primaryKey({ autoIncrement: true }),
    quizId: integer()
      .notNull()
      .references(() => quizzes.id),
    userId: integer()
      .notNull()
      .references(() => users.id),
    /** Null for a preview by the course's instructor or staff. */
    enrollmentId: integer().references(() => enrollments.id),
    isPreview: flag().default(false),
    status: text({ enum: ['in_progress', 'completed', 'timed_out', 'abandoned'] })
      .notNull()
      .default('in_progress'),
    /** Until the end is carried over: when it was begun; from then on as the attempt's object stamped it. */
    startedAt: integer().notNull(),
    completedAt: integer(),
    /** When cron looks after an attempt whose end has not arrived. Null once all that follows from the end is written. */
    checkAt: integer(),
    /** As the quiz was when the attempt started; later edits change nothing. */
    isSurvey: flag().default(false),
    passingScore: integer().notNull().default(70),
    /** All extensions together. */
    extendedMinutes: integer().notNull().default(0),
    /** Points earned and to be earned, in 10⁻⁹. Null while it runs. */
    earnedNano: integer(),
    possibleNano: integer(),
    /** A percentage in 1/100; null for surveys and abandoned attempts. */
    scoreHundredths: integer(),
    passed: integer({ mode: 'boolean' }),
    timeSpentSeconds: integer(),
    /** When a grading last took the pass away. */
    lostPassAt: integer(),
    pendingGrading: integer().notNull().default(0),
    /** What the receipt states and no regrading changes: the score when it ended, and a hash over the answers. */
    endScoreHundredths: integer(),
    answersHash: text(),
  },
  t => [
    uniqueIndex('attempts_one_running').on(t.quizId, t.userId).where(sql`${t.status} = 'in_progress'`),
    index('attempts_by_user').on(t.userId, t.quizId),
    index('attempts_by_quiz_status').on(t.quizId, t.status),
    index('attempts_by_enrollment').on(t.enrollmentId, t.quizId),
    index('attempts_by_check').on(t.checkAt).where(sql`${t.checkAt} IS NOT NULL`),
    index('attempts_listed_by_status').on(t.status).where(sql`${t.isPreview} = 0`),
    index('attempts_pending').on(t.quizId).where(sql`${t.pendingGrading} > 0 AND ${t.isPreview} = 0`),
    index('attempts_pending_by_id').on(t.id).where(sql`${t.pendingGrading} > 0 AND ${t.isPreview} = 0`),
  ],
)

/**
 * Written once, when the attempt has ended. The id is attempt id × 1000 + the place in the attempt, so an attempt's responses
 * are a range of ids (`responsesOfAttempt`).
 */
export const responses = sqliteTable(
  'responses',
  {
    id: integer().primaryKey(),
    attemptId: integer().notNull().generatedAlwaysAs(sql`id / 1000`),
    questionId: integer()
      .notNull()
      .references(() => questions.id),
    /** Always of the same question, as the next one: so both need no foreign key. */
    questionVersionId: integer().notNull(),
    /** The version whose key graded it: the one shown, until a regrade. */
    keyVersionId: integer().notNull(),
    /** As understood, JSON; `{}` where nothing was answered. */
    responseData: text().notNull(),
    isCorrect: integer({ mode: 'boolean' }),
    scoreNano: integer(),
    /** The points to be earned. */
    maxNano: integer().notNull(),
    /** For item analysis, in 1/10000: this response's share of its points, and the rest of the attempt's of its own. */
    itemShare: integer(),
    restShare: integer(),
    timeSpentSeconds: integer().notNull().default(0),
    submittedAt: integer(),
    /** An essay that waits for a grader. */
    isPending: flag().default(false),
    feedback: text().notNull().default(''),
    rubricScores: text(),
    gradedAt: integer(),
    gradedBy: integer().references(() => users.id),
  },
  t => [
    index('responses_by_question').on(t.questionId),
    index('responses_pending').on(t.questionId).where(sql`${t.isPending} = 1`),
  ],
)

/** A mistake in a key put right: the question's responses graded anew, some at a time. */
export const regrades = sqliteTable(
  'regrades',
  {
    id: integer().primaryKey({ autoIncrement: true }),
    questionId: integer()
      .notNull()
      .references(() => questions.id),
    /** The version whose key grades. */
    keyVersionId: integer()
      .notNull()
      .references(() => questionVersions.id),
    /** Only counts what would change. */
    isDryRun: flag(),
    status: text({ enum: ['running', 'completed'] })
      .notNull()
      .default('running'),
    /** The last response looked at. */
    cursor: integer().notNull().default(0),
    /** Responses there were when it was asked for; in the end, as many as were graded. */
    total: integer().notNull(),
    done: integer().notNull().default(0),
    raised: integer().notNull().default(0),
    lowered: integer().notNull().default(0),
    requestedBy: integer()
      .notNull()
      .references(() => users.id),
    createdAt: integer().notNull(),
  },
  t => [
    uniqueIndex('regrades_one_running')
      .on(t.questionId, t.keyVersionId, t.isDryRun)
      .where(sql`${t.status} = 'running'`),
    index('regrades_by_question').on(t.questionId, t.isDryRun, t.keyVersionId),
    index('regrades_by_key').on(t.keyVersionId),
  ],
)
