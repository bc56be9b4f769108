/** Sees to it that an attempt's end reaches D1, however often that takes: the object's alarm comes back until it has. */
import { backgroundDatabase } from '../../../db/client.ts'
import { repeated } from '../../../db/faults.ts'
import { describe } from '../../../http/errors.ts'
import { logDone } from '../../../http/log.ts'
import { carryOver } from './carry.ts'
import type { AttemptStore } from './store.ts'
import { asEnded } from './views.ts'

const FIRST_RETRY_MS = 1_000
export const LAST_RETRY_MS = 60_000
/** How long the object outlives its result's arrival in D1. */
export const KEPT_MS = 86_400_000

export class Carrier {
  private readonly storage: DurableObjectStorage
  private readonly store: AttemptStore
  private underWay: Promise<void> | null = null

  constructor(storage: DurableObjectStorage, store: AttemptStore) {
    this.storage = storage
    this.store = store
  }

  /** Brings the result to D1; one at a time, and again later when D1 does not take it. */
  carry(env: Env): Promise<void> {
    this.underWay ??= this.carryOnce(env).finally(() => {
      this.underWay = null
    })
    return this.underWay
  }

  private async carryOnce(env: Env): Promise<void> {
    const known = this.store.load()
    if (!known || known.state.carriedAtMs !== null) return
    // Before anything can fail, so that a crash is only a delay.
    await this.storage.setAlarm(Date.now() + retryAfterMs(known.state.failedCarries))
    try {
      const ended = asEnded(known, this.store)
      await repeated(() => carryOver(backgroundDatabase(env), ended))
    } catch (error) {
      this.store.change(known, { failedCarries: known.state.failedCarries + 1 })
      // Anew: while the database hung, the alarm may have rung and found this under way.
      await this.storage.setAlarm(Date.now() + retryAfterMs(known.state.failedCarries))
      console.error({ event: 'result not carried over', attempt: known.terms.attemptId, ...describe(error) })
      return
    }
    this.store.change(known, { carriedAtMs: Date.now() })
    logDone(env, {
      event: 'result carried over',
      attempt: known.terms.attemptId,
      failures: known.state.failedCarries,
    })
    await this.storage.setAlarm(Date.now() + KEPT_MS)
  }
}

/** Exponential, with full jitter: those that failed together do not return together. */
const retryAfterMs = (failures: number) =>
  FIRST_RETRY_MS + Math.random() * Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** failures)
