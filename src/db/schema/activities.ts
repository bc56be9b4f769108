import { sql } from 'drizzle-orm'
import { integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import { users } from './users.ts'

/** What learners did. It lies in its key, so that the one list there is, a user's own events, needs no index beside it. */
export const activities = sqliteTable(
  'activities',
  {
    /** One of its user's alone. */
    id: integer().notNull().generatedAlwaysAs(sql`occurred_at * 1000 + place`),
    userId: integer()
      .notNull()
      .references(() => users.id),
    occurredAt: integer().notNull(),
    /** Among the user's events of that second, from 0 on. */
    place: integer().notNull(),
    type: text({
      enum: ['login', 'course_enroll', 'module_view', 'module_complete', 'quiz_start', 'quiz_complete', 'qr_scan'],
    }).notNull(),
    /** Null for a login; else the course, module, quiz or QR code, by type. */
    targetId: integer(),
    /** Of both without a foreign key: events go with their course, found by `activity_days`. */
    courseId: integer(),
    moduleId: integer(),
    /** First event of the run with gaps under 30 minutes that this event belongs to. */
    sessionStartedAt: integer().notNull(),
  },
  t => [primaryKey({ columns: [t.userId, t.occurredAt, t.place] })],
)
