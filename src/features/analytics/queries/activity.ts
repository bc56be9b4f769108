/** A user's own events. */
import { and, sql } from 'drizzle-orm'
import type { activities } from '../../../db/schema/activities.ts'
import { type Given, type Names, partialStatement, type RowOf } from '../../../db/statement.ts'
import type { Page } from '../../../http/pagination.ts'
import { DAY_SECONDS, type Dates, ONE_ROW } from './scope.ts'

/** Whether event `a` is between the start of the first day and the end of the last. */
const occurredIn = ({ start_date, end_date }: Given<Dates>) =>
  and(
    start_date && sql`a.occurred_at >= unixepoch(${start_date})`,
    end_date && sql`a.occurred_at < unixepoch(${end_date}) + ${DAY_SECONDS}`,
  )

/** Whether a kept day, which counts days since 1970, is in the same range. */
const isBetween = ({ start_date, end_date }: Given<Dates>) =>
  and(
    start_date && sql`day >= unixepoch(${start_date}) / ${DAY_SECONDS}`,
    end_date && sql`day <= unixepoch(${end_date}) / ${DAY_SECONDS}`,
  )

// A deleted course has no title any more, nor have the modules and quizzes in it.
const courseTitle = (id: string) =>
  sql`(SELECT c.title FROM courses c WHERE c.id = ${sql.raw(id)} AND c.deleted_at IS NULL)`
const moduleTitle = sql`(
  SELECT m.title FROM modules m JOIN courses c ON c.id = m.course_id
  WHERE m.id = a.target_id AND m.deleted_at IS NULL AND c.deleted_at IS NULL)`
const quizTitle = sql`(
  SELECT q.title FROM quizzes q JOIN modules m ON m.id = q.module_id JOIN courses c ON c.id = m.course_id
  WHERE q.id = a.target_id AND q.deleted_at IS NULL AND m.deleted_at IS NULL AND c.deleted_at IS NULL)`
/** The name of the code: its course; "Course - Module"; "Course - Full Name". */
const codeName = sql`(
  SELECT CASE k.type
    WHEN 'access' THEN c.title
    WHEN 'certificate' THEN c.title || ' - ' || (
      SELECT coalesce(nullif(trim(u.first_name || ' ' || u.last_name), ''), u.username)
      FROM enrollments e JOIN users u ON u.id = e.user_id WHERE e.id = k.target_id)
    ELSE c.title || ' - ' || (SELECT m.title FROM modules m WHERE m.id = k.target_id AND m.deleted_at IS NULL) END
  FROM qr_codes k JOIN courses c ON c.id = k.course_id
  WHERE k.id = a.target_id AND k.deleted_at IS NULL AND c.deleted_at IS NULL)`

const activityColumns = {
  id: sql<number>`a.id`.as('id'),
  userId: sql<number>`a.user_id`.as('userId'),
  type: sql<(typeof activities.$inferSelect)['type']>`a.type`.as('type'),
  targetId: sql<number | null>`a.target_id`.as('targetId'),
  targetName: sql<string | null>`CASE a.type
        WHEN 'course_enroll' THEN ${courseTitle('a.target_id')}
        WHEN 'module_view' THEN ${moduleTitle} WHEN 'module_complete' THEN ${moduleTitle}
        WHEN 'quiz_start' THEN ${quizTitle} WHEN 'quiz_complete' THEN ${quizTitle}
        WHEN 'qr_scan' THEN ${codeName} END`.as('targetName'),
  courseId: sql<number | null>`a.course_id`.as('courseId'),
  courseTitle: sql<string | null>`${courseTitle('a.course_id')}`.as('courseTitle'),
  occurredAt: sql<number>`a.occurred_at`.as('occurredAt'),
  sessionStartedAt: sql<number>`a.session_started_at`.as('sessionStartedAt'),
}

type Own = { userId: number } & Page

const ownPage = partialStatement((db, { userId, limit, offset }: Names<Own>, dates: Given<Dates>) =>
  db
    .select(activityColumns)
    .from(sql`activities a`)
    .where(and(sql`a.user_id = ${userId}`, occurredIn(dates)))
    .orderBy(sql`a.occurred_at DESC, a.place DESC`)
    .limit(limit)
    .offset(offset),
)
export type ActivityRow = RowOf<typeof ownPage>

/** Sums the kept counts by day, so that a busy day costs no more than a quiet one. */
const ownCount = partialStatement((db, { userId }: Names<Own>, dates: Given<Dates>) => {
  const days = sql`SELECT event_count FROM activity_days WHERE ${and(sql`user_id = ${userId}`, isBetween(dates))}`
  return db
    .select({ count: sql<number>`(SELECT coalesce(sum(event_count), 0) FROM (${days}))`.as('count') })
    .from(ONE_ROW)
})

/** A user's own events, the newest first, and their count. */
export const activitiesOf = (own: Own, { start_date, end_date }: Dates) =>
  [ownPage(own, { start_date, end_date }), ownCount(own, { start_date, end_date })] as const
