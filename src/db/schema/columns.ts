/**
 * Conventions of all tables, a file of them for each area:
 * - Times are Unix seconds (`…_at`), dates are `YYYY-MM-DD` text, points are 1/1000 where authors
 *   give them and 10⁻⁹ where learners earn them (`quizzes/answers/points.ts`), percentages 1/100: integers only,
 *   so that sums kept by triggers never drift.
 * - Foreign keys never cascade: rebuilding a table in a migration would silently delete the children. What is removed
 *   for good is removed children first (see `cron/purge.ts`).
 * - Counters (`…_count`, `totals`) are written by triggers alone (`triggers/`).
 */
import { integer } from 'drizzle-orm/sqlite-core'

/** A boolean, kept as 0 or 1. */
export const flag = () => integer({ mode: 'boolean' }).notNull()
