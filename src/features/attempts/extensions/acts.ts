/** What became of an attempt by others, for the audit: the object keeps it with the act and delivers it by its alarm. */
import { sql } from 'drizzle-orm'
import { batch } from '../../../db/batch.ts'
import { backgroundDatabase } from '../../../db/client.ts'
import { repeated } from '../../../db/faults.ts'
import { type Names, statement } from '../../../db/statement.ts'
import { insertActs } from '../../audit/queries/acts.ts'
import type { Terms } from '../session/snapshot.ts'

export type ExtensionAct = {
  /** By which the database knows an act that is delivered again. */
  deliveryId: string
  actorId: number
  /** Unix seconds. */
  at: number
  /** All extensions together, before and after. */
  before: number
  after: number
}

type Delivery = Pick<Terms, 'attemptId' | 'userId' | 'courseId'> & { acts: readonly ExtensionAct[] }

/** Safe to repeat. A database that went back to a backup may lack the people; their acts are then forgotten. */
const recordExtensions = statement((db, { attemptId, userId, courseId, acts }: Names<Delivery>) => {
  const act = {
    actorId: sql`j.value->>'actorId'`,
    action: 'attempt.extended',
    now: sql`j.value->>'at'`,
    targetId: attemptId,
    userId,
    courseId,
    old: sql`json_object('extended_minutes', j.value->>'before')`,
    new: sql`json_object('extended_minutes', j.value->>'after')`,
    deliveryId: sql`j.value->>'deliveryId'`,
  } as const
  return insertActs(
    db,
    act,
    sql`FROM json_each(${acts}) j
    WHERE (SELECT count(*) FROM users WHERE id IN (j.value->>'actorId', ${userId})) = 1 + (j.value->>'actorId' <> ${userId})`,
  ).onConflictDoNothing()
})

/** @throws when the database does not have the acts */
export async function deliverExtensions(
  env: Env,
  { attemptId, userId, courseId }: Terms,
  acts: readonly ExtensionAct[],
) {
  const delivery = { attemptId, userId, courseId, acts }
  await repeated(() => batch(backgroundDatabase(env), recordExtensions(delivery)))
}
