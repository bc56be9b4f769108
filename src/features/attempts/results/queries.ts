/** SQL of the list of attempts, which includes the right to see them, and of the responses of one. */

import { desc, eq, type SQL, sql } from 'drizzle-orm'
import { coursesTaughtBy, isManagedBy } from '../../../access/teaching.ts'
import { isStaff, staffViewer } from '../../../access/viewer.ts'
import { distinctly } from '../../../db/columns.ts'
import { attempts, responses } from '../../../db/schema/attempts.ts'
import { questionVersions } from '../../../db/schema/quizzes.ts'
import { type Given, type Names, partialStatement, type RowOf, statement } from '../../../db/statement.ts'
import { countFor, cursorOf, type Page } from '../../../http/pagination.ts'
import { contentColumns } from '../../quizzes/questions/queries.ts'
import { type AttemptStatus, isOfAttempt, selectAttempts } from '../queries.ts'

const responseColumns = distinctly({
  id: responses.id,
  questionId: responses.questionId,
  responseData: responses.responseData,
  isCorrect: responses.isCorrect,
  scoreNano: responses.scoreNano,
  isPending: responses.isPending,
  timeSpentSeconds: responses.timeSpentSeconds,
  graderFeedback: responses.feedback,
  ...contentColumns,
})

/** The responses of an ended attempt in its order, each with the version that the learner was shown. */
export const responsesOf = statement((db, { attemptId }: Names<{ attemptId: number }>) =>
  db
    .select(responseColumns)
    .from(responses)
    .innerJoin(questionVersions, eq(questionVersions.id, responses.questionVersionId))
    .where(isOfAttempt(responses.id, attemptId))
    .orderBy(responses.id),
)
export type ResponseOfAttempt = RowOf<typeof responsesOf>

type AttemptFilter = { quiz?: number; user?: number; status?: AttemptStatus }

const LIVE = sql`q.deleted_at IS NULL AND m.deleted_at IS NULL AND c.deleted_at IS NULL`
const aboveQuiz = sql`JOIN modules m ON m.id = q.module_id JOIN courses c ON c.id = m.course_id`
const aboveAttempt = sql`JOIN quizzes q ON q.id = a.quiz_id ${aboveQuiz}`

type Viewing = { viewerId: number } & Page
/** `before` bounds the page alone; the count is of all. */
type Wanted = AttemptFilter & { before?: number }
type Listing = { ids: SQL; count: SQL }

const listedPage = partialStatement((db, viewing: Names<Viewing>, filter: Given<Wanted>) =>
  selectAttempts(db)
    .where(sql`${attempts.id} IN (${listing(viewing, filter).ids})`)
    .orderBy(desc(attempts.id)),
)

const listedCount = partialStatement((db, viewing: Names<Viewing>, filter: Given<Wanted>) =>
  db.select({ count: sql<number>`(${listing(viewing, filter).count})`.as('count') }).from(sql`(SELECT 1)`),
)

/**
 * The attempts that the viewer may list, newest first and without previews: their own and those in courses they teach; all for
 * staff. The query takes the newest of each quiz and status from an index and merges them.
 */
export const listedAttempts = (viewing: Viewing, { quiz, user, status }: AttemptFilter) => {
  const filter = { quiz, user, status }
  return [
    listedPage(viewing, { ...filter, ...cursorOf(viewing) }),
    countFor(viewing, listedCount(viewing, filter)),
  ] as const
}

const listing = (viewing: Names<Viewing>, filter: Given<Wanted>): Listing =>
  filter.user ? listingOfUser(viewing, filter, filter.user) : listingOfTaught(viewing, filter)

/** A condition on one learner's attempts. The plus keeps SQLite from the index of everybody's attempts by status. */
const matches = ({ quiz, status }: Given<Wanted>) =>
  sql`a.is_preview = 0 AND ${quiz ? sql`a.quiz_id = ${quiz}` : sql`1`} AND ${status ? sql`+a.status = ${status}` : sql`1`}`
const isBefore = ({ before }: Given<Wanted>) => (before ? sql`a.id < ${before}` : sql`1`)
const slice = ({ limit, offset }: Names<Viewing>) => sql`ORDER BY id DESC LIMIT ${limit} OFFSET ${offset}`

/** A learner has few attempts, so the query counts them. */
function listingOfUser(viewing: Names<Viewing>, filter: Given<Wanted>, userId: SQL): Listing {
  const visible = sql`SELECT a.id FROM attempts a ${aboveAttempt}
    WHERE a.user_id = ${userId} AND ${matches(filter)} AND ${LIVE}
      AND (a.user_id = ${viewing.viewerId} OR ${isManagedBy(viewing.viewerId)})`
  return {
    ids: sql`SELECT id FROM (${visible} AND ${isBefore(filter)}) ${slice(viewing)}`,
    count: sql`SELECT count(*) FROM (${visible})`,
  }
}

function listingOfTaught(viewing: Names<Viewing>, filter: Given<Wanted>): Listing {
  const { viewerId, limit, offset } = viewing
  const upTo = sql`${offset} + ${limit}`
  const ofQuiz = filter.quiz ? sql`q.id = ${filter.quiz}` : sql`1`
  const statuses = filter.status
    ? sql`(SELECT ${filter.status} AS column1)`
    : sql.raw(`(VALUES ${STATUSES.map(s => `('${s}')`).join()})`)
  const newestOfQuiz = sql`SELECT json_group_array(id) FROM (
    SELECT a.id FROM attempts a WHERE a.quiz_id = q.id AND a.is_preview = 0 AND a.status = s.column1 AND ${isBefore(filter)} ORDER BY a.id DESC LIMIT ${upTo})`
  const own = sql`SELECT a.id FROM attempts a ${aboveAttempt}
    WHERE a.user_id = ${viewerId} AND ${matches(filter)} AND ${LIVE}`
  const taught = sql`SELECT value AS id FROM ${coursesTaughtBy(viewerId)} c JOIN modules m ON m.course_id = c.id JOIN quizzes q ON q.module_id = m.id, ${statuses} s, json_each((${newestOfQuiz}))
    WHERE NOT ${isStaff(viewerId)} AND ${LIVE} AND ${ofQuiz}`
  const ofOneQuiz = sql`SELECT value AS id FROM ${staffViewer(viewerId)} v CROSS JOIN quizzes q ${aboveQuiz}, ${statuses} s, json_each((${newestOfQuiz}))
    WHERE ${LIVE} AND ${ofQuiz}`
  // SQLite walks all attempts by their ids: the plus keeps it from the index by status, which has another order.
  const isListed = filter.status ? sql`a.is_preview = 0 AND a.status = ${filter.status}` : sql`+a.is_preview = 0`
  const all = sql`SELECT a.id FROM ${staffViewer(viewerId)} v CROSS JOIN attempts a ${aboveAttempt}
    WHERE ${isListed} AND ${isBefore(filter)} AND ${LIVE} ORDER BY a.id DESC LIMIT ${upTo}`
  const forStaff = filter.quiz ? ofOneQuiz : sql`SELECT * FROM (${all})`
  // The counts of the courses they teach already include their own attempts there.
  const outsideTaught = sql`SELECT count(*) FROM (${own} AND NOT ${isManagedBy(viewerId)})`
  const inTaught = sql`SELECT coalesce(sum(${counted(filter)}), 0) FROM ${coursesTaughtBy(viewerId)} c JOIN modules m ON m.course_id = c.id JOIN quizzes q ON q.module_id = m.id
    JOIN quiz_statistics n ON n.quiz_id = q.id WHERE ${LIVE} AND ${ofQuiz}`
  const totals = filter.status
    ? sql`'attempts.' || ${filter.status}`
    : sql.raw(STATUSES.map(s => `'attempts.${s}'`).join())
  const staffCount = filter.quiz
    ? sql`SELECT coalesce(sum(${counted(filter)}), 0) FROM quizzes q ${aboveQuiz} JOIN quiz_statistics n ON n.quiz_id = q.id WHERE ${LIVE} AND ${ofQuiz}`
    : sql`SELECT coalesce(sum(value), 0) FROM totals WHERE name IN (${totals})`
  return {
    ids: sql`SELECT id FROM (${own} AND ${isBefore(filter)} UNION ${taught} UNION ${forStaff}) ${slice(viewing)}`,
    count: sql`SELECT CASE WHEN ${isStaff(viewerId)} THEN (${staffCount}) ELSE (${outsideTaught}) + (${inTaught}) END`,
  }
}

const STATUSES: AttemptStatus[] = ['in_progress', 'completed', 'timed_out', 'abandoned']

/** A quiz's kept counter of the filter's status; the sum of all counters without one. */
const counted = ({ status }: Given<Wanted>) =>
  status
    ? sql`CASE ${status} ${sql.raw(STATUSES.map(s => `WHEN '${s}' THEN n.${s}`).join(' '))} END`
    : sql.raw(STATUSES.map(s => `n.${s}`).join(' + '))
