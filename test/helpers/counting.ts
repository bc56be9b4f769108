import { env } from 'cloudflare:workers'
import { expect } from 'vitest'
import { type CallOptions, call } from './client.ts'

export type Counts = { d1Trips: number; rowsRead: number; rowsWritten: number; kvReads: number; kvWrites: number }

/** The runtime's bindings, counting what goes through them: D1 round trips and rows, KV operations. */
export function counting(): { env: Partial<Env>; counts: Counts } {
  const counts: Counts = { d1Trips: 0, rowsRead: 0, rowsWritten: 0, kvReads: 0, kvWrites: 0 }
  const note = <R extends { meta?: unknown }>(result: R): R => {
    const meta = result.meta as { rows_read?: number; rows_written?: number } | undefined
    counts.rowsRead += meta?.rows_read ?? 0
    counts.rowsWritten += meta?.rows_written ?? 0
    return result
  }
  const statement = (inner: D1PreparedStatement): D1PreparedStatement =>
    new Proxy(inner, {
      get(target, property) {
        if (property === 'inner') return target
        if (property === 'bind') return (...values: unknown[]) => statement(target.bind(...values))
        if (property === 'all' || property === 'run') {
          return async () => {
            counts.d1Trips += 1
            return note(await target[property]())
          }
        }
        // `raw` tells no rows: the app reads through `batch`, so only its trip counts.
        if (property === 'raw') {
          return async () => {
            counts.d1Trips += 1
            return (await target.raw()) as unknown
          }
        }
        const value = Reflect.get(target, property)
        return typeof value === 'function' ? value.bind(target) : value
      },
    })
  const database = <D extends D1Database | D1DatabaseSession>(inner: D): D =>
    new Proxy(inner, {
      get(target, property) {
        if (property === 'withSession') return (at: string) => database((target as D1Database).withSession(at))
        if (property === 'prepare') return (query: string) => statement(target.prepare(query))
        if (property === 'batch') {
          return async (statements: (D1PreparedStatement & { inner?: D1PreparedStatement })[]) => {
            counts.d1Trips += 1
            return (await target.batch(statements.map(one => one.inner ?? one))).map(note)
          }
        }
        const value = Reflect.get(target, property)
        return typeof value === 'function' ? value.bind(target) : value
      },
    }) as D
  const kv = new Proxy(env.KV, {
    get(target, property) {
      if (property === 'get') counts.kvReads += 1
      if (property === 'put' || property === 'delete') counts.kvWrites += 1
      const value = Reflect.get(target, property)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
  return { env: { DB: database(env.DB), KV: kv as KVNamespace }, counts }
}

/** What one call that succeeds costs. */
export async function cost(
  method: string,
  path: string,
  options: CallOptions = {},
): Promise<Counts & { status: number }> {
  const { env: counted, counts } = counting()
  const { status, text } = await call(method, path, { ...options, env: { ...counted, ...options.env } })
  expect(status, `${method} ${path}: ${text}`).toBeLessThan(300)
  return { ...counts, status }
}
