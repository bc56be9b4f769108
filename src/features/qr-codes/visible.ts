/** What a teacher lists of codes and scans: those of their courses and those of codes they made; for staff all. */

import { type SQL, sql } from 'drizzle-orm'
import { isStaff } from '../../db/read.ts'
import type { Page } from '../../http/pagination.ts'

/** Ids of the courses a viewer teaches. */
export const taughtCourses = (viewerId: number) =>
  sql`(SELECT id FROM courses WHERE instructor_id = ${viewerId} AND deleted_at IS NULL)`
/** Of a code or tally with the given course and creator: whether the viewer sees it. */
export const isSeen = (viewerId: number, courseId: SQL, createdBy: SQL) =>
  sql`(${createdBy} = ${viewerId} OR ${courseId} IN ${taughtCourses(viewerId)} OR ${isStaff(viewerId)})`

/** Rows of flags as a table with `column1`, `column2` and so on. */
export const flagRows = (rows: readonly (readonly (0 | 1)[])[]) =>
  sql.raw(`(VALUES ${rows.map(row => `(${row.join()})`).join()})`)

/**
 * Ids of a page, the newest first. `newest` names the newest ids of one scope (a condition that an index begins with) and
 * one row `f` of flags (which that index goes on with); the newest of each are merged, so that a page costs the same however
 * many there are. `others` are ids that come in besides.
 */
export function newestSeen(
  viewerId: number,
  { limit, offset }: Page,
  flags: Parameters<typeof flagRows>[0],
  newest: (scope: { course?: SQL; creator?: SQL }, upTo: number) => SQL,
  others?: SQL,
): SQL {
  const upTo = offset + limit
  const values = flagRows(flags)
  const array = (scope: Parameters<typeof newest>[0]) =>
    sql`(SELECT json_group_array(id) FROM (${newest(scope, upTo)}))`
  // Crossed, so that the viewer is looked at first: for anybody but staff nothing of all is read.
  return sql`SELECT id FROM (
    SELECT n.value AS id FROM courses c CROSS JOIN ${values} f CROSS JOIN json_each(${array({ course: sql`c.id` })}) n
      WHERE c.instructor_id = ${viewerId} AND c.deleted_at IS NULL AND NOT ${isStaff(viewerId)}
    UNION
    SELECT n.value FROM users v CROSS JOIN ${values} f CROSS JOIN json_each(${array({ creator: sql`v.id` })}) n
      WHERE v.id = ${viewerId} AND v.is_staff = 0
    UNION
    SELECT n.value FROM users v CROSS JOIN ${values} f CROSS JOIN json_each(${array({})}) n
      WHERE v.id = ${viewerId} AND v.is_staff = 1
    ${others ? sql`UNION ${others}` : sql``}
  ) ORDER BY id DESC LIMIT ${limit} OFFSET ${offset}`
}

/**
 * The sum over the tallies the viewer sees, of the keys a condition names. By named indexes: for a range of keys SQLite
 * would rather walk those of everybody's courses.
 */
export const tallied = (viewerId: number, ofKey: SQL) => sql`CASE WHEN ${isStaff(viewerId)}
  THEN (SELECT coalesce(sum(t.count), 0) FROM qr_tallies t INDEXED BY qr_tallies_by_course WHERE t.batch_id = 0 AND t.course_id = 0 AND t.created_by = 0 AND ${ofKey})
  ELSE (SELECT coalesce(sum(t.count), 0) FROM qr_tallies t INDEXED BY qr_tallies_by_course WHERE t.batch_id = 0 AND t.course_id IN ${taughtCourses(viewerId)} AND ${ofKey})
    + (SELECT coalesce(sum(t.count), 0) FROM qr_tallies t INDEXED BY qr_tallies_by_creator WHERE t.batch_id = 0 AND t.created_by = ${viewerId} AND ${ofKey}
      AND t.course_id NOT IN ${taughtCourses(viewerId)})
  END`
