/** Delivers the result of an attempt to D1, by the desk of its quiz. The object's alarm retries until D1 has it. */
import { backgroundDatabase } from '../../../db/client.ts'
import { isOverload, repeated } from '../../../db/faults.ts'
import { describe } from '../../../http/errors.ts'
import { logDone } from '../../../http/log.ts'
import { wakeWebhooks } from '../../../http/webhooks.ts'
import { deskOf } from '../desk/client.ts'
import type { PersistReply } from '../desk/desk.ts'
import { deliverExtensions } from '../extensions/acts.ts'
import { type Ending, persistResults } from './persist-results.ts'
import type { AttemptStore, Known } from './store.ts'
import { asEnding } from './views.ts'

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

  /**
   * Delivers the acts that the audit does not have. Never throws.
   * @returns when to try again, in Unix milliseconds; null when the audit has all
   */
  async deliverActs(env: Env, known: Known): Promise<number | null> {
    const acts = known.state.extensionActs ?? []
    if (acts.length === 0) return null
    try {
      await deliverExtensions(env, known.terms, acts)
    } catch (error) {
      console.error({ event: 'acts not delivered', attempt: known.terms.attemptId, ...describe(error) })
      return Date.now() + LAST_RETRY_MS / 2 + (Math.random() * LAST_RETRY_MS) / 2
    }
    // Another extension may have come while the database answered.
    const left = (known.state.extensionActs ?? []).filter(act => !acts.includes(act))
    this.store.change(known, { extensionActs: left })
    return left.length === 0 ? null : Date.now()
  }

  private async deliverOnce(env: Env): Promise<void> {
    const known = this.store.load()
    if (!known || known.state.persistedAtMs !== null) return
    // The alarm is set before anything can fail, so that a crash only delays the delivery.
    await this.storage.setAlarm(Date.now() + retryAfterMs(known.state.failedDeliveries))
    try {
      await persist(env, asEnding(known, this.store), known.state.failedDeliveries)
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
    const hasActs = (known.state.extensionActs ?? []).length > 0
    await this.storage.setAlarm(Date.now() + (hasActs ? FIRST_RETRY_MS : RETENTION_MS))
  }
}

/** Of so many tries the last goes without the desk, in case that hangs. */
const TRIES_BY_DESK = 4

/**
 * Hands the result to the desk of its quiz; one that finds the desk down is written alone.
 * @throws when D1 does not have the result, and when the desk has too much to do
 */
async function persist(env: Env, ending: Ending, failures: number): Promise<void> {
  if (failures % TRIES_BY_DESK < TRIES_BY_DESK - 1) {
    const reply = await askDesk(env, ending)
    if (reply?.kind === 'persisted') return
    if (reply?.kind === 'failed') throw new Error(reply.message)
  }
  // The object lives as long as its calls, so nothing needs to wait for this one.
  const db = backgroundDatabase(env, webhookIds => void wakeWebhooks(env, webhookIds))
  await repeated(() => persistResults(db, [ending]))
}

/** @returns null when the desk is down */
async function askDesk(env: Env, ending: Ending): Promise<PersistReply | null> {
  try {
    return await deskOf(env, ending.terms.quizId).persist(ending)
  } catch (error) {
    if (error instanceof Error && isOverload(error)) throw error
    console.error({ event: 'desk down, result written alone', attempt: ending.terms.attemptId, ...describe(error) })
    return null
  }
}

/** Exponential with full jitter, so that deliveries that failed together do not retry together. */
const retryAfterMs = (failures: number) =>
  FIRST_RETRY_MS + Math.random() * Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** failures)
