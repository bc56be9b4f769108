/** Logged-out refresh tokens in KV: the fast refusal. The truth is in D1, so KV may be late, or down. */

import { withTimeout } from '../../../db/timeout.ts'
import { describe } from '../../../http/errors.ts'

/** KV takes nothing shorter. */
const MIN_TTL_SECONDS = 60
/** D1 is asked anyway. */
const KV_PATIENCE_MS = 1_000
/** After the response. */
const KV_WRITE_PATIENCE_MS = 10_000

const kvKey = (jti: string) => `denied:${jti}`

/** Whether KV knows of the logout; when it cannot say, D1 will. */
export async function isDenied(kv: KVNamespace, jti: string): Promise<boolean> {
  try {
    return (await withTimeout(KV_PATIENCE_MS, kv.get(kvKey(jti)))) !== null
  } catch (error) {
    console.warn({ event: 'denylist not read from KV', ...describe(error) })
    return false
  }
}

/** Until the token would have expired anyway. */
export const deny = (kv: KVNamespace, { jti, exp }: { jti: string; exp: number }, now: number) =>
  withTimeout(KV_WRITE_PATIENCE_MS, kv.put(kvKey(jti), '1', { expirationTtl: Math.max(MIN_TTL_SECONDS, exp - now) }))
