/** All SQL of attempts but that of their end (`carry.ts`). */
import { and, desc, eq, isNull, type SQL, sql } from 'drizzle-orm'
import type { Db } from '../../db/client.ts'
import { distinctly, isStaff } from '../../db/read.ts'
import { attempts, courses, modules, questionVersions, quizzes, responses } from '../../db/schema.ts'
import type { Page } from '../../http/pagination.ts'

const isLive = and(isNull(quizzes.deletedAt), isNull(modules.deletedAt), isNull(courses.deletedAt))

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
  instructorId: courses.instructorId,
})

/** A quiz with all that decides whether an attempt at it may start. */
export const startableQuiz = (db: Db, id: number) =>
  db
    .select(startableColumns)
    .from(quizzes)
    .innerJoin(modules, eq(modules.id, quizzes.moduleId))
    .innerJoin(courses, eq(courses.id, modules.courseId))
    .where(and(eq(quizzes.id, id), isLive))
export type StartableQuiz = Awaited<ReturnType<typeof startableQuiz>>[number]

export const attemptsUsed = (db: Db, userId: number, quizId: number) =>
  db
    .select({ used: sql<number>`count(*)`.as('used') })
    .from(attempts)
    .where(and(eq(attempts.userId, userId), eq(attempts.quizId, quizId), eq(attempts.isPreview, false)))

/** The caller's attempt that D1 has not heard the end of, whatever became of the quiz. */
export const runningAttempt = (db: Db, userId: number, quizId: number) =>
  db
    .select({ id: attempts.id, isPreview: attempts.isPreview, enrollmentId: attempts.enrollmentId })
    .from(attempts)
    .where(and(eq(attempts.userId, userId), eq(attempts.quizId, quizId), sql`${attempts.status} = 'in_progress'`))

/** The questions a quiz may draw, in order, each with its newest version. */
export const drawableQuestions = (db: Db, quizId: number) =>
  db
    .select({
      questionId: sql<number>`qs.id`.as('questionId'),
      versionId: sql<number>`(SELECT max(v.id) FROM question_versions v WHERE v.question_id = qs.id)`.as('versionId'),
    })
    .from(sql`questions qs`)
    .where(sql`qs.quiz_id = ${quizId} AND qs.retired_at IS NULL`)
    .orderBy(sql`qs."order"`, sql`qs.id`)

export type NewAttempt = {
  quizId: number
  userId: number
  enrollmentId: number | null
  isPreview: boolean
  isSurvey: boolean
  passingScore: number
  /** Null is unlimited. */
  attemptsAtMost: number | null
  checkAt: number
}

/** All questions go to the object in one call, of at most 32 MiB: two bytes a character, and what is shown goes twice. */
export const CHARACTERS_AT_MOST = 4_000_000

/** The attempt's row, unless one runs, none is left or the versions are too large: simultaneous starts meet on one row. */
export function insertAttempt(db: Db, attempt: NewAttempt, versionIds: readonly number[], now: number) {
  const { quizId, userId, enrollmentId, isPreview, isSurvey, passingScore, attemptsAtMost, checkAt } = attempt
  const own = sql`SELECT 1 FROM attempts WHERE user_id = ${userId} AND quiz_id = ${quizId}`
  const isLeft =
    attemptsAtMost === null ? sql`1` : sql`(SELECT count(*) FROM (${own} AND is_preview = 0)) < ${attemptsAtMost}`
  return db
    .insert(attempts)
    .select(
      sql`SELECT NULL, ${quizId}, ${userId}, ${enrollmentId}, ${Number(isPreview)}, 'in_progress', ${now}, NULL, ${checkAt},
        ${Number(isSurvey)}, ${passingScore}, 0, NULL, NULL, NULL, NULL, NULL, NULL, 0, NULL, NULL
        WHERE NOT EXISTS (${own} AND status = 'in_progress') AND ${isLeft}
          AND (SELECT total(length(text) + length(explanation) + length(body)) FROM question_versions
            WHERE ${among(sql`id`, versionIds)}) <= ${CHARACTERS_AT_MOST}`,
    )
    .returning({ id: attempts.id })
}

const among = (column: SQL | typeof questionVersions.id, ids: readonly number[]) =>
  sql`${column} IN (SELECT value FROM json_each(${JSON.stringify(ids)}))`

/** From now on these versions never change, because an attempt shows them. */
export const markDrawn = (db: Db, versionIds: readonly number[], now: number) =>
  db
    .update(questionVersions)
    .set({ drawnAt: now })
    .where(and(among(questionVersions.id, versionIds), isNull(questionVersions.drawnAt)))

export const drawnVersions = (db: Db, versionIds: readonly number[]) =>
  db
    .select({
      id: questionVersions.id,
      questionId: questionVersions.questionId,
      type: questionVersions.type,
      text: questionVersions.text,
      pointsMilli: questionVersions.pointsMilli,
      explanation: questionVersions.explanation,
      correctFeedback: questionVersions.correctFeedback,
      incorrectFeedback: questionVersions.incorrectFeedback,
      body: questionVersions.body,
    })
    .from(questionVersions)
    .where(among(questionVersions.id, versionIds))

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

const selectAttempts = (db: Db) =>
  db
    .select(attemptColumns)
    .from(attempts)
    .innerJoin(quizzes, eq(quizzes.id, attempts.quizId))
    .innerJoin(modules, eq(modules.id, quizzes.moduleId))
    .innerJoin(courses, eq(courses.id, modules.courseId))
    .$dynamic()
export type AttemptRow = Awaited<ReturnType<typeof selectAttempts>>[number]

export const attemptById = (db: Db, id: number) => selectAttempts(db).where(and(eq(attempts.id, id), isLive))

const responseColumns = distinctly({
  id: responses.id,
  questionId: responses.questionId,
  responseData: responses.responseData,
  isCorrect: responses.isCorrect,
  scoreMilli: responses.scoreMilli,
  isPending: responses.isPending,
  timeSpentSeconds: responses.timeSpentSeconds,
  graderFeedback: responses.feedback,
  type: questionVersions.type,
  text: questionVersions.text,
  pointsMilli: questionVersions.pointsMilli,
  explanation: questionVersions.explanation,
  correctFeedback: questionVersions.correctFeedback,
  incorrectFeedback: questionVersions.incorrectFeedback,
  body: questionVersions.body,
})

/** The responses of an ended attempt in its order, each with the version that was shown. */
export const responsesOf = (db: Db, attemptId: number) =>
  db
    .select(responseColumns)
    .from(responses)
    .innerJoin(questionVersions, eq(questionVersions.id, responses.questionVersionId))
    .where(eq(responses.attemptId, attemptId))
    .orderBy(responses.id)
export type ResponseOfAttempt = Awaited<ReturnType<typeof responsesOf>>[number]

/** Every running attempt at a quiz. */
export const runningAttemptsOf = (db: Db, quizId: number) =>
  db
    .select({ id: attempts.id, userId: attempts.userId })
    .from(attempts)
    .where(and(eq(attempts.quizId, quizId), sql`${attempts.status} = 'in_progress'`))
    .orderBy(attempts.id)

export type AttemptStatus = (typeof attempts.$inferSelect)['status']
export type AttemptFilter = { quiz?: number; user?: number; status?: AttemptStatus }

const LIVE = sql`q.deleted_at IS NULL AND m.deleted_at IS NULL AND c.deleted_at IS NULL`
const teaches = (viewerId: number) => sql`(
  (c.instructor_id = ${viewerId} AND (SELECT is_instructor FROM users WHERE id = ${viewerId})) OR ${isStaff(viewerId)})`
const aboveQuiz = sql`JOIN modules m ON m.id = q.module_id JOIN courses c ON c.id = m.course_id`
const aboveAttempt = sql`JOIN quizzes q ON q.id = a.quiz_id ${aboveQuiz}`

/**
 * The page and the count of the attempts somebody may list: their own, and those in the courses they teach; staff all.
 * Previews are in none. The newest of each quiz are taken from its own index and merged.
 */
export function listedAttempts(db: Db, viewerId: number, filter: AttemptFilter, page: Page) {
  const { ids, count } =
    filter.user === undefined ? ofTaught(viewerId, filter, page) : ofUser(viewerId, filter, filter.user, page)
  return {
    rows: selectAttempts(db).where(sql`${attempts.id} IN (${ids})`).orderBy(desc(attempts.id)),
    count: db.select({ count: sql<number>`(${count})`.as('count') }).from(sql`(SELECT 1)`),
  }
}

/** Of one learner's attempts: the plus keeps the index of everybody's out of it. */
const matches = ({ quiz, status }: AttemptFilter) =>
  sql`a.is_preview = 0 AND ${quiz === undefined ? sql`1` : sql`a.quiz_id = ${quiz}`} AND ${status === undefined ? sql`1` : sql`+a.status = ${status}`}`
const slice = ({ limit, offset }: Page) => sql`ORDER BY id DESC LIMIT ${limit} OFFSET ${offset}`

/** One learner's attempts: few, so they are counted. */
function ofUser(viewerId: number, filter: AttemptFilter, userId: number, page: Page) {
  const mine = userId === viewerId ? sql`1` : teaches(viewerId)
  const found = sql`SELECT a.id FROM attempts a ${aboveAttempt}
    WHERE a.user_id = ${userId} AND ${matches(filter)} AND ${LIVE} AND ${mine}`
  return { ids: sql`SELECT id FROM (${found}) ${slice(page)}`, count: sql`SELECT count(*) FROM (${found})` }
}

function ofTaught(viewerId: number, filter: AttemptFilter, page: Page) {
  const upTo = page.offset + page.limit
  const ofQuiz = filter.quiz === undefined ? sql`1` : sql`q.id = ${filter.quiz}`
  const withStatus = filter.status === undefined ? sql`1` : sql`a.status = ${filter.status}`
  const newestOfQuiz = sql`SELECT json_group_array(id) FROM (
    SELECT a.id FROM attempts a WHERE a.quiz_id = q.id AND a.is_preview = 0 AND ${withStatus} ORDER BY a.id DESC LIMIT ${upTo})`
  const own = sql`SELECT a.id FROM attempts a ${aboveAttempt}
    WHERE a.user_id = ${viewerId} AND ${matches(filter)} AND ${LIVE}`
  const taught = sql`SELECT value AS id FROM courses c JOIN modules m ON m.course_id = c.id JOIN quizzes q ON q.module_id = m.id, json_each((${newestOfQuiz}))
    WHERE c.instructor_id = ${viewerId} AND (SELECT is_instructor FROM users WHERE id = ${viewerId}) AND NOT ${isStaff(viewerId)} AND ${LIVE} AND ${ofQuiz}`
  const ofOneQuiz = sql`SELECT value AS id FROM users v CROSS JOIN quizzes q ${aboveQuiz}, json_each((${newestOfQuiz}))
    WHERE v.id = ${viewerId} AND v.is_staff = 1 AND ${LIVE} AND ${ofQuiz}`
  const all = sql`SELECT a.id FROM users v CROSS JOIN attempts a ${aboveAttempt}
    WHERE v.id = ${viewerId} AND v.is_staff = 1 AND a.is_preview = 0 AND ${withStatus} AND ${LIVE} ORDER BY a.id DESC LIMIT ${upTo}`
  const forStaff = filter.quiz === undefined ? sql`SELECT * FROM (${all})` : ofOneQuiz
  const counted = sql.join(
    (filter.status === undefined ? STATUSES : [filter.status]).map(status => sql`n.${sql.identifier(status)}`),
    sql` + `,
  )
  // Their own attempts in courses they teach are counted with those courses already.
  const elsewhere = sql`SELECT count(*) FROM (${own} AND NOT ${teaches(viewerId)})`
  const inTaught = sql`SELECT coalesce(sum(${counted}), 0) FROM courses c JOIN modules m ON m.course_id = c.id JOIN quizzes q ON q.module_id = m.id
    JOIN quiz_attempt_counts n ON n.quiz_id = q.id WHERE ${LIVE} AND ${ofQuiz} AND ${teaches(viewerId)} AND c.instructor_id = ${viewerId}`
  const totals = sql.join(
    (filter.status === undefined ? STATUSES : [filter.status]).map(status => sql`${`attempts.${status}`}`),
    sql`, `,
  )
  const staffCount =
    filter.quiz === undefined
      ? sql`SELECT coalesce(sum(value), 0) FROM totals WHERE name IN (${totals})`
      : sql`SELECT coalesce(sum(${counted}), 0) FROM quizzes q ${aboveQuiz} JOIN quiz_attempt_counts n ON n.quiz_id = q.id WHERE ${LIVE} AND ${ofQuiz}`
  return {
    ids: sql`SELECT id FROM (${own} UNION ${taught} UNION ${forStaff}) ${slice(page)}`,
    count: sql`SELECT CASE WHEN ${isStaff(viewerId)} THEN (${staffCount}) ELSE (${elsewhere}) + (${inTaught}) END`,
  }
}

const STATUSES: AttemptStatus[] = ['in_progress', 'completed', 'timed_out', 'abandoned']

/** Attempts whose end should have arrived by now, the longest overdue first. */
export const overdueAttempts = (db: Db, now: number, limit: number) =>
  db
    .select({ id: attempts.id })
    .from(attempts)
    .where(sql`${attempts.checkAt} IS NOT NULL AND ${attempts.checkAt} <= ${now}`)
    .orderBy(attempts.checkAt)
    .limit(limit)

export const setCheckAt = (db: Db, id: number, checkAt: number) =>
  db
    .update(attempts)
    .set({ checkAt })
    .where(and(eq(attempts.id, id), sql`${attempts.checkAt} IS NOT NULL`))

/** Keeps cron from the row of a start that died, for as long as the next start may need to finish it. */
export const putOffCheck = (db: Db, userId: number, quizId: number, checkAt: number) =>
  db
    .update(attempts)
    .set({ checkAt })
    .where(and(eq(attempts.userId, userId), eq(attempts.quizId, quizId), sql`${attempts.status} = 'in_progress'`))

/** A row whose id an object knows as another attempt's. */
export const deleteForeign = (db: Db, { attemptId, userId }: { attemptId: number; userId: number }) =>
  db
    .delete(attempts)
    .where(and(eq(attempts.id, attemptId), eq(attempts.userId, userId), sql`${attempts.status} = 'in_progress'`))

/** A row whose start died before anything was begun, unless another start goes on with it meanwhile. */
export const deleteUnbegun = (db: Db, id: number, now: number) =>
  db
    .delete(attempts)
    .where(and(eq(attempts.id, id), sql`${attempts.status} = 'in_progress'`, sql`${attempts.checkAt} <= ${now}`))
