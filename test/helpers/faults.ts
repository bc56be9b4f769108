import { runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { DrizzleQueryError } from 'drizzle-orm'
import { objectOf } from './objects.ts'

/** What happens to one call: before anything was done, after all of it was done, late, after something else, or never. */
export type Fault =
  | { before: Error }
  | { after: Error }
  | { slowMs: number }
  | { meanwhile: () => Promise<unknown> }
  | 'hang'
/** What the next call meets. */
export type Plan = () => Fault | undefined

export const always =
  (fault: Fault): Plan =>
  () =>
    fault
/** Something else happens before the second call: between what a route reads and what it writes. */
export function betweenTrips(meanwhile: () => Promise<unknown>): Plan {
  let calls = 0
  return () => {
    calls += 1
    return calls === 2 ? { meanwhile } : undefined
  }
}
/** A share of the calls, by dice that fall the same every time. */
export function share(part: number, fault: Fault): Plan {
  let state = 1
  return () => {
    // Park and Miller's generator.
    state = (state * 48_271) % 2_147_483_647
    return state / 2_147_483_647 < part ? fault : undefined
  }
}

async function meeting<T>(fault: Fault | undefined, run: () => Promise<T>): Promise<T> {
  if (fault === undefined) return run()
  if (fault === 'hang') return new Promise<never>(() => {})
  if ('before' in fault) throw fault.before
  if ('slowMs' in fault) await scheduler.wait(fault.slowMs)
  if ('meanwhile' in fault) await fault.meanwhile()
  const done = await run()
  if ('after' in fault) throw fault.after
  return done
}

/** The runtime's database, whose batches meet the plan: the app reads and writes by nothing else. */
export function faultyDatabase(plan: Plan): D1Database {
  const wrap = <D extends D1Database | D1DatabaseSession>(inner: D): D =>
    new Proxy(inner, {
      get(target, property) {
        if (property === 'withSession') return (at: string) => wrap((target as D1Database).withSession(at))
        if (property === 'batch')
          return (statements: D1PreparedStatement[]) => meeting(plan(), () => target.batch(statements))
        const value = Reflect.get(target, property)
        return typeof value === 'function' ? value.bind(target) : value
      },
    }) as D
  return wrap(env.DB)
}

export function faultyKv(plan: Plan): KVNamespace {
  return new Proxy(env.KV, {
    get(target, property) {
      const value = Reflect.get(target, property)
      return typeof value === 'function'
        ? (...values: unknown[]) => meeting(plan(), () => value.apply(target, values))
        : value
    },
  })
}

/** A namespace of objects, of which every call meets the plan. */
export function faultyObjects<N extends { getByName(name: string): object }>(namespace: N, plan: Plan): N {
  const getByName = (name: string) => {
    const stub = namespace.getByName(name) as Record<string | symbol, (...values: unknown[]) => Promise<unknown>>
    return new Proxy(stub, {
      get:
        (target, method) =>
        (...values: unknown[]) =>
          meeting(plan(), async () => target[method]?.(...values)),
    })
  }
  return { getByName } as unknown as N
}

export const RESET = 'Durable Object reset because its code was updated.'

/** Takes the object away in the middle of what it does, as a deployment does: whoever waits for it gets this error. */
export async function reset(attempt: { id: number }): Promise<void> {
  await runInDurableObject(objectOf(attempt) as never, (_, ctx) => ctx.abort(RESET)).catch(() => {})
}

/**
 * A database whose n-th round trip, or every one, fails as Drizzle's own errors do: with the query and every bound value in the
 * message. Whatever was bound is told, so that a test can see that there was something to hide.
 */
export function failingAt(trip: number | 'every', message = 'D1_ERROR: no such column: nothing') {
  const bound: unknown[] = []
  let trips = 0
  const fail = () => {
    throw new DrizzleQueryError('insert into users values (?)', bound, new Error(message))
  }
  const isFailing = () => trip === 'every' || ++trips === trip
  const DB = new Proxy(env.DB, {
    get(target, property) {
      if (property !== 'withSession') return Reflect.get(target, property)
      return (at: string) => {
        const session = target.withSession(at)
        return {
          prepare(query: string) {
            const statement = session.prepare(query)
            const bind = statement.bind.bind(statement)
            statement.bind = (...values: unknown[]) => {
              bound.push(...values)
              return bind(...values)
            }
            return statement
          },
          batch: async (statements: D1PreparedStatement[]) => (isFailing() ? fail() : session.batch(statements)),
          getBookmark: () => session.getBookmark(),
        }
      }
    },
  })
  return { env: { DB }, bound }
}

const down = () => Promise.reject(new Error('KV is down'))
export const KV_DOWN: Partial<Env> = { KV: { get: down, put: down, delete: down } as unknown as KVNamespace }
