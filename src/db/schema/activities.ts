import { sql } from 'drizzle-orm'
import { integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import { users } from './users.ts'

/** Events of learners. The table is its own index, so that the only list, of a user's own events, needs no other. */
export const activities = sqliteTable(
  'activities',
  {
    /** Unique only among the events of its user. */
    id: integer().notNull().generatedAlwaysAs(sql`occurred_at * 1000 + place`),
    userId: integer()
      .notNull()
      .references(() => users.id),
    occurredAt: integer().notNull(),
    /** The event's place among those of the user in that second, from 0. */
    place: integer().notNull(),
    type: text({
      enum: ['login', 'course_enroll', 'module_view', 'module_complete', 'quiz_start', 'quiz_complete', 'qr_scan'],
    }).notNull(),
    /** The id of the course, module, quiz or QR code, by type; null for a login. */
    targetId: integer(),
    /** No foreign key here nor below: purging a course deletes its events, which `activity_days` finds. */
    courseId: integer(),
    moduleId: integer(),
    /** When the session began: the first event of the run, with gaps under 30 minutes, to which this event belongs. */
    sessionStartedAt: integer().notNull(),
  },
  t => [primaryKey({ columns: [t.userId, t.occurredAt, t.place] })],
)
