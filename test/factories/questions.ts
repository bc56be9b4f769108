/** Questions as authors write them, and answers to them: values alone. */
import type { Choice, Question, QuestionBody } from '../../src/features/quizzes/questions/question.ts'

export type MadeQuestion = { id: number; versionId: number; question: Question }

/** What an author writes, least of it. */
export const QUESTIONS = {
  multiple_choice: {
    type: 'multiple_choice',
    text: 'What is the correct way to create a function in Python?',
    explanation: 'Functions are defined by def.',
    correct_feedback: 'Correct!',
    incorrect_feedback: 'No.',
    choices: [
      { text: 'function myFunc():', is_correct: false, feedback: 'That is JavaScript.' },
      { text: 'def myFunc():', is_correct: true },
    ],
  },
  true_false: { type: 'true_false', text: 'Python is typed.', correct_answer: true },
  short_answer: { type: 'short_answer', text: 'Who made Python?', accepted_answers: ['Guido'], case_sensitive: false },
  numeric: { type: 'numeric', text: 'Pi?', correct_value: 3.14, tolerance: 0.01, tolerance_type: 'absolute' },
  essay: { type: 'essay', text: 'Explain inheritance.', points: 10 },
} as const

/** A question of true or false with a text of its own. */
export const trueFalse = (text: string) => ({ ...QUESTIONS.true_false, text })

/** The right answer to a question, as a learner sends it. */
export function rightAnswer({ question }: { question: Question }): Record<string, unknown> {
  switch (question.type) {
    case 'multiple_choice':
      return { selected_choice: question.choices.find(choice => choice.isCorrect)?.id }
    case 'multiple_select':
      return { selected_choices: question.choices.filter(choice => choice.isCorrect).map(choice => choice.id) }
    case 'true_false':
      return { selected_answer: question.correctAnswer }
    case 'short_answer':
      return { text: question.acceptedAnswers[0] }
    case 'numeric':
      return { value: question.correctValue }
    case 'matching':
      return { matches: Object.fromEntries(question.pairs.map(({ leftId, rightId }) => [leftId, rightId])) }
    case 'ordering':
      return { order: question.items.map(item => item.id) }
    case 'fill_in_blank':
      return { blanks: Object.fromEntries(Object.entries(question.blanks).map(([blank, [first]]) => [blank, first])) }
    case 'essay':
      return { essay_text: 'Inheritance is a key concept.' }
  }
}

export function wrongAnswer({ question }: MadeQuestion): object {
  switch (question.type) {
    case 'multiple_choice':
      return { selected_choice: question.choices.find(choice => !choice.isCorrect)?.id }
    case 'true_false':
      return { selected_answer: !question.correctAnswer }
    case 'short_answer':
      return { text: 'certainly not' }
    case 'numeric':
      return { value: -1e9 }
    default:
      throw new Error(`no wrong answer to ${question.type}`)
  }
}

/** One question of every type. @param marker stands in every part that only authors may read */
export const oneOfEach = (marker = 'secret') => {
  const told = {
    explanation: `${marker} explained`,
    correct_feedback: `${marker} right`,
    incorrect_feedback: `${marker} wrong`,
  }
  const choices = [
    { text: 'yes', is_correct: true, feedback: `${marker} chosen` },
    { text: 'no', is_correct: false, feedback: `${marker} not chosen` },
  ]
  return [
    { type: 'multiple_choice', text: 'One?', points: 2, ...told, choices },
    { type: 'multiple_select', text: 'Some?', partial_credit: true, ...told, choices },
    { type: 'true_false', text: 'True?', correct_answer: true, ...told },
    { type: 'short_answer', text: 'What?', accepted_answers: [marker], case_sensitive: true, ...told },
    {
      type: 'numeric',
      text: 'How much?',
      correct_value: 4242.4242,
      tolerance: 0.0625,
      tolerance_type: 'percent',
      ...told,
    },
    {
      type: 'matching',
      text: 'Which?',
      pairs: ['1', '2', '3', '4', '5'].map(n => ({ left: `left ${n}`, right: `right ${n}` })),
      ...told,
    },
    { type: 'ordering', text: 'When?', items: ['a', 'b', 'c', 'd', 'e', 'f', 'g'], partial_credit: true, ...told },
    { type: 'fill_in_blank', text: 'A {{1}} and a {{2}}', blanks: { 1: [marker], 2: [marker, `${marker}2`] }, ...told },
    {
      type: 'essay',
      text: 'Why?',
      points: 10,
      min_words: 5,
      max_words: 500,
      rubric: [
        { criterion: 'content', max_points: 6 },
        { criterion: 'grammar', max_points: 4 },
      ],
      ...told,
    },
  ]
}

/** A question as the rules of answers take it. */
export const ask = (body: QuestionBody, pointsMilli = 1000): Question => ({
  text: 'Well?',
  pointsMilli,
  explanation: '',
  correctFeedback: '',
  incorrectFeedback: '',
  ...body,
})

/** Choices with ids from 1 on; a star marks a correct one. */
export const choices = (...marks: string[]): Choice[] =>
  marks.map((mark, place) => ({
    id: place + 1,
    text: mark.replace('*', ''),
    isCorrect: mark.startsWith('*'),
    feedback: '',
  }))
