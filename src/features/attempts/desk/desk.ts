/**
 * The desk of a quiz commits the starts and the ends of many attempts at once, because D1 works on one batch after the other.
 * It keeps nothing: callers hear of success only after D1 has it, and what is lost on the way they ask for again.
 */
import { DurableObject } from 'cloudflare:workers'
import { backgroundDatabase } from '../../../db/client.ts'
import { storeTimeoutMs } from '../../../db/timeout.ts'
import { logDone } from '../../../http/log.ts'
import { admitRound } from '../starting/admit-round.ts'
import type { StartReply, StartRequest } from '../starting/messages.ts'
import { type Rounds, rounds } from './rounds.ts'

const STARTS_AT_ONCE = 100
const WAITING_AT_MOST = 5_000

export class QuizDesk extends DurableObject<Env> {
  private readonly starts: Rounds<StartRequest, StartReply>

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env)
    this.starts = rounds({
      keyOf: ({ userId }) => String(userId),
      fitting: requests => Math.min(requests.length, STARTS_AT_ONCE),
      waitingAtMost: WAITING_AT_MOST,
      patienceMs: () => storeTimeoutMs(this.env),
      serve: requests => this.admit(requests),
    })
  }

  /** Admits or refuses one learner, together with whoever else is waiting. */
  start(request: StartRequest): Promise<StartReply> {
    return this.starts.enter(request)
  }

  private async admit(requests: readonly StartRequest[]) {
    const startedAt = Date.now()
    const settled = await admitRound(backgroundDatabase(this.env), this.quizId, requests, Math.floor(startedAt / 1000))
    logDone(this.env, {
      event: 'starts',
      quiz: this.quizId,
      learners: requests.length,
      duration_ms: Date.now() - startedAt,
    })
    return settled
  }

  private get quizId(): number {
    return Number(this.ctx.id.name)
  }
}
