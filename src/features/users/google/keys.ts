/** Google's public keys, cached in the isolate for as long as Google's response allows. */

import * as z from 'zod'
import { describe, unavailable } from '../../../http/errors.ts'
import { object } from '../../../http/fields.ts'

const DEFAULT_TTL_SECONDS = 3_600
const MAX_TTL_SECONDS = 86_400
/** An unknown key id may be a new one, but made-up ids must not cause a fetch with every request. */
const MIN_REFETCH_SECONDS = 60
const TIMEOUT_MS = 5_000

const keySetSchema = object(() => ({ keys: z.array(z.looseObject({ kty: z.string(), kid: z.string() })) }))
export type PublicKey = z.output<typeof keySetSchema>['keys'][number]

type Cache = { url: string; keys: PublicKey[]; fetchedAt: number; staleAt: number }
let cache: Cache | undefined

/**
 * @param now Unix seconds
 * @returns the keys published at a URL; if the one named `kid` exists, it is among them
 * @throws 503 when the keys cannot be fetched
 */
export async function publishedKeys(url: string, kid: string, now: number): Promise<PublicKey[]> {
  const fresh = cache?.url === url && now < cache.staleAt ? cache : undefined
  if (fresh && (fresh.keys.some(key => key.kid === kid) || now < fresh.fetchedAt + MIN_REFETCH_SECONDS))
    return fresh.keys
  try {
    cache = await fetchKeys(url, now)
    return cache.keys
  } catch (error) {
    console.warn({ event: 'Google’s keys not fetched', ...describe(error) })
    if (fresh) return fresh.keys
    throw unavailable()
  }
}

async function fetchKeys(url: string, now: number): Promise<Cache> {
  const response = await fetch(url, { signal: AbortSignal.timeout(TIMEOUT_MS) })
  if (!response.ok) throw new Error(`answered with ${response.status}`)
  const { keys } = keySetSchema.parse(await response.json())
  const maxAge = /max-age=(\d+)/i.exec(response.headers.get('Cache-Control') ?? '')?.[1]
  const ttl = Math.min(maxAge === undefined ? DEFAULT_TTL_SECONDS : Number(maxAge), MAX_TTL_SECONDS)
  return { url, keys, fetchedAt: now, staleAt: now + ttl }
}
