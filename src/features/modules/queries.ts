/** All SQL of modules. Only `restorableModuleById` returns deleted ones, and no query returns modules of a deleted course. */

import { and, eq, isNull, type SQL, sql } from 'drizzle-orm'
import { modulesReadBy } from '../../access/modules.ts'
import type { EnrollmentStatus } from '../../access/participation.ts'
import { isStaff, staffViewer } from '../../access/viewer.ts'
import { distinctly } from '../../db/columns.ts'
import { courses } from '../../db/schema/courses.ts'
import { enrollments } from '../../db/schema/enrollments.ts'
import { modules } from '../../db/schema/modules.ts'
import { quizzes } from '../../db/schema/quizzes.ts'
import { type Builder, type Given, type Names, partialStatement, type RowOf, statement } from '../../db/statement.ts'
import type { Page } from '../../http/pagination.ts'
import { RESTORE_SECONDS } from '../courses/queries.ts'

const selected = distinctly({
  id: modules.id,
  courseId: modules.courseId,
  courseTitle: courses.title,
  courseStatus: courses.status,
  instructorId: courses.instructorId,
  title: modules.title,
  description: modules.description,
  order: modules.order,
  completionCriteria: modules.completionCriteria,
  content: modules.content,
  isPublished: modules.isPublished,
  createdAt: modules.createdAt,
  updatedAt: modules.updatedAt,
  revision: modules.revision,
})

const selectModules = (db: Builder) =>
  db.select(selected).from(modules).innerJoin(courses, eq(courses.id, modules.courseId)).$dynamic()
export type ModuleRow = Awaited<ReturnType<typeof selectModules>>[number]

export const moduleById = statement((db, { id }: Names<{ id: number }>) =>
  selectModules(db).where(and(eq(modules.id, id), isNull(modules.deletedAt), isNull(courses.deletedAt))),
)

/** A module that is not deleted, or whose deletion can still be undone. `now` is in Unix seconds. */
export const restorableModuleById = statement((db, { id, now }: Names<{ id: number; now: number }>) =>
  selectModules(db).where(
    and(
      eq(modules.id, id),
      isNull(courses.deletedAt),
      sql`coalesce(${modules.deletedAt}, ${now}) > ${now} - ${RESTORE_SECONDS}`,
    ),
  ),
)

/** A user's enrollment in the course of a module. */
export const enrollmentForModule = statement((db, { userId, moduleId }: Names<{ userId: number; moduleId: number }>) =>
  db
    .select({ id: enrollments.id, status: sql<EnrollmentStatus>`${enrollments.status}` })
    .from(enrollments)
    .where(
      and(
        eq(enrollments.userId, userId),
        sql`${enrollments.courseId} = (SELECT course_id FROM modules WHERE id = ${moduleId})`,
      ),
    ),
)

/** Quizzes of a module; the caller decides whether to show unpublished ones. */
export const quizzesOfModule = statement((db, { moduleId }: Names<{ moduleId: number }>) =>
  db
    .select({
      id: quizzes.id,
      title: quizzes.title,
      description: quizzes.description,
      timeLimitMinutes: quizzes.timeLimitMinutes,
      passingScore: quizzes.passingScore,
      isPublished: quizzes.isPublished,
    })
    .from(quizzes)
    .where(and(eq(quizzes.moduleId, moduleId), sql`${quizzes.deletedAt} IS NULL`))
    .orderBy(quizzes.id),
)
export type QuizSummaryRow = RowOf<typeof quizzesOfModule>

type Viewing = { viewerId: number }
type CourseFilter = { course?: number }

/** Modules of the viewer's own courses, and the published ones of courses that the viewer takes. */
const ownAndTaken = ({ viewerId }: Names<Viewing>, { course }: Given<CourseFilter>) =>
  modulesReadBy(
    viewerId,
    (courses, isShown) => sql`
      SELECT m.id, m."order" FROM ${courses} c JOIN modules m ON m.course_id = c.id
      WHERE m.deleted_at IS NULL AND ${isShown} AND ${course ? sql`c.id = ${course}` : sql`1`}`,
  )

const forStaff = (
  { viewerId }: Names<Viewing>,
  { course }: Given<CourseFilter>,
  what: SQL,
) => sql`SELECT ${what} FROM ${staffViewer(viewerId)} v CROSS JOIN modules m JOIN courses c ON c.id = m.course_id
    WHERE m.deleted_at IS NULL AND c.deleted_at IS NULL AND ${course ? sql`m.course_id = ${course}` : sql`1`}`

const accessiblePage = partialStatement((db, viewing: Names<Viewing & Page>, filter: Given<CourseFilter>) => {
  const { limit, offset } = viewing
  return selectModules(db)
    .where(
      sql`${modules.id} IN (SELECT id FROM (
          ${ownAndTaken(viewing, filter)}
          UNION SELECT * FROM (${forStaff(viewing, filter, sql`m.id, m."order"`)} ORDER BY m."order", m.id LIMIT ${offset} + ${limit})
        ) ORDER BY "order", id LIMIT ${limit} OFFSET ${offset})`,
    )
    .orderBy(modules.order, modules.id)
})

const accessibleCount = partialStatement((db, viewing: Names<Viewing>, filter: Given<CourseFilter>) => {
  const staffCount = filter.course
    ? forStaff(viewing, filter, sql`count(*)`)
    : sql`SELECT value FROM totals WHERE name = 'modules.live'`
  const count = sql<number>`CASE WHEN ${isStaff(viewing.viewerId)} THEN (${staffCount})
      ELSE (SELECT count(*) FROM (${ownAndTaken(viewing, filter)})) END`
  return db.select({ count: count.as('count') }).from(sql`(SELECT 1)`)
})

/** The modules that a user has access to (for staff all), by `order`, then by id; and their count. */
export const accessibleModules = (viewing: Viewing & Page, { course }: CourseFilter) =>
  [accessiblePage(viewing, { course }), accessibleCount(viewing, { course })] as const

/** The highest place of a module in its course; the lowest is 0. */
export const ORDER_AT_MOST = 1_000_000

/** The fields that an author sets; an undefined one keeps its value, or takes the default in a new module. */
export type ModuleValues = Partial<
  Pick<
    typeof modules.$inferInsert,
    'title' | 'description' | 'order' | 'completionCriteria' | 'content' | 'isPublished'
  >
>

export const insertModule = partialStatement(
  (db, { courseId, now }: Names<{ courseId: number; now: number }>, values: Given<ModuleValues & { title: string }>) =>
    db
      .insert(modules)
      .values({
        ...values,
        courseId,
        // Computed inside the statement, so that two modules created at once do not share a place, unless it is the highest.
        order:
          values.order ??
          sql`(SELECT min(coalesce(max("order"), 0) + 1, ${ORDER_AT_MOST}) FROM modules WHERE course_id = ${courseId} AND deleted_at IS NULL)`,
        createdAt: now,
        updatedAt: now,
      })
      .returning({ id: modules.id }),
)

/** The newest module of a course: the one just inserted in the same transaction. */
export const newestModuleOf = statement((db, { courseId }: Names<{ courseId: number }>) =>
  selectModules(db).where(sql`${modules.id} = (SELECT max(id) FROM modules WHERE course_id = ${courseId})`),
)

export const updateModule = partialStatement(
  (db, { id, now }: Names<{ id: number; now: number }>, values: Given<ModuleValues>) =>
    db
      .update(modules)
      .set({ ...values, updatedAt: sql`${now}` })
      .where(and(eq(modules.id, id), isNull(modules.deletedAt))),
)

export const deleteModule = statement((db, { id, now }: Names<{ id: number; now: number }>) =>
  db
    .update(modules)
    .set({ deletedAt: sql`${now}` })
    .where(and(eq(modules.id, id), isNull(modules.deletedAt))),
)

export const restoreModule = statement((db, { id }: Names<{ id: number }>) =>
  db.update(modules).set({ deletedAt: null }).where(eq(modules.id, id)),
)
