/** How sums become figures. Rates are percentages with one decimal; without data rates and times are 0, scores null. */

const oneDecimal = (value: number) => Math.round(value * 10) / 10

/** A share as a percentage with one decimal; of nothing, 0. */
export const rate = (part: number, whole: number) => (whole === 0 ? 0 : oneDecimal((100 * part) / whole))

/** A mean with one decimal; of nothing, 0. `unit` is what the sum is counted in (60 for seconds to minutes). */
export const mean = (sum: number, count: number, unit = 1) => (count === 0 ? 0 : oneDecimal(sum / count / unit))

/** A mean score with one decimal, from scores in 1/100; of nothing, null. */
export const meanScore = (sumHundredths: number, count: number) =>
  count === 0 ? null : oneDecimal(sumHundredths / count / 100)

export const toMinutes = 60
export const toHours = 3_600
