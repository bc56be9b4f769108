/**
 * Counters and statistics, which triggers alone write (`triggers/…`). Each equals a count over the base rows. Publishing,
 * unpublishing, deleting or restoring a module or quiz changes only `totals` and `qr_tallies`.
 */
import { sql } from 'drizzle-orm'
import { index, integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import { courses } from './courses.ts'
import { modules } from './modules.ts'
import { questionVersions, quizzes } from './quizzes.ts'
import { users } from './users.ts'

/**
 * The numbers of live codes and of their scans: over all (batch 0, course 0), by course (batch 0), and by batch and course.
 * `expiring` counts the codes that are not revoked, by the second at which they expire, so that the number of active codes is a
 * sum over later seconds.
 */
export const qrTallies = sqliteTable(
  'qr_tallies',
  {
    batchId: integer().notNull(),
    kind: text({ enum: ['codes', 'revoked', 'expiring', 'valid_scans', 'invalid_scans'] }).notNull(),
    /** For `expiring` the second of expiry, or 9007199254740991 for never; 0 for all other kinds. */
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

/** Counters of sets that grow with the whole school, so that the `count` of a list reads one row. */
export const totals = sqliteTable('totals', {
  name: text().primaryKey(),
  value: integer().notNull().default(0),
})

/** A quiz's attempts by status, its pending essays, and the sums of its analytics. Previews do not count. */
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
  /** The sum of all scores, in 1/100 percent. */
  scoreSum: integer().notNull().default(0),
  passedCount: integer().notNull().default(0),
  /** The time of attempts that were completed or timed out. */
  seconds: integer().notNull().default(0),
})

/** Scored attempts by the UTC day of their end. */
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

/** Item analysis of each version of a question, over attempts that were completed or timed out and are not previews. */
export const itemStatistics = sqliteTable('item_statistics', {
  questionVersionId: integer()
    .primaryKey()
    .references(() => questionVersions.id),
  shownCount: integer().notNull().default(0),
  seconds: integer().notNull().default(0),
  /** Responses that are right or wrong: all but those of surveys and pending essays. */
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

/** The columns `enrolled…` leave out dropped enrollments. */
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
    /** By the day of the enrollment, whatever the day of completion. */
    enrolledCompletionCount: integer().notNull().default(0),
    /** By the day on which the learner spent the time. */
    enrolledStudySeconds: integer().notNull().default(0),
    /** By the day of the event. */
    interactionCount: integer().notNull().default(0),
  },
  t => [primaryKey({ columns: [t.moduleId, t.day] })],
)

/** Enrollments that are not dropped by the day of enrollment, and completed ones by the day of completion. */
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

/** Events of a user by UTC day and course; course 0 for events without one. */
export const activityDays = sqliteTable(
  'activity_days',
  {
    userId: integer()
      .notNull()
      .references(() => users.id),
    /** Days since 1970 instead of text, because this table has more rows than any other by day. */
    day: integer().notNull(),
    courseId: integer().notNull(),
    eventCount: integer().notNull(),
  },
  t => [
    primaryKey({ columns: [t.userId, t.day, t.courseId] }),
    index('activity_days_by_course').on(t.courseId, t.day).where(sql`${t.courseId} > 0`),
  ],
)
