/** Figures of learners: who is on the page comes from kept rows, what each did from that learner's own. */
import { type SQL, sql } from 'drizzle-orm'
import { isTakingPart } from '../../../access/participation.ts'
import { countOfLearnersManagedBy, learnersManagedBy } from '../../../access/teaching.ts'
import type { Db } from '../../../db/client.ts'
import { toDate } from '../../../http/fields.ts'
import type { Page } from '../../../http/pagination.ts'
import type { GradingPolicy } from '../../attempts/grading/standing-score.ts'
import { TREND_DAYS } from '../trend.ts'
import { isInScope, ONE_ROW } from './scope.ts'
import { inOrderOfEnd, isGraded } from './scores.ts'

const DAY_SECONDS = 86_400

export type LearnerFilter = { user?: number; course?: number }

/** Learners of the viewer's courses, the newest account first. */
function learnersOnPage(viewerId: number, { user, course }: LearnerFilter, { limit, offset }: Page): SQL {
  const isUser = user === undefined ? sql`1` : sql`user_id = ${user}`
  const slice = sql`ORDER BY user_id DESC LIMIT ${limit} OFFSET ${offset}`
  if (course === undefined) {
    return sql`SELECT user_id FROM ${learnersManagedBy(viewerId)} WHERE ${isUser} ${slice}`
  }
  return sql`SELECT user_id FROM enrollments WHERE course_id = ${course} AND ${isTakingPart(sql`enrollments`)} AND ${isUser}
    AND EXISTS (SELECT 1 FROM courses c WHERE c.id = ${course} AND ${isInScope(viewerId)}) ${slice}`
}

export const learnersCount = (db: Db, viewerId: number, { user, course }: LearnerFilter) => {
  const ofCourse = sql`(SELECT c.active_count + c.completed_count FROM courses c WHERE c.id = ${course ?? null} AND ${isInScope(viewerId)})`
  const ofAll = countOfLearnersManagedBy(viewerId)
  const one = sql`(SELECT count(*) FROM (${learnersOnPage(viewerId, { user, course }, { number: 1, limit: 1, offset: 0 })}))`
  const count = user !== undefined ? one : course !== undefined ? ofCourse : ofAll
  return db.select({ count: sql<number>`coalesce(${count}, 0)`.as('count') }).from(ONE_ROW)
}

/** The queries of one page of learners. Figures are of the viewer's courses only, or of the one asked for. */
export function learnerFigures(db: Db, viewerId: number, filter: LearnerFilter, page: Page, now: number) {
  const onPage = learnersOnPage(viewerId, filter, page)
  const inScope = sql`${isInScope(viewerId)} AND ${filter.course === undefined ? sql`1` : sql`c.id = ${filter.course}`}`
  const taken = sql`e.user_id IN (${onPage}) AND ${isTakingPart()} AND ${inScope}`
  return [
    learners(db, onPage),
    enrollmentsOf(db, taken),
    quizScoresOf(db, taken),
    eventsOf(db, onPage, inScope, now),
  ] as const
}

const learnerColumns = {
  id: sql<number>`u.id`.as('id'),
  username: sql<string>`u.username`.as('username'),
  firstName: sql<string>`u.first_name`.as('firstName'),
  lastName: sql<string>`u.last_name`.as('lastName'),
  lastLoginAt: sql<number | null>`u.last_login_at`.as('lastLoginAt'),
}

const learners = (db: Db, onPage: SQL) =>
  db.select(learnerColumns).from(sql`users u`).where(sql`u.id IN (${onPage})`).orderBy(sql`u.id DESC`)
export type LearnerRow = Awaited<ReturnType<typeof learners>>[number]

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

const enrollmentsOf = (db: Db, taken: SQL) =>
  db.select(enrollmentColumns).from(sql`enrollments e CROSS JOIN courses c ON c.id = e.course_id`).where(taken)
export type LearnerEnrollmentRow = Awaited<ReturnType<typeof enrollmentsOf>>[number]

const quizScoreColumns = {
  userId: sql<number>`e.user_id`.as('userId'),
  moduleId: sql<number>`m.id`.as('moduleId'),
  moduleTitle: sql<string>`m.title`.as('moduleTitle'),
  moduleOrder: sql<number>`m."order"`.as('moduleOrder'),
  policy: sql<GradingPolicy>`q.grading_policy`.as('policy'),
  scores: inOrderOfEnd(sql`a.score_hundredths`).as('scores'),
}

/** Ended attempts by learner and quiz, in the order in which they ended. */
const quizScoresOf = (db: Db, taken: SQL) =>
  db
    .select(quizScoreColumns)
    .from(
      sql`enrollments e CROSS JOIN courses c ON c.id = e.course_id CROSS JOIN attempts a ON a.enrollment_id = e.id
        JOIN quizzes q ON q.id = a.quiz_id JOIN modules m ON m.id = q.module_id`,
    )
    .where(sql`${taken} AND ${isGraded} AND q.is_survey = 0 AND q.deleted_at IS NULL AND m.deleted_at IS NULL`)
    .groupBy(sql`e.user_id, q.id`)
export type LearnerScoresRow = Awaited<ReturnType<typeof quizScoresOf>>[number]

/** Events of the last seven UTC days, today included, and of the seven before. */
const eventsOf = (db: Db, onPage: SQL, inScope: SQL, now: number) => {
  const thisWeek = toDate(now - (TREND_DAYS - 1) * DAY_SECONDS)
  const lastWeek = toDate(now - (2 * TREND_DAYS - 1) * DAY_SECONDS)
  return db
    .select({
      userId: sql<number>`d.user_id`.as('userId'),
      thisWeek: sql<number>`sum(iif(d.day >= ${thisWeek}, d.event_count, 0))`.as('thisWeek'),
      lastWeek: sql<number>`sum(iif(d.day < ${thisWeek}, d.event_count, 0))`.as('lastWeek'),
    })
    .from(sql`activity_days d CROSS JOIN courses c ON c.id = d.course_id`)
    .where(sql`d.user_id IN (${onPage}) AND d.day BETWEEN ${lastWeek} AND ${toDate(now)} AND ${inScope}`)
    .groupBy(sql`d.user_id`)
}
export type LearnerEventsRow = Awaited<ReturnType<typeof eventsOf>>[number]
