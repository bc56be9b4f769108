/** All SQL of quizzes. What is deleted, or lies in a deleted module or course, is in none of it but `restorableQuizById`. */
import { and, desc, eq, isNull, type SQL, sql } from 'drizzle-orm'
import type { EnrollmentStatus } from '../../access/participation.ts'
import { quizzesReadBy } from '../../access/quizzes.ts'
import { isStaff, staffViewer } from '../../access/viewer.ts'
import type { Db } from '../../db/client.ts'
import { distinctly } from '../../db/columns.ts'
import { attempts } from '../../db/schema/attempts.ts'
import { courses } from '../../db/schema/courses.ts'
import { enrollments } from '../../db/schema/enrollments.ts'
import { modules } from '../../db/schema/modules.ts'
import { quizzes } from '../../db/schema/quizzes.ts'
import type { Page } from '../../http/pagination.ts'
import { RESTORE_SECONDS } from '../courses/queries.ts'
import { isKeyless } from './questions/keyless.ts'

/** Without the access code: only starting an attempt reads that. */
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
}

const selected = distinctly({
  ...columns,
  moduleIsPublished: modules.isPublished,
  courseStatus: courses.status,
  instructorId: courses.instructorId,
})

const selectQuizzes = (db: Db) =>
  db
    .select(selected)
    .from(quizzes)
    .innerJoin(modules, eq(modules.id, quizzes.moduleId))
    .innerJoin(courses, eq(courses.id, modules.courseId))
    .$dynamic()
export type QuizRow = Awaited<ReturnType<typeof selectQuizzes>>[number]

const isBelowTheLiving = and(isNull(modules.deletedAt), isNull(courses.deletedAt))

/** @param id or what yields it */
export const quizById = (db: Db, id: number | SQL) =>
  selectQuizzes(db).where(and(eq(quizzes.id, id), isNull(quizzes.deletedAt), isBelowTheLiving))

/** A quiz whose deletion may still be undone, or that is not deleted at all. */
export const restorableQuizById = (db: Db, id: number, now: number) =>
  selectQuizzes(db).where(
    and(eq(quizzes.id, id), isBelowTheLiving, sql`coalesce(${quizzes.deletedAt}, ${now}) > ${now - RESTORE_SECONDS}`),
  )

/** How a user stands in the course of a quiz. */
export const enrollmentForQuiz = (db: Db, userId: number, quizId: number | SQL) =>
  db
    .select({ id: enrollments.id, status: sql<EnrollmentStatus>`${enrollments.status}` })
    .from(enrollments)
    .where(
      and(
        eq(enrollments.userId, userId),
        sql`${enrollments.courseId} = (SELECT m.course_id FROM quizzes q JOIN modules m ON m.id = q.module_id WHERE q.id = ${quizId})`,
      ),
    )

/** What its details say beside the quiz itself: of the code only whether there is one. */
export const quizExtras = (db: Db, quizId: number, userId: number) =>
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
    .where(eq(quizzes.id, quizId))

export type QuizFilter = { module?: number; is_published?: boolean; is_survey?: boolean }

/**
 * The page and the count of the quizzes a user has access to: for staff all, else those of own courses and, of courses
 * taken, the published ones in published modules. Newest first.
 */
export function accessibleQuizzes(db: Db, viewerId: number, filter: QuizFilter, { limit, offset }: Page) {
  const matches = (published: SQL, survey: SQL) =>
    and(
      filter.module === undefined ? undefined : sql`q.module_id = ${filter.module}`,
      flag(published, filter.is_published),
      flag(survey, filter.is_survey),
      sql`q.deleted_at IS NULL AND m.deleted_at IS NULL AND c.deleted_at IS NULL`,
    )
  // A plus hides a column from the planner, who would take all published quizzes there are for fewer than a module's.
  const ofModule = matches(sql`+q.is_published`, sql`+q.is_survey`)
  // Crossed, so that whose they are is looked at first: the planner would rather walk all quizzes there are.
  const ownAndTaken = quizzesReadBy(
    viewerId,
    (courses, isShown) => sql`
      SELECT q.id FROM ${courses} c CROSS JOIN modules m CROSS JOIN quizzes q
      WHERE m.course_id = c.id AND q.module_id = m.id AND ${isShown} AND ${ofModule}`,
  )
  // For staff the quizzes' own index is walked from its end.
  const forStaff = (
    what: SQL,
  ) => sql`SELECT ${what} FROM ${staffViewer(viewerId)} v CROSS JOIN quizzes q CROSS JOIN modules m CROSS JOIN courses c
    WHERE m.id = q.module_id AND c.id = m.course_id AND ${matches(sql`q.is_published`, sql`q.is_survey`)}`
  const staffCount = filter.module === undefined ? total(filter) : forStaff(sql`count(*)`)
  return {
    rows: selectQuizzes(db)
      .where(
        sql`${quizzes.id} IN (SELECT id FROM (
          ${ownAndTaken} UNION SELECT * FROM (${forStaff(sql`q.id`)} ORDER BY q.id DESC LIMIT ${offset + limit})
        ) ORDER BY id DESC LIMIT ${limit} OFFSET ${offset})`,
      )
      .orderBy(desc(quizzes.id)),
    count: db
      .select({
        count:
          sql<number>`CASE WHEN ${isStaff(viewerId)} THEN (${staffCount}) ELSE (SELECT count(*) FROM (${ownAndTaken})) END`.as(
            'count',
          ),
      })
      .from(sql`(SELECT 1)`),
  }
}

const flag = (column: SQL, value: boolean | undefined) =>
  value === undefined ? undefined : sql`${column} = ${value ? 1 : 0}`

/** The kept counters of what a filter asks for. */
function total({ is_published, is_survey }: QuizFilter): SQL {
  const states = [true, false].filter(state => is_published === undefined || state === is_published)
  const kinds = [true, false].filter(kind => is_survey === undefined || kind === is_survey)
  const names = states.flatMap(state =>
    kinds.map(kind => sql`${`quizzes.${state ? 'published' : 'draft'}${kind ? '.survey' : ''}`}`),
  )
  return sql`SELECT sum(value) FROM totals WHERE name IN (${sql.join(names, sql`, `)})`
}

/** What an author writes of a quiz; undefined stays as it is, or becomes the default. */
export type QuizValues = Partial<
  Omit<typeof quizzes.$inferInsert, 'id' | 'moduleId' | 'createdAt' | 'updatedAt' | 'deletedAt'>
>

export const insertQuiz = (db: Db, moduleId: number, values: QuizValues & { title: string }, now: number) =>
  db.insert(quizzes).values({ ...values, moduleId, createdAt: now, updatedAt: now })

/** The newest quiz of a module: the one just inserted in the same transaction. */
export const newestQuizIdOf = (moduleId: number) => sql`(SELECT max(id) FROM quizzes WHERE module_id = ${moduleId})`
export const newestQuizOf = (db: Db, moduleId: number) =>
  selectQuizzes(db).where(sql`${quizzes.id} = ${newestQuizIdOf(moduleId)}`)

/** A survey stays one (and nothing else changes either) while a question of it lacks its key. */
export const updateQuiz = (db: Db, id: number, values: QuizValues, now: number) =>
  db
    .update(quizzes)
    .set({ ...values, updatedAt: now })
    .where(
      and(
        eq(quizzes.id, id),
        isNull(quizzes.deletedAt),
        values.isSurvey === false ? sql`NOT EXISTS (${keylessQuestions(id)})` : undefined,
      ),
    )
    .returning({ id: quizzes.id })

const keylessQuestions = (quizId: number) => sql`
  SELECT 1 FROM questions q JOIN question_versions v ON v.id = (SELECT max(id) FROM question_versions WHERE question_id = q.id)
  WHERE q.quiz_id = ${quizId} AND q.retired_at IS NULL AND ${isKeyless('v')}`

export const deleteQuiz = (db: Db, id: number, now: number) =>
  db
    .update(quizzes)
    .set({ deletedAt: now })
    .where(and(eq(quizzes.id, id), isNull(quizzes.deletedAt)))

export const restoreQuiz = (db: Db, id: number) => db.update(quizzes).set({ deletedAt: null }).where(eq(quizzes.id, id))
