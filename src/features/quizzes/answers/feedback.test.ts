import { describe, expect, test } from 'vitest'
import { ask, choices } from '../../../../test/factories/questions.ts'
import type { Choice, Question, QuestionOf } from '../questions/question.ts'
import { feedbackFor } from './feedback.ts'

const capitals = ask({
  type: 'matching',
  pairs: [
    { leftId: 1, left: 'Canada', rightId: 11, right: 'Ottawa' },
    { leftId: 2, left: 'Italy', rightId: 12, right: 'Rome' },
    { leftId: 3, left: 'Japan', rightId: 13, right: 'Tokyo' },
  ],
})
const essay = ask({ type: 'essay', minWords: 100, maxWords: 200, rubric: [] })
describe('feedback', () => {
  const [first, second] = choices('a', '*b') as [Choice, Choice]
  const question: QuestionOf<'multiple_select'> = {
    type: 'multiple_select',
    partialCredit: false,
    choices: [
      { ...first, feedback: 'Not a.' },
      { ...second, feedback: 'Yes, b.' },
    ],
    text: 'Well?',
    pointsMilli: 1000,
    explanation: 'Because.',
    correctFeedback: 'Right!',
    incorrectFeedback: 'Wrong.',
  }
  test.each<[string, { selected_choices: number[] } | null, boolean | null, string]>([
    ['right', { selected_choices: [2] }, true, 'Yes, b.\n\nRight!\n\nBecause.'],
    ['wrong, in the author’s order', { selected_choices: [2, 1] }, false, 'Not a.\n\nYes, b.\n\nWrong.\n\nBecause.'],
    ['no answer', null, false, 'Wrong.\n\nBecause.'],
    ['in a survey', { selected_choices: [1] }, null, 'Not a.\n\nBecause.'],
  ])('%s', (_, answer, isCorrect, expected) => {
    expect(feedbackFor(question, answer, isCorrect)).toBe(expected)
  })

  test('of a single choice: what its author wrote to the one chosen', () => {
    const single: Question = { ...question, type: 'multiple_choice' }
    expect(feedbackFor(single, { selected_choice: 1 }, false)).toBe('Not a.\n\nWrong.\n\nBecause.')
    expect(feedbackFor(single, { selected_choice: 2 }, true)).toBe('Yes, b.\n\nRight!\n\nBecause.')
  })

  test('is empty where the author wrote none', () => {
    expect(feedbackFor(essay, { essay_text: 'x' }, null)).toBe('')
    expect(feedbackFor(capitals, { matches: {} }, false)).toBe('')
  })
})
