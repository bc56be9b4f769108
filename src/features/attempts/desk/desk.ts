/**
 * The desk of a quiz commits the starts and the ends of many attempts at once, because D1 works on one batch after the other.
 * It keeps nothing: callers hear of success only after D1 has it, and what is lost on the way they ask for again.
 */
import { DurableObject } from 'cloudflare:workers'
import { backgroundDatabase, newUsage, openSession } from '../../../db/client.ts'
import { divided } from '../../../db/faults.ts'
import { storeTimeoutMs } from '../../../db/timeout.ts'
import { logDone } from '../../../http/log.ts'
import { wakeWebhooks } from '../../../http/webhooks.ts'
import { type Ending, persistResults } from '../session/persist-results.ts'
import { admitRound } from '../starting/admit-round.ts'
import type { StartReply, StartRequest } from '../starting/messages.ts'
import { type Rounds, rounds, type Settled } from './rounds.ts'

const STARTS_AT_ONCE = 100
const ENDS_AT_ONCE = 50
/** Bytes of the answers of one round of ends; a result that is larger goes alone. D1 takes 2 MB in one parameter. */
const ANSWERS_BYTES = 1_000_000
/** What a row takes in the parameter beside the answer itself. */
const ROW_BYTES = 250
const WAITING_AT_MOST = 5_000

export type PersistReply = { kind: 'persisted' } | { kind: 'failed'; message: string }

export class QuizDesk extends DurableObject<Env> {
  private readonly starts: Rounds<StartRequest, StartReply>
  private readonly ends: Rounds<Ending, PersistReply>

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env)
    this.starts = rounds({
      keyOf: ({ userId }) => String(userId),
      identityOf: request => JSON.stringify(request),
      fitting: requests => Math.min(requests.length, STARTS_AT_ONCE),
      waitingAtMost: WAITING_AT_MOST,
      patienceMs: () => storeTimeoutMs(this.env),
      serve: requests => this.admit(requests),
    })
    this.ends = rounds({
      keyOf: ({ terms }) => String(terms.userId),
      identityOf: ({ terms }) => String(terms.attemptId),
      fitting: endingsThatFit,
      waitingAtMost: WAITING_AT_MOST,
      patienceMs: () => storeTimeoutMs(this.env),
      serve: endings => this.persistAll(endings),
    })
  }

  /** Admits or refuses one learner, together with whoever else is waiting. */
  start(request: StartRequest): Promise<StartReply> {
    return this.starts.enter(request)
  }

  /** Writes the end of one attempt, together with whatever else ends. Safe to repeat. */
  persist(ending: Ending): Promise<PersistReply> {
    return this.ends.enter(ending)
  }

  private async persistAll(endings: readonly Ending[]): Promise<Settled<PersistReply>[]> {
    const db = backgroundDatabase(this.env, this.wakeWebhooks)
    const written = await divided(endings, async part => {
      await persistResults(db, part)
      return part.map(() => ({ kind: 'persisted' }) as const)
    })
    // A reply instead of an error, which would mean that the desk is down.
    return written.map(one =>
      one.status === 'fulfilled'
        ? one
        : {
            status: 'fulfilled',
            value: { kind: 'failed', message: one.reason instanceof Error ? one.reason.message : String(one.reason) },
          },
    )
  }

  private async admit(requests: readonly StartRequest[]) {
    const startedAt = Date.now()
    const usage = newUsage()
    const db = openSession(this.env, 'primary', usage, this.wakeWebhooks)
    const settled = await admitRound({ db, usage }, this.quizId, requests, Math.floor(startedAt / 1000))
    logDone(this.env, {
      event: 'round of starts',
      quiz: this.quizId,
      learners: requests.length,
      duration_ms: Date.now() - startedAt,
    })
    return settled
  }

  private readonly wakeWebhooks = (webhookIds: readonly number[]) =>
    this.ctx.waitUntil(wakeWebhooks(this.env, webhookIds))

  private get quizId(): number {
    return Number(this.ctx.id.name)
  }
}

/** How many of these, from the first on, one batch takes; at least one. */
function endingsThatFit(endings: readonly Ending[]): number {
  let sum = 0
  const first = endings.slice(0, ENDS_AT_ONCE)
  const tooMany = first.findIndex(({ outcome }, place) => {
    for (const { responseData } of outcome.responses) sum += bytesOf(responseData) + ROW_BYTES
    return place > 0 && sum > ANSWERS_BYTES
  })
  return tooMany === -1 ? first.length : tooMany
}

/** As JSON within JSON. */
const bytesOf = (text: string) => new TextEncoder().encode(JSON.stringify(text)).byteLength
