/** Decides whether an answer may replace the kept one. */
import { type Answer, parseResponse } from '../../quizzes/answers/answer.ts'
import type { AnswerInput } from './messages.ts'
import type { KeptAnswer } from './outcome.ts'
import type { SnapshotQuestion, Terms } from './snapshot.ts'

/** The learner has seen the verdict, so a second answer would prove nothing. */
export const isFinal = (terms: Terms, type: string) =>
  terms.showFeedback === 'immediate' && type !== 'essay' && !terms.isSurvey

/** Whether the network delivered this answer after a newer one. */
export const isLate = ({ sequence }: AnswerInput, earlier: KeptAnswer): earlier is KeptAnswer & { sequence: number } =>
  sequence !== undefined && earlier.sequence !== undefined && sequence < earlier.sequence

export function isSame(question: SnapshotQuestion['question'], earlier: KeptAnswer, answer: Answer): boolean {
  const before = parseResponse(question, JSON.parse(earlier.responseData))
  return 'answer' in before && canonical(before.answer) === canonical(answer)
}
/** JSON with sorted keys and selections, because the order in which a client writes them has no meaning. */
const canonical = (answer: Answer) =>
  JSON.stringify(answer, (key, part) => {
    if (key === 'selected_choices') return part.toSorted()
    return typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([one], [other]) => (one < other ? -1 : 1)))
      : part
  })
