/** Which attempts decide a learner's grade in a quiz, and in which order: what the grading policy then chooses from. */
import { type SQL, sql } from 'drizzle-orm'

/** An ended attempt `a` at a quiz. Abandoned ones are among them, without a score; surveys and previews never count. */
export const isGraded = sql`a.is_preview = 0 AND a.is_survey = 0 AND a.status <> 'in_progress'`

/** A column of such attempts as a JSON array, in the order in which they ended. */
export const inOrderOfEnd = (column: SQL) => sql<string>`json_group_array(${column} ORDER BY a.completed_at, a.id)`
