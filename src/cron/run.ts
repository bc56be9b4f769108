/** The tasks of every ten minutes. A task that fails does not stop the next one, and each may be repeated. */

import { sweepRegrades } from '../features/attempts/regrades/job.ts'
import { sweepAttempts } from '../features/attempts/sweep.ts'
import { reindexCourses } from '../features/courses/catalog/reindex.ts'
import { flagExpired } from '../features/qr-codes/codes/expiry.ts'
import { sweepWebhooks } from '../features/webhooks/delivery/sweep.ts'
import { describe } from '../http/errors.ts'
import { logDone } from '../http/log.ts'
import { purge } from './purge.ts'

const TASKS = {
  attempts: (env: Env, nowMs: number) => sweepAttempts(env, Math.floor(nowMs / 1000)),
  regrades: (env: Env) => sweepRegrades(env),
  codes: (env: Env, nowMs: number) => flagExpired(env, Math.floor(nowMs / 1000)),
  search: (env: Env) => reindexCourses(env),
  webhooks: (env: Env, nowMs: number) => sweepWebhooks(env, Math.floor(nowMs / 1000)),
  purge: (env: Env, nowMs: number) => purge(env, nowMs),
}

export async function runCron(env: Env, nowMs: number): Promise<void> {
  for (const [task, run] of Object.entries(TASKS)) {
    const startedAt = Date.now()
    try {
      const count = await run(env, nowMs)
      logDone(env, { event: 'cron', task, count, duration_ms: Date.now() - startedAt })
    } catch (error) {
      console.error({ event: 'cron failed', task, duration_ms: Date.now() - startedAt, ...describe(error) })
    }
  }
}
