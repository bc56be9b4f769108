import { evictDurableObject, runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import type { AttemptSession } from '../../src/features/attempts/session/session.ts'

export const objectOf = (attempt: { id: number }): DurableObjectStub<AttemptSession> =>
  env.ATTEMPTS.getByName(String(attempt.id))

/** Takes the object out of memory, as the platform does whenever it likes: only what is stored remains. */
export const evict = (attempt: { id: number }) => evictDurableObject(objectOf(attempt) as never)

type State = { startedAtMs: number; carriedAtMs: number | null }

/** Lets the attempt have begun so much earlier, and sets its alarm accordingly. */
export async function letPass(attempt: { id: number }, ms: number): Promise<void> {
  await runInDurableObject(objectOf(attempt) as never, async (_, ctx) => {
    const state = ctx.storage.kv.get<State>('state')
    if (!state) throw new Error('no such attempt')
    ctx.storage.kv.put('state', {
      ...state,
      startedAtMs: state.startedAtMs - ms,
      carriedAtMs: state.carriedAtMs && state.carriedAtMs - ms,
    })
    const alarm = await ctx.storage.getAlarm()
    if (alarm !== null) await ctx.storage.setAlarm(alarm - ms)
  })
  await evict(attempt)
}

/** Gives the object another database than the runtime's, for as long as it stays in memory. */
export const withDatabase = (attempt: { id: number }, DB: D1Database) =>
  runInDurableObject(objectOf(attempt) as never, instance => {
    // biome-ignore lint/suspicious/noExplicitAny: the environment of an object is its own business, but for faults
    ;(instance as any).env = { ...env, DB }
  })

/** A database whose next batches fail, and how many did. */
export function failing(times: number): { DB: D1Database; failures: () => number } {
  let failures = 0
  const DB = new Proxy(env.DB, {
    get(target, property) {
      if (property === 'batch') {
        return async (statements: D1PreparedStatement[]) => {
          if (failures >= times) return target.batch(statements)
          failures += 1
          throw new Error('D1_ERROR: Network connection lost.')
        }
      }
      const value = Reflect.get(target, property)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
  return { DB, failures: () => failures }
}

/** A database that answers only after so long. */
export const slow = (ms: number) =>
  new Proxy(env.DB, {
    get(target, property) {
      if (property === 'batch') {
        return async (statements: D1PreparedStatement[]) => {
          await scheduler.wait(ms)
          return target.batch(statements)
        }
      }
      const value = Reflect.get(target, property)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })

/** The alarm rings now, whatever it is set to. */
export const ring = (attempt: { id: number }) =>
  runInDurableObject(objectOf(attempt) as never, instance => (instance as unknown as AttemptSession).alarm())
