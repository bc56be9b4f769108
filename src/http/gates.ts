/** Exact limits on guessing: one Durable Object counts the tries of each key. */
import { DurableObject } from 'cloudflare:workers'
import { storeTimeoutMs } from '../db/timeout.ts'
import { throttled, unavailable } from './errors.ts'
import { objectNamed } from './objects.ts'

export type Limit = { limit: number; windowSeconds: number }
type Verdict =
  | { admitted: true; ticket: number }
  | { admitted: false; retryAfterSeconds: number }
  /** The tries in progress did not end in time to decide. */
  | { admitted: false; retryAfterSeconds: null }
type Waiter = { limit: Limit; settle: (verdict: Verdict) => void }

/**
 * A try that never leaves (its request died) counts after this long. One password hash takes a fraction of a second,
 * but a class that signs in together may queue for one isolate's CPU.
 */
const LEASE_MS = 120_000
/** A waiting try is refused this long before its caller's timeout, so that no try enters whose caller has given up. */
const ANSWER_MARGIN_MS = 1_000

/** Instants are Unix milliseconds. */
type State = {
  /** The counted ones, oldest first. */
  tries: number[]
  /** The tries in progress: the instant at which each entered, by ticket. */
  underWay: Record<number, number>
  lastTicket: number
}

/**
 * The key of a trust: the instant (Unix milliseconds) until which a visitor enters whatever the count. Each visitor has a row,
 * because one address of a campus has thousands.
 */
const trustKey = (visitor: string) => `trusted:${visitor}`
/** A trust is not extended by less than this, so that a user who logs in all day writes it once. */
const TRUST_STEP_MS = 86_400_000
/** The ticket of a try that cannot count when it leaves: it was counted at once, or its visitor is trusted. */
const NO_TICKET = 0

/**
 * A sliding window of counted tries. A try enters before its outcome is known and leaves with it; while tries in progress
 * could still fill the window, the next one waits, so that the gate neither admits a burst of wrong tries nor refuses a
 * burst of right ones. The state is stored, because an object may lose its memory between two calls, and as one value,
 * because every row written is billed and a login passes three gates. A refusal writes nothing.
 */
export class Gate extends DurableObject<Env> {
  /** In order of arrival. A waiting try has a call open, which keeps the object in memory. */
  private readonly waiting: Waiter[] = []
  private checkTimer: ReturnType<typeof setTimeout> | undefined
  private loaded: State | undefined

  private get state(): State {
    this.loaded ??= this.ctx.storage.kv.get<State>('state') ?? { tries: [], underWay: {}, lastTicket: NO_TICKET }
    return this.loaded
  }

  /** Counts one try at once, whatever its outcome. */
  async take({ limit, windowSeconds }: Limit): Promise<Verdict> {
    const now = Date.now()
    const refusal = this.refusal(limit, windowSeconds, now)
    if (refusal) return refusal
    this.count(now, windowSeconds)
    await this.save(now + MAX_WINDOW_MS)
    return { admitted: true, ticket: NO_TICKET }
  }

  /** Admits a try, which must `leave` with its outcome; admits a trusted visitor whatever the count. */
  async enter(limit: Limit, visitor?: string): Promise<Verdict> {
    if (visitor !== undefined && this.trustedUntil(visitor) > Date.now()) return { admitted: true, ticket: NO_TICKET }
    const verdict = (this.waiting.length === 0 && this.decide(limit)) || (await this.waitForTurn(limit))
    if (verdict.admitted) await this.save(Date.now() + MAX_WINDOW_MS)
    return verdict
  }

  /** @returns null when tries in progress have to leave first */
  private decide({ limit, windowSeconds }: Limit): Verdict | null {
    const now = Date.now()
    this.countAbandoned(now)
    const refusal = this.refusal(limit, windowSeconds, now)
    if (refusal) return refusal
    const { state } = this
    if (this.counted(windowSeconds, now) + Object.keys(state.underWay).length >= limit) return null
    state.lastTicket += 1
    state.underWay[state.lastTicket] = now
    return { admitted: true, ticket: state.lastTicket }
  }

  private waitForTurn(limit: Limit): Promise<Verdict> {
    return new Promise(settle => {
      const waiter: Waiter = {
        limit,
        settle(verdict) {
          clearTimeout(timer)
          settle(verdict)
        },
      }
      const timer = setTimeout(
        () => {
          this.waiting.splice(this.waiting.indexOf(waiter), 1)
          settle({ admitted: false, retryAfterSeconds: null })
        },
        Math.max(ANSWER_MARGIN_MS, storeTimeoutMs(this.env) - ANSWER_MARGIN_MS),
      )
      this.waiting.push(waiter)
      this.scheduleCheck()
    })
  }

  /** Answers the waiting tries in order, up to the first that cannot be decided yet. */
  private settleWaiting(): void {
    for (let first = this.waiting[0]; first !== undefined; first = this.waiting[0]) {
      const verdict = this.decide(first.limit)
      if (!verdict) {
        this.scheduleCheck()
        return
      }
      this.waiting.shift()
      first.settle(verdict)
    }
    clearTimeout(this.checkTimer)
    this.checkTimer = undefined
  }

  /** By then the leases of all tries now in progress have run out. */
  private scheduleCheck(): void {
    this.checkTimer ??= setTimeout(() => {
      this.checkTimer = undefined
      this.settleWaiting()
    }, LEASE_MS)
  }

  /** Ends a try, counted or not. The visitor enters whatever the count for `trustSeconds` from now. */
  async leave(
    ticket: number,
    outcome: { counts: boolean; windowSeconds: number; visitor?: string; trustSeconds?: number },
  ): Promise<void> {
    const now = Date.now()
    const { visitor, trustSeconds } = outcome
    if (visitor !== undefined && trustSeconds !== undefined) await this.trust(visitor, now + trustSeconds * 1000)
    if (ticket === NO_TICKET) return
    const { underWay } = this.state
    // A missing ticket was counted when its lease ran out.
    const isHeld = underWay[ticket] !== undefined
    delete underWay[ticket]
    if (outcome.counts && isHeld) this.count(now, outcome.windowSeconds)
    this.settleWaiting()
    await this.save(now + MAX_WINDOW_MS)
  }

  private trustedUntil(visitor: string): number {
    return this.ctx.storage.kv.get<number>(trustKey(visitor)) ?? 0
  }

  private async trust(visitor: string, until: number): Promise<void> {
    if (until - this.trustedUntil(visitor) < TRUST_STEP_MS) return
    this.ctx.storage.kv.put(trustKey(visitor), until)
    await this.wakeAt(until)
  }

  /** Deletes tries and trusts that have expired; an empty object keeps no storage. */
  override async alarm(): Promise<void> {
    const now = Date.now()
    this.countAbandoned(now)
    const { state } = this
    state.tries = state.tries.filter(at => at > now - MAX_WINDOW_MS)
    const lastTry = state.tries.at(-1)
    const trustEndsAt = this.deleteExpiredTrust(now)
    if (Object.keys(state.underWay).length > 0) return this.save(now + LEASE_MS)
    if (lastTry !== undefined) return this.save(lastTry + MAX_WINDOW_MS)
    this.loaded = undefined
    if (trustEndsAt === null) return this.ctx.storage.deleteAll()
    this.ctx.storage.kv.delete('state')
    await this.wakeAt(trustEndsAt)
  }

  /** @returns the instant at which the next trust ends; null when none is left */
  private deleteExpiredTrust(now: number): number | null {
    let next: number | null = null
    for (const [key, until] of this.ctx.storage.kv.list<number>({ prefix: trustKey('') })) {
      if (until <= now) this.ctx.storage.kv.delete(key)
      else next = Math.min(next ?? until, until)
    }
    return next
  }

  private counted(windowSeconds: number, now: number): number {
    const since = now - windowSeconds * 1000
    return this.state.tries.filter(at => at > since).length
  }

  private refusal(limit: number, windowSeconds: number, now: number): Verdict | null {
    if (this.counted(windowSeconds, now) < limit) return null
    // The window opens again when the limit-th newest try leaves it.
    const freeAt = (this.state.tries.at(-limit) ?? now) + windowSeconds * 1000
    return { admitted: false, retryAfterSeconds: Math.max(1, Math.ceil((freeAt - now) / 1000)) }
  }

  private count(now: number, windowSeconds: number): void {
    const { state } = this
    state.tries = [...state.tries.filter(at => at > now - windowSeconds * 1000), now]
  }

  /** Counts tries whose lease ran out, as of that moment. */
  private countAbandoned(now: number): void {
    const { state } = this
    for (const [ticket, at] of Object.entries(state.underWay)) {
      if (at > now - LEASE_MS) continue
      delete state.underWay[Number(ticket)]
      state.tries = [...state.tries, at + LEASE_MS].sort((one, other) => one - other)
    }
  }

  /** Stores the state and sets an alarm for the next check. */
  private async save(checkAt: number): Promise<void> {
    this.ctx.storage.kv.put('state', this.state)
    await this.wakeAt(checkAt)
  }

  /** Sets the alarm, unless an earlier one is set. */
  private async wakeAt(at: number): Promise<void> {
    const alarm = await this.ctx.storage.getAlarm()
    if (alarm === null || alarm > at) await this.ctx.storage.setAlarm(at)
  }
}

/** The longest window of any gate: registrations, a day. */
const MAX_WINDOW_MS = 86_400_000

/** @throws 429 with the exact wait when the tries of the key are used up, 503 when the gate does not answer in time */
export async function passGate(env: Env, key: string, limit: Limit): Promise<void> {
  const verdict = await objectNamed(env, env.GATES, key).take(limit)
  if (!verdict.admitted) throw refusalOf(verdict)
}

const refusalOf = ({ retryAfterSeconds }: { retryAfterSeconds: number | null }) =>
  retryAfterSeconds === null ? unavailable() : throttled(retryAfterSeconds)

export type GateKey = {
  key: string
  limit: Limit
  /** A visitor that enters whatever the count for `trustSeconds` after a right try. */
  visitor?: string
  trustSeconds?: number
  /** Counts every try at once, right or wrong. */
  everyTry?: true
}

/**
 * Runs a guess behind gates, entered in the given order: after a refusal the later gates are not asked and store nothing.
 * @param counts whether an outcome of the guess uses up a try at each gate
 * @throws 429 with the exact wait when a gate refuses, 503 when it cannot decide in time; then only `everyTry` gates count
 */
export async function behindGates<T>(
  env: Env,
  gates: GateKey[],
  guess: () => Promise<T>,
  counts: (outcome: T) => boolean,
): Promise<T> {
  const entered: Entered[] = []
  // Enters one gate after the other, always in the given order, so that two guesses never wait for each other.
  for (const gate of gates) {
    const stub = objectNamed(env, env.GATES, gate.key)
    const verdict = await (gate.everyTry ? stub.take(gate.limit) : stub.enter(gate.limit, gate.visitor))
    if (!verdict.admitted) {
      await leaveAll(entered, 'void')
      throw refusalOf(verdict)
    }
    if (!gate.everyTry) entered.push({ gate, stub, ticket: verdict.ticket })
  }
  try {
    const outcome = await guess()
    await leaveAll(entered, counts(outcome) ? 'counts' : 'passed')
    return outcome
  } catch (error) {
    // A failure of ours is not a wrong guess.
    await leaveAll(entered, 'void')
    throw error
  }
}

type Entered = { gate: GateKey; stub: DurableObjectStub<Gate>; ticket: number }

async function leaveAll(entered: Entered[], outcome: 'counts' | 'passed' | 'void'): Promise<void> {
  await Promise.all(
    entered.map(({ gate, stub, ticket }) => {
      const { visitor, trustSeconds } = outcome === 'passed' ? gate : {}
      return stub.leave(ticket, {
        counts: outcome === 'counts',
        windowSeconds: gate.limit.windowSeconds,
        visitor,
        trustSeconds,
      })
    }),
  )
}
