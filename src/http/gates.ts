/** Exact limits on guessing, each key's tries counted by one Durable Object. */
import { DurableObject } from 'cloudflare:workers'
import { storeTimeoutMs } from '../db/timeout.ts'
import { throttled, unavailable } from './errors.ts'
import { objectNamed } from './objects.ts'

export type Limit = { limit: number; windowSeconds: number }
type Verdict =
  | { admitted: true; ticket: number }
  | { admitted: false; retryAfterSeconds: number }
  /** Those under way did not come back in time to say. */
  | { admitted: false; retryAfterSeconds: null }
type Waiter = { limit: Limit; settle: (verdict: Verdict) => void }

/**
 * A try that never came back (its request died) counts after this long. One password hash takes a fraction of a second,
 * but a class that signs in together may queue for one isolate's CPU.
 */
const LEASE_MS = 120_000
/** Who waits for its turn is told this long before the caller gives the gate up, so that nobody is let in who is gone. */
const TOLD_BEFORE_MS = 1_000

/** Instants are Unix milliseconds. */
type State = {
  /** Counted, the oldest first. */
  tries: number[]
  /** Let in and not yet back: by ticket, since when. */
  underWay: Record<number, number>
  lastTicket: number
}

/**
 * Until when a visitor is let in whatever the count, in Unix milliseconds. Each in a row of its own: at a campus's one address
 * there are thousands.
 */
const trustKey = (visitor: string) => `trusted:${visitor}`
/** A trust that would only grow by less stays as it is, so that who logs in all day writes it once. */
const TRUST_STEP_MS = 86_400_000
/** Of who needs no ticket, because nothing they do counts. */
const NO_TICKET = 0

/**
 * A sliding window of counted tries. A try enters before its outcome is known and leaves with it; while tries under way
 * could still fill the window, the next one waits, so that neither a burst of wrong ones slips through nor a burst of
 * right ones is refused. All that counts is stored, because between two calls an object may lose its memory; as one value,
 * because every row written is charged for, and a login passes three gates. What is refused writes nothing.
 */
export class Gate extends DurableObject<Env> {
  /** In the order of their coming. Whoever waits has a call open, which keeps the object in memory. */
  private readonly waiting: Waiter[] = []
  private nextLook: ReturnType<typeof setTimeout> | undefined
  private known: State | undefined

  private get state(): State {
    this.known ??= this.ctx.storage.kv.get<State>('state') ?? { tries: [], underWay: {}, lastTicket: NO_TICKET }
    return this.known
  }

  /** Counts one try at once, whatever comes of it. */
  async take({ limit, windowSeconds }: Limit): Promise<Verdict> {
    const now = Date.now()
    const refusal = this.refusal(limit, windowSeconds, now)
    if (refusal) return refusal
    this.count(now, windowSeconds)
    await this.keep(now + MAX_WINDOW_MS)
    return { admitted: true, ticket: NO_TICKET }
  }

  /** Lets a try in, to `leave` with its outcome; a trusted visitor is let in whatever the count. */
  async enter(limit: Limit, visitor?: string): Promise<Verdict> {
    if (visitor !== undefined && this.trustedUntil(visitor) > Date.now()) return { admitted: true, ticket: NO_TICKET }
    const verdict = (this.waiting.length === 0 && this.decide(limit)) || (await this.inTurn(limit))
    if (verdict.admitted) await this.keep(Date.now() + MAX_WINDOW_MS)
    return verdict
  }

  /** Null: those under way have to come back first. */
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

  private inTurn(limit: Limit): Promise<Verdict> {
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
        Math.max(TOLD_BEFORE_MS, storeTimeoutMs(this.env) - TOLD_BEFORE_MS),
      )
      this.waiting.push(waiter)
      this.lookAgainLater()
    })
  }

  /** Answers those who wait, as far as can be said now. */
  private settleWaiting(): void {
    for (let first = this.waiting[0]; first !== undefined; first = this.waiting[0]) {
      const verdict = this.decide(first.limit)
      if (!verdict) {
        this.lookAgainLater()
        return
      }
      this.waiting.shift()
      first.settle(verdict)
    }
    clearTimeout(this.nextLook)
    this.nextLook = undefined
  }

  /** By then the lease of all that are under way now has run out. */
  private lookAgainLater(): void {
    this.nextLook ??= setTimeout(() => {
      this.nextLook = undefined
      this.settleWaiting()
    }, LEASE_MS)
  }

  /** Ends a try: counted or not. `trustSeconds` exempts the visitor for so long from now on. */
  async leave(
    ticket: number,
    outcome: { counts: boolean; windowSeconds: number; visitor?: string; trustSeconds?: number },
  ): Promise<void> {
    const now = Date.now()
    const { visitor, trustSeconds } = outcome
    if (visitor !== undefined && trustSeconds !== undefined) await this.trust(visitor, now + trustSeconds * 1000)
    if (ticket === NO_TICKET) return
    const { underWay } = this.state
    // A ticket that is gone was counted when its lease ran out.
    const isHeld = underWay[ticket] !== undefined
    delete underWay[ticket]
    if (outcome.counts && isHeld) this.count(now, outcome.windowSeconds)
    this.settleWaiting()
    await this.keep(now + MAX_WINDOW_MS)
  }

  private trustedUntil(visitor: string): number {
    return this.ctx.storage.kv.get<number>(trustKey(visitor)) ?? 0
  }

  private async trust(visitor: string, until: number): Promise<void> {
    if (until - this.trustedUntil(visitor) < TRUST_STEP_MS) return
    this.ctx.storage.kv.put(trustKey(visitor), until)
    await this.wakeAt(until)
  }

  /** Forgets what is past every window; an empty object takes no storage. */
  override async alarm(): Promise<void> {
    const now = Date.now()
    this.countAbandoned(now)
    const { state } = this
    state.tries = state.tries.filter(at => at > now - MAX_WINDOW_MS)
    const lastTry = state.tries.at(-1)
    const trustEndsAt = this.forgetPastTrust(now)
    if (Object.keys(state.underWay).length > 0) return this.keep(now + LEASE_MS)
    if (lastTry !== undefined) return this.keep(lastTry + MAX_WINDOW_MS)
    this.known = undefined
    if (trustEndsAt === null) return this.ctx.storage.deleteAll()
    this.ctx.storage.kv.delete('state')
    await this.wakeAt(trustEndsAt)
  }

  /** @returns when the next one ends, null where nobody is trusted (any more) */
  private forgetPastTrust(now: number): number | null {
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

  /** As of the moment their lease ran out. */
  private countAbandoned(now: number): void {
    const { state } = this
    for (const [ticket, at] of Object.entries(state.underWay)) {
      if (at > now - LEASE_MS) continue
      delete state.underWay[Number(ticket)]
      state.tries = [...state.tries, at + LEASE_MS].sort((one, other) => one - other)
    }
  }

  /** Stores what is so now, and makes sure that it is looked at again. */
  private async keep(lookAgainAt: number): Promise<void> {
    this.ctx.storage.kv.put('state', this.state)
    await this.wakeAt(lookAgainAt)
  }

  /** At the latest. */
  private async wakeAt(at: number): Promise<void> {
    const alarm = await this.ctx.storage.getAlarm()
    if (alarm === null || alarm > at) await this.ctx.storage.setAlarm(at)
  }
}

/** The longest window of any gate: registrations, a day. */
const MAX_WINDOW_MS = 86_400_000

/** @throws 429 with the true wait, when the key's tries are used up; 503 when it cannot be said in time. */
export async function passGate(env: Env, key: string, limit: Limit): Promise<void> {
  const verdict = await objectNamed(env, env.GATES, key).take(limit)
  if (!verdict.admitted) throw refusalOf(verdict)
}

const refusalOf = ({ retryAfterSeconds }: { retryAfterSeconds: number | null }) =>
  retryAfterSeconds === null ? unavailable() : throttled(retryAfterSeconds)

export type GateKey = {
  key: string
  limit: Limit
  /** Who is let in whatever the count for so long after a try that was right. */
  visitor?: string
  trustSeconds?: number
  /** Counts every try at once, right or wrong. */
  everyTry?: true
}

/**
 * Runs a guess behind the given gates, asked in their order: a gate that refuses keeps the later ones from being asked, so
 * that nothing is stored of them. What the guess resolves to is told by `counts`: whether it used up a try at each gate.
 * @throws 429 with the true wait, when a gate refuses, 503 when it cannot say in time; then nothing is run and nothing is counted but by gates of every try.
 */
export async function behindGates<T>(
  env: Env,
  gates: GateKey[],
  guess: () => Promise<T>,
  counts: (outcome: T) => boolean,
): Promise<T> {
  const entered: Entered[] = []
  // One after the other, always in the given order: two guesses can never wait for each other.
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
    // A failure of ours is nobody's wrong guess.
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
