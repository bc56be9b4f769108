/** The attempt that a request names, and whether the daily quota counts the request. */
import type * as z from 'zod'
import { requireRecord } from '../../access/records.ts'
import { asViewer, type Viewer } from '../../access/viewer.ts'
import { type Contract, countAgainstQuota, type Operation } from '../../http/api.ts'
import type { Caller } from '../../http/authentication.ts'
import type { AppContext } from '../../http/context.ts'
import type { pathId } from '../../http/fields.ts'
import { type AttemptRow, attemptById } from './queries.ts'

export type AttemptRequest = Pick<
  Operation<Contract & { params: z.ZodObject<{ id: ReturnType<typeof pathId> }> }>,
  'params' | 'db' | 'c'
> & { caller: Caller }

/**
 * The daily quota does not count a learner's calls on their own attempt; it counts everybody else's, whatever the route.
 * @returns the row, for its learner, the course's instructor and staff
 * @throws 404 for everybody else, 429 when the quota of the day is used up
 */
export async function seenRow(request: AttemptRequest): Promise<{ viewer: Viewer; row: AttemptRow }> {
  const { params, db, caller, c } = request
  const [viewer, [row]] = await asViewer(db, caller, attemptById({ id: params.id }))
  await countUnlessLearner(c, viewer, row)
  return { viewer, row: requireRecord(viewer, row) }
}

/** @throws 429 when the quota of the day is used up */
export async function countUnlessLearner(c: AppContext, viewer: Viewer, row: AttemptRow | undefined): Promise<void> {
  if (row?.userId !== viewer.id) await countAgainstQuota(c)
}
