/** Figures of learners: enrollments decide the learners of a page, and each one's figures come from that learner's rows. */
import { type SQL, sql } from 'drizzle-orm'
import { isTakingPart } from '../../../access/participation.ts'
import { countOfLearnersManagedBy, learnersManagedBy } from '../../../access/teaching.ts'
import { type Given, type Names, partialStatement, type RowOf } from '../../../db/statement.ts'
import { countFor, type Page } from '../../../http/pagination.ts'
import type { GradingPolicy } from '../../attempts/grading/standing-score.ts'
import { TREND_DAYS } from '../trend.ts'
import { DAY_SECONDS, isInScope, ONE_ROW } from './scope.ts'
import { inOrderOfEnd, isGraded } from './scores.ts'

export type LearnerFilter = { user?: number; course?: number }

type Viewing = { viewerId: number } & Page

/** Learners of the viewer's courses, the newest account first. */
function learnersOnPage(
  { viewerId, limit, offset, before }: Names<Viewing>,
  { user, course }: Given<LearnerFilter>,
): SQL {
  const isListed = sql`${user ? sql`user_id = ${user} AND ` : sql``}user_id < ${before}`
  const slice = sql`ORDER BY user_id DESC LIMIT ${limit} OFFSET ${offset}`
  if (!course) return sql`${learnersManagedBy(viewerId, isListed, sql`${offset} + ${limit}`)} ${slice}`
  return sql`SELECT user_id FROM enrollments WHERE course_id = ${course} AND ${isTakingPart(sql`enrollments`)} AND ${isListed}
    AND EXISTS (SELECT 1 FROM courses c WHERE c.id = ${course} AND ${isInScope(viewerId)}) ${slice}`
}

const inScope = ({ viewerId }: Names<Viewing>, { course }: Given<LearnerFilter>) =>
  sql`${isInScope(viewerId)} AND ${course ? sql`c.id = ${course}` : sql`1`}`
/** Enrollments `e`, in courses `c`, of the learners on the page. */
const isEnrollmentOfPage = (viewing: Names<Viewing>, filter: Given<LearnerFilter>) =>
  sql`e.user_id IN (${learnersOnPage(viewing, filter)}) AND ${isTakingPart()} AND ${inScope(viewing, filter)}`

const learnersCount = partialStatement((db, viewing: Names<Viewing>, filter: Given<LearnerFilter>) => {
  const { viewerId } = viewing
  const ofCourse = sql`(SELECT c.active_count + c.completed_count FROM courses c WHERE c.id = ${filter.course} AND ${isInScope(viewerId)})`
  const one = sql`(SELECT count(*) FROM (${learnersOnPage(viewing, filter)}))`
  const count = filter.user ? one : filter.course ? ofCourse : countOfLearnersManagedBy(viewerId)
  return db.select({ count: sql<number>`coalesce(${count}, 0)`.as('count') }).from(ONE_ROW)
})

const learnerColumns = {
  id: sql<number>`u.id`.as('id'),
  username: sql<string>`u.username`.as('username'),
  firstName: sql<string>`u.first_name`.as('firstName'),
  lastName: sql<string>`u.last_name`.as('lastName'),
  lastLoginAt: sql<number | null>`u.last_login_at`.as('lastLoginAt'),
}

const learners = partialStatement((db, viewing: Names<Viewing>, filter: Given<LearnerFilter>) =>
  db
    .select(learnerColumns)
    .from(sql`users u`)
    .where(sql`u.id IN (${learnersOnPage(viewing, filter)})`)
    .orderBy(sql`u.id DESC`),
)
export type LearnerRow = RowOf<typeof learners>

const enrollmentColumns = {
  userId: sql<number>`e.user_id`.as('userId'),
  isCompleted: sql<number>`e.status = 'completed'`.as('isCompleted'),
  publishedModules: sql<number>`(
        SELECT count(*) FROM modules m WHERE m.course_id = e.course_id AND m.deleted_at IS NULL AND m.is_published = 1)`.as(
    'publishedModules',
  ),
  completedModules: sql<number>`(
        SELECT count(*) FROM module_progress p JOIN modules m ON m.id = p.module_id
        WHERE p.enrollment_id = e.id AND p.completed_at IS NOT NULL AND m.deleted_at IS NULL AND m.is_published = 1)`.as(
    'completedModules',
  ),
  studySeconds: sql<number>`(
        SELECT coalesce(sum(t.seconds), 0) FROM study_time t JOIN modules m ON m.id = t.module_id
        WHERE t.enrollment_id = e.id AND m.deleted_at IS NULL)`.as('studySeconds'),
}

const enrollmentsOf = partialStatement((db, viewing: Names<Viewing>, filter: Given<LearnerFilter>) =>
  db
    .select(enrollmentColumns)
    .from(sql`enrollments e CROSS JOIN courses c ON c.id = e.course_id`)
    .where(isEnrollmentOfPage(viewing, filter)),
)
export type LearnerEnrollmentRow = RowOf<typeof enrollmentsOf>

const quizScoreColumns = {
  userId: sql<number>`e.user_id`.as('userId'),
  moduleId: sql<number>`m.id`.as('moduleId'),
  moduleTitle: sql<string>`m.title`.as('moduleTitle'),
  moduleOrder: sql<number>`m."order"`.as('moduleOrder'),
  policy: sql<GradingPolicy>`q.grading_policy`.as('policy'),
  scores: inOrderOfEnd(sql`a.score_hundredths`).as('scores'),
}

/** Ended attempts by learner and quiz, in the order in which they ended. */
const quizScoresOf = partialStatement((db, viewing: Names<Viewing>, filter: Given<LearnerFilter>) =>
  db
    .select(quizScoreColumns)
    .from(
      sql`enrollments e CROSS JOIN courses c ON c.id = e.course_id CROSS JOIN attempts a ON a.enrollment_id = e.id
        JOIN quizzes q ON q.id = a.quiz_id JOIN modules m ON m.id = q.module_id`,
    )
    .where(
      sql`${isEnrollmentOfPage(viewing, filter)} AND ${isGraded} AND q.is_survey = 0 AND q.deleted_at IS NULL AND m.deleted_at IS NULL`,
    )
    .groupBy(sql`e.user_id, q.id`),
)
export type LearnerScoresRow = RowOf<typeof quizScoresOf>

/** In days since 1970. */
type Days = { today: number; thisWeek: number; lastWeek: number }
/** Events of the last seven UTC days, today included, and of the seven before. */
const eventsOf = partialStatement((db, viewing: Names<Viewing & Days>, filter: Given<LearnerFilter>) => {
  const { today, thisWeek, lastWeek } = viewing
  return db
    .select({
      userId: sql<number>`d.user_id`.as('userId'),
      thisWeek: sql<number>`sum(iif(d.day >= ${thisWeek}, d.event_count, 0))`.as('thisWeek'),
      lastWeek: sql<number>`sum(iif(d.day < ${thisWeek}, d.event_count, 0))`.as('lastWeek'),
    })
    .from(sql`activity_days d CROSS JOIN courses c ON c.id = d.course_id`)
    .where(
      sql`d.user_id IN (${learnersOnPage(viewing, filter)}) AND d.day BETWEEN ${lastWeek} AND ${today} AND ${inScope(viewing, filter)}`,
    )
    .groupBy(sql`d.user_id`)
})
export type LearnerEventsRow = RowOf<typeof eventsOf>

/**
 * The count of learners, and the queries of one page of them. Figures are of the viewer's courses only, or of the one in the
 * filter. `now` is in Unix seconds.
 */
export function learnerFigures(viewing: Viewing, { user, course }: LearnerFilter, now: number) {
  const filter = { user, course }
  const today = Math.floor(now / DAY_SECONDS)
  const thisWeek = today - (TREND_DAYS - 1)
  const days = { today, thisWeek, lastWeek: thisWeek - TREND_DAYS }
  return [
    countFor(viewing, learnersCount({ ...viewing, ...(user !== undefined && { limit: 1, offset: 0 }) }, filter)),
    learners(viewing, filter),
    enrollmentsOf(viewing, filter),
    quizScoresOf(viewing, filter),
    eventsOf({ ...viewing, ...days }, filter),
  ] as const
}
