/** Which score stands for all attempts of a learner at a quiz. Scores are percentages in 1/100. */

export type GradingPolicy = 'highest' | 'latest' | 'average'

/** Null: an abandoned attempt. */
export type Score = number | null

/**
 * The one score that stands for all attempts at a quiz; null of nothing. An abandoned attempt is never the highest, and is
 * a 0 where the latest or the average counts: walking away must not beat failing.
 */
export function standingScore(policy: GradingPolicy, scores: readonly Score[]): Score {
  const scored = scores.filter(score => score !== null)
  if (policy === 'highest') return scored.length === 0 ? null : Math.max(...scored)
  if (scores.length === 0) return null
  return policy === 'latest' ? (scores.at(-1) ?? 0) : mean(scores.map(score => score ?? 0))
}

/** Of one value or more. */
export const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length
