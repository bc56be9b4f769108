/** Lists of codes, scans and batches: those in the courses that the viewer teaches; all for staff. */

import { type SQL, sql } from 'drizzle-orm'
import { coursesTaughtBy } from '../../access/teaching.ts'
import { isStaff, staffViewer } from '../../access/viewer.ts'
import type { Names, Value } from '../../db/statement.ts'
import type { Page } from '../../http/pagination.ts'

/** Rows of flags as a table with `column1`, `column2` and so on. */
export const flagRows = (rows: readonly (readonly (0 | 1)[])[]) =>
  sql.raw(`(VALUES ${rows.map(row => `(${row.join()})`).join()})`)

type Viewing = Names<{ viewerId: number } & Page>

/**
 * Ids of a page, newest first. The query merges the newest of each course and row of flags, so that a page costs the same
 * however many rows there are.
 * @param flags a table; an index must begin with its columns
 * @param newest a query of the `upTo` newest ids of the page with the flags of row `f`, in a course or, for null, in all
 * @param others a query of further ids to merge
 */
export function newestSeen(
  { viewerId, limit, offset }: Viewing,
  flags: SQL,
  newest: (course: SQL | null, upTo: SQL) => SQL,
  others?: SQL,
): SQL {
  const upTo = sql`${offset} + ${limit}`
  const array = (course: SQL | null) => sql`(SELECT json_group_array(id) FROM (${newest(course, upTo)}))`
  // The cross join looks at the viewer first, so that the query of all courses reads nothing for anybody but staff.
  return sql`SELECT id FROM (
    SELECT n.value AS id FROM ${coursesTaughtBy(viewerId)} c CROSS JOIN ${flags} f CROSS JOIN json_each(${array(sql`c.id`)}) n
      WHERE NOT ${isStaff(viewerId)}
    UNION
    SELECT n.value FROM ${staffViewer(viewerId)} v CROSS JOIN ${flags} f CROSS JOIN json_each(${array(null)}) n
    ${others ? sql`UNION ${others}` : sql``}
  ) ORDER BY id DESC LIMIT ${limit} OFFSET ${offset}`
}

/**
 * The sum of the tallies in the viewer's courses that match a condition. It names the index, because for a range of seconds
 * SQLite would walk the tallies of all courses.
 */
export const tallied = (viewerId: Value, ofKind: SQL) => sql`CASE WHEN ${isStaff(viewerId)}
  THEN (SELECT coalesce(sum(t.count), 0) FROM qr_tallies t INDEXED BY qr_tallies_by_course WHERE t.batch_id = 0 AND t.course_id = 0 AND ${ofKind})
  ELSE (SELECT coalesce(sum(t.count), 0) FROM qr_tallies t INDEXED BY qr_tallies_by_course WHERE t.batch_id = 0 AND t.course_id IN (SELECT id FROM ${coursesTaughtBy(viewerId)}) AND ${ofKind})
  END`
