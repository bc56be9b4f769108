/** Codes as they were at most 30 seconds ago, for what names a code: pages and images. Recording a scan never asks here. */
import { batch } from '../../../db/batch.ts'
import { openSession } from '../../../db/client.ts'
import { withTimeout } from '../../../db/timeout.ts'
import type { AppContext } from '../../../http/context.ts'
import { describe } from '../../../http/errors.ts'
import { type CodeRow, codeByUuid } from './queries.ts'

const MAX_AGE_SECONDS = 30
/** The number changes with the columns, because another version of the service may have stored what is found. */
const CACHE_NAME = 'qr-codes-1'
/** A cache that does not answer in time counts as none. */
const CACHE_TIMEOUT_MS = 500

/** A read that another request began may never end, because that request has died: then this one reads itself. */
const SHARED_TIMEOUT_MS = 2_000

type Stored = { code: CodeRow; readAtMs: number }

/** The reads of this isolate whose codes are not yet in the cache, so that phones that scan together cause one. */
const reads = new Map<string, Promise<CodeRow | undefined>>()

/**
 * The cache is that of the data centre. It keeps no unknown code: a new one opens at once, and made-up ones fill nothing.
 * @returns undefined for a code that does not exist or is deleted
 */
export async function recentCode(c: AppContext, uuid: string): Promise<CodeRow | undefined> {
  const found = await cachedCode(c, uuid)
  if (found) return found
  const shared = reads.get(uuid)
  // A read that found nothing may have begun before the code was made.
  return (shared && (await withTimeout(SHARED_TIMEOUT_MS, shared).catch(() => undefined))) ?? readAndStore(c, uuid)
}

async function readAndStore(c: AppContext, uuid: string): Promise<CodeRow | undefined> {
  const readAtMs = Date.now()
  const read = readCode(c, uuid)
  reads.set(uuid, read)
  // Goes on when the client has gone away, because others wait for it.
  c.executionCtx.waitUntil(
    read
      .then(code => code && store(c, { code, readAtMs }))
      .catch(() => {})
      .finally(() => {
        if (reads.get(uuid) === read) reads.delete(uuid)
      }),
  )
  return read
}

/** Reads the primary database: by a client's bookmark the code might be of any age. */
async function readCode(c: AppContext, uuid: string): Promise<CodeRow | undefined> {
  const [[code]] = await batch(openSession(c.env, 'primary', c.get('usage')), codeByUuid({ uuid }))
  return code
}

async function cachedCode(c: AppContext, uuid: string): Promise<CodeRow | undefined> {
  return orNothing(async () => {
    const cache = await caches.open(CACHE_NAME)
    const { code, readAtMs } = (await (await cache.match(keyOf(c, uuid)))?.json<Stored>()) ?? {}
    // The cache counts from when it was stored, by a clock of its own.
    return readAtMs !== undefined && Date.now() < readAtMs + MAX_AGE_SECONDS * 1000 ? code : undefined
  })
}

const store = (c: AppContext, stored: Stored) =>
  orNothing(async () => {
    const headers = { 'Cache-Control': `public, max-age=${MAX_AGE_SECONDS}` }
    const cache = await caches.open(CACHE_NAME)
    await cache.put(keyOf(c, stored.code.uuid), Response.json(stored, { headers }))
  })

/** A name of its own under the host that was asked: the platform looks other hosts up. */
const keyOf = (c: AppContext, uuid: string) => new URL(`/q/${encodeURIComponent(uuid)}/code`, c.req.url)

async function orNothing<T>(use: () => Promise<T>): Promise<T | undefined> {
  try {
    return await withTimeout(CACHE_TIMEOUT_MS, use())
  } catch (error) {
    console.warn({ event: 'cache not used', ...describe(error) })
    return undefined
  }
}
