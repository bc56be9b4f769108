/** Lists a row for every published module of every course that a learner takes; a row is stored on the first activity. */

import { and, desc, eq, type SQL, sql } from 'drizzle-orm'
import { isCourseOpenToLearners, isTakingPart } from '../../../access/participation.ts'
import { distinctly } from '../../../db/columns.ts'
import { courses } from '../../../db/schema/courses.ts'
import { enrollments } from '../../../db/schema/enrollments.ts'
import { modules } from '../../../db/schema/modules.ts'
import { moduleProgress } from '../../../db/schema/progress.ts'
import {
  type Builder,
  type Given,
  type Names,
  partialStatement,
  type RowOf,
  statement,
  type Value,
} from '../../../db/statement.ts'
import { countFor, type Page } from '../../../http/pagination.ts'
import type { ModuleStatus } from '../completion.ts'
import { completedModules, isPassed, isShown, publishedModules } from './completion-conditions.ts'

const quizzesOfCourse = (condition: SQL) => sql<number>`(
  SELECT count(*) FROM modules m CROSS JOIN quizzes q ON q.module_id = m.id
  WHERE m.course_id = ${enrollments.courseId} AND m.deleted_at IS NULL AND m.is_published = 1 AND ${isShown} AND ${condition}
)`

// The learner takes the course and may see it.
const isTaken = and(isTakingPart(sql`${enrollments}`), isCourseOpenToLearners(sql`${courses}`))

const inCourse = (courseId: Value | undefined) => (courseId ? sql`${enrollments.courseId} = ${courseId}` : sql`1`)

const courseProgressColumns = distinctly({
  id: enrollments.id,
  courseId: enrollments.courseId,
  courseTitle: courses.title,
  userId: enrollments.userId,
  enrolledAt: enrollments.enrolledAt,
  completedAt: enrollments.completedAt,
  publishedModules: publishedModules.as('publishedModules'),
  completedModules: completedModules.as('completedModules'),
  totalQuizzes: quizzesOfCourse(sql`1`).as('totalQuizzes'),
  passedQuizzes: quizzesOfCourse(isPassed(sql`${enrollments.id}`)).as('passedQuizzes'),
  lastActivityAt: sql<
    number | null
  >`(SELECT max(p.last_activity_at) FROM module_progress p WHERE p.enrollment_id = ${enrollments.id})`.as(
    'lastActivityAt',
  ),
})

type CourseFilter = { course?: number }

const courseProgressPage = partialStatement(
  (db, { userId, limit, offset, before }: Names<{ userId: number } & Page>, { course }: Given<CourseFilter>) =>
    db
      .select(courseProgressColumns)
      .from(enrollments)
      .innerJoin(courses, eq(courses.id, enrollments.courseId))
      .where(and(eq(enrollments.userId, userId), isTaken, inCourse(course), sql`${enrollments.id} < ${before}`))
      .orderBy(desc(enrollments.id))
      .limit(limit)
      .offset(offset),
)
export type CourseProgressRow = RowOf<typeof courseProgressPage>

const courseProgressCount = partialStatement(
  (db, { userId }: Names<{ userId: number }>, { course }: Given<CourseFilter>) =>
    db
      .select({ count: sql<number>`count(*)`.as('count') })
      .from(enrollments)
      .innerJoin(courses, eq(courses.id, enrollments.courseId))
      .where(and(eq(enrollments.userId, userId), isTaken, inCourse(course))),
)

/** A learner's progress by course, the newest enrollment first. */
export const courseProgress = (viewing: { userId: number } & Page, { course }: CourseFilter) =>
  [courseProgressPage(viewing, { course }), countFor(viewing, courseProgressCount(viewing, { course }))] as const

const moduleProgressColumns = distinctly({
  enrollmentId: enrollments.id,
  userId: enrollments.userId,
  enrolledAt: enrollments.enrolledAt,
  courseId: courses.id,
  courseTitle: courses.title,
  courseStatus: courses.status,
  instructorId: courses.instructorId,
  moduleId: modules.id,
  moduleTitle: modules.title,
  completionCriteria: modules.completionCriteria,
  startedAt: sql<number | null>`${moduleProgress.startedAt}`.as('startedAt'),
  completedAt: sql<number | null>`${moduleProgress.completedAt}`.as('completedAt'),
  timeSpentSeconds: sql<number>`coalesce(${moduleProgress.timeSpentSeconds}, 0)`.as('timeSpentSeconds'),
  lastActivityAt: sql<number | null>`${moduleProgress.lastActivityAt}`.as('lastActivityAt'),
  resetAt: sql<number | null>`${moduleProgress.resetAt}`.as('resetAt'),
})

const isPublishedInCourse = sql`${modules.courseId} = ${courses.id} AND ${modules.deletedAt} IS NULL AND ${modules.isPublished} = 1`
const isProgressRow = sql`${moduleProgress.enrollmentId} = ${enrollments.id} AND ${moduleProgress.moduleId} = ${modules.id}`

const selectModuleProgress = (db: Builder) =>
  db
    .select(moduleProgressColumns)
    .from(enrollments)
    .innerJoin(courses, eq(courses.id, enrollments.courseId))
    .innerJoin(modules, isPublishedInCourse)
    .leftJoin(moduleProgress, isProgressRow)
    .$dynamic()
export type ModuleProgressRow = Awaited<ReturnType<typeof selectModuleProgress>>[number]

export type ModuleProgressFilter = { course?: number; module?: number; status?: ModuleStatus }

/** `moduleStatus` in SQL. */
const status = sql`CASE WHEN ${moduleProgress.completedAt} IS NOT NULL THEN 'completed'
  WHEN ${moduleProgress.startedAt} IS NOT NULL THEN 'in_progress' ELSE 'not_started' END`

const matchesFilter = (userId: Value, filter: Given<ModuleProgressFilter>) =>
  and(
    sql`${enrollments.userId} = ${userId}`,
    isTaken,
    inCourse(filter.course),
    filter.module && sql`${modules.id} = ${filter.module}`,
    filter.status && sql`${status} = ${filter.status}`,
  )

const moduleProgressPage = partialStatement(
  (db, { userId, limit, offset }: Names<{ userId: number } & Page>, filter: Given<ModuleProgressFilter>) =>
    selectModuleProgress(db)
      .where(matchesFilter(userId, filter))
      .orderBy(desc(enrollments.id), modules.order, modules.id)
      .limit(limit)
      .offset(offset),
)

const moduleProgressCount = partialStatement(
  (db, { userId }: Names<{ userId: number }>, filter: Given<ModuleProgressFilter>) =>
    db
      .select({ count: sql<number>`count(*)`.as('count') })
      .from(enrollments)
      .innerJoin(courses, eq(courses.id, enrollments.courseId))
      .innerJoin(modules, isPublishedInCourse)
      .leftJoin(moduleProgress, isProgressRow)
      .where(matchesFilter(userId, filter)),
)

/** A learner's modules: the newest enrollment first, each course's in their order. */
export const moduleProgressList = (
  viewing: { userId: number } & Page,
  { course, module, status }: ModuleProgressFilter,
) => {
  const filter = { course, module, status }
  return [moduleProgressPage(viewing, filter), moduleProgressCount(viewing, filter)] as const
}

/** The progress of one learner in one module. */
export const moduleProgressOf = statement(
  (db, { enrollmentId, moduleId }: Names<{ enrollmentId: number; moduleId: number }>) =>
    selectModuleProgress(db).where(and(eq(enrollments.id, enrollmentId), eq(modules.id, moduleId), isTaken)),
)

/** The number of the module's quizzes that the learner has not passed yet. */
export const openQuizCount = statement(
  (db, { enrollmentId, moduleId }: Names<{ enrollmentId: number; moduleId: number }>) =>
    db
      .select({ count: sql<number>`count(*)`.as('count') })
      .from(sql`quizzes q`)
      .where(sql`q.module_id = ${moduleId} AND ${isShown} AND NOT ${isPassed(sql`${enrollmentId}`)}`),
)
