import { env } from 'cloudflare:workers'
import { expect } from 'vitest'
import { type CallOptions, call } from './client.ts'
import { countedDatabase, type DatabaseCounts } from './counted-database.ts'

export type Counts = DatabaseCounts & { kvReads: number; kvWrites: number }

/** The runtime's bindings, counting what goes through them: D1 round trips and rows, KV operations. */
export function counting(): { env: Partial<Env>; counts: Counts } {
  const counts: Counts = { d1Trips: 0, rowsRead: 0, rowsWritten: 0, kvReads: 0, kvWrites: 0 }
  const kv = new Proxy(env.KV, {
    get(target, property) {
      if (property === 'get') counts.kvReads += 1
      if (property === 'put' || property === 'delete') counts.kvWrites += 1
      const value = Reflect.get(target, property)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
  return { env: { DB: countedDatabase(env.DB, counts), KV: kv as KVNamespace }, counts }
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
