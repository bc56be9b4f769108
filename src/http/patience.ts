/**
 * What a promise comes to, if it comes in time: a store that hangs is not to hang an answer. To be asked anew by everyone
 * who waits for a shared promise, because what another request began may end with it.
 * @throws when it takes longer
 */
export async function inTime<T>(patienceMs: number, promise: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${patienceMs} ms`)), patienceMs)
  })
  try {
    return await Promise.race([promise, late])
  } finally {
    clearTimeout(timer)
  }
}
