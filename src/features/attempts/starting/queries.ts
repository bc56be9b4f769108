/** SQL of starting an attempt: the rows that decide whether it may start, and its own row. */

import { and, eq, isNull, sql } from 'drizzle-orm'
import { distinctly } from '../../../db/columns.ts'
import { attempts } from '../../../db/schema/attempts.ts'
import { courses } from '../../../db/schema/courses.ts'
import { modules } from '../../../db/schema/modules.ts'
import { questionVersions, quizzes } from '../../../db/schema/quizzes.ts'
import { listed, type Names, type RowOf, statement, type Value } from '../../../db/statement.ts'
import { contentColumns } from '../../quizzes/questions/queries.ts'
import { isLive } from '../queries.ts'

const startableColumns = distinctly({
  id: quizzes.id,
  title: quizzes.title,
  timeLimitMinutes: quizzes.timeLimitMinutes,
  passingScore: quizzes.passingScore,
  randomizeQuestions: quizzes.randomizeQuestions,
  randomizeChoices: quizzes.randomizeChoices,
  questionCount: quizzes.questionCount,
  allowMultipleAttempts: quizzes.allowMultipleAttempts,
  maxAttempts: quizzes.maxAttempts,
  isPublished: quizzes.isPublished,
  isSurvey: quizzes.isSurvey,
  accessCode: quizzes.accessCode,
  allowTimeExtension: quizzes.allowTimeExtension,
  showFeedback: quizzes.showFeedback,
  availableFrom: quizzes.availableFrom,
  availableUntil: quizzes.availableUntil,
  moduleId: modules.id,
  moduleIsPublished: modules.isPublished,
  courseId: courses.id,
  courseStatus: courses.status,
  courseStartDate: courses.startDate,
  courseEndDate: courses.endDate,
  instructorId: courses.instructorId,
})

/** A quiz with all columns that decide whether an attempt at it may start. */
export const startableQuiz = statement((db, { id }: Names<{ id: number }>) =>
  db
    .select(startableColumns)
    .from(quizzes)
    .innerJoin(modules, eq(modules.id, quizzes.moduleId))
    .innerJoin(courses, eq(courses.id, modules.courseId))
    .where(and(eq(quizzes.id, id), isLive)),
)
export type StartableQuiz = RowOf<typeof startableQuiz>

export const attemptsUsed = statement((db, { userId, quizId }: Names<{ userId: number; quizId: number }>) =>
  db
    .select({ used: sql<number>`count(*)`.as('used') })
    .from(attempts)
    .where(and(eq(attempts.userId, userId), eq(attempts.quizId, quizId), eq(attempts.isPreview, false))),
)

/** The user's attempt whose end D1 does not have, even if the quiz is deleted. */
export const runningAttempt = statement((db, { userId, quizId }: Names<{ userId: number; quizId: number }>) =>
  db
    .select({ id: attempts.id, isPreview: attempts.isPreview, enrollmentId: attempts.enrollmentId })
    .from(attempts)
    .where(and(eq(attempts.userId, userId), eq(attempts.quizId, quizId), sql`${attempts.status} = 'in_progress'`)),
)

/** The questions that a quiz may draw, in order, each with its newest version. */
export const drawableQuestions = statement((db, { quizId }: Names<{ quizId: number }>) =>
  db
    .select({
      questionId: sql<number>`qs.id`.as('questionId'),
      versionId: sql<number>`(SELECT max(v.id) FROM question_versions v WHERE v.question_id = qs.id)`.as('versionId'),
    })
    .from(sql`questions qs`)
    .where(sql`qs.quiz_id = ${quizId} AND qs.retired_at IS NULL`)
    .orderBy(sql`qs."order"`, sql`qs.id`),
)

export type NewAttempt = {
  quizId: number
  userId: number
  enrollmentId: number | null
  isPreview: boolean
  isSurvey: boolean
  passingScore: number
  /** Null for no limit. */
  attemptsAtMost: number | null
  checkAt: number
  versionIds: readonly number[]
  now: number
}

/** One call of at most 32 MiB takes all questions to the object: two bytes a character, and the shown text goes twice. */
export const CHARACTERS_AT_MOST = 4_000_000

/** Adds a row unless one runs, none is left or the versions are too large. Simultaneous starts share one row. */
export const insertAttempt = statement((db, attempt: Names<NewAttempt>) => {
  const { quizId, userId, enrollmentId, isPreview, isSurvey, passingScore, attemptsAtMost, checkAt, now } = attempt
  const own = sql`SELECT 1 FROM attempts WHERE user_id = ${userId} AND quiz_id = ${quizId}`
  return db
    .insert(attempts)
    .select(
      sql`SELECT NULL, ${quizId}, ${userId}, ${enrollmentId}, ${isPreview}, 'in_progress', ${now}, NULL, ${checkAt},
        ${isSurvey}, ${passingScore}, 0, NULL, NULL, NULL, NULL, NULL, NULL, 0, NULL, NULL
        WHERE NOT EXISTS (${own} AND status = 'in_progress')
          AND (${attemptsAtMost} IS NULL OR (SELECT count(*) FROM (${own} AND is_preview = 0)) < ${attemptsAtMost})
          AND (SELECT total(length(text) + length(explanation) + length(body)) FROM question_versions
            WHERE ${among(sql`id`, attempt.versionIds)}) <= ${CHARACTERS_AT_MOST}`,
    )
    .returning({ id: attempts.id })
})

const among = (column: Value, ids: Value) => sql`${column} IN ${listed(ids)}`

/** An attempt shows these versions, so this stops later edits from changing them. */
export const markDrawn = statement((db, { versionIds, now }: Names<{ versionIds: readonly number[]; now: number }>) =>
  db
    .update(questionVersions)
    .set({ drawnAt: sql`${now}` })
    .where(and(among(questionVersions.id, versionIds), isNull(questionVersions.drawnAt))),
)

export const drawnVersions = statement((db, { versionIds }: Names<{ versionIds: readonly number[] }>) =>
  db
    .select({
      id: questionVersions.id,
      questionId: questionVersions.questionId,
      ...contentColumns,
    })
    .from(questionVersions)
    .where(among(questionVersions.id, versionIds)),
)

/** Keeps the cron job from the row of a start that died, while the next start finishes it. */
export const postponeCheck = statement(
  (db, { userId, quizId, checkAt }: Names<{ userId: number; quizId: number; checkAt: number }>) =>
    db
      .update(attempts)
      .set({ checkAt: sql`${checkAt}` })
      .where(and(eq(attempts.userId, userId), eq(attempts.quizId, quizId), sql`${attempts.status} = 'in_progress'`)),
)

/** Deletes a row whose id an object holds for another attempt. */
export const deleteForeign = statement((db, { attemptId, userId }: Names<{ attemptId: number; userId: number }>) =>
  db
    .delete(attempts)
    .where(and(eq(attempts.id, attemptId), eq(attempts.userId, userId), sql`${attempts.status} = 'in_progress'`)),
)
