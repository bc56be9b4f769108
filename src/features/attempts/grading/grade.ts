/** Validates the score and the rubric scores that a grader gives an essay. */
import { type FieldErrors, invalid } from '../../../http/errors.ts'
import type { Criterion } from '../../quizzes/questions/question.ts'

type Essay = { maxMilli: number; rubric: readonly Criterion[] }
type GradeInput = { score?: number; rubricScores?: Record<string, number> }

const toMilli = (points: number) => Math.round(points * 1000)
const THREE_DECIMALS = 'Ensure that there are no more than 3 decimal places.'
const hasThreeDecimals = (points: number) => toMilli(points) / 1000 === points

/**
 * @returns 1/1000 points: the score, or the sum of the rubric scores when the grader gives only those
 * @throws 400 for a score beyond the points, and for rubric scores that leave the rubric or do not sum to the score
 */
export function essayScore({ maxMilli, rubric }: Essay, { score, rubricScores }: GradeInput): number {
  const errors: FieldErrors = {}
  const rubricError = rubric.length > 0 && rubricScores ? rubricMismatch(rubric, rubricScores) : null
  if (rubricError) errors['rubric_scores'] = [rubricError]
  const scoreError = score === undefined ? null : scoreMismatch(score, maxMilli)
  if (scoreError) errors['score'] = [scoreError]
  const isByRubric = rubric.length > 0 && rubricScores !== undefined && Object.keys(rubricScores).length > 0
  const sum = isByRubric ? sumMilli(rubricScores) : undefined
  if (score === undefined && sum === undefined) errors['score'] = ['This field is required.']
  const agree = score === undefined || sum === undefined || sum === toMilli(score)
  if (!agree && !rubricError && !scoreError) errors['rubric_scores'] = ['The scores must sum to the score.']
  if (Object.keys(errors).length > 0) throw invalid(errors)
  return score === undefined ? (sum ?? 0) : toMilli(score)
}

function scoreMismatch(score: number, maxMilli: number): string | null {
  if (score < 0) return 'Ensure this value is greater than or equal to 0.'
  if (score > maxMilli / 1000) return `Ensure this value is less than or equal to ${maxMilli / 1000}.`
  return hasThreeDecimals(score) ? null : THREE_DECIMALS
}

function rubricMismatch(rubric: readonly Criterion[], scores: Record<string, number>): string | null {
  const maxByCriterion = new Map(rubric.map(({ criterion, maxPointsMilli }) => [criterion, maxPointsMilli]))
  for (const [criterion, points] of Object.entries(scores)) {
    const maxMilli = maxByCriterion.get(criterion)
    if (maxMilli === undefined) return `The rubric has these criteria: ${[...maxByCriterion.keys()].join(', ')}.`
    if (points < 0 || points > maxMilli / 1000) return `${criterion}: from 0 to ${maxMilli / 1000} points.`
    if (!hasThreeDecimals(points)) return `${criterion}: ${THREE_DECIMALS}`
  }
  return null
}

const sumMilli = (scores: Record<string, number>) =>
  Object.values(scores).reduce((sum, points) => sum + toMilli(points), 0)
