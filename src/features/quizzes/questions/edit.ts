/** Edits one question while other authors may edit it too. */

import { requireManagedQuiz } from '../../../access/quizzes.ts'
import { asViewer } from '../../../access/viewer.ts'
import { batch } from '../../../db/batch.ts'
import type { Db } from '../../../db/client.ts'
import type { Caller } from '../../../http/authentication.ts'
import { invalid, notFound, unavailable } from '../../../http/errors.ts'
import { revise } from './build.ts'
import type { QuestionFields } from './input.ts'
import { changeQuestion, enrollmentForQuestion, type QuestionRow, questionById, quizOfQuestion } from './queries.ts'
import { fromColumns, missingKey, type Question, toColumns } from './question.ts'

const TRIES = 3

/**
 * A question and its quiz, for the course's instructor and staff.
 * @throws 404 for a question that the caller may not see, 403 for one that the caller does not manage
 */
export async function managedQuestion(db: Db, caller: Caller, id: number) {
  const [viewer, [row], [quizRow], [enrollment]] = await asViewer(
    db,
    caller,
    questionById({ id }),
    quizOfQuestion({ questionId: id }),
    enrollmentForQuestion({ userId: caller.userId, questionId: id }),
  )
  const quiz = requireManagedQuiz(viewer, quizRow, enrollment?.status)
  if (!row) throw notFound()
  return { row, quiz }
}

/**
 * Changes the given fields. When another edit comes between, it reads the question again and changes that, so that no edit is
 * lost.
 * @throws 400 when the result is not a valid question, 404 and 403 as `managedQuestion`, 503 when other edits keep coming
 */
export async function editQuestion(
  db: Db,
  caller: Caller,
  id: number,
  changes: Partial<QuestionFields>,
  now: number,
): Promise<{ row: QuestionRow; question: Question }> {
  for (let tried = 0; tried < TRIES; tried++) {
    const { row, quiz } = await managedQuestion(db, caller, id)
    const question = revise(fromColumns(row), changes)
    if (!quiz.isSurvey) requireKey(question)
    if (isUnchanged(row, question)) return { row, question }
    const [inserted, updated, [after]] = await batch(db, ...changeQuestion(row, question, now), questionById({ id }))
    if (inserted.length + updated.length > 0) return { row: after ?? row, question }
  }
  throw unavailable()
}

/** @throws 400 on the field that lacks the key */
export function requireKey(question: Question, path = ''): void {
  const missing = missingKey(question)
  if (missing) throw invalid({ [`${path}${missing.field}`]: [missing.message] })
}

const isUnchanged = (row: QuestionRow, question: Question) => {
  const columns = toColumns(question)
  return (Object.keys(columns) as (keyof typeof columns)[]).every(name => columns[name] === row[name])
}
