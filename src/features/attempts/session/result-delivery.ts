/** Delivers the result of an attempt to D1. The object's alarm retries until D1 has it. */
import { backgroundDatabase } from '../../../db/client.ts'
import { repeated } from '../../../db/faults.ts'
import { describe } from '../../../http/errors.ts'
import { logDone } from '../../../http/log.ts'
import { persistResult } from './persist-result.ts'
import type { AttemptStore } from './store.ts'
import { asEnded } from './views.ts'

const FIRST_RETRY_MS = 1_000
export const LAST_RETRY_MS = 60_000
/** How long the object keeps its storage after D1 has confirmed the result. */
export const RETENTION_MS = 86_400_000

export class ResultDelivery {
  private readonly storage: DurableObjectStorage
  private readonly store: AttemptStore
  private underWay: Promise<void> | null = null

  constructor(storage: DurableObjectStorage, store: AttemptStore) {
    this.storage = storage
    this.store = store
  }

  /** Persists the result in D1: one delivery at a time, with a later retry when D1 refuses it. Never throws. */
  deliver(env: Env): Promise<void> {
    this.underWay ??= this.deliverOnce(env).finally(() => {
      this.underWay = null
    })
    return this.underWay
  }

  private async deliverOnce(env: Env): Promise<void> {
    const known = this.store.load()
    if (!known || known.state.persistedAtMs !== null) return
    // The alarm is set before anything can fail, so that a crash only delays the delivery.
    await this.storage.setAlarm(Date.now() + retryAfterMs(known.state.failedDeliveries))
    try {
      const ended = asEnded(known, this.store)
      await repeated(() => persistResult(backgroundDatabase(env), ended))
    } catch (error) {
      this.store.change(known, { failedDeliveries: known.state.failedDeliveries + 1 })
      // The alarm may have fired while the database hung and joined this delivery, so it is set again.
      await this.storage.setAlarm(Date.now() + retryAfterMs(known.state.failedDeliveries))
      console.error({ event: 'result not persisted', attempt: known.terms.attemptId, ...describe(error) })
      return
    }
    this.store.change(known, { persistedAtMs: Date.now() })
    logDone(env, {
      event: 'result persisted',
      attempt: known.terms.attemptId,
      failures: known.state.failedDeliveries,
    })
    await this.storage.setAlarm(Date.now() + RETENTION_MS)
  }
}

/** Exponential with full jitter, so that deliveries that failed together do not retry together. */
const retryAfterMs = (failures: number) =>
  FIRST_RETRY_MS + Math.random() * Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** failures)
