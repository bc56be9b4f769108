/** Every wait ends: a store that hangs is a fault like one that fails, and does not hang an answer. */

const DEFAULT_STORE_TIMEOUT_MS = 10_000

/** The longest wait for D1, KV or an object. A setting that is not a positive number counts as the default. */
export function storeTimeoutMs(env: Pick<Env, 'STORE_TIMEOUT_MS'>): number {
  const configured = Number(env.STORE_TIMEOUT_MS)
  return configured > 0 ? configured : DEFAULT_STORE_TIMEOUT_MS
}

/** A store did not answer in time. It may still do what it was asked to. */
export class StoreTimeout extends Error {
  override name = 'StoreTimeout'
}

/**
 * Waits for a promise, but not longer than the timeout. Everyone who waits for a shared promise calls this for themselves,
 * because a promise that another request began may never settle once that request has ended.
 * @throws StoreTimeout when it takes longer
 */
export async function withTimeout<T>(timeoutMs: number, promise: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new StoreTimeout(`no answer within ${timeoutMs} ms`)), timeoutMs)
  })
  try {
    return await Promise.race([promise, late])
  } finally {
    clearTimeout(timer)
  }
}
