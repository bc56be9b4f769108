import { integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import { enrollments } from './enrollments.ts'

/** Written when a learner first touches a module; until then the row is computed, not stored. The module is of the course. */
export const moduleProgress = sqliteTable(
  'module_progress',
  {
    enrollmentId: integer()
      .notNull()
      .references(() => enrollments.id),
    moduleId: integer().notNull(),
    startedAt: integer(),
    /** The learner's own mark; alone it completes a module only where its criteria say so. */
    contentCompletedAt: integer(),
    completedAt: integer(),
    timeSpentSeconds: integer().notNull().default(0),
    lastActivityAt: integer().notNull(),
    /** When the learner first opened it or did anything in it. A reset leaves this: it is what `view_count` counts. */
    firstSeenAt: integer(),
    /** Only attempts ended after this count towards completion. */
    resetAt: integer(),
    /** The newest attempt that had ended in the very second of the reset: later ones of that second count. */
    resetAttemptId: integer(),
  },
  t => [primaryKey({ columns: [t.enrollmentId, t.moduleId] })],
)

/** Seconds a learner spent in a module on a UTC day, in quizzes too. A reset leaves them: statistics are made of these. */
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
