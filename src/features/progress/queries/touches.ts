/** That a learner was in a module, and for how long. */

import { getTableColumns, type SQL, sql } from 'drizzle-orm'
import { moduleProgress, studyTime } from '../../../db/schema/progress.ts'
import { type Builder, type Names, statement, type Value } from '../../../db/statement.ts'
import { CHANGED } from '../../activities/queries.ts'

/** An attempt's end can arrive when its learner has gone on already. */
export const latest = (now: Value) => sql`max(${moduleProgress.lastActivityAt}, ${now})`

const COLUMNS = Object.entries(getTableColumns(moduleProgress))
type Row = typeof moduleProgress.$inferInsert
type Touched = { [K in keyof Omit<Row, 'lastActivityAt' | 'firstSeenAt'>]: Value }

/**
 * Learners were there. What is left out is the column's default; of what was before, beginnings and marks stay, and times
 * add up.
 * @param rest of the `SELECT`, from `FROM` or `WHERE` on, which decides for how many
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
        lastActivityAt: latest(now),
        firstSeenAt: sql`coalesce(${row.firstSeenAt}, excluded.first_seen_at)`,
      },
    })
}

type Touch = { enrollmentId: number; moduleId: number; now: number }

/**
 * The learner did something in the module, which starts it.
 * @param only a condition without which nothing is written
 */
export const touching = (db: Builder, touch: Names<Touch>, only: SQL, more: Partial<Touched> = {}) => {
  const { enrollmentId, moduleId, now } = touch
  return touchModules(db, { enrollmentId, moduleId, startedAt: now, ...more }, now, sql`WHERE ${only}`)
}

export const touchModule = statement((db, touch: Names<Touch>) => touching(db, touch, sql`1`))
export const touchModuleIfChanged = statement((db, touch: Names<Touch>) => touching(db, touch, CHANGED))
/** Keeps the learner's mark. */
export const markContentCompleted = statement((db, touch: Names<Touch>) =>
  touching(db, touch, sql`1`, { contentCompletedAt: touch.now }),
)

/**
 * Of the seconds a client counted, those that have passed since the learner's last event in the course: thirty calls at
 * once add no thirty hours. Every event in a course touches one of its modules, but for the enrollment itself.
 */
const passedOf = ({ seconds, enrollmentId, now }: Names<Touch & { seconds: number }>) =>
  sql`max(0, min(${seconds}, ${now} - (
    SELECT max(e.enrolled_at, coalesce((SELECT max(p.last_activity_at) FROM module_progress p WHERE p.enrollment_id = e.id), 0))
    FROM enrollments e WHERE e.id = ${enrollmentId})))`

/** Seconds for the statistics, on the day they were spent; touching the module counts them for the learner. */
export const studying = (db: Builder, { enrollmentId, moduleId, now }: Names<Touch>, seconds: Value, only: SQL) =>
  db
    .insert(studyTime)
    .select(sql`SELECT ${enrollmentId}, ${moduleId}, date(${now}, 'unixepoch'), ${seconds} WHERE ${only}`)
    .onConflictDoUpdate({
      target: [studyTime.enrollmentId, studyTime.day, studyTime.moduleId],
      set: { seconds: sql`${studyTime.seconds} + excluded.seconds` },
    })

const addPassedTime = statement((db, time: Names<Touch & { seconds: number }>) =>
  studying(db, time, passedOf(time), sql`${passedOf(time)} > 0`),
)
const touchForPassedTime = statement((db, time: Names<Touch & { seconds: number }>) =>
  touching(db, time, sql`1`, { timeSpentSeconds: passedOf(time) }),
)
/** Counts the seconds that can have passed. The touch is an event itself, so it comes last. */
export const addTime = (time: Touch & { seconds: number }) => [addPassedTime(time), touchForPassedTime(time)] as const
