import type { Question } from '../questions/question.ts'
import type { Answer } from './answer.ts'

/**
 * The automatic feedback on an answer: that of the chosen choices, the correct or incorrect feedback and the explanation, where
 * the question has them, with blank lines between.
 * @param answer null without one
 * @param isCorrect null in a survey and for a pending essay, where neither correct nor incorrect feedback applies
 */
export function feedbackFor(question: Question, answer: Answer | null, isCorrect: boolean | null): string {
  const verdict = isCorrect === null ? '' : isCorrect ? question.correctFeedback : question.incorrectFeedback
  return [...choiceFeedback(question, answer), verdict, question.explanation].filter(part => part !== '').join('\n\n')
}

function choiceFeedback(question: Question, answer: Answer | null): string[] {
  if (answer === null || !('choices' in question)) return []
  const ids =
    'selected_choice' in answer ? [answer.selected_choice] : 'selected_choices' in answer ? answer.selected_choices : []
  return question.choices.filter(choice => ids.includes(choice.id)).map(choice => choice.feedback)
}
