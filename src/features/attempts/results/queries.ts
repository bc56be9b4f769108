/** Who may list which attempts, and what was answered in one. */
import { desc, eq, sql } from 'drizzle-orm'
import { coursesTaughtBy, isManagedBy } from '../../../access/teaching.ts'
import { isStaff, staffViewer } from '../../../access/viewer.ts'
import type { Db } from '../../../db/client.ts'
import { distinctly } from '../../../db/columns.ts'
import { attempts, responses } from '../../../db/schema/attempts.ts'
import { questionVersions } from '../../../db/schema/quizzes.ts'
import type { Page } from '../../../http/pagination.ts'
import { asked } from '../../quizzes/questions/queries.ts'
import { type AttemptStatus, selectAttempts } from '../queries.ts'

const responseColumns = distinctly({
  id: responses.id,
  questionId: responses.questionId,
  responseData: responses.responseData,
  isCorrect: responses.isCorrect,
  scoreNano: responses.scoreNano,
  isPending: responses.isPending,
  timeSpentSeconds: responses.timeSpentSeconds,
  graderFeedback: responses.feedback,
  ...asked,
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

type AttemptFilter = { quiz?: number; user?: number; status?: AttemptStatus }

const LIVE = sql`q.deleted_at IS NULL AND m.deleted_at IS NULL AND c.deleted_at IS NULL`
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
  const mine = userId === viewerId ? sql`1` : isManagedBy(viewerId)
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
  const taught = sql`SELECT value AS id FROM ${coursesTaughtBy(viewerId)} c JOIN modules m ON m.course_id = c.id JOIN quizzes q ON q.module_id = m.id, json_each((${newestOfQuiz}))
    WHERE NOT ${isStaff(viewerId)} AND ${LIVE} AND ${ofQuiz}`
  const ofOneQuiz = sql`SELECT value AS id FROM ${staffViewer(viewerId)} v CROSS JOIN quizzes q ${aboveQuiz}, json_each((${newestOfQuiz}))
    WHERE ${LIVE} AND ${ofQuiz}`
  const all = sql`SELECT a.id FROM ${staffViewer(viewerId)} v CROSS JOIN attempts a ${aboveAttempt}
    WHERE a.is_preview = 0 AND ${withStatus} AND ${LIVE} ORDER BY a.id DESC LIMIT ${upTo}`
  const forStaff = filter.quiz === undefined ? sql`SELECT * FROM (${all})` : ofOneQuiz
  const counted = sql.join(
    (filter.status === undefined ? STATUSES : [filter.status]).map(status => sql`n.${sql.identifier(status)}`),
    sql` + `,
  )
  // Their own attempts in courses they teach are counted with those courses already.
  const elsewhere = sql`SELECT count(*) FROM (${own} AND NOT ${isManagedBy(viewerId)})`
  const inTaught = sql`SELECT coalesce(sum(${counted}), 0) FROM ${coursesTaughtBy(viewerId)} c JOIN modules m ON m.course_id = c.id JOIN quizzes q ON q.module_id = m.id
    JOIN quiz_attempt_counts n ON n.quiz_id = q.id WHERE ${LIVE} AND ${ofQuiz}`
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
