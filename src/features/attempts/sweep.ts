/** Cron's look after attempts whose end should have reached D1: the alarm makes ends come, this makes sure of the alarm. */

import { batch } from '../../db/batch.ts'
import { backgroundDatabase } from '../../db/client.ts'
import { repeated } from '../../db/faults.ts'
import { describe } from '../../http/errors.ts'
import { attemptObject } from './object.ts'
import { deleteUnbegun, overdueAttempts, setCheckAt } from './queries.ts'

const ATTEMPTS_PER_RUN = 500
/** Objects asked at once. */
const ASKED_AT_ONCE = 25

/**
 * @param now Unix seconds
 * @returns how many were looked after
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
  const look = (checkAt: number) => repeated(() => batch(db, setCheckAt({ id, checkAt })))
  try {
    const said = await attemptObject(env, id).check()
    if (said === 'unknown') await repeated(() => batch(db, deleteUnbegun({ id, now })))
    else if (said.checkAt !== null) await look(said.checkAt)
  } catch (error) {
    // The next ones are not to wait for this one; it is asked again.
    console.error({ event: 'attempt not looked after', attempt: id, ...describe(error) })
    await look(now + RETRY_SECONDS)
  }
}
const RETRY_SECONDS = 600
