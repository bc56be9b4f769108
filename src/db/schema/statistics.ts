/**
 * Counters and statistics, written by triggers alone (`triggers/…`). Each equals what a count over the base rows would find;
 * nothing here needs touching when a module or quiz is published, unpublished, deleted or restored.
 */
import { sql } from 'drizzle-orm'
import { index, integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import { courses } from './courses.ts'
import { modules } from './modules.ts'
import { questionVersions, quizzes } from './quizzes.ts'
import { users } from './users.ts'

/**
 * How many live codes and scans there are: over all (batch 0, course 0), by course (batch 0), and by batch and course.
 * `expiring` are the codes that are not revoked, by the second at which they expire: what is active now is a sum over the
 * seconds to come.
 */
export const qrTallies = sqliteTable(
  'qr_tallies',
  {
    batchId: integer().notNull(),
    kind: text({ enum: ['codes', 'revoked', 'expiring', 'valid_scans', 'invalid_scans'] }).notNull(),
    /** Of `expiring`, or 9007199254740991 for never; 0 of every other kind. */
    expiresAt: integer().notNull(),
    courseId: integer().notNull(),
    count: integer().notNull(),
  },
  t => [
    primaryKey({ columns: [t.batchId, t.kind, t.expiresAt, t.courseId] }),
    index('qr_tallies_by_course').on(t.courseId, t.kind, t.expiresAt).where(sql`${t.batchId} = 0`),
    index('qr_tallies_batches').on(t.courseId, t.batchId).where(sql`${t.kind} = 'codes' AND ${t.batchId} > 0`),
  ],
)

/** Counters of sets that no single owner bounds, so that a list's `count` costs one row. */
export const totals = sqliteTable('totals', {
  name: text().primaryKey(),
  value: integer().notNull().default(0),
})

/** A quiz's attempts by status, its essays that wait, and the sums of what its analytics say. Previews count nowhere. */
export const quizStatistics = sqliteTable('quiz_statistics', {
  quizId: integer()
    .primaryKey()
    .references(() => quizzes.id),
  inProgress: integer().notNull().default(0),
  completed: integer().notNull().default(0),
  timedOut: integer().notNull().default(0),
  abandoned: integer().notNull().default(0),
  pendingEssays: integer().notNull().default(0),
  scoredCount: integer().notNull().default(0),
  /** Of the scored ones, in 1/100 of a percent. */
  scoreSum: integer().notNull().default(0),
  passedCount: integer().notNull().default(0),
  /** Of those completed or timed out. */
  seconds: integer().notNull().default(0),
})

/** The scored attempts by the UTC day on which they ended. */
export const quizDays = sqliteTable(
  'quiz_days',
  {
    quizId: integer()
      .notNull()
      .references(() => quizzes.id),
    day: text().notNull(),
    scoredCount: integer().notNull().default(0),
    passedCount: integer().notNull().default(0),
  },
  t => [primaryKey({ columns: [t.quizId, t.day] })],
)

/** Of each version of a question, as it was shown in attempts that were completed or timed out and are no previews. */
export const itemStatistics = sqliteTable('item_statistics', {
  questionVersionId: integer()
    .primaryKey()
    .references(() => questionVersions.id),
  shownCount: integer().notNull().default(0),
  seconds: integer().notNull().default(0),
  /** Found right or wrong: neither a survey's nor an essay that waits. */
  gradedCount: integer().notNull().default(0),
  correctCount: integer().notNull().default(0),
  /** Responses with a share of their points, and the sum of the shares in 1/10000. */
  scoredCount: integer().notNull().default(0),
  shareSum: integer().notNull().default(0),
  /** Responses with both shares, x of the item and y of the rest of the attempt, in 1/10000: n, Σx, Σy, Σx², Σy², Σxy. */
  pairCount: integer().notNull().default(0),
  itemSum: integer().notNull().default(0),
  restSum: integer().notNull().default(0),
  itemSquares: integer().notNull().default(0),
  restSquares: integer().notNull().default(0),
  products: integer().notNull().default(0),
})

/** `enrolled…`: of enrollments that are not dropped. */
export const moduleStatistics = sqliteTable('module_statistics', {
  moduleId: integer()
    .primaryKey()
    .references(() => modules.id),
  viewCount: integer().notNull().default(0),
  completionCount: integer().notNull().default(0),
  enrolledCompletionCount: integer().notNull().default(0),
  studySeconds: integer().notNull().default(0),
  enrolledStudySeconds: integer().notNull().default(0),
  interactionCount: integer().notNull().default(0),
})

export const moduleDays = sqliteTable(
  'module_days',
  {
    moduleId: integer()
      .notNull()
      .references(() => modules.id),
    day: text().notNull(),
    /** By the day of the enrollment, whenever it was completed. */
    enrolledCompletionCount: integer().notNull().default(0),
    /** By the day on which the time was spent. */
    enrolledStudySeconds: integer().notNull().default(0),
    /** By the day of the event. */
    interactionCount: integer().notNull().default(0),
  },
  t => [primaryKey({ columns: [t.moduleId, t.day] })],
)

/** Enrollments that are not dropped by the day they were made, completed ones by the day of completion. */
export const courseDays = sqliteTable(
  'course_days',
  {
    courseId: integer()
      .notNull()
      .references(() => courses.id),
    day: text().notNull(),
    enrollmentCount: integer().notNull().default(0),
    completionCount: integer().notNull().default(0),
  },
  t => [primaryKey({ columns: [t.courseId, t.day] })],
)

/** Events of a user by UTC day and course; course 0 for those that belong to none. */
export const activityDays = sqliteTable(
  'activity_days',
  {
    userId: integer()
      .notNull()
      .references(() => users.id),
    /** In days since 1970, as there are more rows than of any other day. */
    day: integer().notNull(),
    courseId: integer().notNull(),
    eventCount: integer().notNull(),
  },
  t => [
    primaryKey({ columns: [t.userId, t.day, t.courseId] }),
    index('activity_days_by_course').on(t.courseId, t.day).where(sql`${t.courseId} > 0`),
  ],
)
