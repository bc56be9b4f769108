/** Figures of courses, from kept sums: the totals, or with dates the sums of days. */
import { type SQL, sql } from 'drizzle-orm'
import { coursesTaughtBy } from '../../../access/teaching.ts'
import { isStaff, staffViewer } from '../../../access/viewer.ts'
import { type Given, type Names, partialStatement, type RowOf, type Value } from '../../../db/statement.ts'
import { countFor, type Page } from '../../../http/pagination.ts'
import { isShown } from '../../progress/queries/completion-conditions.ts'
import { between, DAY_SECONDS, type Dates, isDated, isInScope, ONE_ROW } from './scope.ts'

const WEEK_SECONDS = 7 * DAY_SECONDS

export type CourseFilter = Dates & { course?: number }

type Viewing = { viewerId: number; now: number } & Page

/** The viewer's courses, newest first; reads the courses of others for staff only. */
function coursesOnPage({ viewerId, limit, offset, before }: Names<Viewing>, { course }: Given<CourseFilter>): SQL {
  if (course) {
    return sql`SELECT c.id FROM courses c WHERE c.id = ${course} AND c.id < ${before} AND ${isInScope(viewerId)} LIMIT ${limit} OFFSET ${offset}`
  }
  const own = sql`SELECT id FROM ${coursesTaughtBy(viewerId)} WHERE id < ${before} AND NOT ${isStaff(viewerId)}`
  const all = sql`SELECT c.id FROM ${staffViewer(viewerId)} v CROSS JOIN courses c
    WHERE c.deleted_at IS NULL AND c.id < ${before} ORDER BY c.id DESC LIMIT ${offset} + ${limit}`
  return sql`SELECT id FROM (${own} UNION ALL SELECT * FROM (${all})) ORDER BY id DESC LIMIT ${limit} OFFSET ${offset}`
}

const ofDays = (column: string, table: string, owner: string, dates: Given<Dates>) =>
  sql`(SELECT coalesce(sum(d.${sql.raw(column)}), 0) FROM ${sql.raw(table)} d WHERE d.${sql.raw(owner)} AND d.day ${between(dates)})`
const inTotal = (column: string, table: string, owner: string) =>
  sql`coalesce((SELECT s.${sql.raw(column)} FROM ${sql.raw(table)} s WHERE s.${sql.raw(owner)}), 0)`

/** A kept sum of module `m` or quiz `q`. */
const ofModule = (column: string, dates: Given<Dates>) =>
  isDated(dates)
    ? ofDays(column, 'module_days', 'module_id = m.id', dates)
    : inTotal(column, 'module_statistics', 'module_id = m.id')
const ofQuiz = (column: string, dates: Given<Dates>) =>
  isDated(dates)
    ? ofDays(column, 'quiz_days', 'quiz_id = q.id', dates)
    : inTotal(column, 'quiz_statistics', 'quiz_id = q.id')

const modulesOf = sql`modules m WHERE m.course_id = c.id AND m.deleted_at IS NULL`
const publishedOf = sql`${modulesOf} AND m.is_published = 1`

/** Whether a kept day `d` has an event of the last week; for the day in which the week begins, it reads the events. */
const isOfLastWeek = (now: Value) => {
  const beginning = sql`(CAST(${now} AS INTEGER) - ${sql.raw(String(WEEK_SECONDS))})`
  const days = sql.raw(String(DAY_SECONDS))
  return sql`d.day >= ${beginning} / ${days} AND (d.day > ${beginning} / ${days} OR EXISTS (
    SELECT 1 FROM activities a WHERE a.user_id = d.user_id AND a.course_id = d.course_id
      AND a.occurred_at > ${beginning} AND a.occurred_at < (d.day + 1) * ${days}))`
}

const figuresPage = partialStatement((db, viewing: Names<Viewing>, filter: Given<CourseFilter>) => {
  const ofCourse = (total: SQL, column: string) =>
    isDated(filter) ? ofDays(column, 'course_days', 'course_id = c.id', filter) : total
  return db
    .select({
      id: sql<number>`c.id`.as('id'),
      title: sql<string>`c.title`.as('title'),
      firstName: sql<string>`u.first_name`.as('firstName'),
      lastName: sql<string>`u.last_name`.as('lastName'),
      username: sql<string>`u.username`.as('username'),
      /** Learners who have not dropped, whenever they enrolled: the study time is theirs. */
      learners: sql<number>`c.active_count + c.completed_count`.as('learners'),
      enrollments: sql<number>`${ofCourse(sql`c.active_count + c.completed_count`, 'enrollment_count')}`.as(
        'enrollments',
      ),
      completions: sql<number>`${ofCourse(sql`c.completed_count`, 'completion_count')}`.as('completions'),
      publishedModules: sql<number>`(SELECT count(*) FROM ${publishedOf})`.as('publishedModules'),
      completedModules:
        sql<number>`(SELECT coalesce(sum(${ofModule('enrolled_completion_count', filter)}), 0) FROM ${publishedOf})`.as(
          'completedModules',
        ),
      studySeconds:
        sql<number>`(SELECT coalesce(sum(${ofModule('enrolled_study_seconds', filter)}), 0) FROM ${modulesOf})`.as(
          'studySeconds',
        ),
      activeLearners: sql<number>`(
        SELECT count(DISTINCT d.user_id) FROM activity_days d
        WHERE d.course_id = c.id AND d.course_id > 0 AND ${isOfLastWeek(viewing.now)}
          AND EXISTS (SELECT 1 FROM enrollments e WHERE e.user_id = d.user_id AND e.course_id = c.id))`.as(
        'activeLearners',
      ),
      mostActiveModule: sql<string | null>`(
        SELECT json_object('id', id, 'title', title) FROM (
          SELECT m.id, m.title, ${ofModule('interaction_count', filter)} AS events FROM ${publishedOf})
        WHERE events > 0 ORDER BY events DESC, id LIMIT 1)`.as('mostActiveModule'),
      mostChallengingQuiz: sql<string | null>`(
        SELECT json_object('id', id, 'title', title, 'scored', scored, 'passed', passed) FROM (
          SELECT q.id, q.title, ${ofQuiz('scored_count', filter)} AS scored, ${ofQuiz('passed_count', filter)} AS passed
          FROM modules m CROSS JOIN quizzes q ON q.module_id = m.id
          WHERE m.course_id = c.id AND m.deleted_at IS NULL AND m.is_published = 1 AND ${isShown} AND NOT q.is_survey)
        WHERE scored > 0 ORDER BY CAST(passed AS REAL) / scored, id LIMIT 1)`.as('mostChallengingQuiz'),
    })
    .from(sql`courses c JOIN users u ON u.id = c.instructor_id`)
    .where(sql`c.id IN (${coursesOnPage(viewing, filter)})`)
    .orderBy(sql`c.id DESC`)
})
export type CourseFiguresRow = RowOf<typeof figuresPage>

const figuresCount = partialStatement((db, { viewerId }: Names<Viewing>, { course }: Given<CourseFilter>) => {
  const taught = sql`(SELECT count(*) FROM ${coursesTaughtBy(viewerId)})`
  const count = course
    ? sql<number>`(SELECT count(*) FROM courses c WHERE c.id = ${course} AND ${isInScope(viewerId)})`
    : sql<number>`CASE WHEN ${isStaff(viewerId)} THEN (SELECT value FROM totals WHERE name = 'courses.live') ELSE ${taught} END`
  return db.select({ count: count.as('count') }).from(ONE_ROW)
})

/** The figures of the viewer's courses, the newest first, and their count. */
export const courseFigures = (viewing: Viewing, { course, start_date, end_date }: CourseFilter) =>
  [
    figuresPage(viewing, { course, start_date, end_date }),
    countFor(viewing, figuresCount(viewing, { course })),
  ] as const
