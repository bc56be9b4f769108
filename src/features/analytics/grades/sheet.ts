/** A course's grades as a sheet: a line for each learner, a column for each quiz. */
import { csvLines, type Pages } from '../../../http/csv.ts'
import { displayName } from '../../../http/fields.ts'
import { type GradingPolicy, type Score, standingScore } from '../../attempts/grading/standing-score.ts'
import { percentage } from '../../progress/completion.ts'
import type { GradedQuiz, GradesRow } from './queries.ts'

const LEARNER = ['user', 'username', 'user_name', 'status', 'progress']

/** A learner's attempts in the order in which they ended: scores in 1/100 percent, and the number of ungraded essays. */
type Attempts = { scores: Score[]; waiting: number[] }

export function gradeLines(quizzes: GradedQuiz[], pages: Pages<GradesRow>): AsyncGenerator<string> {
  // The heading has the id too, because titles may be equal.
  const heading = [...LEARNER, ...quizzes.map(({ id, title }) => `${title} (${id})`)]
  return csvLines(heading, row => [...learnerOf(row), ...gradesOf(row, quizzes)], pages)
}

const learnerOf = (row: GradesRow) => [
  row.userId,
  row.username,
  displayName(row),
  row.status,
  percentage(row.completedModules, row.publishedModules),
]

function gradesOf(row: GradesRow, quizzes: GradedQuiz[]) {
  const entries: [quizId: number, ...(readonly [Score[], number[]])][] = JSON.parse(row.scores)
  const byQuiz = new Map(entries.map(([quizId, scores, waiting]) => [quizId, { scores, waiting }]))
  return quizzes.map(({ id, policy }) => gradeOf(policy, byQuiz.get(id)))
}

/**
 * The percentage by the policy, with at most two decimals; null without one. It is `pending` while an attempt that decides it
 * has an ungraded essay, so that nobody takes a score that can still rise for a grade.
 */
export function gradeOf(policy: GradingPolicy, attempts: Attempts | undefined): number | 'pending' | null {
  if (!attempts) return null
  const deciding = policy === 'latest' ? attempts.waiting.slice(-1) : attempts.waiting
  if (deciding.some(essays => essays > 0)) return 'pending'
  const standing = standingScore(policy, attempts.scores)
  return standing === null ? null : Math.round(standing) / 100
}
