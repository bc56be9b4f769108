/** All SQL of courses. Only `restorableCourseById` returns deleted ones. */

import { and, desc, eq, isNull, type SQL, sql } from 'drizzle-orm'
import { canOwnCourses, coursesTaughtBy } from '../../access/teaching.ts'
import { isStaff, staffViewer } from '../../access/viewer.ts'
import { distinctly } from '../../db/columns.ts'
import { courseSlugs, courses } from '../../db/schema/courses.ts'
import { modules } from '../../db/schema/modules.ts'
import { users } from '../../db/schema/users.ts'
import {
  type Builder,
  type Given,
  type Names,
  partialStatement,
  type RowOf,
  statement,
  type Value,
} from '../../db/statement.ts'
import type { Page } from '../../http/pagination.ts'
import { SEARCH_VERSION, searchText } from './catalog/search-text.ts'
import { slugFrom } from './slug.ts'

export const RESTORE_SECONDS = 30 * 86_400
const columns = {
  id: courses.id,
  title: courses.title,
  slug: courses.slug,
  description: courses.description,
  status: courses.status,
  enrollmentType: courses.enrollmentType,
  courseType: courses.courseType,
  maxStudents: courses.maxStudents,
  startDate: courses.startDate,
  endDate: courses.endDate,
  instructorId: courses.instructorId,
  createdAt: courses.createdAt,
  updatedAt: courses.updatedAt,
  revision: courses.revision,
  activeCount: courses.activeCount,
  completedCount: courses.completedCount,
}
const instructorNames = { firstName: users.firstName, lastName: users.lastName, username: users.username }

const selected = distinctly({ ...columns, ...instructorNames })

export const selectCourses = (db: Builder) =>
  db.select(selected).from(courses).innerJoin(users, eq(users.id, courses.instructorId)).$dynamic()

export type CourseRow = Awaited<ReturnType<typeof selectCourses>>[number]

export const courseById = statement((db, { id }: Names<{ id: number }>) =>
  selectCourses(db).where(and(eq(courses.id, id), isNull(courses.deletedAt))),
)

/** Finds a course by a current or a former slug. */
export const courseBySlug = statement((db, { slug }: Names<{ slug: string }>) =>
  selectCourses(db)
    .innerJoin(courseSlugs, eq(courseSlugs.courseId, courses.id))
    .where(and(eq(courseSlugs.slug, slug), isNull(courses.deletedAt))),
)

/** A course that is not deleted, or whose deletion can still be undone. `now` is in Unix seconds. */
export const restorableCourseById = statement((db, { id, now }: Names<{ id: number; now: number }>) =>
  selectCourses(db).where(
    and(eq(courses.id, id), sql`coalesce(${courses.deletedAt}, ${now}) > ${now} - ${RESTORE_SECONDS}`),
  ),
)

/** Modules of a course in their order; the caller decides whether to show unpublished ones. */
export const modulesOfCourse = statement((db, { courseId }: Names<{ courseId: number }>) =>
  db
    .select({
      id: modules.id,
      title: modules.title,
      description: modules.description,
      order: modules.order,
      isPublished: modules.isPublished,
    })
    .from(modules)
    .where(and(eq(modules.courseId, courseId), isNull(modules.deletedAt)))
    .orderBy(modules.order, modules.id),
)
export type ModuleSummaryRow = RowOf<typeof modulesOfCourse>

/** The courses whose ids a subquery selects, newest first. */
export const coursesIn = (db: Builder, ids: SQL) =>
  selectCourses(db).where(sql`${courses.id} IN (${ids})`).orderBy(desc(courses.id))

export const OPEN_AND_RESTRICTED = ['courses.published.open', 'courses.published.restricted']
export const ONE_ROW = sql`(SELECT 1)`
export const totalOf = (names: string[]) =>
  sql<number>`(SELECT sum(value) FROM totals WHERE name IN (${sql.join(
    names.map(name => sql`${name}`),
    sql`, `,
  )}))`

/** The cross join looks at the viewer first, so that the query reads no course for anybody but staff. */
const newestForStaff = (viewerId: Value, before: Value, upTo: Value) =>
  sql`SELECT c.id FROM ${staffViewer(viewerId)} v CROSS JOIN courses c
    WHERE c.deleted_at IS NULL AND c.id < ${before} ORDER BY c.id DESC LIMIT ${upTo}`

/**
 * The courses that a teacher lists: every published one and their own of any status; for staff all. It takes the newest of each
 * set from an index and merges them, so that a page costs the same however many courses there are.
 */
export const taughtCourses = statement(
  (db, { viewerId, limit, offset, before }: Names<{ viewerId: number } & Page>) => {
    const upTo = sql`${offset} + ${limit}`
    return coursesIn(
      db,
      sql`SELECT id FROM (
      SELECT * FROM (SELECT id FROM courses WHERE deleted_at IS NULL AND status = 'published' AND id < ${before} ORDER BY id DESC LIMIT ${upTo})
      UNION
      SELECT * FROM (SELECT id FROM ${coursesTaughtBy(viewerId)} WHERE id < ${before} ORDER BY id DESC LIMIT ${upTo})
      UNION
      SELECT * FROM (${newestForStaff(viewerId, before, upTo)})
    ) ORDER BY id DESC LIMIT ${limit} OFFSET ${offset}`,
    )
  },
)

export const taughtCoursesCount = statement((db, { viewerId }: Names<{ viewerId: number }>) =>
  db
    .select({
      count:
        sql<number>`CASE WHEN ${isStaff(viewerId)} THEN ${totalOf(['courses.live'])} ELSE ${totalOf(OPEN_AND_RESTRICTED)} + (
        SELECT count(*) FROM ${coursesTaughtBy(viewerId)} WHERE status IN ('draft', 'archived')
      ) END`.as('count'),
    })
    .from(ONE_ROW),
)

/** The user, if that user can own a course. */
export const activeInstructorById = statement((db, { id }: Names<{ id: number }>) =>
  db
    .select({ id: users.id, ...instructorNames })
    .from(users)
    .where(and(eq(users.id, id), canOwnCourses)),
)

/**
 * The first free slug of a title: `intro`, else `intro-2`, `intro-3` …. The statement that writes it also finds it, so that
 * simultaneous courses of one title never get the same slug. A course may take its own former slugs again.
 * @param base the slug of the title
 */
function freeSlug(base: Value, courseId: Value): SQL {
  const candidate = sql`${base} || CASE n WHEN 1 THEN '' ELSE '-' || n END`
  return sql`(WITH RECURSIVE tried (n) AS (
    SELECT 1 UNION ALL SELECT n + 1 FROM tried
    WHERE ${candidate} = ${NO_SLUG} OR EXISTS (SELECT 1 FROM course_slugs WHERE slug = ${candidate} AND course_id <> ${courseId})
  ) SELECT ${candidate} FROM tried ORDER BY n DESC LIMIT 1)`
}

const NOT_YET_A_COURSE = sql`0`
/** No course gets this slug, because `/api/courses/catalog/search/` is the search. */
const NO_SLUG = sql`'search'`

/** The fields that an author sets; an undefined one keeps its value, or takes the default in a new course. */
export type CourseValues = Partial<
  Pick<
    typeof courses.$inferInsert,
    | 'title'
    | 'description'
    | 'status'
    | 'enrollmentType'
    | 'courseType'
    | 'maxStudents'
    | 'startDate'
    | 'endDate'
    | 'instructorId'
  >
>
type NewCourse = CourseValues & { title: string }
/** Values derived from title and description: the texts for the search, and the slug. */
type Derived = { searchTitle?: string; searchDescription?: string; slug?: string }

const insertDerived = partialStatement(
  (db, { ownerId, now }: Names<{ ownerId: number; now: number }>, course: Given<NewCourse & { slug: string }>) =>
    db
      .insert(courses)
      .values({
        ...course,
        slug: freeSlug(course.slug, NOT_YET_A_COURSE),
        searchVersion: SEARCH_VERSION,
        instructorId: course.instructorId ?? ownerId,
        createdAt: now,
        updatedAt: now,
      })
      .returning(columns),
)
export const insertCourse = async (owner: { ownerId: number; now: number }, values: NewCourse) =>
  insertDerived(owner, {
    ...values,
    ...searchable({ title: values.title, description: values.description ?? '' }),
    slug: await slugFrom(values.title),
  })

const updateDerived = partialStatement(
  (db, { id, now }: Names<{ id: number; now: number }>, { slug, ...values }: Given<CourseValues & Derived>) =>
    db
      .update(courses)
      .set({ ...values, ...(slug && { slug: freeSlug(slug, id) }), updatedAt: sql`${now}` })
      .where(and(eq(courses.id, id), isNull(courses.deletedAt))),
)
/** Changes the given fields; a new title also changes the slug. */
export const updateCourse = async (course: Pick<CourseRow, 'id' | 'title'>, values: CourseValues, now: number) =>
  updateDerived(
    { id: course.id, now },
    {
      ...values,
      ...searchable(values),
      slug: values.title === undefined || values.title === course.title ? undefined : await slugFrom(values.title),
    },
  )

const searchable = ({ title, description }: CourseValues) => ({
  searchTitle: title === undefined ? undefined : searchText(title),
  searchDescription: description === undefined ? undefined : searchText(description),
})

export const deleteCourse = statement((db, { id, now }: Names<{ id: number; now: number }>) =>
  db
    .update(courses)
    .set({ deletedAt: sql`${now}` })
    .where(and(eq(courses.id, id), isNull(courses.deletedAt))),
)

export const restoreCourse = statement((db, { id }: Names<{ id: number }>) =>
  db.update(courses).set({ deletedAt: null }).where(eq(courses.id, id)),
)
