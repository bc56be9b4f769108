import { DurableObject } from 'cloudflare:workers'
import { batch } from '../../../db/batch.ts'
import { backgroundDatabase } from '../../../db/client.ts'
import { repeated } from '../../../db/faults.ts'
import { describe } from '../../../http/errors.ts'
import { logDone } from '../../../http/log.ts'
import { objectNamed } from '../../../http/objects.ts'
import { wakeWebhooks } from '../../../http/webhooks.ts'
import { runningRegrades } from './queries.ts'
import { regradeNext } from './regrade.ts'

const FIRST_RETRY_MS = 1_000
const LAST_RETRY_MS = 60_000
const JOBS_PER_SWEEP = 100

/** Runs a regrade, one batch for each alarm. D1 holds its progress; the object only makes sure that it continues. */
export class RegradeJob extends DurableObject<Env> {
  /** Begins the regrade, or continues it where it stopped. */
  async start(): Promise<void> {
    if ((await this.ctx.storage.getAlarm()) === null) await this.ctx.storage.setAlarm(Date.now())
  }

  override async alarm(): Promise<void> {
    const failures = this.ctx.storage.kv.get<number>('failures') ?? 0
    // The alarm is set before anything can fail, so that a crash only delays the regrade.
    await this.ctx.storage.setAlarm(Date.now() + retryAfterMs(failures))
    const regrade = Number(this.ctx.id.name)
    try {
      const db = backgroundDatabase(this.env, webhookIds => this.ctx.waitUntil(wakeWebhooks(this.env, webhookIds)))
      const hasMore = await repeated(() => regradeNext(db, regrade, Math.floor(Date.now() / 1000)))
      if (!hasMore) {
        logDone(this.env, { event: 'regrade done', regrade })
        return await this.ctx.storage.deleteAll()
      }
    } catch (error) {
      this.ctx.storage.kv.put('failures', failures + 1)
      console.error({ event: 'regrade failed and will be tried again', regrade, failures, ...describe(error) })
      return
    }
    if (failures > 0) this.ctx.storage.kv.delete('failures')
    await this.ctx.storage.setAlarm(Date.now())
  }
}

/** Half of the delay is random, so that jobs that failed together do not retry together. */
function retryAfterMs(failures: number): number {
  const maxMs = Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** failures)
  return maxMs / 2 + (Math.random() * maxMs) / 2
}

export const regradeJob = (env: Env, id: number): DurableObjectStub<RegradeJob> =>
  objectNamed(env, env.REGRADES, String(id))

/**
 * The cron job calls this to set the alarm of every running regrade that has lost it.
 * @returns the number of running regrades
 */
export async function sweepRegrades(env: Env): Promise<number> {
  const db = backgroundDatabase(env)
  const [running] = await repeated(() => batch(db, runningRegrades({ limit: JOBS_PER_SWEEP })))
  for (const { id } of running) {
    await regradeJob(env, id)
      .start()
      .catch(error => console.error({ event: 'regrade not looked after', regrade: id, ...describe(error) }))
  }
  return running.length
}
