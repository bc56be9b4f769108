/** Exact limits on guessing, each key's tries counted by one Durable Object. */
import { DurableObject } from 'cloudflare:workers'
import type { AppContext } from './api.ts'
import { throttled } from './errors.ts'

export type Limit = { limit: number; windowSeconds: number }
type Verdict = { admitted: true; ticket: number } | { admitted: false; retryAfterSeconds: number }
type Waiter = { limit: Limit; settle: (verdict: Verdict) => void }

/**
 * A try that never came back (its request died) counts after this long. One password hash takes a fraction of a second,
 * but a class that signs in together may queue for one isolate's CPU.
 */
const LEASE_MS = 120_000

/**
 * A sliding window of counted tries. A try enters before its outcome is known and leaves with it; while tries under way
 * could still fill the window, the next one waits, so that neither a burst of wrong ones slips through nor a burst of
 * right ones is refused. All that counts is stored: between two calls an object may lose its memory.
 */
export class Gate extends DurableObject<Env> {
  /** In the order of their coming. Whoever waits has a call open, which keeps the object in memory. */
  private readonly waiting: Waiter[] = []
  private nextLook: ReturnType<typeof setTimeout> | undefined
  private hasTables = false

  private get sql(): SqlStorage {
    const { sql } = this.ctx.storage
    if (!this.hasTables) {
      sql.exec('CREATE TABLE IF NOT EXISTS tries (at INTEGER NOT NULL)')
      sql.exec('CREATE INDEX IF NOT EXISTS tries_at ON tries (at)')
      sql.exec('CREATE TABLE IF NOT EXISTS under_way (ticket INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER NOT NULL)')
      sql.exec('CREATE TABLE IF NOT EXISTS trusted (name TEXT PRIMARY KEY, until INTEGER NOT NULL)')
      this.hasTables = true
    }
    return sql
  }

  /** Counts one try at once, whatever comes of it. */
  async take({ limit, windowSeconds }: Limit): Promise<Verdict> {
    const now = Date.now()
    const refusal = this.refusal(limit, windowSeconds, now)
    if (refusal) return refusal
    await this.count(now, windowSeconds)
    return { admitted: true, ticket: 0 }
  }

  /** Lets a try in, to `leave` with its outcome; a trusted visitor is let in whatever the count. */
  async enter(limit: Limit, visitor = ''): Promise<Verdict> {
    if (this.trusts(visitor, Date.now())) return { admitted: true, ticket: 0 }
    const verdict = (this.waiting.length === 0 && this.decide(limit)) || (await this.inTurn(limit))
    if (verdict.admitted) await this.wakeBy(Date.now() + MAX_WINDOW_MS)
    return verdict
  }

  /** Null: those under way have to come back first. */
  private decide({ limit, windowSeconds }: Limit): Verdict | null {
    const now = Date.now()
    this.countAbandoned(now)
    const refusal = this.refusal(limit, windowSeconds, now)
    if (refusal) return refusal
    if (this.counted(windowSeconds, now) + this.underWay() >= limit) return null
    const insert = 'INSERT INTO under_way (at) VALUES (?) RETURNING ticket'
    return { admitted: true, ticket: this.sql.exec<{ ticket: number }>(insert, now).one().ticket }
  }

  private inTurn(limit: Limit): Promise<Verdict> {
    return new Promise(settle => {
      this.waiting.push({ limit, settle })
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

  /** Ends a try: counted or not. `trust` exempts the visitor for so many seconds from now on. */
  async leave(
    ticket: number,
    outcome: { counts: boolean; windowSeconds: number; visitor?: string; trustSeconds?: number },
  ): Promise<void> {
    const now = Date.now()
    // A ticket that is gone was counted when its lease ran out.
    const isHeld = this.sql.exec('DELETE FROM under_way WHERE ticket = ? RETURNING ticket', ticket).toArray().length > 0
    if (outcome.counts && isHeld) await this.count(now, outcome.windowSeconds)
    if (outcome.visitor && outcome.trustSeconds) await this.trust(outcome.visitor, now + outcome.trustSeconds * 1000)
    this.settleWaiting()
  }

  /** Forgets what is past every window; an empty object takes no storage. */
  override async alarm(): Promise<void> {
    const now = Date.now()
    const { sql } = this
    sql.exec('DELETE FROM trusted WHERE until <= ?', now)
    this.countAbandoned(now)
    const lastTry = sql.exec<{ at: number | null }>('SELECT max(at) AS at FROM tries').one().at
    const trust = sql.exec<{ until: number | null }>('SELECT min(until) AS until FROM trusted').one().until
    if (this.underWay() > 0) await this.ctx.storage.setAlarm(now + LEASE_MS)
    else if (lastTry !== null && lastTry + MAX_WINDOW_MS > now) await this.ctx.storage.setAlarm(lastTry + MAX_WINDOW_MS)
    else if (trust !== null) await this.ctx.storage.setAlarm(trust)
    else {
      this.hasTables = false
      await this.ctx.storage.deleteAll()
    }
  }

  private counted(windowSeconds: number, now: number): number {
    const since = now - windowSeconds * 1000
    return this.sql.exec<{ n: number }>('SELECT count(*) AS n FROM tries WHERE at > ?', since).one().n
  }

  private refusal(limit: number, windowSeconds: number, now: number): Verdict | null {
    if (this.counted(windowSeconds, now) < limit) return null
    // The window opens again when the limit-th newest try leaves it.
    const rows = this.sql.exec<{ at: number }>('SELECT at FROM tries ORDER BY at DESC LIMIT 1 OFFSET ?', limit - 1)
    const freeAt = rows.one().at + windowSeconds * 1000
    return { admitted: false, retryAfterSeconds: Math.max(1, Math.ceil((freeAt - now) / 1000)) }
  }

  private async count(now: number, windowSeconds: number): Promise<void> {
    this.sql.exec('DELETE FROM tries WHERE at <= ?', now - windowSeconds * 1000)
    this.sql.exec('INSERT INTO tries (at) VALUES (?)', now)
    await this.wakeBy(now + MAX_WINDOW_MS)
  }

  private underWay(): number {
    return this.sql.exec<{ n: number }>('SELECT count(*) AS n FROM under_way').one().n
  }

  /** As of the moment their lease ran out. */
  private countAbandoned(now: number): void {
    this.sql.exec('INSERT INTO tries (at) SELECT at + ? FROM under_way WHERE at <= ?', LEASE_MS, now - LEASE_MS)
    this.sql.exec('DELETE FROM under_way WHERE at <= ?', now - LEASE_MS)
  }

  private async wakeBy(at: number): Promise<void> {
    if ((await this.ctx.storage.getAlarm()) === null) await this.ctx.storage.setAlarm(at)
  }

  private trusts(visitor: string, now: number): boolean {
    if (visitor === '') return false
    const rows = this.sql.exec('SELECT 1 FROM trusted WHERE name = ? AND until > ?', visitor, now)
    return rows.toArray().length > 0
  }

  private async trust(visitor: string, until: number): Promise<void> {
    this.sql.exec(
      'INSERT INTO trusted (name, until) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET until = excluded.until',
      visitor,
      until,
    )
    await this.wakeBy(until)
  }
}

/** The longest window of any gate: registrations, a day. */
const MAX_WINDOW_MS = 86_400_000

/** @throws 429 with the true wait, when the key's tries are used up. */
export async function passGate(env: Env, key: string, limit: Limit): Promise<void> {
  const verdict = await env.GATES.getByName(key).take(limit)
  if (!verdict.admitted) throw throttled(verdict.retryAfterSeconds)
}

export type GateKey = { key: string; limit: Limit; visitor?: string; trustSeconds?: number }

/**
 * Runs a guess behind the given gates. What it resolves to is told by `counts`: whether it used up a try at each gate.
 * @throws 429 with the true wait, when a gate refuses; then nothing is run and nothing is counted.
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
    const stub = env.GATES.getByName(gate.key)
    const verdict = await stub.enter(gate.limit, gate.visitor)
    if (!verdict.admitted) {
      await leaveAll(entered, 'void')
      throw throttled(verdict.retryAfterSeconds)
    }
    entered.push({ gate, stub, ticket: verdict.ticket })
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

/** The caller's address as limits know it: `CF-Connecting-IP` alone (a client cannot set it), IPv6 cut to its /64. */
export function addressOf(c: AppContext): string {
  const address = c.req.header('CF-Connecting-IP') ?? 'local'
  return address.includes(':') ? ipv6Prefix(address) : address
}

/** The first four groups, with `::` written out; IPv4-mapped addresses count as the IPv4 address. */
export function ipv6Prefix(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1]
  if (mapped) return mapped
  const [head = '', tail = ''] = address.split('::')
  const before = head === '' ? [] : head.split(':')
  const after = tail === '' ? [] : tail.split(':')
  const gap = Array.from({ length: Math.max(0, 8 - before.length - after.length) }, () => '0')
  const groups = address.includes('::') ? [...before, ...gap, ...after] : before
  return `${groups
    .slice(0, 4)
    .map(group => group.toLowerCase().replace(/^0+(?=.)/, ''))
    .join(':')}::/64`
}
