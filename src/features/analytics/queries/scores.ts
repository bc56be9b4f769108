/** Which attempts' scores stand for their learner, and in which order: what a quiz's grading policy then chooses from. */
import { type SQL, sql } from 'drizzle-orm'

/** Of an attempt `a`. Surveys and abandoned attempts have no score. */
export const isScored = sql`a.is_preview = 0 AND a.score_hundredths IS NOT NULL`

/** A column of such attempts as a JSON array, in the order in which they ended. */
export const inOrderOfEnd = (column: SQL) => sql<string>`json_group_array(${column} ORDER BY a.completed_at, a.id)`
