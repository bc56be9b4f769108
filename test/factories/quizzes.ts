import { expect } from 'vitest'
import { newQuestion } from '../../src/features/quizzes/questions/build.ts'
import { QuestionInput } from '../../src/features/quizzes/questions/input.ts'
import { toColumns } from '../../src/features/quizzes/questions/question.ts'
import { call } from '../helpers/client.ts'
import { type MadeQuestion, QUESTIONS } from './questions.ts'
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
