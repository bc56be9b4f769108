/** Waits that end: a store that hangs is a fault like one that fails, and is not to hang an answer. */

const DEFAULT_STORE_TIMEOUT_MS = 10_000

/** How long anything waits for D1, KV or an object. A setting that is no positive number is the default. */
export function storeTimeoutMs(env: Pick<Env, 'STORE_TIMEOUT_MS'>): number {
  const configured = Number(env.STORE_TIMEOUT_MS)
  return configured > 0 ? configured : DEFAULT_STORE_TIMEOUT_MS
}

/** A store did not answer in time. What it was asked to do may still be done. */
export class StoreTimeout extends Error {
  override name = 'StoreTimeout'
}

/**
 * What a promise comes to, if it comes in time. To be asked anew by everyone who waits for a shared promise, because what
 * another request began may end with it.
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
