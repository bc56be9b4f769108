import { batch } from '../../../db/batch.ts'
import { backgroundDatabase } from '../../../db/client.ts'
import { repeated } from '../../../db/faults.ts'
import { wakeWebhooks } from '../../../http/webhooks.ts'
import { deleteOldDeliveries, deleteSurplusDeliveries, overdueWebhooks } from './queries.ts'

const WEBHOOKS_PER_SWEEP = 200
const ROWS_PER_SWEEP = 5_000
/** An object whose round broke off tries again by itself within this time. */
const OVERDUE_AFTER_SECONDS = 120

/**
 * The cron job calls this to wake webhooks whose messages nobody sends, and to delete deliveries that are no longer shown.
 * @returns the number of webhooks that were woken
 */
export async function sweepWebhooks(env: Env, now: number): Promise<number> {
  const db = backgroundDatabase(env)
  const [overdue] = await repeated(() =>
    batch(
      db,
      overdueWebhooks({ before: now - OVERDUE_AFTER_SECONDS, limit: WEBHOOKS_PER_SWEEP }),
      deleteOldDeliveries({ now, limit: ROWS_PER_SWEEP }),
      deleteSurplusDeliveries({ limit: ROWS_PER_SWEEP }),
    ),
  )
  await wakeWebhooks(
    env,
    overdue.map(({ id }) => id),
  )
  return overdue.length
}
