/**
 * Daily quotas, counted in KV. Approximate on purpose: a counter lives in the isolate and is flushed in steps, so k
 * isolates that serve one key can together allow up to k times the limit. Exact limits are gates (`gates.ts`).
 */

import { withTimeout } from '../db/timeout.ts'
import { throttled } from './errors.ts'

const DAY_SECONDS = 86_400
/** Flush each time this share of the limit is counted but not yet written. */
const FLUSH_SHARE = 0.05
/** Counters that an isolate keeps; beyond that it drops the oldest, which loses at most one flush step. */
const MAX_COUNTERS = 10_000
/** The first request of a key waits this long for the count; then it is admitted as if the count were 0. */
const READ_TIMEOUT_MS = 1_000
/** Writes run after the response; a count that is not written in time is written with the next flush. */
const WRITE_TIMEOUT_MS = 10_000

export type Quota = { key: string; limit: number }
type Counter = { day: number; stored: number; unflushed: number; flushing: boolean }

const counters = new Map<string, Promise<Counter>>()

/** Who is counted: a token by itself, else the user, else the address. */
export type Counted = { tokenId?: number; userId?: number; address: string }

/** @returns the daily quota that counts the caller; null when it is turned off */
export function quotaFor(env: Env, { tokenId, userId, address }: Counted): Quota | null {
  if (tokenId !== undefined) return quotaOf(`token:${tokenId}`, env.RATE_LIMIT_TOKEN_PER_DAY)
  if (userId !== undefined) return quotaOf(`user:${userId}`, env.RATE_LIMIT_USER_PER_DAY)
  return quotaOf(`address:${address}`, env.RATE_LIMIT_ANON_PER_DAY)
}

function quotaOf(key: string, configured: string): Quota | null {
  const limit = Number(configured)
  return limit > 0 ? { key, limit } : null
}

/**
 * Reads KV once per key, isolate and day, and writes only after the response. Admits everybody while KV fails or hangs.
 * @throws 429 with the seconds until the next UTC day
 */
export async function countRequest(
  kv: KVNamespace,
  quota: Quota,
  nowMs: number,
  waitUntil: (task: Promise<unknown>) => void,
): Promise<void> {
  const nowSeconds = Math.floor(nowMs / 1000)
  const day = Math.floor(nowSeconds / DAY_SECONDS)
  const counter = await counterFor(kv, quota.key, day)
  if (counter.stored + counter.unflushed >= quota.limit) throw throttled((day + 1) * DAY_SECONDS - nowSeconds)
  counter.unflushed += 1
  const step = Math.max(1, Math.floor(quota.limit * FLUSH_SHARE))
  if (counter.unflushed >= step && !counter.flushing) {
    counter.flushing = true
    waitUntil(flush(kv, quota.key, counter))
  }
}

async function counterFor(kv: KVNamespace, key: string, day: number): Promise<Counter> {
  const existing = counters.get(key)
  if (existing) {
    const counter = await withTimeout(2 * READ_TIMEOUT_MS, existing).catch(() => null)
    if (counter?.day === day) return counter
    // Another request may have started the counter of the new day while this one waited.
    const current = counters.get(key)
    if (current && current !== existing) return current
  }
  const started = readCount(kv, key, day).then(stored => ({ day, stored, unflushed: 0, flushing: false }))
  counters.set(key, started)
  if (counters.size > MAX_COUNTERS) counters.delete(counters.keys().next().value as string)
  return started
}

const kvKey = (key: string, day: number) => `quota:${day}:${key}`

async function readCount(kv: KVNamespace, key: string, day: number): Promise<number> {
  try {
    return Number(await withTimeout(READ_TIMEOUT_MS, kv.get(kvKey(key, day)))) || 0
  } catch (error) {
    logKvFailure(error)
    return 0
  }
}

/** Reads before it adds and writes, because other isolates may have written since. */
async function flush(kv: KVNamespace, key: string, counter: Counter): Promise<void> {
  const added = counter.unflushed
  try {
    const stored = Number(await withTimeout(WRITE_TIMEOUT_MS, kv.get(kvKey(key, counter.day)))) || 0
    const total = String(stored + added)
    await withTimeout(WRITE_TIMEOUT_MS, kv.put(kvKey(key, counter.day), total, { expirationTtl: 2 * DAY_SECONDS }))
    counter.stored = stored + added
    counter.unflushed -= added
  } catch (error) {
    logKvFailure(error)
  } finally {
    counter.flushing = false
  }
}

const logKvFailure = (error: unknown) =>
  console.warn({ event: 'quota not counted in KV', message: error instanceof Error ? error.message : String(error) })
