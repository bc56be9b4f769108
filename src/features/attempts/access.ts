/** Who may see an attempt, and its row for them. */
import type * as z from 'zod'
import { asViewer, type Viewer } from '../../db/read.ts'
import { type AppContext, type Contract, countAgainstQuota, type Operation } from '../../http/api.ts'
import { notFound } from '../../http/errors.ts'
import type { pathId } from '../../http/fields.ts'
import { manages } from '../courses/access.ts'
import { type AttemptRow, attemptById } from './queries.ts'

type Course = { instructorId: number; courseStatus: 'draft' | 'published' | 'archived' }
export const courseOf = ({ instructorId, courseStatus }: Course) => ({ instructorId, status: courseStatus })
export const managesCourseOf = (viewer: Viewer, row: Course) => manages(viewer, courseOf(row))

export type AttemptRequest = Pick<
  Operation<Contract & { params: z.ZodObject<{ id: ReturnType<typeof pathId> }> }>,
  'params' | 'db' | 'caller' | 'c'
>

/**
 * For its learner, the course's instructor and staff. A learner's calls on an attempt are free of the daily quota; anybody
 * else's are not, whatever route they took.
 * @throws 404 for everybody else
 */
export async function seenRow(request: AttemptRequest): Promise<{ viewer: Viewer; row: AttemptRow }> {
  const { params, db, caller, c } = request
  const [viewer, [row]] = await asViewer(db, caller, attemptById(db, params.id))
  await countUnlessLearner(c, viewer, row)
  return { viewer, row: requireAttempt(viewer, row) }
}

/** @throws 429 when the day's quota is used up. */
export async function countUnlessLearner(c: AppContext, viewer: Viewer, row: AttemptRow | undefined): Promise<void> {
  if (row?.userId !== viewer.id) await countAgainstQuota(c)
}

/** @throws 404 for an attempt that is neither one's own nor in a course one teaches. */
export function requireAttempt(viewer: Viewer, row: AttemptRow | undefined): AttemptRow {
  if (!row || (row.userId !== viewer.id && !managesCourseOf(viewer, row))) throw notFound()
  return row
}
