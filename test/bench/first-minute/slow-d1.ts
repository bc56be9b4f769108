/** A D1 that takes its time: a Durable Object before the local D1 that lets through one batch after the other. */
import { DurableObject } from 'cloudflare:workers'

export type SlowEnv = Env & { SLOW_D1: DurableObjectNamespace<SlowD1> }

/** Of the batches that D1 has run: how many, and the sum of its own time for their statements, in milliseconds. */
export type Use = { batches: number; sqlMs: number }

/** D1 refuses batches that wait for too long. It does not say from when on; nobody waits longer than the Worker does. */
const LONGEST_QUEUE_MS = 10_000

type Query = { text: string; values: unknown[] }
type Ran = { results: D1Result[]; bookmark: string | null }

/** As D1 itself, an object: its one queue serves all isolates, and what it was asked it does even if nobody waits any more. */
export class SlowD1 extends DurableObject<Env> {
  private addedMs = 0
  private use: Use = { batches: 0, sqlMs: 0 }
  private last: Promise<unknown> = Promise.resolve()

  /** Runs the batch in its turn, in a session that begins at a bookmark or constraint. */
  batch(at: string, queries: Query[]): Promise<Ran> {
    const queuedAtMs = Date.now()
    const turn = this.last.then(() => {
      if (Date.now() - queuedAtMs > LONGEST_QUEUE_MS)
        throw new Error('D1_ERROR: D1 DB is overloaded. Requests queued for too long.')
      return this.run(at, queries)
    })
    this.last = turn.catch(() => {})
    return turn
  }

  private async run(at: string, queries: Query[]): Promise<Ran> {
    const session = this.env.DB.withSession(at)
    this.use.batches += 1
    try {
      const results = await session.batch(queries.map(({ text, values }) => session.prepare(text).bind(...values)))
      for (const { meta } of results) this.use.sqlMs += meta.duration
      return { results, bookmark: session.getBookmark() }
    } finally {
      await scheduler.wait(this.addedMs)
    }
  }

  /** From now on each batch takes so much longer. @returns the use since this was last called, once nothing waits any more */
  async takeUse(addedMs: number): Promise<Use> {
    await this.last
    const { use } = this
    this.use = { batches: 0, sqlMs: 0 }
    this.addedMs = addedMs
    return use
  }
}

export const slowD1 = (env: SlowEnv): DurableObjectStub<SlowD1> => env.SLOW_D1.getByName('D1')

/** The bindings with the slow D1 in place of D1. It can what the product uses: sessions, and batches in them. */
export function onSlowD1<E extends Env>(env: E): E {
  const DB = { withSession: (at: string) => new SlowSession(env as unknown as SlowEnv, at) }
  return { ...env, DB: DB as unknown as D1Database }
}

type ObjectClass<T> = new (ctx: DurableObjectState, env: Env) => T

/** @returns the class with the slow D1 in place of D1 */
export function slow<T extends DurableObject<Env>>(Base: ObjectClass<T>): ObjectClass<T> {
  const Slow = class extends (Base as ObjectClass<DurableObject<Env>>) {
    constructor(ctx: DurableObjectState, env: Env) {
      super(ctx, onSlowD1(env))
    }
  }
  return Slow as ObjectClass<DurableObject<Env>> as ObjectClass<T>
}

class SlowSession {
  private readonly env: SlowEnv
  private readonly constraint: string
  private bookmark: string | null = null

  constructor(env: SlowEnv, constraint: string) {
    this.env = env
    this.constraint = constraint
  }

  prepare(text: string): Query & { bind(...values: unknown[]): Query } {
    return { text, values: [], bind: (...values) => ({ text, values }) }
  }

  async batch(queries: Query[]): Promise<D1Result[]> {
    const plain = queries.map(({ text, values }) => ({ text, values }))
    const ran = (await slowD1(this.env).batch(this.bookmark ?? this.constraint, plain)) as Ran
    this.bookmark = ran.bookmark
    return ran.results
  }

  getBookmark(): string | null {
    return this.bookmark
  }
}
