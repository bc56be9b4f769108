/** The attempts from which the grading policy takes a learner's grade in a quiz, and their order. */
import { type SQL, sql } from 'drizzle-orm'

/** Whether `a` is an ended attempt. An abandoned one counts, without a score; surveys and previews never count. */
export const isGraded = sql`a.is_preview = 0 AND a.is_survey = 0 AND a.status <> 'in_progress'`

/** A column of such attempts as a JSON array, in the order in which they ended. */
export const inOrderOfEnd = (column: SQL) => sql<string>`json_group_array(${column} ORDER BY a.completed_at, a.id)`
