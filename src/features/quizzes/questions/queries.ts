/** All SQL of questions. What a question asks is its newest version; retired ones are in none of it. */
import { and, eq, isNull, type SQL, sql } from 'drizzle-orm'
import { isManagedBy } from '../../../access/teaching.ts'
import type { Db } from '../../../db/client.ts'
import { distinctly } from '../../../db/columns.ts'
import { questions, questionVersions } from '../../../db/schema/quizzes.ts'
import type { Page } from '../../../http/pagination.ts'
import { missingKey, QUESTIONS_AT_MOST, type Question, type QuestionColumns, toColumns } from './question.ts'

/** What a version asks, of whatever joins it: `fromColumns` makes a question of it. */
export const asked = {
  type: questionVersions.type,
  text: questionVersions.text,
  pointsMilli: questionVersions.pointsMilli,
  explanation: questionVersions.explanation,
  correctFeedback: questionVersions.correctFeedback,
  incorrectFeedback: questionVersions.incorrectFeedback,
  body: questionVersions.body,
}

const selected = distinctly({
  id: questions.id,
  quizId: questions.quizId,
  order: questions.order,
  versionId: questionVersions.id,
  ...asked,
})

const selectQuestions = (db: Db) =>
  db
    .select(selected)
    .from(questions)
    .innerJoin(questionVersions, sql`${questionVersions.id} = ${newestVersionOf(sql`${questions.id}`)}`)
    .$dynamic()
export type QuestionRow = Awaited<ReturnType<typeof selectQuestions>>[number]

const newestVersionOf = (questionId: SQL) =>
  sql`(SELECT max(id) FROM question_versions WHERE question_id = ${questionId})`

/** A quiz's id for its instructor and staff, nothing for anybody else: so keys are not even read for a learner. */
const authoredQuiz = (quizId: number, viewerId: number) => sql`(
  SELECT q.id FROM quizzes q JOIN modules m ON m.id = q.module_id JOIN courses c ON c.id = m.course_id
  WHERE q.id = ${quizId} AND ${isManagedBy(viewerId)}
)`

/** The questions of a quiz in their order, with their keys, for who manages it. */
export const questionsOf = (db: Db, quizId: number, viewerId: number) =>
  selectQuestions(db)
    .where(and(sql`${questions.quizId} = ${authoredQuiz(quizId, viewerId)}`, isNull(questions.retiredAt)))
    .orderBy(questions.order, questions.id)

export const pageOfQuestions = (db: Db, quizId: number, viewerId: number, { limit, offset }: Page) =>
  questionsOf(db, quizId, viewerId).limit(limit).offset(offset)

export const countOfQuestions = (db: Db, quizId: number) =>
  db
    .select({ count: sql<number>`count(*)`.as('count') })
    .from(questions)
    .where(and(eq(questions.quizId, quizId), isNull(questions.retiredAt)))

export const questionById = (db: Db, id: number) =>
  selectQuestions(db).where(and(eq(questions.id, id), isNull(questions.retiredAt)))

/** The quiz of a question, for whoever asks by the question. */
export const quizIdOf = (questionId: number) =>
  sql`(SELECT quiz_id FROM questions WHERE id = ${questionId} AND retired_at IS NULL)`

/** That a quiz is there, and takes questions as they are: without a key only while it is a survey. */
const takes = (quizId: number | SQL, hasKeys: boolean) =>
  sql`EXISTS (SELECT 1 FROM quizzes z WHERE z.id = ${quizId} AND z.deleted_at IS NULL AND (z.is_survey = 1 OR ${hasKeys ? 1 : 0}))`

/** D1 binds strings of up to 2,000,000 bytes. */
const PARAMETER_BYTES = 1_800_000

/**
 * Adds questions behind the last, all or none: none when the quiz would then have too many, is gone, or would have to
 * be a survey. First their places, whose ids follow one another because one statement makes them, then as many statements as
 * their texts need; a place without a version can only be one that the same transaction has made.
 */
export function insertQuestions(db: Db, quizId: number | SQL, added: readonly Question[], now: number) {
  const hasKeys = added.every(question => missingKey(question) === null)
  const live = sql`FROM questions WHERE quiz_id = ${quizId} AND retired_at IS NULL`
  const places = db
    .insert(questions)
    .select(
      sql`SELECT NULL, ${quizId}, (SELECT coalesce(max("order"), 0) ${live}) + key + 1, NULL FROM json_each(${JSON.stringify(added.map(() => 0))})
        WHERE ${takes(quizId, hasKeys)} AND (SELECT count(*) ${live}) + ${added.length} <= ${QUESTIONS_AT_MOST} ORDER BY key`,
    )
    .returning({ id: questions.id, order: questions.order })
  const versions = chunked(added.map(storedForm)).map(chunk =>
    db.insert(questionVersions).select(
      sql`SELECT NULL, place.id + key, value->>'$.type', value->>'$.text', value->>'$.pointsMilli', value->>'$.explanation',
          value->>'$.correctFeedback', value->>'$.incorrectFeedback', value->'$.body', ${now}, NULL
        FROM json_each(${`[${chunk.join()}]`}) JOIN (
          SELECT min(q.id) AS id FROM questions q
          WHERE q.quiz_id = ${quizId} AND NOT EXISTS (SELECT 1 FROM question_versions v WHERE v.question_id = q.id)
        ) place WHERE place.id IS NOT NULL ORDER BY key`,
    ),
  )
  return { places, versions }
}

/**
 * The body stays JSON within JSON: as a string its quotes would be escaped twice. Half a surrogate pair is no text to
 * SQLite, and becomes what a bound value makes of it.
 */
function storedForm(question: Question): string {
  const columns = toColumns(question)
  return JSON.stringify({ ...columns, body: JSON.parse(columns.body) }, (_, value) =>
    typeof value === 'string' ? value.toWellFormed() : value,
  )
}

/** Lists of texts that each fit one parameter, in order. */
function chunked(texts: string[]): string[][] {
  const chunks: string[][] = []
  let room = 0
  for (const text of texts) {
    const size = new TextEncoder().encode(text).length + 1
    if (size > room || chunks.length === 0) {
      chunks.push([])
      room = PARAMETER_BYTES
    }
    chunks.at(-1)?.push(text)
    room -= size
  }
  return chunks
}

/** The same columns as `other`; SQL has no shorter word for it. */
const holds = (row: QuestionColumns) =>
  and(
    eq(questionVersions.type, row.type),
    eq(questionVersions.text, row.text),
    eq(questionVersions.pointsMilli, row.pointsMilli),
    eq(questionVersions.explanation, row.explanation),
    eq(questionVersions.correctFeedback, row.correctFeedback),
    eq(questionVersions.incorrectFeedback, row.incorrectFeedback),
    eq(questionVersions.body, row.body),
  )

/**
 * Two statements of which at most one writes: a version that no attempt has drawn is changed in place, else a new one is
 * made. Neither does, if the question is no longer as it was read: an edit never undoes another that it has not seen.
 */
export function changeQuestion(db: Db, read: QuestionRow, changed: Question, now: number) {
  const columns = toColumns(changed)
  const isAsRead = and(
    eq(questionVersions.id, read.versionId),
    sql`${read.versionId} = ${newestVersionOf(sql`${read.id}`)}`,
    holds(read),
    sql`EXISTS (SELECT 1 FROM questions WHERE id = ${read.id} AND retired_at IS NULL)`,
    takes(read.quizId, missingKey(changed) === null),
  )
  const { type, text, pointsMilli, explanation, correctFeedback, incorrectFeedback, body } = columns
  return [
    db
      .insert(questionVersions)
      .select(
        sql`SELECT NULL, ${read.id}, ${type}, ${text}, ${pointsMilli}, ${explanation}, ${correctFeedback}, ${incorrectFeedback}, ${body}, ${now}, NULL
        FROM ${questionVersions} WHERE ${isAsRead} AND ${questionVersions.drawnAt} IS NOT NULL`,
      )
      .returning({ id: questionVersions.id }),
    db
      .update(questionVersions)
      .set(columns)
      .where(and(isAsRead, isNull(questionVersions.drawnAt)))
      .returning({ id: questionVersions.id }),
  ] as const
}

/** Removes a question; one that learners were shown is retired instead, so that results keep it. */
export function removeQuestion(db: Db, id: number, now: number) {
  const wasShown = sql`EXISTS (SELECT 1 FROM question_versions WHERE question_id = ${id} AND drawn_at IS NOT NULL)
    OR EXISTS (SELECT 1 FROM responses WHERE question_id = ${id})`
  return [
    db
      .update(questions)
      .set({ retiredAt: now })
      .where(and(eq(questions.id, id), isNull(questions.retiredAt), sql`(${wasShown})`)),
    db
      .delete(questionVersions)
      .where(
        sql`${questionVersions.questionId} = ${id} AND EXISTS (SELECT 1 FROM questions WHERE id = ${id} AND retired_at IS NULL)`,
      ),
    db.delete(questions).where(and(eq(questions.id, id), isNull(questions.retiredAt))),
  ] as const
}

/**
 * Puts all questions of a quiz in the given order. Nothing changes unless these are its questions, each once, at this
 * moment.
 */
export const reorderQuestions = (db: Db, quizId: number, order: readonly number[]) => {
  const ids = JSON.stringify(order)
  const live = sql`SELECT id FROM questions WHERE quiz_id = ${quizId} AND retired_at IS NULL`
  return db
    .update(questions)
    .set({ order: sql`wanted.place` })
    .from(sql`(SELECT value AS id, key + 1 AS place FROM json_each(${ids})) AS wanted`)
    .where(
      // A plus hides the quiz from the planner, who would look each of its questions up in the whole list.
      sql`${questions.id} = wanted.id AND +${questions.quizId} = ${quizId} AND ${questions.retiredAt} IS NULL
        AND (SELECT count(*) FROM (${live})) = ${order.length}
        AND NOT EXISTS (SELECT 1 FROM (${live}) WHERE id NOT IN (SELECT value FROM json_each(${ids})))`,
    )
    .returning({ id: questions.id })
}
