/** All SQL of questions. A question's newest version holds its content; no query yields retired questions. */

import { and, eq, isNull, sql } from 'drizzle-orm'
import { isManagedBy } from '../../../access/teaching.ts'
import { distinctly } from '../../../db/columns.ts'
import { questions, questionVersions } from '../../../db/schema/quizzes.ts'
import {
  type Builder,
  type Given,
  type Names,
  partialStatement,
  statement,
  statements,
  type Value,
} from '../../../db/statement.ts'
import type { Page } from '../../../http/pagination.ts'
import { newestQuizIdOf, selectEnrollmentForQuiz, selectQuiz } from '../queries.ts'
import { missingKey, QUESTIONS_AT_MOST, type Question, type QuestionColumns, toColumns } from './question.ts'

/** The content of a version, for any query that joins it. `fromColumns` turns it into a question. */
export const contentColumns = {
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
  revision: questions.revision,
  versionId: questionVersions.id,
  ...contentColumns,
})

const selectQuestions = (db: Builder) =>
  db
    .select(selected)
    .from(questions)
    .innerJoin(questionVersions, sql`${questionVersions.id} = ${newestVersionOf(sql`${questions.id}`)}`)
    .$dynamic()
export type QuestionRow = Awaited<ReturnType<typeof selectQuestions>>[number]

const newestVersionOf = (questionId: Value) =>
  sql`(SELECT max(id) FROM question_versions WHERE question_id = ${questionId})`

/** A quiz's id for its instructor and staff, null for anybody else, so that no query reads keys for a learner. */
const authoredQuiz = (quizId: Value, viewerId: Value) => sql`(
  SELECT q.id FROM quizzes q JOIN modules m ON m.id = q.module_id JOIN courses c ON c.id = m.course_id
  WHERE q.id = ${quizId} AND ${isManagedBy(viewerId)}
)`

type Viewing = { quizId: number; viewerId: number }
const selectQuestionsOf = (db: Builder, { quizId, viewerId }: Names<Viewing>) =>
  selectQuestions(db)
    .where(and(sql`${questions.quizId} = ${authoredQuiz(quizId, viewerId)}`, isNull(questions.retiredAt)))
    .orderBy(questions.order, questions.id)

/** The questions of a quiz in their order, with their keys; no rows unless the viewer manages its course. */
export const questionsOf = statement((db, viewing: Names<Viewing>) => selectQuestionsOf(db, viewing))

export const pageOfQuestions = statement((db, viewing: Names<Viewing & Page>) =>
  selectQuestionsOf(db, viewing).limit(viewing.limit).offset(viewing.offset),
)

export const countOfQuestions = statement((db, { quizId }: Names<{ quizId: number }>) =>
  db
    .select({ count: sql<number>`count(*)`.as('count') })
    .from(questions)
    .where(and(eq(questions.quizId, quizId), isNull(questions.retiredAt))),
)

export const questionById = statement((db, { id }: Names<{ id: number }>) =>
  selectQuestions(db).where(and(eq(questions.id, id), isNull(questions.retiredAt))),
)

/** A subquery of the quiz of a question. */
export const quizIdOf = (questionId: Value) =>
  sql`(SELECT quiz_id FROM questions WHERE id = ${questionId} AND retired_at IS NULL)`

export const quizOfQuestion = statement((db, { questionId }: Names<{ questionId: number }>) =>
  selectQuiz(db, quizIdOf(questionId)),
)
export const enrollmentForQuestion = statement(
  (db, { userId, questionId }: Names<{ userId: number; questionId: number }>) =>
    selectEnrollmentForQuiz(db, userId, quizIdOf(questionId)),
)

/** Whether a quiz exists and accepts the questions; only a survey accepts them without keys. */
const acceptsQuestions = (quizId: Value, hasKeys: Value) =>
  sql`EXISTS (SELECT 1 FROM quizzes z WHERE z.id = ${quizId} AND z.deleted_at IS NULL AND (z.is_survey = 1 OR ${hasKeys}))`

/** D1 binds strings of up to 2,000,000 bytes. */
const PARAMETER_BYTES = 1_800_000

/** The quiz that gets the questions: one by its id, or the one that the same transaction has added to a module. */
type Target = { quizId: number } | { moduleId: number }
type TargetShape = 'quiz' | 'newest of module'
const quizOf = (id: Value, shape: TargetShape) => (shape === 'quiz' ? sql`${id}` : newestQuizIdOf(id))

const insertPlaces = statements(
  (db, { id, count, hasKeys }: Names<{ id: number; count: number; hasKeys: boolean }>, target: TargetShape) => {
    const quizId = quizOf(id, target)
    const live = sql`FROM questions WHERE quiz_id = ${quizId} AND retired_at IS NULL`
    return db
      .insert(questions)
      .select(
        sql`WITH RECURSIVE added (place) AS (SELECT 1 UNION ALL SELECT place + 1 FROM added WHERE place < ${count})
          SELECT NULL, ${quizId}, (SELECT coalesce(max("order"), 0) ${live}) + place, NULL, 1 FROM added
          WHERE ${acceptsQuestions(quizId, hasKeys)} AND (SELECT count(*) ${live}) + ${count} <= ${QUESTIONS_AT_MOST} ORDER BY place`,
      )
      .returning({ id: questions.id, order: questions.order })
  },
)

const insertVersions = statements(
  (db, { id, added, now }: Names<{ id: number; added: string; now: number }>, target: TargetShape) =>
    db.insert(questionVersions).select(
      sql`SELECT NULL, place.id + key, value->>'$.type', value->>'$.text', value->>'$.pointsMilli', value->>'$.explanation',
          value->>'$.correctFeedback', value->>'$.incorrectFeedback', value->'$.body', ${now}, NULL
        FROM json_each(${added}) JOIN (
          SELECT min(q.id) AS id FROM questions q
          WHERE q.quiz_id = ${quizOf(id, target)} AND NOT EXISTS (SELECT 1 FROM question_versions v WHERE v.question_id = q.id)
        ) place WHERE place.id IS NOT NULL ORDER BY key`,
    ),
)

/**
 * Adds questions after the last one: all, or none when the quiz would have too many, is deleted, or would have to be a survey.
 * One statement adds their places, so that the ids are consecutive; as many statements as the texts need add their versions. A
 * place without a version can only come from the same transaction.
 */
export function insertQuestions(target: Target, added: readonly Question[], now: number) {
  const [shape, id]: [TargetShape, number] =
    'quizId' in target ? ['quiz', target.quizId] : ['newest of module', target.moduleId]
  const hasKeys = added.every(question => missingKey(question) === null)
  const chunks = chunked(added.map(storedForm))
  return {
    places: insertPlaces(shape, { id, count: added.length, hasKeys }),
    versions: chunks.map(chunk => insertVersions(shape, { id, added: `[${chunk.join()}]`, now })),
  }
}

/**
 * The body is an object within the JSON, because a string would escape its quotes twice. Half a surrogate pair is not text for
 * SQLite, so it is replaced as D1 would replace it in a bound value.
 */
function storedForm(question: Question): string {
  const columns = toColumns(question)
  return JSON.stringify({ ...columns, body: JSON.parse(columns.body) }, (_, value) =>
    typeof value === 'string' ? value.toWellFormed() : value,
  )
}

/** Divides texts, in order, into lists that each fit one parameter. */
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

type AsRead = QuestionRow & { hasKey: boolean; now: number }
const isAsRead = (read: Names<AsRead>) =>
  and(
    eq(questionVersions.id, read.versionId),
    sql`${read.versionId} = ${newestVersionOf(read.id)}`,
    eq(questionVersions.type, read.type),
    eq(questionVersions.text, read.text),
    eq(questionVersions.pointsMilli, read.pointsMilli),
    eq(questionVersions.explanation, read.explanation),
    eq(questionVersions.correctFeedback, read.correctFeedback),
    eq(questionVersions.incorrectFeedback, read.incorrectFeedback),
    eq(questionVersions.body, read.body),
    sql`EXISTS (SELECT 1 FROM questions WHERE id = ${read.id} AND retired_at IS NULL)`,
    acceptsQuestions(read.quizId, read.hasKey),
  )

const addVersion = partialStatement((db, read: Names<AsRead>, changed: Given<QuestionColumns>) => {
  const { type, text, pointsMilli, explanation, correctFeedback, incorrectFeedback, body } = changed
  return db
    .insert(questionVersions)
    .select(
      sql`SELECT NULL, ${read.id}, ${type}, ${text}, ${pointsMilli}, ${explanation}, ${correctFeedback}, ${incorrectFeedback}, ${body}, ${read.now}, NULL
        FROM ${questionVersions} WHERE ${isAsRead(read)} AND ${questionVersions.drawnAt} IS NOT NULL`,
    )
    .returning({ id: questionVersions.id })
})

const changeVersion = partialStatement((db, read: Names<AsRead>, changed: Given<QuestionColumns>) =>
  db
    .update(questionVersions)
    .set(changed)
    .where(and(isAsRead(read), isNull(questionVersions.drawnAt)))
    .returning({ id: questionVersions.id }),
)

/**
 * Two statements of which at most one writes: the second changes a version that no attempt has drawn, the first adds a new one
 * otherwise. Neither writes when the question has changed since `read`, so that no edit undoes another unseen.
 */
export function changeQuestion(read: QuestionRow, changed: Question, now: number) {
  const asRead = { ...read, hasKey: missingKey(changed) === null, now }
  const columns = toColumns(changed)
  return [addVersion(asRead, columns), changeVersion(asRead, columns)] as const
}

type Removal = { id: number; now: number }

const retireShown = statement((db, { id, now }: Names<Removal>) =>
  db
    .update(questions)
    .set({ retiredAt: sql`${now}` })
    .where(
      sql`${questions.id} = ${id} AND ${questions.retiredAt} IS NULL
        AND (EXISTS (SELECT 1 FROM question_versions WHERE question_id = ${id} AND drawn_at IS NOT NULL)
          OR EXISTS (SELECT 1 FROM responses WHERE question_id = ${id}))`,
    ),
)
const deleteVersions = statement((db, { id }: Names<Removal>) =>
  db
    .delete(questionVersions)
    .where(
      sql`${questionVersions.questionId} = ${id} AND EXISTS (SELECT 1 FROM questions WHERE id = ${id} AND retired_at IS NULL)`,
    ),
)
const deletePlace = statement((db, { id }: Names<Removal>) =>
  db.delete(questions).where(and(eq(questions.id, id), isNull(questions.retiredAt))),
)

/** Deletes a question, or retires one that learners were shown, so that results keep it. */
export const removeQuestion = (removal: Removal) =>
  [retireShown(removal), deleteVersions(removal), deletePlace(removal)] as const

/**
 * Puts all questions of a quiz in the given order. It changes nothing unless the list names each of the quiz's present
 * questions once.
 */
export const reorderQuestions = statement(
  (db, { quizId, order }: Names<{ quizId: number; order: readonly number[] }>) => {
    const live = sql`SELECT id FROM questions WHERE quiz_id = ${quizId} AND retired_at IS NULL`
    return db
      .update(questions)
      .set({ order: sql`wanted.place` })
      .from(sql`(SELECT value AS id, key + 1 AS place FROM json_each(${order})) AS wanted`)
      .where(
        // The plus hides the quiz from the planner, which would search the whole list for each of its questions.
        sql`${questions.id} = wanted.id AND +${questions.quizId} = ${quizId} AND ${questions.retiredAt} IS NULL
        AND (SELECT count(*) FROM (${live})) = json_array_length(${order})
        AND NOT EXISTS (SELECT 1 FROM (${live}) WHERE id NOT IN (SELECT value FROM json_each(${order})))`,
      )
      .returning({ id: questions.id })
  },
)
