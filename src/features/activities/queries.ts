/** What learners did, with the session it belongs to. */
import { type SQL, sql } from 'drizzle-orm'
import type { Db } from '../../db/client.ts'
import { activities } from '../../db/schema.ts'

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

/**
 * Records an event. `changed`: only if the statement before it in the batch changed a row, so that an event stands and
 * falls with what it tells of; or only under a condition.
 */
export function recordActivity(db: Db, event: Activity, now: number, only: 'changed' | SQL = sql`1`) {
  const { userId, type, targetId = null, courseId = null, moduleId = null } = event
  const session = sql`coalesce((
    SELECT CASE WHEN occurred_at > ${now - SESSION_GAP_SECONDS} THEN session_started_at END FROM activities
    WHERE user_id = ${userId} ORDER BY occurred_at DESC, id DESC LIMIT 1
  ), ${now})`
  return db
    .insert(activities)
    .select(
      sql`SELECT NULL, ${userId}, ${type}, ${targetId}, ${courseId}, ${moduleId}, ${now}, ${session} WHERE ${only === 'changed' ? sql`changes() > 0` : only}`,
    )
}
