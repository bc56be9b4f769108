/**
 * The id of a choice, an item or one half of a pair: 48 random bits, so that it says nothing of the order in which the
 * author wrote, nor of which half belongs to which.
 */
export function newPartId(): number {
  const [high = 0, low = 0] = crypto.getRandomValues(new Uint32Array(2))
  // 0 is no id.
  return (high % 2 ** 16) * 2 ** 32 + low || newPartId()
}
