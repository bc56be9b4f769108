/** All SQL of regrades. The grade by an older version's key never replaces the grade by a newer one's. */

import { and, eq, isNull, type SQL, sql } from 'drizzle-orm'
import { courseOf } from '../../../access/tokens.ts'
import { distinctly } from '../../../db/columns.ts'
import { regrades, responses } from '../../../db/schema/attempts.ts'
import { courses } from '../../../db/schema/courses.ts'
import { modules } from '../../../db/schema/modules.ts'
import { questions, questionVersions, quizzes } from '../../../db/schema/quizzes.ts'
import { type Builder, type Names, type RowOf, statement, type Value } from '../../../db/statement.ts'
import { asPoints, insertActs } from '../../audit/queries/acts.ts'
import { selectEnrollmentForQuiz } from '../../quizzes/queries.ts'
import type { QuestionType } from '../../quizzes/questions/question.ts'
import { isOfAttempt } from '../queries.ts'
import { share } from '../settlement.ts'

const newestVersion = (questionId: Value) =>
  sql`(SELECT max(v.id) FROM question_versions v WHERE v.question_id = ${questionId})`

const visibilityColumns = {
  isQuizPublished: quizzes.isPublished,
  isModulePublished: modules.isPublished,
  instructorId: courses.instructorId,
  courseStatus: courses.status,
}
const isLive = and(isNull(quizzes.deletedAt), isNull(modules.deletedAt), isNull(courses.deletedAt))

const regradableColumns = distinctly({
  ...visibilityColumns,
  id: questions.id,
  keyVersionId: questionVersions.id,
  type: questionVersions.type,
  hasOtherTypes: sql<boolean>`EXISTS (SELECT 1 FROM question_versions v
          WHERE v.question_id = ${questions.id} AND v.type <> ${questionVersions.type}
            AND EXISTS (SELECT 1 FROM responses r WHERE r.question_id = v.question_id AND r.question_version_id = v.id))`
    .mapWith(Boolean)
    .as('hasOtherTypes'),
})

/** A question with its newest version, and whether learners answered versions of it that have another type. */
export const regradableQuestion = statement((db, { id }: Names<{ id: number }>) =>
  db
    .select(regradableColumns)
    .from(questions)
    .innerJoin(questionVersions, sql`${questionVersions.id} = ${newestVersion(sql`${questions.id}`)}`)
    .innerJoin(quizzes, eq(quizzes.id, questions.quizId))
    .innerJoin(modules, eq(modules.id, quizzes.moduleId))
    .innerJoin(courses, eq(courses.id, modules.courseId))
    .where(and(eq(questions.id, id), isNull(questions.retiredAt), isLive)),
)

/** A user's enrollment in the course of a regrade's quiz. */
export const enrollmentForRegrade = statement(
  (db, { userId, regradeId }: Names<{ userId: number; regradeId: number }>) =>
    selectEnrollmentForQuiz(
      db,
      userId,
      sql`(SELECT q.quiz_id FROM regrades r JOIN questions q ON q.id = r.question_id WHERE r.id = ${regradeId})`,
    ),
)

/** The key grades responses, so this stops later edits from changing its version. */
export const freezeKey = statement((db, { keyVersionId, now }: Names<{ keyVersionId: number; now: number }>) =>
  db
    .update(questionVersions)
    .set({ drawnAt: sql`${now}` })
    .where(and(eq(questionVersions.id, keyVersionId), isNull(questionVersions.drawnAt))),
)

type Wanted = { questionId: number; keyVersionId: number; type: QuestionType; isDryRun: boolean; requestedBy: number }

/** Adds a regrade by this key, unless one is running or the question has changed since the handler read it. */
export const insertRegrade = statement((db, wanted: Names<Wanted & { now: number }>) => {
  const { questionId, keyVersionId, type, isDryRun, requestedBy, now } = wanted
  const total = sql`SELECT count(*) FROM responses r JOIN attempts a ON a.id = r.attempt_id
    WHERE r.question_id = ${questionId} AND r.key_version_id < ${keyVersionId} AND a.is_survey = 0`
  return db.insert(regrades).select(
    sql`SELECT NULL, ${questionId}, key.id, ${isDryRun}, 'running', 0, (${total}), 0, 0, 0, ${requestedBy}, ${now}
      FROM question_versions key WHERE key.id = ${keyVersionId} AND key.type = ${type} AND key.id = ${newestVersion(questionId)}
        AND NOT EXISTS (SELECT 1 FROM regrades g WHERE g.question_id = ${questionId} AND g.key_version_id = key.id
          AND g.is_dry_run = ${isDryRun} AND g.status = 'running')`,
  )
})

/** Stands behind `insertRegrade`, and records the request only if that added a regrade. */
export const recordRegrade = statement((db, wanted: Names<Wanted & { now: number }>) => {
  const { questionId, keyVersionId, requestedBy, now } = wanted
  const act = {
    actorId: requestedBy,
    action: 'question.regraded',
    now,
    targetId: questionId,
    courseId: courseOf('question', questionId),
    new: sql`json_object('regrade', g.id)`,
  } as const
  const rest = sql`FROM regrades g WHERE changes() > 0 AND g.question_id = ${questionId}
    AND g.key_version_id = ${keyVersionId} AND g.is_dry_run = 0 AND g.status = 'running'`
  return insertActs(db, act, rest)
})

const columns = {
  id: regrades.id,
  status: regrades.status,
  done: regrades.done,
  total: regrades.total,
  raised: regrades.raised,
  lowered: regrades.lowered,
}

/** The running regrade of a question by a key. */
export const runningRegrade = statement((db, { questionId, keyVersionId, isDryRun }: Names<Wanted>) =>
  db
    .select(columns)
    .from(regrades)
    .where(
      and(
        eq(regrades.questionId, questionId),
        eq(regrades.keyVersionId, keyVersionId),
        eq(regrades.isDryRun, isDryRun),
        sql`${regrades.status} = 'running'`,
      ),
    ),
)
export type RegradeRow = RowOf<typeof runningRegrade>

const regradeColumns = distinctly({ ...columns, ...visibilityColumns })

export const regradeById = statement((db, { id }: Names<{ id: number }>) =>
  db
    .select(regradeColumns)
    .from(regrades)
    .innerJoin(questions, eq(questions.id, regrades.questionId))
    .innerJoin(quizzes, eq(quizzes.id, questions.quizId))
    .innerJoin(modules, eq(modules.id, quizzes.moduleId))
    .innerJoin(courses, eq(courses.id, modules.courseId))
    .where(and(eq(regrades.id, id), isLive)),
)

/** Running regrades, for the cron job. */
export const runningRegrades = statement((db, { limit }: Names<{ limit: number }>) =>
  db.select({ id: regrades.id }).from(regrades).where(sql`${regrades.status} = 'running'`).limit(limit),
)

/** The version that grades. Its points do not count; the points that the learner was shown do. */
const key = {
  keyVersionId: sql<number>`key.id`.as('keyVersionId'),
  type: sql<QuestionType>`key.type`.as('type'),
  text: sql<string>`key.text`.as('text'),
  explanation: sql<string>`key.explanation`.as('explanation'),
  correctFeedback: sql<string>`key.correct_feedback`.as('correctFeedback'),
  incorrectFeedback: sql<string>`key.incorrect_feedback`.as('incorrectFeedback'),
  body: sql<string>`key.body`.as('body'),
}

const jobColumns = {
  ...key,
  id: sql<number>`g.id`.as('id'),
  isDryRun: sql<boolean>`g.is_dry_run`.mapWith(Boolean).as('isDryRun'),
  cursor: sql<number>`g.cursor`.as('cursor'),
}

/** A running job with its key and its cursor. */
export const jobOf = statement((db, { id }: Names<{ id: number }>) =>
  db
    .select(jobColumns)
    .from(sql`regrades g JOIN question_versions key ON key.id = g.key_version_id`)
    .where(sql`g.id = ${id} AND g.status = 'running'`),
)
export type Job = RowOf<typeof jobOf>

const response = {
  id: sql<number>`r.id`.as('id'),
  attemptId: sql<number>`r.attempt_id`.as('attemptId'),
  responseData: sql<string>`r.response_data`.as('responseData'),
  scoreNano: sql<number | null>`r.score_nano`.as('scoreNano'),
  maxNano: sql<number>`r.max_nano`.as('maxNano'),
}
const IS_DUE = sql`r.key_version_id < g.key_version_id AND shown.type = key.type AND a.is_survey = 0`

export type BatchSize = {
  responses: number
  /** Responses of all attempts together, because a changed score changes the rest shares of its attempt's other responses. */
  rows: number
  /** Characters of all answers together. */
  characters: number
}

/** The next responses of a job, in the order of their ids; at least one while any are left. */
export const nextResponses = statement((db, next: Names<{ jobId: number } & BatchSize>) => {
  // The cross join makes SQLite walk the responses of the question by their index.
  const due = sql`SELECT r.id, r.attempt_id, r.response_data, r.score_nano, r.max_nano FROM regrades g
    CROSS JOIN responses r ON r.question_id = g.question_id CROSS JOIN question_versions key ON key.id = g.key_version_id
    CROSS JOIN question_versions shown ON shown.id = r.question_version_id CROSS JOIN attempts a ON a.id = r.attempt_id
    WHERE g.id = ${next.jobId} AND g.status = 'running' AND r.id > g.cursor AND ${IS_DUE} ORDER BY r.id LIMIT ${next.responses}`
  const summed = sql`SELECT n.*, row_number() OVER (ORDER BY n.id) AS place,
    sum((SELECT count(*) FROM responses o WHERE ${isOfAttempt(sql`o.id`, sql`n.attempt_id`)})) OVER (ORDER BY n.id) AS row_sum,
    sum(length(n.response_data)) OVER (ORDER BY n.id) AS characters FROM (${due}) n`
  return db
    .select(response)
    .from(sql`(${summed}) r`)
    .where(sql`r.place = 1 OR (r.row_sum <= ${next.rows} AND r.characters <= ${next.characters})`)
    .orderBy(sql`r.id`)
})
export type DueResponse = RowOf<typeof nextResponses>

const pendingColumns = { ...response, ...key }

/** The responses of attempts that regrades missed because the attempts ended after them, each with its key. */
export const pendingRegrades = statement((db, { attemptIds }: Names<{ attemptIds: readonly number[] }>) =>
  db
    .select(pendingColumns)
    .from(
      sql`json_each(${attemptIds}) ended CROSS JOIN responses r ON ${isOfAttempt(sql`r.id`, sql`ended.value`)}
        CROSS JOIN regrades g ON g.id = (
          SELECT n.id FROM regrades n WHERE n.question_id = r.question_id AND n.is_dry_run = 0 ORDER BY n.key_version_id DESC LIMIT 1)
        CROSS JOIN question_versions key ON key.id = g.key_version_id
        CROSS JOIN question_versions shown ON shown.id = r.question_version_id CROSS JOIN attempts a ON a.id = r.attempt_id`,
    )
    .where(IS_DUE)
    .orderBy(sql`r.id`),
)
export type PendingRegrade = RowOf<typeof pendingRegrades>
export type Key = Omit<PendingRegrade, keyof DueResponse>

export type Regraded = { id: number; key: number; score: number; correct: boolean }

/**
 * Writes the new grades over those of an older key only, so that a repeat writes nothing.
 * @param guard a condition without which the statement writes nothing
 */
const updateGrades = (db: Builder, graded: Value, guard: SQL) =>
  db
    .update(responses)
    .set({
      keyVersionId: sql`j.value->>'key'`,
      scoreNano: sql`j.value->>'score'`,
      isCorrect: sql`j.value->>'correct'`,
      itemShare: sql`CASE WHEN ${responses.itemShare} IS NOT NULL THEN ${share(sql`j.value->>'score'`, sql`${responses.maxNano}`)} END`,
    })
    .from(sql`json_each(${graded}) j`)
    .where(sql`${responses.id} = j.value->>'id' AND ${responses.keyVersionId} < j.value->>'key' AND ${guard}`)

type Graded = { graded: readonly Regraded[] }

/** Records the grades that will change as acts of whoever asked for the regrade, so it must come before they are written. */
const insertRegradeActs = (db: Builder, { graded, now }: Names<Graded & { now: number }>, guard: SQL) => {
  const act = {
    actorId: sql`g.requested_by`,
    action: 'response.regraded',
    now,
    targetId: sql`r.id`,
    userId: sql`a.user_id`,
    courseId: courseOf('quiz', sql`a.quiz_id`),
    old: sql`json_object('score', ${asPoints(sql`r.score_nano`)})`,
    new: sql`json_object('score', ${asPoints(sql`(j.value->>'score')`)})`,
  } as const
  return insertActs(
    db,
    act,
    sql`FROM json_each(${graded}) j CROSS JOIN responses r ON r.id = j.value->>'id' CROSS JOIN attempts a ON a.id = r.attempt_id
      CROSS JOIN regrades g ON g.id = (SELECT max(n.id) FROM regrades n
        WHERE n.question_id = r.question_id AND n.is_dry_run = 0 AND n.key_version_id = j.value->>'key')
      WHERE r.key_version_id < j.value->>'key' AND r.score_nano IS NOT j.value->>'score' AND ${guard}`,
  )
}
export const recordGrades = statement((db, graded: Names<Graded & { now: number }>) =>
  insertRegradeActs(db, graded, sql`1`),
)
export const writeGrades = statement((db, { graded }: Names<Graded>) => updateGrades(db, graded, sql`1`))

/** A batch writes only while its job stands at this cursor. */
type Progress = Pick<Job, 'id' | 'cursor'>
const isAtCursor = ({ id, cursor }: Names<Progress>) =>
  sql`EXISTS (SELECT 1 FROM regrades WHERE id = ${id} AND status = 'running' AND cursor = ${cursor})`

export const writeGradesOf = statement((db, job: Names<Progress & Graded>) =>
  updateGrades(db, job.graded, isAtCursor(job)),
)

export const recordGradesOf = statement((db, job: Names<Progress & Graded & { now: number }>) =>
  insertRegradeActs(db, job, isAtCursor(job)),
)

/** Counts the responses that the grades will change, so it must come before `writeGradesOf` in the batch. */
export const countGrades = statement((db, job: Names<Progress & Graded>) => {
  const countOf = (
    condition: SQL,
  ) => sql`(SELECT count(*) FROM json_each(${job.graded}) j JOIN responses r ON r.id = j.value->>'id'
    WHERE r.key_version_id < j.value->>'key' AND ${condition})`
  return db
    .update(regrades)
    .set({
      done: sql`${regrades.done} + ${countOf(sql`1`)}`,
      raised: sql`${regrades.raised} + ${countOf(sql`j.value->>'score' > r.score_nano`)}`,
      lowered: sql`${regrades.lowered} + ${countOf(sql`j.value->>'score' < r.score_nano`)}`,
    })
    .where(and(eq(regrades.id, job.id), isAtCursor(job)))
})

/** Must come last in its batch: once the cursor has moved, a repeat of the batch writes nothing. */
export const advanceCursor = statement((db, job: Names<Progress & { to: number }>) =>
  db
    .update(regrades)
    .set({ cursor: sql`${job.to}` })
    .where(and(eq(regrades.id, job.id), isAtCursor(job))),
)

/** Ends a job with no responses left. The total drops those that were deleted or graded by another key meanwhile. */
export const finish = statement((db, job: Names<Progress>) =>
  db
    .update(regrades)
    .set({ status: 'completed', total: sql`${regrades.done}` })
    .where(and(eq(regrades.id, job.id), isAtCursor(job))),
)
