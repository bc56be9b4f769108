/** What learners did, with the session it belongs to. */
import { type SQL, sql } from 'drizzle-orm'
import type { Db } from '../../db/client.ts'
import { activities } from '../../db/schema/activities.ts'

/** A session is a run of one user's events with gaps under this. */
const SESSION_GAP_SECONDS = 30 * 60

export type Activity = {
  userId: number
  type: (typeof activities.$inferSelect)['type']
  /** Null for a login; else the course, module, quiz or QR code, by type. */
  targetId?: number
  courseId?: number
  moduleId?: number
}

/** When the session began to which an event of the user's at `now` belongs. */
export const sessionAt = (userId: SQL, now: number) => sql`coalesce((
  SELECT CASE WHEN s.occurred_at > ${now - SESSION_GAP_SECONDS} THEN s.session_started_at END FROM activities s
  WHERE s.user_id = ${userId} ORDER BY s.occurred_at DESC, s.id DESC LIMIT 1
), ${now})`

/**
 * Records an event. `changed`: only if the statement before it in the batch changed a row, so that an event stands and
 * falls with what it tells of; or only under a condition.
 */
export function recordActivity(db: Db, event: Activity, now: number, only: 'changed' | SQL = sql`1`) {
  const { userId, type, targetId = null, courseId = null, moduleId = null } = event
  return db
    .insert(activities)
    .select(
      sql`SELECT NULL, ${userId}, ${type}, ${targetId}, ${courseId}, ${moduleId}, ${now}, ${sessionAt(sql`${userId}`, now)} WHERE ${only === 'changed' ? sql`changes() > 0` : only}`,
    )
}
