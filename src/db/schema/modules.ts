import { sql } from 'drizzle-orm'
import { index, integer, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import { flag, revision } from './columns.ts'
import { courses } from './courses.ts'

export const modules = sqliteTable(
  'modules',
  {
    id: integer().primaryKey({ autoIncrement: true }),
    courseId: integer()
      .notNull()
      .references(() => courses.id),
    title: text().notNull(),
    description: text().notNull().default(''),
    order: integer().notNull(),
    completionCriteria: text({ enum: ['content', 'quiz', 'hybrid'] })
      .notNull()
      .default('content'),
    /** Markdown. */
    content: text().notNull().default(''),
    isPublished: flag().default(false),
    createdAt: integer().notNull(),
    updatedAt: integer().notNull(),
    deletedAt: integer(),
    revision: revision(),
  },
  t => [
    index('modules_by_course').on(t.courseId, t.order).where(sql`${t.deletedAt} IS NULL`),
    // For the foreign key alone, which cannot use a partial index.
    index('modules_of_course').on(t.courseId),
    index('modules_by_order').on(t.order).where(sql`${t.deletedAt} IS NULL`),
    index('modules_deleted').on(t.deletedAt).where(sql`${t.deletedAt} IS NOT NULL`),
  ],
)
