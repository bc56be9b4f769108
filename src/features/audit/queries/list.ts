/** All SQL of reading the audit. */

import { and, desc, type SQL, sql } from 'drizzle-orm'
import { alias } from 'drizzle-orm/sqlite-core'
import { coursesTaughtBy } from '../../../access/teaching.ts'
import { isStaff, staffViewer } from '../../../access/viewer.ts'
import { distinctly } from '../../../db/columns.ts'
import { audit } from '../../../db/schema/audit.ts'
import { users } from '../../../db/schema/users.ts'
import { type Given, type Names, partialStatement, type RowsOf } from '../../../db/statement.ts'
import type { Page } from '../../../http/pagination.ts'
import type { Action } from './acts.ts'

/** The count stops here, and with it the pages; the filters lead further. */
export const COUNTED_AT_MOST = 10_000

const actors = alias(users, 'actors')

const columns = distinctly({
  id: audit.id,
  at: audit.at,
  actorId: audit.actorId,
  actor: actors.username,
  action: audit.action,
  userId: audit.userId,
  username: sql<string | null>`${users.username}`.as('username'),
  courseId: audit.courseId,
  targetId: audit.targetId,
  old: audit.old,
  new: audit.new,
})

export type AuditFilter = {
  course?: number
  user?: number
  actor?: number
  action?: Action
  start_date?: string
  end_date?: string
}
type Viewing = { viewerId: number } & Page

const matching = ({ course, user, actor, action, start_date, end_date }: Given<AuditFilter>): SQL =>
  and(
    sql`1`,
    course && sql`a.course_id = ${course}`,
    user && sql`a.user_id = ${user}`,
    actor && sql`a.actor_id = ${actor}`,
    action && sql`a.action = ${action}`,
    start_date && sql`a.at >= unixepoch(${start_date})`,
    end_date && sql`a.at < unixepoch(${end_date}) + 86400`,
  ) as SQL

const NEWEST_FIRST = sql`ORDER BY a.at DESC, a.id DESC`

/** For a teacher the newest acts of each own course, merged; for staff the newest of all. Nothing is read of the other. */
const auditPage = partialStatement((db, { viewerId, limit, offset }: Names<Viewing>, filter: Given<AuditFilter>) => {
  const upTo = sql`LIMIT ${offset} + ${limit}`
  const ofCourse = sql`SELECT a.id FROM audit a INDEXED BY audit_by_course
    WHERE a.course_id = c.id AND ${matching(filter)} ${NEWEST_FIRST} ${upTo}`
  const own = sql`SELECT n.value AS id FROM ${coursesTaughtBy(viewerId)} c
    CROSS JOIN json_each((SELECT json_group_array(id) FROM (${ofCourse}))) n WHERE NOT ${isStaff(viewerId)}`
  const all = sql`SELECT a.id FROM ${staffViewer(viewerId)} v CROSS JOIN audit a
    WHERE ${matching(filter)} ${NEWEST_FIRST} ${upTo}`
  return db
    .select(columns)
    .from(audit)
    .innerJoin(actors, sql`${actors.id} = ${audit.actorId}`)
    .leftJoin(users, sql`${users.id} = ${audit.userId}`)
    .where(sql`${audit.id} IN (${own} UNION ALL SELECT * FROM (${all}))`)
    .orderBy(desc(audit.at), desc(audit.id))
    .limit(limit)
    .offset(offset)
})
export type AuditRow = RowsOf<typeof auditPage>[number]

const auditCount = partialStatement((db, { viewerId }: Names<{ viewerId: number }>, filter: Given<AuditFilter>) => {
  const own = sql`SELECT 1 FROM ${coursesTaughtBy(viewerId)} c CROSS JOIN audit a INDEXED BY audit_by_course ON a.course_id = c.id
    WHERE NOT ${isStaff(viewerId)} AND ${matching(filter)}`
  const all = sql`SELECT 1 FROM ${staffViewer(viewerId)} v CROSS JOIN audit a WHERE ${matching(filter)}`
  return db
    .select({ count: sql<number>`count(*)`.as('count') })
    .from(sql`(SELECT * FROM (${own} UNION ALL ${all}) LIMIT ${sql.raw(String(COUNTED_AT_MOST))})`)
})

/** The acts that the viewer may read, newest first, and how many there are. */
export const seenActs = (viewing: Viewing, filter: AuditFilter) =>
  [auditPage(viewing, filter), auditCount({ viewerId: viewing.viewerId }, filter)] as const
