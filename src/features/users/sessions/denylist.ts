/** Logged-out refresh tokens in KV, for a fast refusal. D1 has the final answer, so KV may be late or down. */

import { withTimeout } from '../../../db/timeout.ts'
import { describe } from '../../../http/errors.ts'

/** KV accepts no shorter lifetime. */
const MIN_TTL_SECONDS = 60
/** Short, because D1 is asked anyway. */
const READ_TIMEOUT_MS = 1_000
/** Longer, because the write runs after the response. */
const WRITE_TIMEOUT_MS = 10_000

const kvKey = (jti: string) => `denied:${jti}`

/** Whether KV has the logout; false when KV does not answer, because D1 is asked as well. */
export async function isDenied(kv: KVNamespace, jti: string): Promise<boolean> {
  try {
    return (await withTimeout(READ_TIMEOUT_MS, kv.get(kvKey(jti)))) !== null
  } catch (error) {
    console.warn({ event: 'denylist not read from KV', ...describe(error) })
    return false
  }
}

/** Keeps the entry until the token would have expired anyway. `now` and `exp` are Unix seconds. */
export const deny = (kv: KVNamespace, { jti, exp }: { jti: string; exp: number }, now: number) =>
  withTimeout(WRITE_TIMEOUT_MS, kv.put(kvKey(jti), '1', { expirationTtl: Math.max(MIN_TTL_SECONDS, exp - now) }))
