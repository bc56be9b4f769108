/** What learners did, with the session it belongs to. */

import { type SQL, sql } from 'drizzle-orm'
import { activities } from '../../db/schema/activities.ts'
import { type Builder, type Names, statement, type Value } from '../../db/statement.ts'

/** A session is a run of one user's events with gaps under this. */
const SESSION_GAP_SECONDS = 30 * 60

export type Activity = {
  userId: number
  type: (typeof activities.$inferSelect)['type']
  /** Null for a login; else the course, module, quiz or QR code, by type. */
  targetId?: number | null
  courseId?: number | null
  moduleId?: number | null
}
type Recorded = Required<Activity> & { now: number }

/** When the session began to which an event of the user's at `now` belongs. */
export const sessionAt = (userId: Value, now: Value) => sql`coalesce((
  SELECT CASE WHEN s.occurred_at > ${now} - ${SESSION_GAP_SECONDS} THEN s.session_started_at END FROM activities s
  WHERE s.user_id = ${userId} ORDER BY s.occurred_at DESC, s.place DESC LIMIT 1
), ${now})`

/** The next place among the user's events of that second. */
export const placeAt = (userId: Value, now: Value) =>
  sql`coalesce((SELECT max(s.place) + 1 FROM activities s WHERE s.user_id = ${userId} AND s.occurred_at = ${now}), 0)`

/** @param only a condition without which nothing is recorded */
export const recording = (db: Builder, event: Names<Recorded>, only: SQL) => {
  const { userId, type, targetId, courseId, moduleId, now } = event
  return db.insert(activities).select(
    sql`SELECT ${userId}, ${now}, ${placeAt(userId, now)}, ${type}, ${targetId}, ${courseId}, ${moduleId}, ${sessionAt(userId, now)}
        WHERE ${only}`,
  )
}

/** That the statement before it in the batch changed a row. */
export const CHANGED = sql`changes() > 0`

const recordAlways = statement((db, event: Names<Recorded>) => recording(db, event, sql`1`))
const recordIfChanged = statement((db, event: Names<Recorded>) => recording(db, event, CHANGED))

/** All of an event's columns. */
export const recorded = (event: Activity, now: number): Recorded => ({
  targetId: null,
  courseId: null,
  moduleId: null,
  ...event,
  now,
})

export const recordActivity = (event: Activity, now: number) => recordAlways(recorded(event, now))
/** Only if the statement before it in the batch changed a row, so that an event stands and falls with what it tells of. */
export const recordActivityIfChanged = (event: Activity, now: number) => recordIfChanged(recorded(event, now))
