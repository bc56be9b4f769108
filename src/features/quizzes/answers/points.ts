/**
 * Units of points. Authors write the points of a question with three decimals (`…Milli`). Scores count whole 10⁻⁹ of a point
 * (`…Nano`), so that only the percentage rounds thirds and sixths. A quiz has at most 10⁶ points, and 10¹⁵ is a safe integer.
 */
export const NANO_PER_MILLI = 1_000_000

export const toNano = (milli: number) => milli * NANO_PER_MILLI
/** Exact for a result of `toNano`. */
export const toMilliPoints = (nano: number) => Math.round(nano / NANO_PER_MILLI)

/** Points for answers of the API, with at most three decimals. */
export const toPoints = (nano: number) => toMilliPoints(nano) / 1000

/** `part` × `scale` ÷ `whole`, rounded half up, in integers of any size. No argument is negative, and `whole` is above 0. */
function ratio(part: number, whole: number, scale: number): number {
  const [numerator, denominator] = [BigInt(part) * BigInt(scale), BigInt(whole)]
  return Number((2n * numerator + denominator) / (2n * denominator))
}

/**
 * The points for `right` of `total` parts of a question. Only all parts get all points, although 99.99999 % of a thousandth of
 * a point would round up to it.
 * @param total above 0
 * @returns 10⁻⁹ of a point
 */
export function partOf(pointsMilli: number, right: number, total: number): number {
  const all = toNano(pointsMilli)
  return right === total ? all : Math.min(ratio(all, total, right), Math.max(0, all - 1))
}

/**
 * An attempt's score as a percentage in 1/100, rounded half up; 0 of 0 points is 100 %.
 * @param earnedNano @param possibleNano in 10⁻⁹ of a point
 */
export const percentageHundredths = (earnedNano: number, possibleNano: number) =>
  possibleNano === 0 ? 100_00 : ratio(earnedNano, possibleNano, 100_00)

/** A share of points in 1/10000, for item analysis; 0 of 0 points is 0. */
export const shareOf = (part: number, whole: number) => (whole === 0 ? 0 : ratio(part, whole, 10_000))
