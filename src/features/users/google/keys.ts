/** Google's public keys, kept in the isolate as long as Google says. */

import * as z from 'zod'
import { describe, unavailable } from '../../../http/errors.ts'
import { object } from '../../../http/fields.ts'

const DEFAULT_TTL_SECONDS = 3_600
const MAX_TTL_SECONDS = 86_400
/** A key nobody knows yet may be new; a made-up one must not send us to Google with every request. */
const MIN_REFETCH_SECONDS = 60
const TIMEOUT_MS = 5_000

const keySetSchema = object(() => ({ keys: z.array(z.looseObject({ kty: z.string(), kid: z.string() })) }))
export type PublicKey = z.output<typeof keySetSchema>['keys'][number]

type Kept = { url: string; keys: PublicKey[]; fetchedAt: number; staleAt: number }
let kept: Kept | undefined

/**
 * The keys published at a URL, with the named one among them if there is such a one.
 * @param now Unix seconds
 * @throws 503 when they cannot be had.
 */
export async function publishedKeys(url: string, kid: string, now: number): Promise<PublicKey[]> {
  const fresh = kept?.url === url && now < kept.staleAt ? kept : undefined
  if (fresh && (fresh.keys.some(key => key.kid === kid) || now < fresh.fetchedAt + MIN_REFETCH_SECONDS))
    return fresh.keys
  try {
    kept = await fetchKeys(url, now)
    return kept.keys
  } catch (error) {
    console.warn({ event: 'Google’s keys not fetched', ...describe(error) })
    if (fresh) return fresh.keys
    throw unavailable()
  }
}

async function fetchKeys(url: string, now: number): Promise<Kept> {
  const response = await fetch(url, { signal: AbortSignal.timeout(TIMEOUT_MS) })
  if (!response.ok) throw new Error(`answered with ${response.status}`)
  const { keys } = keySetSchema.parse(await response.json())
  const maxAge = /max-age=(\d+)/i.exec(response.headers.get('Cache-Control') ?? '')?.[1]
  const ttl = Math.min(maxAge === undefined ? DEFAULT_TTL_SECONDS : Number(maxAge), MAX_TTL_SECONDS)
  return { url, keys, fetchedAt: now, staleAt: now + ttl }
}
