import { sql } from 'drizzle-orm'
import { check, index, integer, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import { revision } from './columns.ts'
import { users } from './users.ts'

export const courses = sqliteTable(
  'courses',
  {
    id: integer().primaryKey({ autoIncrement: true }),
    title: text().notNull(),
    slug: text().notNull(),
    description: text().notNull().default(''),
    status: text({ enum: ['draft', 'published', 'archived'] })
      .notNull()
      .default('draft'),
    enrollmentType: text({ enum: ['open', 'restricted'] })
      .notNull()
      .default('open'),
    courseType: text({ enum: ['course', 'program', 'workshop', 'seminar'] })
      .notNull()
      .default('course'),
    /** 0 for no limit. */
    maxStudents: integer().notNull().default(0),
    startDate: text(),
    endDate: text(),
    instructorId: integer()
      .notNull()
      .references(() => users.id),
    createdAt: integer().notNull(),
    updatedAt: integer().notNull(),
    deletedAt: integer(),
    /** The search words of title and description, by a version of `search-text.ts`; the cron job renews older versions. */
    searchTitle: text().notNull().default(''),
    searchDescription: text().notNull().default(''),
    searchVersion: integer().notNull().default(0),
    activeCount: integer().notNull().default(0),
    completedCount: integer().notNull().default(0),
    droppedCount: integer().notNull().default(0),
    revision: revision(),
  },
  t => [
    check('courses_dates', sql`${t.endDate} >= ${t.startDate}`),
    index('courses_live').on(t.id).where(sql`${t.deletedAt} IS NULL`),
    index('courses_published').on(t.id).where(sql`${t.deletedAt} IS NULL AND ${t.status} = 'published'`),
    index('courses_published_by_enrollment_type')
      .on(t.enrollmentType)
      .where(sql`${t.deletedAt} IS NULL AND ${t.status} = 'published'`),
    index('courses_by_instructor').on(t.instructorId, t.status).where(sql`${t.deletedAt} IS NULL`),
    index('courses_deleted').on(t.deletedAt).where(sql`${t.deletedAt} IS NOT NULL`),
    index('courses_by_search_version').on(t.searchVersion),
  ],
)

/** Current and former slugs together, so that printed links keep working and no two courses ever share a slug. */
export const courseSlugs = sqliteTable(
  'course_slugs',
  {
    slug: text().primaryKey(),
    courseId: integer()
      .notNull()
      .references(() => courses.id),
  },
  t => [index('course_slugs_course').on(t.courseId)],
)
