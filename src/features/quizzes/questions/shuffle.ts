/** Puts a list into another order, without changing the list. */
export type Shuffle = <T>(list: readonly T[]) => T[]

/** Every order equally likely, by Fisher and Yates. */
export const shuffle: Shuffle = list => {
  const shuffled = [...list]
  for (let last = shuffled.length - 1; last > 0; last--) {
    const chosen = randomBelow(last + 1)
    ;[shuffled[last], shuffled[chosen]] = [shuffled[chosen] as (typeof shuffled)[number], shuffled[last] as never]
  }
  return shuffled
}

/** Unbiased: numbers past the last whole multiple of `bound` are drawn again. */
function randomBelow(bound: number): number {
  const [drawn = 0] = crypto.getRandomValues(new Uint32Array(1))
  return drawn < 2 ** 32 - (2 ** 32 % bound) ? drawn % bound : randomBelow(bound)
}
