/**
 * Conventions of all tables, a file of them for each area:
 * - Times are Unix seconds (`…_at`), dates are `YYYY-MM-DD` text, points are 1/1000 where authors
 *   give them and 10⁻⁹ where learners earn them (`quizzes/answers/points.ts`), percentages 1/100: integers only,
 *   so that sums kept by triggers never drift.
 * - Foreign keys never cascade: rebuilding a table in a migration would silently delete the children. What is removed
 *   for good is removed children first (see `cron/purge.ts`).
 * - Counters (`…_count`, `totals`) are written by triggers alone (`triggers/`).
 * - Every index that a write touches is charged like a row, so each serves a query that needs it. SQLite ends every index in
 *   the row's id, so none names it. A table whose key is not one integer lies in its key (`dev/migrations.ts`).
 * - A foreign key needs an index of its own, or each deletion of a parent reads the whole table. Where that index would serve
 *   nothing else, the column is without a key, and `cron/purge.ts` removes its rows before the parent.
 */
import { integer } from 'drizzle-orm/sqlite-core'

/** A boolean, kept as 0 or 1. */
export const flag = () => integer({ mode: 'boolean' }).notNull()
