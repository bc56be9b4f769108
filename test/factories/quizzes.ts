import { expect } from 'vitest'
import { newQuestion } from '../../src/features/quizzes/questions/build.ts'
import { QuestionInput } from '../../src/features/quizzes/questions/input.ts'
import { type Question, toColumns } from '../../src/features/quizzes/questions/question.ts'
import { call } from '../helpers/client.ts'
import { insert, insertQuiz, unique, type Values } from './rows.ts'
import type { TestUser } from './users.ts'

// biome-ignore lint/suspicious/noExplicitAny: the body of a quiz or question as answered
type Body = any

/** A published quiz through the API, unless said otherwise. */
export async function makeQuiz(owner: TestUser, module: number, fields: Record<string, unknown> = {}): Promise<Body> {
  const body = { module, title: unique('Quiz '), is_published: true, ...fields }
  const answer = await call('POST', '/api/quizzes/', { as: owner, body })
  expect(answer.status, answer.text).toBe(201)
  return answer.body
}

export async function makeQuestion(owner: TestUser, quiz: number, body: Record<string, unknown>): Promise<Body> {
  const answer = await call('POST', `/api/quizzes/${quiz}/questions/`, { as: owner, body })
  expect(answer.status, answer.text).toBe(201)
  return answer.body
}

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

export type MadeQuestion = { id: number; versionId: number; question: Question }
export type MadeQuiz = { id: number; questions: MadeQuestion[] }

/** A quiz with its questions straight into the database: published, with immediate feedback, unless said otherwise. */
export async function insertQuizWithQuestions(
  moduleId: number,
  fields: Values = {},
  questions: object[] = [QUESTIONS.multiple_choice],
): Promise<MadeQuiz> {
  const id = await insertQuiz(moduleId, fields)
  const made: MadeQuestion[] = []
  for (const [place, fields] of questions.entries()) made.push(await insertQuestion(id, place + 1, fields))
  return { id, questions: made }
}

/** A question with one version. */
export async function insertQuestion(
  quizId: number,
  order = 1,
  fields: object = QUESTIONS.true_false,
): Promise<MadeQuestion> {
  const id = await insert('questions', { quiz_id: quizId, order })
  return { id, ...(await insertVersion(id, fields)) }
}

export async function insertVersion(questionId: number, fields: object = QUESTIONS.true_false) {
  const question = newQuestion(QuestionInput.parse(fields))
  const columns = toColumns(question)
  const versionId = await insert('question_versions', {
    question_id: questionId,
    type: columns.type,
    text: columns.text,
    points_milli: columns.pointsMilli,
    explanation: columns.explanation,
    correct_feedback: columns.correctFeedback,
    incorrect_feedback: columns.incorrectFeedback,
    body: columns.body,
    created_at: 0,
  })
  return { versionId, question }
}

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
