import { expect } from 'vitest'
import { newQuestion } from '../../src/features/quizzes/questions/build.ts'
import { QuestionInput } from '../../src/features/quizzes/questions/input.ts'
import { type Question, toColumns } from '../../src/features/quizzes/questions/question.ts'
import { type Answer, call, makeInstructor, makeUser, type TestUser, unique } from './client.ts'
import { enrolled, makeCourse, makeModule } from './courses.ts'
import { insert } from './rows.ts'

// biome-ignore lint/suspicious/noExplicitAny: a test reads whatever JSON the route answered and asserts on it
type Body = any

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

export type MadeQuestion = { id: number; versionId: number; question: Question }
export type MadeQuiz = { id: number; questions: MadeQuestion[] }

/** A quiz straight into the database: published, with immediate feedback, unless said otherwise. */
export async function makeQuiz(
  moduleId: number,
  fields: Record<string, string | number | null> = {},
  questions: object[] = [QUESTIONS.multiple_choice],
): Promise<MadeQuiz> {
  const row = { module_id: moduleId, title: unique('Quiz '), is_published: 1, created_at: 0, updated_at: 0, ...fields }
  const id = await insert('quizzes', row)
  const made: MadeQuestion[] = []
  for (const [order, fields] of questions.entries()) made.push(await makeQuestion(id, order + 1, fields))
  return { id, questions: made }
}

export async function makeQuestion(quizId: number, order: number, fields: object): Promise<MadeQuestion> {
  const id = await insert('questions', { quiz_id: quizId, order })
  return { id, ...(await makeVersion(id, fields)) }
}

export async function makeVersion(questionId: number, fields: object) {
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
export function rightAnswer({ question }: MadeQuestion): object {
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
      return { matches: Object.fromEntries(question.pairs.map(pair => [pair.leftId, pair.rightId])) }
    case 'ordering':
      return { order: question.items.map(item => item.id) }
    case 'fill_in_blank':
      return { blanks: Object.fromEntries(Object.entries(question.blanks).map(([n, [first]]) => [n, first])) }
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

export type Hall = {
  instructor: TestUser
  learner: TestUser
  course: Body
  module: Body
  quiz: MadeQuiz
  /** Of the learner. */
  enrollment: Body
}

/** A course with a module, a quiz and an enrolled learner. */
export async function makeHall(
  fields: Record<string, string | number | null> = {},
  questions?: object[],
): Promise<Hall> {
  const instructor = await makeInstructor()
  const learner = await makeUser()
  const course = await makeCourse(instructor)
  const module = await makeModule(instructor, course.id, { completion_criteria: 'quiz' })
  const enrollment = await enrolled(learner, course)
  const quiz = await makeQuiz(module.id, fields, questions)
  return { instructor, learner, course, module, quiz, enrollment }
}

export const startAttempt = (quiz: { id: number }, as: TestUser, body: object = {}): Promise<Answer> =>
  call('POST', `/api/courses/quizzes/${quiz.id}/start-attempt/`, { as, body })

export async function started(hall: Pick<Hall, 'quiz' | 'learner'>): Promise<Body> {
  const answer = await startAttempt(hall.quiz, hall.learner)
  expect(answer.status, answer.text).toBe(201)
  return answer.body
}

export const submit = (attempt: { id: number }, as: TestUser, question: number, response_data: object, more = {}) =>
  call('POST', `/api/courses/quiz-attempts/${attempt.id}/submit-response/`, {
    as,
    body: { question, response_data, ...more },
  })

export const end = (attempt: { id: number }, as: TestUser, action: 'complete' | 'timeout' | 'abandon' = 'complete') =>
  call('POST', `/api/courses/quiz-attempts/${attempt.id}/${action}/`, { as })

export const resultOf = (attempt: { id: number }, as: TestUser) =>
  call('GET', `/api/courses/quiz-attempts/${attempt.id}/result/`, { as })
