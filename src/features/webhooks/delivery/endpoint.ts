import { DurableObject } from 'cloudflare:workers'
import { batch, batchOf } from '../../../db/batch.ts'
import { backgroundDatabase, type Db } from '../../../db/client.ts'
import { repeated } from '../../../db/faults.ts'
import { describe } from '../../../http/errors.ts'
import { logDone } from '../../../http/log.ts'
import { refusalOfDestination } from '../destination.ts'
import { disabling } from '../queries.ts'
import {
  type Attempted,
  type DueDelivery,
  dueDeliveries,
  type Endpoint,
  endpointById,
  nextDue,
  recordAttempts,
  setFailingSince,
  takeMessages,
} from './queries.ts'
import { RETRY_SECONDS, retryDelay } from './schedule.ts'
import { type Answer, send } from './send.ts'

const MESSAGES_PER_ROUND = 100
/** Messages about different learners are sent side by side, as many as the platform lets wait for an answer, less one for D1. */
const LANES = 5
/** No message is sent on rights that were read longer ago; the rest comes in the next round. */
const ROUND_MS = 10_000
/** After a round that broke off. */
const AGAIN_AFTER_MS = 30_000

const GONE = 410

/**
 * Sends the messages of one webhook, so that a receiver that is slow or down delays no other's. D1 holds the messages and what
 * came of them; the object only makes sure that sending continues.
 */
export class WebhookEndpoint extends DurableObject<Env> {
  private isWoken = false

  /** Has messages sent now. */
  async wake(): Promise<void> {
    if (this.isWoken) return
    await this.ctx.storage.setAlarm(Date.now())
    this.isWoken = true
  }

  override async alarm(): Promise<void> {
    this.isWoken = false
    // The alarm is set before anything can fail, so that a crash only delays messages.
    await this.ctx.storage.setAlarm(Date.now() + AGAIN_AFTER_MS * (1 + Math.random()))
    try {
      const next = await this.round()
      if (this.isWoken) return
      if (next === null) await this.ctx.storage.deleteAlarm()
      else await this.ctx.storage.setAlarm(Math.max(Date.now(), next * 1000))
    } catch (error) {
      console.error({
        event: 'webhook round failed and will be tried again',
        webhook: this.webhookId,
        ...describe(error),
      })
    }
  }

  /** Sends the messages that are due. @returns when the next one is due, in Unix seconds, and null when there is none */
  private async round(): Promise<number | null> {
    const db = backgroundDatabase(this.env)
    const id = this.webhookId
    const startedAt = Date.now()
    const now = Math.floor(startedAt / 1000)
    const {
      endpoint: [endpoint],
      due,
    } = await repeated(() =>
      batchOf(db, {
        ...takeMessages({ id, now, retryUntil: now + RETRY_SECONDS }),
        endpoint: endpointById({ id }),
        due: dueDeliveries({ id, now, limit: MESSAGES_PER_ROUND }),
      }),
    )
    if (!endpoint) return null
    if (endpoint.disabledAt !== null) return this.disable(db, 'paused')
    if (!endpoint.ownerMayHear) return this.disable(db, 'not_allowed')
    if (due.length > 0) {
      const attempts = await sendAll(due, startedAt, delivery => this.attempt(endpoint, delivery))
      const failingSince = failingSinceAfter(endpoint, attempts)
      await repeated(() => batch(db, recordAttempts({ attempts }), setFailingSince({ id, since: failingSince })))
      if (attempts.some(({ responseStatus }) => responseStatus === GONE)) return this.disable(db, 'gone')
      if (failingSince !== null && failingSince <= now - RETRY_SECONDS) return this.disable(db, 'failing')
    }
    const [[next]] = await repeated(() => batch(db, nextDue({ id })))
    return next?.at ?? null
  }

  private async attempt(endpoint: Endpoint, delivery: DueDelivery): Promise<Attempted> {
    const answer = await this.answerOf(endpoint, delivery)
    return { id: delivery.id, ...outcomeOf(answer, delivery, Math.floor(Date.now() / 1000)) }
  }

  private async answerOf({ url, ...endpoint }: Endpoint, delivery: DueDelivery): Promise<Answer> {
    // The rules may have changed since the URL was saved.
    const own = URL.parse(this.env.PUBLIC_ORIGIN)?.host
    const rules = { ownHosts: own ? [own] : [], allowHttp: this.env.WEBHOOK_ALLOW_HTTP === 'true' }
    if (refusalOfDestination(url, rules) !== null) return { responseStatus: null, error: 'refused_url' }
    const isPreviousValid = (endpoint.previousSecretUntil ?? 0) * 1000 > Date.now()
    const secrets = [endpoint.secret, ...(endpoint.previousSecret && isPreviousValid ? [endpoint.previousSecret] : [])]
    return send(url, delivery, secrets)
  }

  /** Leaves no message to be sent. A webhook that is disabled already keeps its reason. */
  private async disable(db: Db, reason: 'paused' | 'gone' | 'failing' | 'not_allowed'): Promise<null> {
    const now = Math.floor(Date.now() / 1000)
    await repeated(() => batchOf(db, disabling({ id: this.webhookId, reason, now })))
    logDone(this.env, { event: 'webhook disabled', webhook: this.webhookId, reason })
    return null
  }

  private get webhookId(): number {
    return Number(this.ctx.id.name)
  }
}

/**
 * Sends messages about different learners side by side, and those about one learner in their order.
 * @returns what came of those that were sent before the round was over or the receiver answered 410
 */
async function sendAll(
  due: readonly DueDelivery[],
  startedAt: number,
  attempt: (delivery: DueDelivery) => Promise<Attempted>,
): Promise<Attempted[]> {
  const waiting = [...Map.groupBy(due, ({ data }) => (JSON.parse(data) as { user?: number }).user).values()]
  const attempts: Attempted[] = []
  const isOver = () =>
    Date.now() - startedAt > ROUND_MS || attempts.some(({ responseStatus }) => responseStatus === GONE)
  const runLane = async () => {
    for (let lane = waiting.shift(); lane; lane = waiting.shift()) {
      for (const delivery of lane) {
        if (isOver()) return
        attempts.push(await attempt(delivery))
      }
    }
  }
  await Promise.all(Array.from({ length: LANES }, runLane))
  return attempts
}

function outcomeOf(answer: Answer, { attemptCount, retryUntil }: DueDelivery, now: number) {
  const { responseStatus } = answer
  if (responseStatus !== null && responseStatus >= 200 && responseStatus < 300) {
    return { ...answer, status: 'delivered', attemptedAt: now, nextAttemptAt: null } as const
  }
  const retryAt = now + retryDelay(attemptCount + 1)
  return retryAt > retryUntil
    ? ({ ...answer, status: 'failed', attemptedAt: now, nextAttemptAt: null } as const)
    : ({ ...answer, status: 'pending', attemptedAt: now, nextAttemptAt: retryAt } as const)
}

/** When the receiver began to fail: null once it took any message. */
function failingSinceAfter({ failingSince }: Endpoint, attempts: readonly Attempted[]): number | null {
  if (attempts.length === 0) return failingSince
  if (attempts.some(({ status }) => status === 'delivered')) return null
  return failingSince ?? Math.min(...attempts.map(({ attemptedAt }) => attemptedAt))
}
