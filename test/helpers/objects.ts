import { evictDurableObject, runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import type { AttemptSession } from '../../src/features/attempts/session/session.ts'

export const objectOf = (attempt: { id: number }): DurableObjectStub<AttemptSession> =>
  env.ATTEMPTS.getByName(String(attempt.id))

/** Takes the object out of memory, as the platform does whenever it likes: only what is stored remains. */
export const evict = (attempt: { id: number }) => evictDurableObject(objectOf(attempt) as never)

type State = { startedAtMs: number; persistedAtMs: number | null }

/** Lets the attempt have begun so much earlier, and sets its alarm accordingly. */
export async function letPass(attempt: { id: number }, ms: number): Promise<void> {
  await runInDurableObject(objectOf(attempt) as never, async (_, ctx) => {
    const state = ctx.storage.kv.get<State>('state')
    if (!state) throw new Error('no such attempt')
    ctx.storage.kv.put('state', {
      ...state,
      startedAtMs: state.startedAtMs - ms,
      persistedAtMs: state.persistedAtMs && state.persistedAtMs - ms,
    })
    const alarm = await ctx.storage.getAlarm()
    if (alarm !== null) await ctx.storage.setAlarm(alarm - ms)
  })
  await evict(attempt)
}

/** Gives the desk of a quiz other bindings than the runtime's, or the runtime's again. */
export const furnishDesk = (quizId: number, bindings: Partial<Env> = {}) =>
  runInDurableObject(env.DESKS.getByName(String(quizId)) as never, instance => {
    // biome-ignore lint/suspicious/noExplicitAny: the environment of an object is its own business, but for faults
    ;(instance as any).env = { ...env, ...bindings }
  })

/** Gives the attempt's object and its desk another database than the runtime's, for as long as they stay in memory. */
export async function withDatabase(attempt: { id: number }, DB: D1Database, settings: Partial<Env> = {}) {
  const quizId = await runInDurableObject(objectOf(attempt) as never, (instance, ctx) => {
    // biome-ignore lint/suspicious/noExplicitAny: the environment of an object is its own business, but for faults
    ;(instance as any).env = { ...env, ...settings, DB }
    return ctx.storage.kv.get<{ quizId: number }>('terms')?.quizId
  })
  if (quizId !== undefined) await furnishDesk(quizId, { ...settings, DB })
}

/** Lets the attempt's object meet this desk, for as long as it stays in memory; its own database is the given one. */
export const withDesk = (attempt: { id: number }, persist: () => Promise<unknown>, DB: D1Database = env.DB) =>
  runInDurableObject(objectOf(attempt) as never, instance => {
    // biome-ignore lint/suspicious/noExplicitAny: the environment of an object is its own business, but for faults
    ;(instance as any).env = { ...env, DB, DESKS: { getByName: () => ({ persist }) } }
  })

/** The runtime's database, each batch of which, of a session too, goes through `run`. */
export function wrapped(run: (batch: () => Promise<D1Result[]>) => Promise<D1Result[]>): D1Database {
  const wrap = <D extends D1Database | D1DatabaseSession>(inner: D): D =>
    new Proxy(inner, {
      get(target, property) {
        if (property === 'withSession') return (at: string) => wrap((target as D1Database).withSession(at))
        if (property === 'batch')
          return (statements: D1PreparedStatement[]) => run(() => target.batch(statements) as Promise<D1Result[]>)
        const value = Reflect.get(target, property)
        return typeof value === 'function' ? value.bind(target) : value
      },
    }) as D
  return wrap(env.DB)
}

export const LOST = 'D1_ERROR: Network connection lost.'
/** What nobody repeats at once. */
export const OVERLOADED = 'D1_ERROR: D1 DB is overloaded. Requests queued for too long.'

/** A database whose next batches fail, and how many did. */
export function failing(times: number, message = OVERLOADED): { DB: D1Database; failures: () => number } {
  let failures = 0
  const DB = wrapped(async batch => {
    if (failures >= times) return batch()
    failures += 1
    throw new Error(message)
  })
  return { DB, failures: () => failures }
}

/** A database that never answers. */
export const hanging = () => wrapped(() => new Promise(() => {}))

/** A database that answers only after so long. */
export const slow = (ms: number) =>
  wrapped(async batch => {
    await scheduler.wait(ms)
    return batch()
  })

/** The alarm rings now, whatever it is set to. */
export const ring = (attempt: { id: number }) =>
  runInDurableObject(objectOf(attempt) as never, instance => (instance as unknown as AttemptSession).alarm())
