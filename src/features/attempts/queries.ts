/** An attempt's row and the cron job's queries. The SQL of starting, listing, grading and ending attempts lies with each. */

import { and, eq, isNull, sql } from 'drizzle-orm'
import { distinctly } from '../../db/columns.ts'
import { attempts } from '../../db/schema/attempts.ts'
import { courses } from '../../db/schema/courses.ts'
import { modules } from '../../db/schema/modules.ts'
import { quizzes } from '../../db/schema/quizzes.ts'
import { type Builder, type Names, statement, type Value } from '../../db/statement.ts'

export const isLive = and(isNull(quizzes.deletedAt), isNull(modules.deletedAt), isNull(courses.deletedAt))

/** Whether a response belongs to an attempt, by their ids, because an index finds a range of ids. */
export const isOfAttempt = (responseId: Value, attemptId: Value) =>
  sql`${responseId} BETWEEN ${attemptId} * 1000 AND ${attemptId} * 1000 + 999`

export type AttemptStatus = (typeof attempts.$inferSelect)['status']

const attemptColumns = distinctly({
  id: attempts.id,
  quizId: attempts.quizId,
  quizTitle: quizzes.title,
  showFeedback: quizzes.showFeedback,
  allowTimeExtension: quizzes.allowTimeExtension,
  userId: attempts.userId,
  isPreview: attempts.isPreview,
  isSurvey: attempts.isSurvey,
  status: attempts.status,
  startedAt: attempts.startedAt,
  completedAt: attempts.completedAt,
  checkAt: attempts.checkAt,
  scoreHundredths: attempts.scoreHundredths,
  passed: attempts.passed,
  timeSpentSeconds: attempts.timeSpentSeconds,
  pendingGrading: attempts.pendingGrading,
  endScoreHundredths: attempts.endScoreHundredths,
  answersHash: attempts.answersHash,
  instructorId: courses.instructorId,
  courseStatus: courses.status,
})

export const selectAttempts = (db: Builder) =>
  db
    .select(attemptColumns)
    .from(attempts)
    .innerJoin(quizzes, eq(quizzes.id, attempts.quizId))
    .innerJoin(modules, eq(modules.id, quizzes.moduleId))
    .innerJoin(courses, eq(courses.id, modules.courseId))
    .$dynamic()
export type AttemptRow = Awaited<ReturnType<typeof selectAttempts>>[number]

export const attemptById = statement((db, { id }: Names<{ id: number }>) =>
  selectAttempts(db).where(and(eq(attempts.id, id), isLive)),
)

/** Attempts whose end should have arrived by now, the longest overdue first. */
export const overdueAttempts = statement((db, { now, limit }: Names<{ now: number; limit: number }>) =>
  db
    .select({ id: attempts.id })
    .from(attempts)
    .where(sql`${attempts.checkAt} IS NOT NULL AND ${attempts.checkAt} <= ${now}`)
    .orderBy(attempts.checkAt)
    .limit(limit),
)

export const setCheckAt = statement((db, { id, checkAt }: Names<{ id: number; checkAt: number }>) =>
  db
    .update(attempts)
    .set({ checkAt: sql`${checkAt}` })
    .where(and(eq(attempts.id, id), sql`${attempts.checkAt} IS NOT NULL`)),
)

/** Deletes a row whose start died before its object began, unless another start continues it meanwhile. */
export const deleteUnbegun = statement((db, { id, now }: Names<{ id: number; now: number }>) =>
  db
    .delete(attempts)
    .where(and(eq(attempts.id, id), sql`${attempts.status} = 'in_progress'`, sql`${attempts.checkAt} <= ${now}`)),
)
