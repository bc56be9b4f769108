import { sql } from 'drizzle-orm'
import { index, integer, sqliteTable, text, unique } from 'drizzle-orm/sqlite-core'
import { courses } from './courses.ts'
import { users } from './users.ts'

export const enrollments = sqliteTable(
  'enrollments',
  {
    id: integer().primaryKey({ autoIncrement: true }),
    userId: integer()
      .notNull()
      .references(() => users.id),
    courseId: integer()
      .notNull()
      .references(() => courses.id),
    status: text({ enum: ['active', 'completed', 'dropped'] })
      .notNull()
      .default('active'),
    /** The way to the seat: a learner whom the instructor or a code has admitted may return to a restricted course. */
    source: text({ enum: ['self', 'instructor', 'code'] })
      .notNull()
      .default('self'),
    enrolledAt: integer().notNull(),
    completedAt: integer(),
    /** When the instructor removed the learner, who then cannot enroll without the instructor again. */
    removedAt: integer(),
  },
  t => [
    unique('enrollments_user_course').on(t.userId, t.courseId),
    index('enrollments_by_course').on(t.courseId),
    index('enrollments_by_course_status').on(t.courseId, t.status),
    index('enrollments_by_status').on(t.status),
    index('enrollments_learners').on(t.courseId, t.userId).where(sql`${t.status} <> 'dropped'`),
  ],
)
