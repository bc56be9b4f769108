/** Returns a copy of a list in another order. */
export type Shuffle = <T>(list: readonly T[]) => T[]

/** Every order is equally likely (Fisher–Yates). */
export const shuffle: Shuffle = list => {
  const shuffled = [...list]
  for (let last = shuffled.length - 1; last > 0; last--) {
    const chosen = randomBelow(last + 1)
    ;[shuffled[last], shuffled[chosen]] = [shuffled[chosen] as (typeof shuffled)[number], shuffled[last] as never]
  }
  return shuffled
}

/** Draws again past the last whole multiple of `bound`, so that the result is unbiased. */
function randomBelow(bound: number): number {
  const [drawn = 0] = crypto.getRandomValues(new Uint32Array(1))
  return drawn < 2 ** 32 - (2 ** 32 % bound) ? drawn % bound : randomBelow(bound)
}
