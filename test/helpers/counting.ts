import { env } from 'cloudflare:workers'
import { expect } from 'vitest'
import { type CallOptions, call } from './client.ts'
import { countedDatabase, type DatabaseCounts } from './counted-database.ts'
import { countedKv, type KvCounts } from './counted-kv.ts'

export type Counts = DatabaseCounts & KvCounts

/** The runtime's bindings, counting what goes through them: D1 round trips and rows, KV operations. */
export function counting(): { env: Partial<Env>; counts: Counts } {
  const counts: Counts = { d1Trips: 0, rowsRead: 0, rowsWritten: 0, kvReads: 0, kvWrites: 0 }
  return { env: { DB: countedDatabase(env.DB, counts), KV: countedKv(env.KV, counts) }, counts }
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
