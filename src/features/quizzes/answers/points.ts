/**
 * Points as they are kept. What a question is worth is written by its author with three decimals (`…Milli`); what is earned
 * is counted in whole 10⁻⁹ of a point (`…Nano`), so that thirds and sixths are rounded once, in the percentage, and nowhere
 * on the way. A quiz has at most 10⁶ points, which as 10¹⁵ is a safe integer.
 */
export const NANO_PER_MILLI = 1_000_000

export const toNano = (milli: number) => milli * NANO_PER_MILLI
/** Exact where it came from `toNano`. */
export const toMilliPoints = (nano: number) => Math.round(nano / NANO_PER_MILLI)

/** Points as answered: at most three decimals. */
export const toPoints = (nano: number) => toMilliPoints(nano) / 1000

/** `part` × `scale` ÷ `whole`, rounded half up, in integers of any size. None is negative, and `whole` is above 0. */
function ratio(part: number, whole: number, scale: number): number {
  const [numerator, denominator] = [BigInt(part) * BigInt(scale), BigInt(whole)]
  return Number((2n * numerator + denominator) / (2n * denominator))
}

/**
 * The points of `right` in `total` parts of a question, in 10⁻⁹. All of them only for all parts: 99.99999 % of a thousandth
 * would round up to it.
 * @param total above 0
 */
export function partOf(pointsMilli: number, right: number, total: number): number {
  const all = toNano(pointsMilli)
  return right === total ? all : Math.min(ratio(all, total, right), Math.max(0, all - 1))
}

/**
 * An attempt's score as a percentage in 1/100, rounded; 0 of 0 points is all of them.
 * @param earnedNano @param possibleNano in 10⁻⁹ of a point
 */
export const percentageHundredths = (earnedNano: number, possibleNano: number) =>
  possibleNano === 0 ? 100_00 : ratio(earnedNano, possibleNano, 100_00)

/** A share of points in 1/10000, as item analysis keeps it; of nothing, nothing. */
export const shareOf = (part: number, whole: number) => (whole === 0 ? 0 : ratio(part, whole, 10_000))
