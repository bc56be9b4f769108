/** An exam hall straight into an empty database: a course with its quizzes, everybody enrolled, with tokens and no passwords. */

import { newQuestion } from '../../src/features/quizzes/questions/build.ts'
import { QuestionInput } from '../../src/features/quizzes/questions/input.ts'
import { toColumns } from '../../src/features/quizzes/questions/question.ts'
import { issueToken } from '../../src/http/authentication.ts'

export type Person = { id: number; token: string }
export type Hall = { instructor: Person; learners: Person[]; sprinters: Person[] }

export const EXAM_QUIZ = 1
/** Untimed, and its answers may be changed: for as many answers as can be given. */
export const SPRINT_QUIZ = 2
export const QUESTION_COUNT = 20

const INSTRUCTOR = 1
const FIRST_LEARNER = 1_000
const FIRST_SPRINTER = 100_000

const ASKED = [
  {
    type: 'multiple_choice',
    text: 'What is the correct way to create a function in Python?',
    explanation: 'Functions are defined by def.',
    choices: [
      { text: 'function myFunc():', is_correct: false, feedback: 'That is JavaScript.' },
      { text: 'def myFunc():', is_correct: true },
      { text: 'fn myFunc():', is_correct: false, feedback: 'That is Rust.' },
    ],
  },
  { type: 'true_false', text: 'Python is typed.', correct_answer: true },
  { type: 'short_answer', text: 'Who made Python?', accepted_answers: ['Guido', 'Guido van Rossum'] },
  { type: 'numeric', text: 'Pi?', correct_value: 3.14, tolerance: 0.01, tolerance_type: 'absolute' },
]

// biome-ignore lint/suspicious/noExplicitAny: a question as served
export function someAnswer(question: any): object {
  switch (question.type) {
    case 'multiple_choice':
      return { selected_choice: question.choices[Math.floor(Math.random() * question.choices.length)].id }
    case 'true_false':
      return { selected_answer: Math.random() < 0.5 }
    case 'short_answer':
      return { text: Math.random() < 0.5 ? 'guido van rossum' : `somebody ${Math.random()}` }
    default:
      return { value: Math.random() < 0.5 ? 3.14 : Math.random() }
  }
}

export async function fillHall(
  db: D1Database,
  jwtSecret: string,
  { learners, sprinters, limitMinutes }: { learners: number; sprinters: number; limitMinutes: number },
): Promise<Hall> {
  const now = Math.floor(Date.now() / 1000)
  const idsFrom = (first: number, count: number) => Array.from({ length: count }, (_, index) => first + index)
  const learnerIds = idsFrom(FIRST_LEARNER, learners)
  const sprinterIds = idsFrom(FIRST_SPRINTER, sprinters)
  const takers = [...learnerIds, ...sprinterIds]
  const insertUsers = `INSERT INTO users (id, username, username_key, email, email_key, is_instructor, created_at, updated_at)
    SELECT value, 'user' || value, 'user' || value, 'user' || value || '@example.com', 'user' || value || '@example.com',
      value = ${INSTRUCTOR}, ${now}, ${now} FROM json_each(?)`
  const insertQuiz = `INSERT INTO quizzes (id, module_id, title, time_limit_minutes, is_published, max_attempts, allow_time_extension,
    show_feedback, created_at, updated_at) VALUES (?, 1, ?, ?, 1, 0, 1, ?, ${now}, ${now})`
  await db.batch([
    db.prepare(insertUsers).bind(JSON.stringify([INSTRUCTOR, ...takers])),
    db.prepare(`INSERT INTO courses (id, title, slug, status, instructor_id, created_at, updated_at)
      VALUES (1, 'Exams', 'exams', 'published', ${INSTRUCTOR}, ${now}, ${now})`),
    db.prepare(`INSERT INTO modules (id, course_id, title, "order", completion_criteria, is_published, created_at, updated_at)
      VALUES (1, 1, 'Exam day', 1, 'quiz', 1, ${now}, ${now})`),
    db
      .prepare(`INSERT INTO enrollments (user_id, course_id, enrolled_at) SELECT value, 1, ${now} FROM json_each(?)`)
      .bind(JSON.stringify(takers)),
    db.prepare(insertQuiz).bind(EXAM_QUIZ, 'Exam', limitMinutes, 'immediate'),
    db.prepare(insertQuiz).bind(SPRINT_QUIZ, 'Sprint', null, 'after_completion'),
    ...[EXAM_QUIZ, SPRINT_QUIZ].flatMap(quiz => idsFrom(1, QUESTION_COUNT).flatMap(order => question(db, quiz, order))),
  ])
  const admit = async (id: number): Promise<Person> => {
    const secrets = { JWT_SECRET: jwtSecret, JWT_SECRET_PREVIOUS: '' }
    return { id, token: await issueToken(secrets, 'access', { userId: id, sessionVersion: 1 }, now) }
  }
  return {
    instructor: await admit(INSTRUCTOR),
    learners: await Promise.all(learnerIds.map(admit)),
    sprinters: await Promise.all(sprinterIds.map(admit)),
  }
}

function question(db: D1Database, quiz: number, order: number): D1PreparedStatement[] {
  const id = quiz * 100 + order
  const columns = toColumns(newQuestion(QuestionInput.parse(ASKED[order % ASKED.length])))
  return [
    db.prepare('INSERT INTO questions (id, quiz_id, "order") VALUES (?, ?, ?)').bind(id, quiz, order),
    db
      .prepare(
        `INSERT INTO question_versions (question_id, type, text, points_milli, explanation, correct_feedback, incorrect_feedback, body, created_at)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, 0)`,
      )
      .bind(
        id,
        columns.type,
        columns.text,
        columns.pointsMilli,
        columns.explanation,
        columns.correctFeedback,
        columns.incorrectFeedback,
        columns.body,
      ),
  ]
}
