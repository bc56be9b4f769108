import { sql } from 'drizzle-orm'
import { check, index, integer, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import { flag, revision } from './columns.ts'
import { modules } from './modules.ts'

export const quizzes = sqliteTable(
  'quizzes',
  {
    id: integer().primaryKey({ autoIncrement: true }),
    moduleId: integer()
      .notNull()
      .references(() => modules.id),
    title: text().notNull(),
    description: text().notNull().default(''),
    instructions: text().notNull().default(''),
    timeLimitMinutes: integer(),
    passingScore: integer().notNull().default(70),
    randomizeQuestions: flag().default(false),
    randomizeChoices: flag().default(false),
    /** How many questions an attempt draws at random; null for all. */
    questionCount: integer(),
    allowMultipleAttempts: flag().default(true),
    /** 0 for no limit. */
    maxAttempts: integer().notNull().default(3),
    isPublished: flag().default(false),
    isSurvey: flag().default(false),
    accessCode: text(),
    allowTimeExtension: flag().default(false),
    showFeedback: text({ enum: ['immediate', 'after_completion', 'never'] })
      .notNull()
      .default('immediate'),
    gradingPolicy: text({ enum: ['highest', 'latest', 'average'] })
      .notNull()
      .default('highest'),
    availableFrom: integer(),
    availableUntil: integer(),
    createdAt: integer().notNull(),
    updatedAt: integer().notNull(),
    deletedAt: integer(),
    revision: revision(),
  },
  t => [
    check('quizzes_window', sql`${t.availableUntil} > ${t.availableFrom}`),
    index('quizzes_by_module').on(t.moduleId).where(sql`${t.deletedAt} IS NULL`),
    index('quizzes_of_module').on(t.moduleId),
    index('quizzes_live').on(t.id).where(sql`${t.deletedAt} IS NULL`),
    index('quizzes_by_published').on(t.isPublished).where(sql`${t.deletedAt} IS NULL`),
    index('quizzes_by_survey').on(t.isSurvey).where(sql`${t.deletedAt} IS NULL`),
    index('quizzes_by_published_survey').on(t.isPublished, t.isSurvey).where(sql`${t.deletedAt} IS NULL`),
    index('quizzes_deleted').on(t.deletedAt).where(sql`${t.deletedAt} IS NOT NULL`),
  ],
)

/** A question has a place in a quiz; its newest version holds the content. */
export const questions = sqliteTable(
  'questions',
  {
    id: integer().primaryKey({ autoIncrement: true }),
    quizId: integer()
      .notNull()
      .references(() => quizzes.id),
    order: integer().notNull(),
    /** Deleting a question that learners were shown retires it: results keep it, and no attempt draws it again. */
    retiredAt: integer(),
    revision: revision(),
  },
  t => [index('questions_by_quiz').on(t.quizId, t.order)],
)

/** A version never changes once an attempt has drawn it, so that results show the question as the learner saw it. */
export const questionVersions = sqliteTable(
  'question_versions',
  {
    id: integer().primaryKey({ autoIncrement: true }),
    questionId: integer()
      .notNull()
      .references(() => questions.id),
    type: text({
      enum: [
        'multiple_choice',
        'multiple_select',
        'true_false',
        'short_answer',
        'numeric',
        'matching',
        'ordering',
        'fill_in_blank',
        'essay',
      ],
    }).notNull(),
    text: text().notNull(),
    /** Points in 1/1000. */
    pointsMilli: integer().notNull().default(1000),
    explanation: text().notNull().default(''),
    correctFeedback: text().notNull().default(''),
    incorrectFeedback: text().notNull().default(''),
    /** The fields of the type as JSON: choices, pairs, items, blanks, tolerance or rubric. */
    body: text().notNull().default('{}'),
    createdAt: integer().notNull(),
    /** When an attempt first drew the version. Until then an edit changes it in place. */
    drawnAt: integer(),
  },
  t => [index('question_versions_by_question').on(t.questionId)],
)
