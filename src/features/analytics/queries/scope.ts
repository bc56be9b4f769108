/** The courses whose figures a teacher may read: an instructor their own, staff all. */

import { sql } from 'drizzle-orm'
import { isManagedBy } from '../../../access/teaching.ts'
import type { Given, Value } from '../../../db/statement.ts'

/** Whether course `c` is live and the viewer may read its figures. */
export const isInScope = (viewerId: Value) => sql`c.deleted_at IS NULL AND ${isManagedBy(viewerId)}`

export const ONE_ROW = sql`(SELECT 1)`

export const DAY_SECONDS = 86_400

/** Days of a report, `YYYY-MM-DD`, both included. */
export type Dates = { start_date?: string; end_date?: string }

export const isDated = ({ start_date, end_date }: Given<Dates>) => start_date !== undefined || end_date !== undefined

/** The range of a day column, which is text; an open end is a text before or after every day. */
export const between = ({ start_date, end_date }: Given<Dates>) =>
  sql`BETWEEN ${start_date ?? sql`'0000-00-00'`} AND ${end_date ?? sql`'9999-99-99'`}`
