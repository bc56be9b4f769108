/** Item analysis of classical test theory, from kept sums. Shares are in 1/10000. */

const SHARE_UNIT = 10_000

/** n, Σx, Σy, Σx², Σy², Σxy over responses: x is the share earned on the item, y on the rest of the attempt. */
export type ItemSums = {
  pairCount: number
  itemSum: number
  restSum: number
  itemSquares: number
  restSquares: number
  products: number
}

/** The difficulty index: the mean share of the points, 0 to 1 with two decimals (1 is the easiest); null without data. */
export const difficultyIndex = ({ shareSum, scoredCount }: { shareSum: number; scoredCount: number }) =>
  scoredCount === 0 ? null : twoDecimals(shareSum / scoredCount / SHARE_UNIT)

/**
 * The discrimination index: the item-rest correlation, Pearson's r between the item's share and the share of the rest,
 * (nΣxy − ΣxΣy) / √((nΣx² − (Σx)²)(nΣy² − (Σy)²)), with two decimals. Null where it is undefined: fewer than two
 * responses, or an item or a rest that does not vary.
 */
export function discriminationIndex(sums: ItemSums): number | null {
  // BigInt is exact, where floats would lose the difference of near-equal products of fifteen digits.
  const [n, x, y, xx, yy, xy] = [
    sums.pairCount,
    sums.itemSum,
    sums.restSum,
    sums.itemSquares,
    sums.restSquares,
    sums.products,
  ].map(BigInt) as [bigint, bigint, bigint, bigint, bigint, bigint]
  const [spreadX, spreadY] = [n * xx - x * x, n * yy - y * y]
  if (spreadX <= 0n || spreadY <= 0n) return null
  return twoDecimals(Number(n * xy - x * y) / Math.sqrt(Number(spreadX)) / Math.sqrt(Number(spreadY)))
}

// Adding 0 turns -0 into 0.
const twoDecimals = (value: number) => Math.round(value * 100) / 100 + 0
