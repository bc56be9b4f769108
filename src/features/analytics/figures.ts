/** Turns sums into figures. Rates are percentages with one decimal; without data rates and times are 0, scores null. */

const oneDecimal = (value: number) => Math.round(value * 10) / 10

/** A share as a percentage with one decimal; 0 when the whole is 0. */
export const rate = (part: number, whole: number) => (whole === 0 ? 0 : oneDecimal((100 * part) / whole))

/** A mean with one decimal; 0 when the count is 0. The sum is divided by `unit` (60 turns seconds into minutes). */
export const mean = (sum: number, count: number, unit = 1) => (count === 0 ? 0 : oneDecimal(sum / count / unit))

/** A mean score in percent with one decimal, from scores in 1/100 percent; null when the count is 0. */
export const meanScore = (sumHundredths: number, count: number) =>
  count === 0 ? null : oneDecimal(sumHundredths / count / 100)

export const toMinutes = 60
export const toHours = 3_600
