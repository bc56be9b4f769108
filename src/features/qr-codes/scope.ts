/** What a teacher lists of codes, scans and batches: those of the courses they teach; for staff all. */

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
 * Ids of a page, the newest first. `newest` names the newest ids of one course, or of all, and one row `f` of flags (which
 * an index begins with); the newest of each are merged, so that a page costs the same however many there are. `others` are ids that come in besides.
 * @param flags as a table
 */
export function newestSeen(
  { viewerId, limit, offset }: Viewing,
  flags: SQL,
  newest: (course: SQL | null, upTo: SQL) => SQL,
  others?: SQL,
): SQL {
  const upTo = sql`${offset} + ${limit}`
  const array = (course: SQL | null) => sql`(SELECT json_group_array(id) FROM (${newest(course, upTo)}))`
  // Crossed, so that the viewer is looked at first: for anybody but staff nothing of all is read.
  return sql`SELECT id FROM (
    SELECT n.value AS id FROM ${coursesTaughtBy(viewerId)} c CROSS JOIN ${flags} f CROSS JOIN json_each(${array(sql`c.id`)}) n
      WHERE NOT ${isStaff(viewerId)}
    UNION
    SELECT n.value FROM ${staffViewer(viewerId)} v CROSS JOIN ${flags} f CROSS JOIN json_each(${array(null)}) n
    ${others ? sql`UNION ${others}` : sql``}
  ) ORDER BY id DESC LIMIT ${limit} OFFSET ${offset}`
}

/**
 * The sum over the tallies the viewer sees, of those a condition names. By a named index: for a range of seconds SQLite
 * would rather walk those of everybody's courses.
 */
export const tallied = (viewerId: Value, ofKind: SQL) => sql`CASE WHEN ${isStaff(viewerId)}
  THEN (SELECT coalesce(sum(t.count), 0) FROM qr_tallies t INDEXED BY qr_tallies_by_course WHERE t.batch_id = 0 AND t.course_id = 0 AND ${ofKind})
  ELSE (SELECT coalesce(sum(t.count), 0) FROM qr_tallies t INDEXED BY qr_tallies_by_course WHERE t.batch_id = 0 AND t.course_id IN (SELECT id FROM ${coursesTaughtBy(viewerId)}) AND ${ofKind})
  END`
