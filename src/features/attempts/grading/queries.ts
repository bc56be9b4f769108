/** All SQL of essays that are graded by hand; `settlement.ts` has the SQL of a grade's consequences. */

import { and, desc, eq, isNull, type SQL, sql } from 'drizzle-orm'
import { alias } from 'drizzle-orm/sqlite-core'
import { coursesTaughtBy, isManagedBy } from '../../../access/teaching.ts'
import { courseOf } from '../../../access/tokens.ts'
import { isStaff, staffViewer } from '../../../access/viewer.ts'
import { distinctly } from '../../../db/columns.ts'
import { attempts, responses } from '../../../db/schema/attempts.ts'
import { courses } from '../../../db/schema/courses.ts'
import { modules } from '../../../db/schema/modules.ts'
import { questionVersions, quizzes } from '../../../db/schema/quizzes.ts'
import { users } from '../../../db/schema/users.ts'
import { type Builder, type Given, type Names, partialStatement, type RowOf, statement } from '../../../db/statement.ts'
import { countFor, cursorOf, type Page } from '../../../http/pagination.ts'
import { asPoints, insertActs } from '../../audit/queries/acts.ts'
import { contentColumns } from '../../quizzes/questions/queries.ts'
import { isOfAttempt } from '../queries.ts'
import { share } from '../settlement.ts'

const graders = alias(users, 'graders')

const essayColumns = distinctly({
  ...contentColumns,
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

/** A response with the version that was shown, its learner and its instructor; no row when anything above it is deleted. */
export const essayById = statement((db, { id }: Names<{ id: number }>) =>
  db
    .select(essayColumns)
    .from(responses)
    .innerJoin(attempts, eq(attempts.id, responses.attemptId))
    .innerJoin(questionVersions, eq(questionVersions.id, responses.questionVersionId))
    .innerJoin(quizzes, eq(quizzes.id, attempts.quizId))
    .innerJoin(modules, eq(modules.id, quizzes.moduleId))
    .innerJoin(courses, eq(courses.id, modules.courseId))
    .leftJoin(graders, eq(graders.id, responses.gradedBy))
    .where(and(eq(responses.id, id), isNull(quizzes.deletedAt), isNull(modules.deletedAt), isNull(courses.deletedAt))),
)
export type EssayRow = RowOf<typeof essayById>

type EssayGrade = {
  scoreNano: number
  /** Without it, the earlier feedback stays. */
  feedback?: string
  rubricScores: Record<string, number>
  gradedBy: number
}

type Graded = { id: number; scoreNano: number; gradedBy: number; now: number }
export const recordGrade = statement((db, { id, scoreNano, gradedBy, now }: Names<Graded>) => {
  const act = {
    actorId: gradedBy,
    action: 'response.graded',
    now,
    targetId: sql`r.id`,
    userId: sql`a.user_id`,
    courseId: courseOf('quiz', sql`a.quiz_id`),
    old: sql`json_object('score', ${asPoints(sql`r.score_nano`)})`,
    new: sql`json_object('score', ${asPoints(scoreNano)})`,
  } as const
  return insertActs(db, act, sql`FROM responses r JOIN attempts a ON a.id = r.attempt_id WHERE r.id = ${id}`)
})

/** Writes the grade; the later of two simultaneous grades stands. Item analysis leaves out previews. */
export const gradeEssay = partialStatement(
  (db, { id, now }: Names<{ id: number; now: number }>, { scoreNano, ...grade }: Given<EssayGrade>) =>
    db
      .update(responses)
      .set({
        ...grade,
        scoreNano,
        isCorrect: sql`${scoreNano} = ${responses.maxNano}`,
        isPending: false,
        itemShare: sql`CASE WHEN (SELECT a.is_preview FROM attempts a WHERE a.id = ${responses.attemptId}) = 0
        THEN ${share(sql`CAST(${scoreNano} AS INTEGER)`, sql`${responses.maxNano}`)} END`,
        gradedAt: sql`${now}`,
      })
      .where(eq(responses.id, id)),
)

const pendingColumns = distinctly({
  ...contentColumns,
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

const selectPending = (db: Builder) =>
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

type Viewing = { viewerId: number } & Page
/** `before` bounds the page alone; the count is of all. */
type Wanted = PendingFilter & { before?: number }
type Listing = { attemptIds: SQL; count: SQL }

const pendingPage = partialStatement((db, viewing: Names<Viewing>, filter: Given<Wanted>) => {
  const { limit, offset } = viewing
  // The plus keeps SQLite from the index of all pending essays, because an attempt has few responses.
  const newest = sql`SELECT id FROM (${listing(viewing, filter).attemptIds}) ORDER BY id DESC LIMIT ${upTo(viewing, filter)}`
  const isBefore = filter.before ? sql`r.id < ${filter.before}` : sql`1`
  const ids = sql`SELECT r.id FROM (${newest}) a CROSS JOIN responses r
    WHERE ${isOfAttempt(sql`r.id`, sql`a.id`)} AND +r.is_pending = 1 AND ${isBefore}
    ORDER BY r.id DESC LIMIT ${limit} OFFSET ${offset}`
  return selectPending(db).where(sql`${responses.id} IN (${ids})`).orderBy(desc(responses.id))
})

const pendingCount = partialStatement((db, viewing: Names<Viewing>, filter: Given<Wanted>) =>
  db.select({ count: sql<number>`(${listing(viewing, filter).count})`.as('count') }).from(sql`(SELECT 1)`),
)

/**
 * Pending essays in a teacher's own courses; in all courses for staff. The query takes the newest pending attempts of each
 * quiz from an index and merges them, so that no page costs more when there are more attempts.
 */
export const pendingEssays = (viewing: Viewing, { course, quiz }: PendingFilter) => {
  const filter = { course, quiz }
  return [
    pendingPage(viewing, { ...filter, ...cursorOf(viewing) }),
    countFor(viewing, pendingCount(viewing, filter)),
  ] as const
}

const listing = (viewing: Names<Viewing>, filter: Given<Wanted>): Listing =>
  filter.course || filter.quiz ? listingOfOne(viewing, filter) : listingOfAll(viewing, filter)

const LIVE = sql`q.deleted_at IS NULL AND m.deleted_at IS NULL AND c.deleted_at IS NULL`
const COUNTED = sql`SELECT coalesce(sum(n.pending_essays), 0)`

/**
 * Every pending attempt has a pending essay, so a page needs at most as many attempts as it has entries; after a cursor one
 * more, because all pending essays of the first may be on earlier pages.
 */
const upTo = ({ offset, limit }: Names<Viewing>, { before }: Given<Wanted>) =>
  before ? sql`${offset} + ${limit} + 1` : sql`${offset} + ${limit}`
/** Whether attempt `a` can have responses on the page: their ids begin with its own. */
const mayBeListed = ({ before }: Given<Wanted>) => (before ? sql`a.id < ${before} / 1000.0` : sql`1`)

/** The newest pending attempts of quiz `q`, as many as the page can show. */
const newestOfQuiz = (
  viewing: Names<Viewing>,
  filter: Given<Wanted>,
) => sql`json_each((SELECT json_group_array(id) FROM (
  SELECT a.id FROM attempts a WHERE a.quiz_id = q.id AND a.pending_grading > 0 AND a.is_preview = 0 AND ${mayBeListed(filter)}
  ORDER BY a.id DESC LIMIT ${upTo(viewing, filter)})))`

/** Pending attempts in one course or at one quiz. */
function listingOfOne(viewing: Names<Viewing>, filter: Given<Wanted>): Listing {
  const { course, quiz } = filter
  const quizzesOf = quiz
    ? sql`quizzes q CROSS JOIN modules m ON m.id = q.module_id CROSS JOIN courses c ON c.id = m.course_id`
    : sql`courses c CROSS JOIN modules m ON m.course_id = c.id CROSS JOIN quizzes q ON q.module_id = m.id`
  const which = and(quiz && sql`q.id = ${quiz}`, course && sql`c.id = ${course}`, LIVE, isManagedBy(viewing.viewerId))
  return {
    attemptIds: sql`SELECT value AS id FROM ${quizzesOf} CROSS JOIN ${newestOfQuiz(viewing, filter)} WHERE ${which}`,
    count: sql`${COUNTED} FROM ${quizzesOf} JOIN quiz_statistics n ON n.quiz_id = q.id WHERE ${which}`,
  }
}

/** For an instructor the pending attempts of each own quiz, merged; for staff the newest of all. */
function listingOfAll(viewing: Names<Viewing>, filter: Given<Wanted>): Listing {
  const { viewerId } = viewing
  const own = sql`${coursesTaughtBy(viewerId)} c CROSS JOIN modules m ON m.course_id = c.id CROSS JOIN quizzes q ON q.module_id = m.id`
  const isOwn = sql`NOT ${isStaff(viewerId)} AND ${LIVE}`
  // The cross join looks at the viewer first, so that the query reads nothing for anybody but staff.
  const all = sql`SELECT a.id FROM ${staffViewer(viewerId)} v CROSS JOIN attempts a CROSS JOIN quizzes q ON q.id = a.quiz_id
    CROSS JOIN modules m ON m.id = q.module_id CROSS JOIN courses c ON c.id = m.course_id
    WHERE a.pending_grading > 0 AND a.is_preview = 0 AND ${mayBeListed(filter)} AND ${LIVE}
    ORDER BY a.id DESC LIMIT ${upTo(viewing, filter)}`
  return {
    attemptIds: sql`SELECT value AS id FROM ${own} CROSS JOIN ${newestOfQuiz(viewing, filter)} WHERE ${isOwn} UNION ALL SELECT * FROM (${all})`,
    count: sql`SELECT CASE WHEN ${isStaff(viewerId)}
      THEN (SELECT value FROM totals WHERE name = 'essays.pending')
      ELSE (${COUNTED} FROM ${own} JOIN quiz_statistics n ON n.quiz_id = q.id WHERE ${isOwn}) END`,
  }
}
