import { integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import { enrollments } from './enrollments.ts'

/** The id of module progress is enrollment id × this + module id, so that a row has its id before it is stored. */
export const MODULE_PROGRESS_ID_FACTOR = 10_000_000

/** A learner's first action in a module writes the row; until then queries compute it. The module belongs to the course. */
export const moduleProgress = sqliteTable(
  'module_progress',
  {
    enrollmentId: integer()
      .notNull()
      .references(() => enrollments.id),
    moduleId: integer().notNull(),
    startedAt: integer(),
    /** When the learner marked the content as completed, which completes the module only if its criteria ask for no more. */
    contentCompletedAt: integer(),
    completedAt: integer(),
    timeSpentSeconds: integer().notNull().default(0),
    lastActivityAt: integer().notNull(),
    /** When the learner first opened the module or did anything in it. A reset keeps it, because `view_count` counts it. */
    firstSeenAt: integer(),
    /** Only attempts that end after the reset count towards completion. */
    resetAt: integer(),
    /** The newest attempt that had ended in the second of the reset; later attempts of that second count. */
    resetAttemptId: integer(),
  },
  t => [primaryKey({ columns: [t.enrollmentId, t.moduleId] })],
)

/** Seconds that a learner spent in a module and its quizzes on a UTC day. A reset keeps them, because statistics sum them. */
export const studyTime = sqliteTable(
  'study_time',
  {
    enrollmentId: integer()
      .notNull()
      .references(() => enrollments.id),
    moduleId: integer().notNull(),
    day: text().notNull(),
    seconds: integer().notNull(),
  },
  t => [primaryKey({ columns: [t.enrollmentId, t.moduleId, t.day] })],
)
