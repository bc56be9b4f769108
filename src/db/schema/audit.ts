import { index, integer, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import { users } from './users.ts'

/**
 * Who did what to whom. A trigger refuses to change a row. Courses and things are named by id alone, because a row outlives
 * them; names are those of the accounts at the time of reading.
 */
export const audit = sqliteTable(
  'audit',
  {
    id: integer().primaryKey({ autoIncrement: true }),
    at: integer().notNull(),
    actorId: integer()
      .notNull()
      .references(() => users.id),
    action: text({
      enum: [
        'response.graded',
        'response.regraded',
        'question.regraded',
        'attempt.extended',
        'user.roles_changed',
        'enrollment.removed',
        'course.deleted',
        'course.restored',
        'module.deleted',
        'module.restored',
        'quiz.deleted',
        'quiz.restored',
        'question.deleted',
        'code.deleted',
        'token.created',
        'token.revoked',
      ],
    }).notNull(),
    /** Whom it concerns; null where it concerns no one person. */
    userId: integer().references(() => users.id),
    /** Null where it concerns no one course. */
    courseId: integer(),
    /** The id of what the action names: a response, an attempt, a course. */
    targetId: integer().notNull(),
    /** What was changed, before and after, as JSON objects; null where there is nothing to tell. */
    old: text(),
    new: text(),
    /** Of an act that may be delivered more than once. */
    deliveryId: text().unique(),
  },
  t => [
    index('audit_by_time').on(t.at),
    index('audit_by_course').on(t.courseId, t.at),
    index('audit_by_user').on(t.userId, t.at),
    index('audit_by_actor').on(t.actorId, t.at),
    index('audit_by_action').on(t.action, t.at),
  ],
)
