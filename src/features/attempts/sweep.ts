/** The cron job checks attempts whose end should have reached D1: alarms end attempts, and this restores a lost alarm. */

import { batch } from '../../db/batch.ts'
import { backgroundDatabase } from '../../db/client.ts'
import { repeated } from '../../db/faults.ts'
import { describe } from '../../http/errors.ts'
import { deleteUnbegun, overdueAttempts, setCheckAt } from './queries.ts'
import { attemptObject } from './session/client.ts'

const ATTEMPTS_PER_RUN = 500
/** How many objects the job calls at a time. */
const ASKED_AT_ONCE = 25

/**
 * @param now Unix seconds
 * @returns the number of overdue attempts
 */
export async function sweepAttempts(env: Env, now: number): Promise<number> {
  const db = backgroundDatabase(env)
  const [overdue] = await repeated(() => batch(db, overdueAttempts({ now, limit: ATTEMPTS_PER_RUN })))
  for (let first = 0; first < overdue.length; first += ASKED_AT_ONCE) {
    await Promise.all(overdue.slice(first, first + ASKED_AT_ONCE).map(({ id }) => sweepOne(env, id, now)))
  }
  return overdue.length
}

async function sweepOne(env: Env, id: number, now: number): Promise<void> {
  const db = backgroundDatabase(env)
  const postpone = (checkAt: number) => repeated(() => batch(db, setCheckAt({ id, checkAt })))
  try {
    const reply = await attemptObject(env, id).check()
    if (reply === 'unknown') await repeated(() => batch(db, deleteUnbegun({ id, now })))
    else if (reply.checkAt !== null) await postpone(reply.checkAt)
  } catch (error) {
    // A failing object must not hold up the others; the job calls it again later.
    console.error({ event: 'attempt not looked after', attempt: id, ...describe(error) })
    await postpone(now + RETRY_SECONDS)
  }
}
const RETRY_SECONDS = 600
