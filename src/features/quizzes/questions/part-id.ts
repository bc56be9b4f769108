/**
 * The id of a choice, an item or one half of a pair: 48 random bits, so that it reveals neither the author's order nor which
 * halves belong together.
 */
export function newPartId(): number {
  const [high = 0, low = 0] = crypto.getRandomValues(new Uint32Array(2))
  // 0 is not a valid id.
  return (high % 2 ** 16) * 2 ** 32 + low || newPartId()
}
