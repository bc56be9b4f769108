/** Compares a learner's activity with that of the week before. */

export const TREND_DAYS = 7

export type Trend = 'increasing' | 'decreasing' | 'stable'

/** This week's events against last week's: more than 10 % up or down. In whole numbers, so that 10 % exactly is stable. */
export function activityTrend(thisWeek: number, lastWeek: number): Trend {
  if (10 * thisWeek > 11 * lastWeek) return 'increasing'
  if (10 * thisWeek < 9 * lastWeek) return 'decreasing'
  return 'stable'
}
