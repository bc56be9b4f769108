import type { Question } from '../questions/question.ts'
import type { Answer } from './answer.ts'

/**
 * What a learner is told about an answer when no grader wrote to it: the chosen choices' feedback, the correct or
 * incorrect feedback, the explanation, as far as there are any, with blank lines between.
 * @param answer null when there is none
 * @param isCorrect null in a survey and while an essay waits: then neither feedback applies
 */
export function feedbackFor(question: Question, answer: Answer | null, isCorrect: boolean | null): string {
  const verdict = isCorrect === null ? '' : isCorrect ? question.correctFeedback : question.incorrectFeedback
  return [...chosen(question, answer), verdict, question.explanation].filter(part => part !== '').join('\n\n')
}

function chosen(question: Question, answer: Answer | null): string[] {
  if (answer === null || !('choices' in question)) return []
  const ids =
    'selected_choice' in answer ? [answer.selected_choice] : 'selected_choices' in answer ? answer.selected_choices : []
  return question.choices.filter(choice => ids.includes(choice.id)).map(choice => choice.feedback)
}
