/** Assesses a learner's quiz scores. Scores are in 1/100 percent. */
import { type GradingPolicy, mean, type Score, standingScore } from '../attempts/grading/standing-score.ts'

/** A learner's ended attempts at one quiz, in the order in which they ended. */
export type QuizScores = {
  module: { id: number; title: string; order: number }
  policy: GradingPolicy
  scores: Score[]
}

const STRENGTH_FROM = 8_000
const IMPROVEMENT_BELOW = 6_000

/**
 * @returns the average over quizzes (null without any), and the titles of modules whose quizzes average at least 80 percent,
 * best first, and below 60 percent, worst first; equal ones in the modules' order
 */
export function assess(quizzes: QuizScores[]) {
  const standing = quizzes.flatMap(({ module, policy, scores }) => {
    const score = standingScore(policy, scores)
    return score === null ? [] : [{ module, score }]
  })
  const modules = [...Map.groupBy(standing, quiz => quiz.module.id).values()]
    .map(group => ({ module: (group[0] as (typeof group)[0]).module, score: mean(group.map(quiz => quiz.score)) }))
    .sort((one, other) => one.module.order - other.module.order || one.module.id - other.module.id)
  const titles = (list: typeof modules) => list.map(({ module }) => module.title)
  return {
    averageScore: standing.length === 0 ? null : mean(standing.map(quiz => quiz.score)),
    strengths: titles(modules.filter(m => m.score >= STRENGTH_FROM).sort((one, other) => other.score - one.score)),
    weaknesses: titles(modules.filter(m => m.score < IMPROVEMENT_BELOW).sort((one, other) => one.score - other.score)),
  }
}
