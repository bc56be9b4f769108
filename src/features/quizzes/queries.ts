/** All SQL of quizzes. Only `restorableQuizById` yields a deleted quiz; none yields one in a deleted module or course. */

import { and, desc, eq, isNull, type SQL, sql } from 'drizzle-orm'
import type { EnrollmentStatus } from '../../access/participation.ts'
import { quizzesReadBy } from '../../access/quizzes.ts'
import { isStaff, staffViewer } from '../../access/viewer.ts'
import { distinctly } from '../../db/columns.ts'
import { attempts } from '../../db/schema/attempts.ts'
import { courses } from '../../db/schema/courses.ts'
import { enrollments } from '../../db/schema/enrollments.ts'
import { modules } from '../../db/schema/modules.ts'
import { quizzes } from '../../db/schema/quizzes.ts'
import { type Builder, type Given, type Names, partialStatement, statement, type Value } from '../../db/statement.ts'
import { countFor, type Page } from '../../http/pagination.ts'
import { RESTORE_SECONDS } from '../courses/queries.ts'
import { lacksKey } from './questions/missing-key.ts'

/** All columns but the access code, which only starting an attempt reads. */
const columns = {
  id: quizzes.id,
  moduleId: quizzes.moduleId,
  title: quizzes.title,
  description: quizzes.description,
  instructions: quizzes.instructions,
  timeLimitMinutes: quizzes.timeLimitMinutes,
  passingScore: quizzes.passingScore,
  randomizeQuestions: quizzes.randomizeQuestions,
  randomizeChoices: quizzes.randomizeChoices,
  questionCount: quizzes.questionCount,
  allowMultipleAttempts: quizzes.allowMultipleAttempts,
  maxAttempts: quizzes.maxAttempts,
  isPublished: quizzes.isPublished,
  isSurvey: quizzes.isSurvey,
  allowTimeExtension: quizzes.allowTimeExtension,
  showFeedback: quizzes.showFeedback,
  gradingPolicy: quizzes.gradingPolicy,
  availableFrom: quizzes.availableFrom,
  availableUntil: quizzes.availableUntil,
  createdAt: quizzes.createdAt,
  updatedAt: quizzes.updatedAt,
  revision: quizzes.revision,
}

const selected = distinctly({
  ...columns,
  moduleIsPublished: modules.isPublished,
  courseStatus: courses.status,
  instructorId: courses.instructorId,
})

const selectQuizzes = (db: Builder) =>
  db
    .select(selected)
    .from(quizzes)
    .innerJoin(modules, eq(modules.id, quizzes.moduleId))
    .innerJoin(courses, eq(courses.id, modules.courseId))
    .$dynamic()
export type QuizRow = Awaited<ReturnType<typeof selectQuizzes>>[number]

const isInLiveModule = and(isNull(modules.deletedAt), isNull(courses.deletedAt))

/** @param id a value or a subquery */
export const selectQuiz = (db: Builder, id: Value) =>
  selectQuizzes(db).where(and(sql`${quizzes.id} = ${id}`, isNull(quizzes.deletedAt), isInLiveModule))
export const quizById = statement((db, { id }: Names<{ id: number }>) => selectQuiz(db, id))

/** A quiz that is not deleted, or deleted so recently that it can be restored. */
export const restorableQuizById = statement((db, { id, now }: Names<{ id: number; now: number }>) =>
  selectQuizzes(db).where(
    and(eq(quizzes.id, id), isInLiveModule, sql`coalesce(${quizzes.deletedAt}, ${now}) > ${now} - ${RESTORE_SECONDS}`),
  ),
)

/**
 * A user's enrollment in the course of a quiz.
 * @param quizId a value or a subquery
 */
export const selectEnrollmentForQuiz = (db: Builder, userId: Value, quizId: Value) =>
  db
    .select({ id: enrollments.id, status: sql<EnrollmentStatus>`${enrollments.status}` })
    .from(enrollments)
    .where(
      sql`${enrollments.userId} = ${userId} AND ${enrollments.courseId} =
        (SELECT m.course_id FROM quizzes q JOIN modules m ON m.id = q.module_id WHERE q.id = ${quizId})`,
    )
export const enrollmentForQuiz = statement((db, { userId, quizId }: Names<{ userId: number; quizId: number }>) =>
  selectEnrollmentForQuiz(db, userId, quizId),
)

/** Further fields of the quiz's details: whether there is an access code, but not the code itself. */
export const quizExtras = statement((db, { quizId, userId }: Names<{ quizId: number; userId: number }>) =>
  db
    .select({
      questionTotal:
        sql<number>`(SELECT count(*) FROM questions q WHERE q.quiz_id = ${quizId} AND q.retired_at IS NULL)`.as(
          'questionTotal',
        ),
      requiresAccessCode: sql<boolean>`${quizzes.accessCode} IS NOT NULL`
        .mapWith(quizzes.isPublished)
        .as('requiresAccessCode'),
      attemptsUsed: sql<number>`(
        SELECT count(*) FROM ${attempts} WHERE ${attempts.quizId} = ${quizId} AND ${attempts.userId} = ${userId} AND ${attempts.isPreview} = 0
      )`.as('attemptsUsed'),
    })
    .from(quizzes)
    .where(eq(quizzes.id, quizId)),
)

export type QuizFilter = { course?: number; module?: number; is_published?: boolean; is_survey?: boolean }

type Viewing = { viewerId: number }

const matches = ({ course, module, is_published, is_survey }: Given<QuizFilter>, published: SQL, survey: SQL) =>
  and(
    course && sql`c.id = ${course}`,
    module && sql`q.module_id = ${module}`,
    is_published && sql`${published} = ${is_published}`,
    is_survey && sql`${survey} = ${is_survey}`,
    sql`q.deleted_at IS NULL AND m.deleted_at IS NULL AND c.deleted_at IS NULL`,
  )

/** The quizzes of own courses and, in courses taken, the published ones in published modules. */
const ownAndTaken = ({ viewerId }: Names<Viewing>, filter: Given<QuizFilter>) =>
  // The cross join looks at the courses first; the planner would walk all quizzes instead. The plus hides a column from the
  // planner, which expects fewer published quizzes in the whole school than quizzes in a module.
  quizzesReadBy(
    viewerId,
    (courses, isShown) => sql`
      SELECT q.id FROM ${courses} c CROSS JOIN modules m CROSS JOIN quizzes q
      WHERE m.course_id = c.id AND q.module_id = m.id AND ${isShown}
        AND ${matches(filter, sql`+q.is_published`, sql`+q.is_survey`)}`,
  )

/**
 * All quizzes, for staff. The cross join walks the quizzes by their ids, so that a page of the newest reads few; those of one
 * course it finds by its modules.
 */
const forStaff = ({ viewerId }: Names<Viewing>, filter: Given<QuizFilter>, columns: SQL) => {
  const tables = filter.course
    ? sql`courses c CROSS JOIN modules m CROSS JOIN quizzes q`
    : sql`quizzes q CROSS JOIN modules m CROSS JOIN courses c`
  const [published, survey] = filter.course
    ? [sql`+q.is_published`, sql`+q.is_survey`]
    : [sql`q.is_published`, sql`q.is_survey`]
  return sql`SELECT ${columns} FROM ${staffViewer(viewerId)} v CROSS JOIN ${tables}
    WHERE m.id = q.module_id AND c.id = m.course_id AND ${matches(filter, published, survey)}`
}

const accessiblePage = partialStatement((db, viewing: Names<Viewing & Page>, filter: Given<QuizFilter>) => {
  const { limit, offset, before } = viewing
  return selectQuizzes(db)
    .where(
      sql`${quizzes.id} IN (SELECT id FROM (
          ${ownAndTaken(viewing, filter)}
          UNION SELECT * FROM (${forStaff(viewing, filter, sql`q.id`)} AND q.id < ${before} ORDER BY q.id DESC LIMIT ${offset} + ${limit})
        ) WHERE id < ${before} ORDER BY id DESC LIMIT ${limit} OFFSET ${offset})`,
    )
    .orderBy(desc(quizzes.id))
})

const accessibleCount = partialStatement((db, viewing: Names<Viewing>, filter: Given<QuizFilter>) => {
  const staffCount = filter.course || filter.module ? forStaff(viewing, filter, sql`count(*)`) : total(filter)
  const count = sql<number>`CASE WHEN ${isStaff(viewing.viewerId)} THEN (${staffCount})
    ELSE (SELECT count(*) FROM (${ownAndTaken(viewing, filter)})) END`
  return db.select({ count: count.as('count') }).from(sql`(SELECT 1)`)
})

/** The quizzes that the viewer may access, newest first; all for staff. */
export const accessibleQuizzes = (viewing: Viewing & Page, { course, module, is_published, is_survey }: QuizFilter) => {
  const filter = { course, module, is_published, is_survey }
  return [accessiblePage(viewing, filter), countFor(viewing, accessibleCount(viewing, filter))] as const
}

/** The sum of the kept counters that match a filter. */
const total = ({ is_published, is_survey }: Given<QuizFilter>) => sql`SELECT sum(value) FROM totals
  WHERE name IN ('quizzes.draft', 'quizzes.draft.survey', 'quizzes.published', 'quizzes.published.survey')
    AND ${is_published ? sql`(name GLOB 'quizzes.published*') = ${is_published}` : sql`1`}
    AND ${is_survey ? sql`(name GLOB '*.survey') = ${is_survey}` : sql`1`}`

/** The fields that an author writes; undefined keeps the value, or takes the default of a new quiz. */
export type QuizValues = Partial<
  Omit<typeof quizzes.$inferInsert, 'id' | 'moduleId' | 'createdAt' | 'updatedAt' | 'deletedAt' | 'revision'>
>

export const insertQuiz = partialStatement(
  (db, { moduleId, now }: Names<{ moduleId: number; now: number }>, values: Given<QuizValues & { title: string }>) =>
    db.insert(quizzes).values({ ...values, moduleId, createdAt: now, updatedAt: now }),
)

/** The newest quiz of a module, which is the one inserted earlier in the same transaction. */
export const newestQuizIdOf = (moduleId: Value) => sql`(SELECT max(id) FROM quizzes WHERE module_id = ${moduleId})`
export const newestQuizOf = statement((db, { moduleId }: Names<{ moduleId: number }>) =>
  selectQuizzes(db).where(sql`${quizzes.id} = ${newestQuizIdOf(moduleId)}`),
)

/** Changes nothing when it would end a survey in which a question lacks its key. */
export const updateQuiz = partialStatement(
  (db, { id, now }: Names<{ id: number; now: number }>, values: Given<QuizValues>) =>
    db
      .update(quizzes)
      .set({ ...values, updatedAt: sql`${now}` })
      .where(
        and(
          eq(quizzes.id, id),
          isNull(quizzes.deletedAt),
          values.isSurvey && sql`(${values.isSurvey} OR NOT EXISTS (${questionsWithoutKey(id)}))`,
        ),
      )
      .returning({ id: quizzes.id }),
)

const questionsWithoutKey = (quizId: Value) => sql`
  SELECT 1 FROM questions q JOIN question_versions v ON v.id = (SELECT max(id) FROM question_versions WHERE question_id = q.id)
  WHERE q.quiz_id = ${quizId} AND q.retired_at IS NULL AND ${lacksKey('v')}`

export const deleteQuiz = statement((db, { id, now }: Names<{ id: number; now: number }>) =>
  db
    .update(quizzes)
    .set({ deletedAt: sql`${now}` })
    .where(and(eq(quizzes.id, id), isNull(quizzes.deletedAt))),
)

export const restoreQuiz = statement((db, { id }: Names<{ id: number }>) =>
  db.update(quizzes).set({ deletedAt: null }).where(eq(quizzes.id, id)),
)
