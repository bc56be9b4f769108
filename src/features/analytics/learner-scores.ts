/** What a learner's quiz scores amount to. Scores are percentages in 1/100. */

export type GradingPolicy = 'highest' | 'latest' | 'average'

/** Null: an abandoned attempt. */
export type Score = number | null

/** A learner's ended attempts at one quiz, in the order in which they ended. */
export type QuizScores = {
  module: { id: number; title: string; order: number }
  policy: GradingPolicy
  scores: Score[]
}

const STRENGTH_FROM = 8_000
const IMPROVEMENT_BELOW = 6_000

/**
 * The one score that stands for all attempts at a quiz; null of nothing. An abandoned attempt is never the highest, and is
 * a 0 where the latest or the average counts: walking away must not beat failing.
 */
export function standingScore(policy: GradingPolicy, scores: readonly Score[]): Score {
  const scored = scores.filter(score => score !== null)
  if (policy === 'highest') return scored.length === 0 ? null : Math.max(...scored)
  if (scores.length === 0) return null
  return policy === 'latest' ? (scores.at(-1) ?? 0) : average(scores.map(score => score ?? 0))
}

const average = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length

/**
 * The average over quizzes (null without any), and the titles of modules whose quizzes average at least 80, the best
 * first, and below 60, the worst first; equal ones in the modules' order.
 */
export function assess(quizzes: QuizScores[]) {
  const standing = quizzes.flatMap(({ module, policy, scores }) => {
    const score = standingScore(policy, scores)
    return score === null ? [] : [{ module, score }]
  })
  const modules = [...Map.groupBy(standing, quiz => quiz.module.id).values()]
    .map(group => ({ module: (group[0] as (typeof group)[0]).module, score: average(group.map(quiz => quiz.score)) }))
    .sort((one, other) => one.module.order - other.module.order || one.module.id - other.module.id)
  const titles = (list: typeof modules) => list.map(({ module }) => module.title)
  return {
    averageScore: standing.length === 0 ? null : average(standing.map(quiz => quiz.score)),
    strengths: titles(modules.filter(m => m.score >= STRENGTH_FROM).sort((one, other) => other.score - one.score)),
    weaknesses: titles(modules.filter(m => m.score < IMPROVEMENT_BELOW).sort((one, other) => one.score - other.score)),
  }
}
