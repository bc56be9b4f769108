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
    /** When the row was written; once D1 has the result, the start that the attempt's object recorded. */
    startedAt: integer().notNull(),
    completedAt: integer(),
    /** When the cron job checks for an end that D1 does not have. Null once the end and its consequences are written. */
    checkAt: integer(),
    /** This and the next column copy the quiz at the start of the attempt; later edits do not change them. */
    isSurvey: flag().default(false),
    passingScore: integer().notNull().default(70),
    /** All extensions together. */
    extendedMinutes: integer().notNull().default(0),
    /** Points earned, and points that can be earned, in 10⁻⁹. Null while the attempt runs. */
    earnedNano: integer(),
    possibleNano: integer(),
    /** A percentage in 1/100; null for surveys and abandoned attempts. */
    scoreHundredths: integer(),
    passed: integer({ mode: 'boolean' }),
    timeSpentSeconds: integer(),
    /** When a grade or a regrade last took the pass away. */
    lostPassAt: integer(),
    pendingGrading: integer().notNull().default(0),
    /** For the receipt, so that no regrade changes them: the score at the end, and a hash over the answers. */
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
 * The end of the attempt writes all its responses at once. The id is attempt id × 1000 + the place in the attempt, so an
 * attempt's responses are a range of ids (`isOfAttempt`).
 */
export const responses = sqliteTable(
  'responses',
  {
    id: integer().primaryKey(),
    attemptId: integer().notNull().generatedAlwaysAs(sql`id / 1000`),
    questionId: integer()
      .notNull()
      .references(() => questions.id),
    /** This version and the next one belong to the question, whose foreign key therefore covers them. */
    questionVersionId: integer().notNull(),
    /** The version whose key graded the response: the one shown, until a regrade. */
    keyVersionId: integer().notNull(),
    /** JSON of the parsed answer; `{}` without one. */
    responseData: text().notNull(),
    isCorrect: integer({ mode: 'boolean' }),
    scoreNano: integer(),
    /** The points that can be earned, in 10⁻⁹. */
    maxNano: integer().notNull(),
    /** For item analysis, in 1/10000: the share of this response's points earned, and the share of the rest's. */
    itemShare: integer(),
    restShare: integer(),
    timeSpentSeconds: integer().notNull().default(0),
    submittedAt: integer(),
    /** True for an essay until a grader scores it. */
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

/** Jobs that grade a question's responses again, batch by batch, after its key was corrected. */
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
    /** A dry run only counts the scores that would change. */
    isDryRun: flag(),
    status: text({ enum: ['running', 'completed'] })
      .notNull()
      .default('running'),
    /** The id of the last response that the job has processed. */
    cursor: integer().notNull().default(0),
    /** The number of responses to grade at the request; after the end, the number graded. */
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
