/** That a learner was in a module, and for how long. */
import { getTableColumns, type SQL, sql } from 'drizzle-orm'
import type { Db } from '../../../db/client.ts'
import { moduleProgress, studyTime } from '../../../db/schema/progress.ts'
import { toDate } from '../../../http/fields.ts'

const ALWAYS = sql`1`

/** An attempt's end can arrive when its learner has gone on already. */
export const latest = (now: number) => sql`max(${moduleProgress.lastActivityAt}, ${now})`

const COLUMNS = Object.entries(getTableColumns(moduleProgress))
type Row = typeof moduleProgress.$inferInsert
type Touched = { [K in keyof Omit<Row, 'lastActivityAt' | 'firstSeenAt'>]: SQL | Row[K] }

/**
 * Learners were there. What is left out is the column's default; of what was before, beginnings and marks stay, and times
 * add up.
 * @param rest of the `SELECT`, from `FROM` or `WHERE` on, which decides for how many
 */
export function touchModules(db: Db, touched: Touched, now: number, rest: SQL) {
  const row = moduleProgress
  const values: Record<string, unknown> = { ...touched, lastActivityAt: now, firstSeenAt: now }
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
        lastActivityAt: latest(now),
        firstSeenAt: sql`coalesce(${row.firstSeenAt}, excluded.first_seen_at)`,
      },
    })
}

/** `only`: a condition without which nothing is written. */
type Touch = { secondsSpent?: number | SQL; contentCompleted?: boolean; only?: SQL }

/** The learner did something in the module: starts it, adds time, or keeps the learner's mark. */
export const touchModule = (db: Db, enrollmentId: number, moduleId: number, now: number, touch: Touch = {}) => {
  const { secondsSpent = 0, contentCompleted = false, only = ALWAYS } = touch
  const contentCompletedAt = contentCompleted ? now : null
  const touched = { enrollmentId, moduleId, startedAt: now, contentCompletedAt, timeSpentSeconds: secondsSpent }
  return touchModules(db, touched, now, sql`WHERE ${only}`)
}

/**
 * Of the seconds a client counted, those that have passed since the learner's last event in the course: thirty calls at
 * once add no thirty hours. Every event in a course touches one of its modules, but for the enrollment itself.
 */
export const passedOf = (seconds: number, enrollmentId: number, now: number) =>
  sql`max(0, min(${seconds}, ${now} - (
    SELECT max(e.enrolled_at, coalesce((SELECT max(p.last_activity_at) FROM module_progress p WHERE p.enrollment_id = e.id), 0))
    FROM enrollments e WHERE e.id = ${enrollmentId})))`

/** Counts seconds for the statistics, on the day they were spent; `touchModule` counts them for the learner. */
export const addStudyTime = (
  db: Db,
  enrollmentId: number,
  moduleId: number,
  seconds: number | SQL,
  now: number,
  only = ALWAYS,
) =>
  db
    .insert(studyTime)
    .select(sql`SELECT ${enrollmentId}, ${moduleId}, ${toDate(now)}, ${seconds} WHERE ${only}`)
    .onConflictDoUpdate({
      target: [studyTime.enrollmentId, studyTime.day, studyTime.moduleId],
      set: { seconds: sql`${studyTime.seconds} + excluded.seconds` },
    })
