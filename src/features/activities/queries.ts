/** Events of users, each with the session that it belongs to. */

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
type ActivityValues = Required<Activity> & { now: number }

/** The start (Unix seconds) of the session to which an event of the user at `now` belongs. */
export const sessionAt = (userId: Value, now: Value) => sql`coalesce((
  SELECT CASE WHEN s.occurred_at > ${now} - ${SESSION_GAP_SECONDS} THEN s.session_started_at END FROM activities s
  WHERE s.user_id = ${userId} ORDER BY s.occurred_at DESC, s.place DESC LIMIT 1
), ${now})`

/** The next free place among the user's events of that second. */
export const placeAt = (userId: Value, now: Value) =>
  sql`coalesce((SELECT max(s.place) + 1 FROM activities s WHERE s.user_id = ${userId} AND s.occurred_at = ${now}), 0)`

/**
 * Records one event for each row, of which no two may be of one user.
 * @param rest of the `SELECT`, from `FROM` or `WHERE` on
 */
export const insertActivities = (
  db: Builder,
  event: { [K in keyof ActivityValues]: Value | ActivityValues[K] },
  rest: SQL,
) => {
  const { userId, type, targetId, courseId, moduleId, now } = event
  return db.insert(activities).select(
    sql`SELECT ${userId}, ${now}, ${placeAt(sql`${userId}`, sql`${now}`)}, ${type}, ${targetId}, ${courseId}, ${moduleId},
      ${sessionAt(sql`${userId}`, sql`${now}`)} ${rest}`,
  )
}

/** @param condition the event is recorded only if it holds */
export const insertActivityIf = (db: Builder, event: Names<ActivityValues>, condition: SQL) =>
  insertActivities(db, event, sql`WHERE ${condition}`)

/** True when the statement before it in the batch changed a row. */
export const CHANGED = sql`changes() > 0`

const recordAlways = statement((db, event: Names<ActivityValues>) => insertActivityIf(db, event, sql`1`))
const recordIfChanged = statement((db, event: Names<ActivityValues>) => insertActivityIf(db, event, CHANGED))

/** The values of all columns of an event; `now` is in Unix seconds. */
export const activityValues = (event: Activity, now: number): ActivityValues => ({
  targetId: null,
  courseId: null,
  moduleId: null,
  ...event,
  now,
})

export const recordActivity = (event: Activity, now: number) => recordAlways(activityValues(event, now))
/** Records the event only if the statement before it in the batch changed a row, so that no event lacks its change. */
export const recordActivityIfChanged = (event: Activity, now: number) => recordIfChanged(activityValues(event, now))
