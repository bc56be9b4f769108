/** The score that stands for all attempts of a learner at a quiz. Scores are percentages in 1/100. */

export type GradingPolicy = 'highest' | 'latest' | 'average'

/** Null for an abandoned attempt. */
export type Score = number | null

/**
 * An abandoned attempt is never the highest and counts as 0 for the latest and the average: walking away must not beat failing.
 * @param scores of all attempts at a quiz, in the order of their start
 * @returns null without attempts, and without a score where the highest counts
 */
export function standingScore(policy: GradingPolicy, scores: readonly Score[]): Score {
  const scored = scores.filter(score => score !== null)
  if (policy === 'highest') return scored.length === 0 ? null : Math.max(...scored)
  if (scores.length === 0) return null
  return policy === 'latest' ? (scores.at(-1) ?? 0) : mean(scores.map(score => score ?? 0))
}

/** The arithmetic mean of one value or more; NaN of none. */
export const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length
