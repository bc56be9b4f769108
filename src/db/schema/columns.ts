/**
 * Conventions of all tables; each area has a file:
 * - Times are Unix seconds (`…_at`), dates are `YYYY-MM-DD` text, points are 1/1000 where authors
 *   give them and 10⁻⁹ where learners earn them (`quizzes/answers/points.ts`), percentages 1/100: integers only,
 *   so that the sums that triggers keep never drift.
 * - Foreign keys never cascade: rebuilding a table in a migration would silently delete the children. `cron/purge.ts` deletes
 *   children before their parents.
 * - Triggers alone write counters (`…_count`, `totals`; see `triggers/`).
 * - D1 charges every index entry that a write changes like a row, so each index serves a query that needs it. SQLite ends every
 *   index in the row's id, so none names it. A table whose key is not one integer is its own index (`dev/migrations.ts`).
 * - A foreign key needs an index, or each deletion of a parent reads the whole table. Where that index would serve no query,
 *   the column has no foreign key, and `cron/purge.ts` deletes its rows before the parent.
 */
import { integer } from 'drizzle-orm/sqlite-core'

/** A boolean, kept as 0 or 1. */
export const flag = () => integer({ mode: 'boolean' }).notNull()

/** Rises with every change of what people write in the row, by a trigger of `revisions.sql`; counters leave it alone. */
export const revision = () => integer().notNull().default(1)
