/** All SQL of essays that are graded by hand, but what follows from a grade (`settle.ts`). */
import { and, desc, eq, isNull, type SQL, sql } from 'drizzle-orm'
import { alias } from 'drizzle-orm/sqlite-core'
import { coursesTaughtBy, isManagedBy } from '../../../access/teaching.ts'
import { isStaff, staffViewer } from '../../../access/viewer.ts'
import type { Db } from '../../../db/client.ts'
import { distinctly } from '../../../db/columns.ts'
import { attempts, responses } from '../../../db/schema/attempts.ts'
import { courses } from '../../../db/schema/courses.ts'
import { modules } from '../../../db/schema/modules.ts'
import { questionVersions, quizzes } from '../../../db/schema/quizzes.ts'
import { users } from '../../../db/schema/users.ts'
import type { Page } from '../../../http/pagination.ts'
import { asked } from '../../quizzes/questions/queries.ts'
import { share } from './settle.ts'

const graders = alias(users, 'graders')

const essayColumns = distinctly({
  ...asked,
  id: responses.id,
  attemptId: responses.attemptId,
  questionId: responses.questionId,
  responseData: responses.responseData,
  scoreNano: responses.scoreNano,
  maxNano: responses.maxNano,
  feedback: responses.feedback,
  rubricScores: responses.rubricScores,
  gradedAt: responses.gradedAt,
  gradedBy: sql<string | null>`${graders.username}`.as('gradedBy'),
  learnerId: attempts.userId,
  attemptStatus: attempts.status,
  isSurvey: attempts.isSurvey,
  instructorId: courses.instructorId,
  courseStatus: courses.status,
})

/** A response with the version that was shown, and whose it is. What is deleted, or in something deleted, is not there. */
export const essayById = (db: Db, id: number) =>
  db
    .select(essayColumns)
    .from(responses)
    .innerJoin(attempts, eq(attempts.id, responses.attemptId))
    .innerJoin(questionVersions, eq(questionVersions.id, responses.questionVersionId))
    .innerJoin(quizzes, eq(quizzes.id, attempts.quizId))
    .innerJoin(modules, eq(modules.id, quizzes.moduleId))
    .innerJoin(courses, eq(courses.id, modules.courseId))
    .leftJoin(graders, eq(graders.id, responses.gradedBy))
    .where(and(eq(responses.id, id), isNull(quizzes.deletedAt), isNull(modules.deletedAt), isNull(courses.deletedAt)))
export type EssayRow = Awaited<ReturnType<typeof essayById>>[number]

export type EssayGrade = {
  scoreNano: number
  /** Undefined: what there was stays. */
  feedback: string | undefined
  rubricScores: Record<string, number>
  graderId: number
}

/** Gives the grade; of two at once the last one stands. A preview's stays out of item analysis. */
export const gradeEssay = (db: Db, id: number, grade: EssayGrade, now: number) =>
  db
    .update(responses)
    .set({
      scoreNano: grade.scoreNano,
      isCorrect: sql`${grade.scoreNano} = ${responses.maxNano}`,
      isPending: false,
      itemShare: sql`CASE WHEN (SELECT a.is_preview FROM attempts a WHERE a.id = ${responses.attemptId}) = 0
        THEN ${share(sql`CAST(${grade.scoreNano} AS INTEGER)`, sql`${responses.maxNano}`)} END`,
      feedback: grade.feedback,
      rubricScores: JSON.stringify(grade.rubricScores),
      gradedAt: now,
      gradedBy: grade.graderId,
    })
    .where(eq(responses.id, id))

const pendingColumns = distinctly({
  ...asked,
  id: responses.id,
  attemptId: responses.attemptId,
  questionId: responses.questionId,
  responseData: responses.responseData,
  submittedAt: sql<number>`coalesce(${responses.submittedAt}, ${attempts.completedAt}, ${attempts.startedAt})`.as(
    'submittedAt',
  ),
  quizTitle: quizzes.title,
  username: users.username,
  firstName: users.firstName,
  lastName: users.lastName,
})

const selectPending = (db: Db) =>
  db
    .select(pendingColumns)
    .from(responses)
    .innerJoin(attempts, eq(attempts.id, responses.attemptId))
    .innerJoin(questionVersions, eq(questionVersions.id, responses.questionVersionId))
    .innerJoin(quizzes, eq(quizzes.id, attempts.quizId))
    .innerJoin(users, eq(users.id, attempts.userId))
    .$dynamic()
export type PendingRow = Awaited<ReturnType<typeof selectPending>>[number]

export type PendingFilter = { course?: number; quiz?: number }

/**
 * The page and the count of essays that wait: of a teacher's own courses, for staff of all. The newest attempts that wait
 * are taken from each quiz's own index and merged, so that no page costs more when there are more attempts.
 */
export function pendingEssays(db: Db, viewerId: number, filter: PendingFilter, page: Page) {
  const { attemptIds, count } = isFiltered(filter) ? ofSome(viewerId, filter, page) : ofAllTaught(viewerId, page)
  // Every attempt that waits has an essay that waits, so as many attempts as entries are enough.
  const newest = sql`SELECT id FROM (${attemptIds}) ORDER BY id DESC LIMIT ${page.offset + page.limit}`
  const ids = sql`SELECT r.id FROM (${newest}) a CROSS JOIN responses r WHERE r.attempt_id = a.id AND r.is_pending = 1
    ORDER BY r.id DESC LIMIT ${page.limit} OFFSET ${page.offset}`
  return {
    rows: selectPending(db).where(sql`${responses.id} IN (${ids})`).orderBy(desc(responses.id)),
    count: db.select({ count: sql<number>`(${count})`.as('count') }).from(sql`(SELECT 1)`),
  }
}

const isFiltered = ({ course, quiz }: PendingFilter) => course !== undefined || quiz !== undefined
const LIVE = sql`q.deleted_at IS NULL AND m.deleted_at IS NULL AND c.deleted_at IS NULL`
const COUNTED = sql`SELECT coalesce(sum(n.pending_essays), 0)`

/** The newest attempts of quiz `q` that wait, as many as the page can show. */
const newestOfQuiz = ({ offset, limit }: Page) => sql`json_each((SELECT json_group_array(id) FROM (
  SELECT a.id FROM attempts a WHERE a.quiz_id = q.id AND a.pending_grading > 0 AND a.is_preview = 0 ORDER BY a.id DESC LIMIT ${offset + limit})))`

/** One course's or one quiz's. */
function ofSome(viewerId: number, { course, quiz }: PendingFilter, page: Page) {
  const quizzesOf: SQL =
    quiz === undefined
      ? sql`courses c CROSS JOIN modules m ON m.course_id = c.id CROSS JOIN quizzes q ON q.module_id = m.id`
      : sql`quizzes q CROSS JOIN modules m ON m.id = q.module_id CROSS JOIN courses c ON c.id = m.course_id`
  const which = and(
    quiz === undefined ? undefined : sql`q.id = ${quiz}`,
    course === undefined ? undefined : sql`c.id = ${course}`,
    LIVE,
    isManagedBy(viewerId),
  )
  return {
    attemptIds: sql`SELECT value AS id FROM ${quizzesOf} CROSS JOIN ${newestOfQuiz(page)} WHERE ${which}`,
    count: sql`${COUNTED} FROM ${quizzesOf} JOIN quiz_attempt_counts n ON n.quiz_id = q.id WHERE ${which}`,
  }
}

/** An instructor's: of each own quiz, merged; for staff simply the newest of all. */
function ofAllTaught(viewerId: number, page: Page) {
  const own = sql`${coursesTaughtBy(viewerId)} c CROSS JOIN modules m ON m.course_id = c.id CROSS JOIN quizzes q ON q.module_id = m.id`
  const isOwn = sql`NOT ${isStaff(viewerId)} AND ${LIVE}`
  // Crossed, so that the viewer is looked at first: for anybody but staff nothing of it is read.
  const all = sql`SELECT a.id FROM ${staffViewer(viewerId)} v CROSS JOIN attempts a CROSS JOIN quizzes q ON q.id = a.quiz_id
    CROSS JOIN modules m ON m.id = q.module_id CROSS JOIN courses c ON c.id = m.course_id
    WHERE a.pending_grading > 0 AND a.is_preview = 0 AND ${LIVE}
    ORDER BY a.id DESC LIMIT ${page.offset + page.limit}`
  return {
    attemptIds: sql`SELECT value AS id FROM ${own} CROSS JOIN ${newestOfQuiz(page)} WHERE ${isOwn} UNION ALL SELECT * FROM (${all})`,
    count: sql`SELECT CASE WHEN ${isStaff(viewerId)}
      THEN (SELECT value FROM totals WHERE name = 'essays.pending')
      ELSE (${COUNTED} FROM ${own} JOIN quiz_attempt_counts n ON n.quiz_id = q.id WHERE ${isOwn}) END`,
  }
}
