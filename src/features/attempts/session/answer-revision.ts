/** When an answer may replace the one that is kept. */
import { type Answer, parseResponse } from '../../quizzes/answers/answer.ts'
import type { GivenAnswer } from './messages.ts'
import type { KeptAnswer } from './outcome.ts'
import type { SnapshotQuestion, Terms } from './snapshot.ts'

/** Its verdict was told, so a second try would be no answer any more. */
export const isFinal = (terms: Terms, type: string) =>
  terms.showFeedback === 'immediate' && type !== 'essay' && !terms.isSurvey

/** A copy that the network brought after the answer that was to replace it. */
export const isLate = ({ sequence }: GivenAnswer, earlier: KeptAnswer): earlier is KeptAnswer & { sequence: number } =>
  sequence !== undefined && earlier.sequence !== undefined && sequence < earlier.sequence

export function isSame(question: SnapshotQuestion['question'], earlier: KeptAnswer, answer: Answer): boolean {
  const before = parseResponse(question, JSON.parse(earlier.responseData))
  return 'answer' in before && canonical(before.answer) === canonical(answer)
}
/** JSON whose objects have their keys in order, and selections their ids: in which a client wrote them says nothing. */
const canonical = (answer: Answer) =>
  JSON.stringify(answer, (key, part) => {
    if (key === 'selected_choices') return part.toSorted()
    return typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([one], [other]) => (one < other ? -1 : 1)))
      : part
  })
