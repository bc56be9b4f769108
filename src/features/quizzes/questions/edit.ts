/** Changing one question while others may be changing it, too. */

import { requireManagedQuiz } from '../../../access/quizzes.ts'
import { asViewer } from '../../../access/viewer.ts'
import { batch } from '../../../db/batch.ts'
import type { Db } from '../../../db/client.ts'
import type { Caller } from '../../../http/authentication.ts'
import { invalid, notFound, unavailable } from '../../../http/errors.ts'
import type { QuestionFields } from './input.ts'
import { revise } from './made.ts'
import { changeQuestion, enrollmentForQuestion, type QuestionRow, questionById, quizOfQuestion } from './queries.ts'
import { fromColumns, missingKey, type Question, toColumns } from './question.ts'

const TRIES = 3

/** A question for whom it may be changed by. @throws 404, 403 */
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
 * Changes the given fields. Whoever meets another's edit reads the question again and changes that, so that neither
 * edit is lost.
 * @throws 400 when the whole would be no question, 503 when others keep changing it
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
    const [made, updated] = await batch(db, ...changeQuestion(row, question, now))
    if (made.length + updated.length > 0) return { row, question }
  }
  throw unavailable()
}

/** @throws 400 on the field that the key is missing from */
export function requireKey(question: Question, path = ''): void {
  const missing = missingKey(question)
  if (missing) throw invalid({ [`${path}${missing.field}`]: [missing.message] })
}

const isUnchanged = (row: QuestionRow, question: Question) => {
  const columns = toColumns(question)
  return (Object.keys(columns) as (keyof typeof columns)[]).every(name => columns[name] === row[name])
}
