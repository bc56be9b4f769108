import { index, integer, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import { courses } from './courses.ts'
import { modules } from './modules.ts'
import { users } from './users.ts'

export const activities = sqliteTable(
  'activities',
  {
    id: integer().primaryKey({ autoIncrement: true }),
    userId: integer()
      .notNull()
      .references(() => users.id),
    type: text({
      enum: ['login', 'course_enroll', 'module_view', 'module_complete', 'quiz_start', 'quiz_complete', 'qr_scan'],
    }).notNull(),
    /** Null for a login; else the course, module, quiz or QR code, by type. */
    targetId: integer(),
    courseId: integer().references(() => courses.id),
    moduleId: integer().references(() => modules.id),
    occurredAt: integer().notNull(),
    /** First event of the run with gaps under 30 minutes that this event belongs to. */
    sessionStartedAt: integer().notNull(),
  },
  t => [
    index('activities_by_user').on(t.userId, t.occurredAt, t.id),
    index('activities_by_course').on(t.courseId, t.occurredAt, t.userId),
    index('activities_by_module').on(t.moduleId, t.userId),
  ],
)
