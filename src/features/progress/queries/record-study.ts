/** Records that a learner was active in a module, and for how long. */

import { getTableColumns, type SQL, sql } from 'drizzle-orm'
import { moduleProgress, studyTime } from '../../../db/schema/progress.ts'
import { type Builder, type Names, statement, type Value } from '../../../db/statement.ts'
import { CHANGED } from '../../activities/queries.ts'

/** The later instant, because the end of an attempt may arrive after newer activity of its learner. */
export const latest = (now: Value) => sql`max(${moduleProgress.lastActivityAt}, ${now})`

const COLUMNS = Object.entries(getTableColumns(moduleProgress))
type Row = typeof moduleProgress.$inferInsert
type Touched = { [K in keyof Omit<Row, 'lastActivityAt' | 'firstSeenAt'>]: Value }

/**
 * Records activity of learners in modules. A column without a value takes its default; an existing row keeps its start and its
 * mark, and adds up its times.
 * @param rest of the `SELECT`, from `FROM` or `WHERE` on, which decides for how many rows
 */
export function touchModules(db: Builder, touched: Touched, now: Value, rest: SQL) {
  const row = moduleProgress
  const values: Record<string, Value> = { ...touched, lastActivityAt: now, firstSeenAt: now }
  const selected = COLUMNS.map(([name, column]) => sql`${values[name] ?? column.default ?? null}`)
  return db
    .insert(row)
    .select(sql`SELECT ${sql.join(selected, sql`, `)} ${rest}`)
    .onConflictDoUpdate({
      target: [row.enrollmentId, row.moduleId],
      set: {
        startedAt: sql`coalesce(${row.startedAt}, excluded.started_at)`,
        contentCompletedAt: sql`coalesce(${row.contentCompletedAt}, excluded.content_completed_at)`,
        timeSpentSeconds: sql`${row.timeSpentSeconds} + excluded.time_spent_seconds`,
        lastActivityAt: latest(sql`excluded.last_activity_at`),
        firstSeenAt: sql`coalesce(${row.firstSeenAt}, excluded.first_seen_at)`,
      },
    })
}

type Touch = { enrollmentId: number; moduleId: number; now: number }

/**
 * Records activity of the learner in the module, which starts it.
 * @param condition nothing is written unless it holds
 */
export const touchModuleIf = (db: Builder, touch: Names<Touch>, condition: SQL, more: Partial<Touched> = {}) => {
  const { enrollmentId, moduleId, now } = touch
  return touchModules(db, { enrollmentId, moduleId, startedAt: now, ...more }, now, sql`WHERE ${condition}`)
}

export const touchModule = statement((db, touch: Names<Touch>) => touchModuleIf(db, touch, sql`1`))
export const touchModuleIfChanged = statement((db, touch: Names<Touch>) => touchModuleIf(db, touch, CHANGED))
/** Stores the learner's mark that the content is completed. */
export const markContentCompleted = statement((db, touch: Names<Touch>) =>
  touchModuleIf(db, touch, sql`1`, { contentCompletedAt: touch.now }),
)

/**
 * The seconds that a client counted, but not more than have passed since the learner's last event in the course: thirty calls
 * at once do not add thirty hours. Every event in a course but the enrollment itself updates the progress in a module.
 */
const elapsedSeconds = ({ seconds, enrollmentId, now }: Names<Touch & { seconds: number }>) =>
  sql`max(0, min(${seconds}, ${now} - (
    SELECT max(e.enrolled_at, coalesce((SELECT max(p.last_activity_at) FROM module_progress p WHERE p.enrollment_id = e.id), 0))
    FROM enrollments e WHERE e.id = ${enrollmentId})))`

/**
 * Adds seconds to the statistics of the day; the time in `module_progress` is written by `touchModules`.
 * @param rest of the `SELECT`, from `FROM` or `WHERE` on, which decides for how many rows
 */
export const addStudyTimes = (
  db: Builder,
  { enrollmentId, moduleId, now, seconds }: { [K in keyof Touch | 'seconds']: Value },
  rest: SQL,
) =>
  db
    .insert(studyTime)
    .select(sql`SELECT ${enrollmentId}, ${moduleId}, date(${now}, 'unixepoch'), ${seconds} ${rest}`)
    .onConflictDoUpdate({
      target: [studyTime.enrollmentId, studyTime.day, studyTime.moduleId],
      set: { seconds: sql`${studyTime.seconds} + excluded.seconds` },
    })

const addElapsedTime = statement((db, time: Names<Touch & { seconds: number }>) =>
  addStudyTimes(
    db,
    { enrollmentId: time.enrollmentId, moduleId: time.moduleId, now: time.now, seconds: elapsedSeconds(time) },
    sql`WHERE ${elapsedSeconds(time)} > 0`,
  ),
)
const touchForElapsedTime = statement((db, time: Names<Touch & { seconds: number }>) =>
  touchModuleIf(db, time, sql`1`, { timeSpentSeconds: elapsedSeconds(time) }),
)
/** Adds the seconds that can have passed. Touching the module is an event itself, so it comes last. */
export const addTime = (time: Touch & { seconds: number }) => [addElapsedTime(time), touchForElapsedTime(time)] as const
