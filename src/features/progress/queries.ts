/**
 * All SQL of progress. A learner has a row for every published module of every course taken, stored only once touched;
 * what is published, unpublished or deleted changes the sums on the next read and never a stored completion.
 */
import { and, desc, eq, getTableColumns, type SQL, sql } from 'drizzle-orm'
import type { Db } from '../../db/client.ts'
import { distinctly } from '../../db/read.ts'
import { activities, courses, enrollments, moduleProgress, modules, studyTime } from '../../db/schema.ts'
import { toDate } from '../../http/fields.ts'
import type { Page } from '../../http/pagination.ts'
import { sessionAt } from '../activities/queries.ts'
import type { ModuleStatus } from './completion.ts'

/** Published modules of a course: counted once a statement where the course is a value. */
export const publishedModulesOf = (course: SQL | number) => sql<number>`(
  SELECT count(*) FROM modules m WHERE m.course_id = ${course} AND m.deleted_at IS NULL AND m.is_published = 1
)`
/** Those of an enrollment's course. */
export const publishedModules = publishedModulesOf(sql`${enrollments.courseId}`)
/** Those of them that the learner completed. */
export const completedModules = sql<number>`(
  SELECT count(*) FROM module_progress p JOIN modules m ON m.id = p.module_id
  WHERE p.enrollment_id = ${enrollments.id} AND p.completed_at IS NOT NULL AND m.deleted_at IS NULL AND m.is_published = 1
)`

/** Whether an attempt at quiz `q` ended after the last reset of its module. In the same second it is the later id that tells. */
export const endedSinceReset = (attempt: SQL, enrollmentId: SQL) => sql`NOT EXISTS (
  SELECT 1 FROM module_progress r WHERE r.enrollment_id = ${enrollmentId} AND r.module_id = q.module_id
    AND (${attempt}.completed_at, ${attempt}.id) <= (r.reset_at, r.reset_attempt_id)
)`
/**
 * Whether the enrollment's learner passed quiz `q` (completed, if it is a survey) since the module's last reset. Who answered
 * it as a survey has not passed what is graded by now.
 */
export const isPassed = (enrollmentId: SQL) => sql`EXISTS (
  SELECT 1 FROM attempts a WHERE a.enrollment_id = ${enrollmentId} AND a.quiz_id = q.id AND a.passed = 1 AND a.is_preview = 0
    AND (a.is_survey = 0 OR q.is_survey = 1) AND ${endedSinceReset(sql`a`, enrollmentId)}
)`
/** Quiz `q`. The plus keeps the index of all published quizzes out of it: a module has few, the campus many. */
export const isShown = sql`q.deleted_at IS NULL AND +q.is_published = 1`

const quizzesOfCourse = (condition: SQL) => sql<number>`(
  SELECT count(*) FROM modules m CROSS JOIN quizzes q ON q.module_id = m.id
  WHERE m.course_id = ${enrollments.courseId} AND m.deleted_at IS NULL AND m.is_published = 1 AND ${isShown} AND ${condition}
)`

// Courses a learner takes and may see.
const isTaken = sql`${enrollments.status} IN ('active', 'completed') AND ${courses.deletedAt} IS NULL AND ${courses.status} <> 'draft'`

const inCourse = (courseId: number | undefined) =>
  courseId === undefined ? sql`1` : sql`${enrollments.courseId} = ${courseId}`

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

/** A learner's progress by course, the newest enrollment first. */
export const courseProgress = (db: Db, userId: number, courseId: number | undefined, { limit, offset }: Page) =>
  db
    .select(courseProgressColumns)
    .from(enrollments)
    .innerJoin(courses, eq(courses.id, enrollments.courseId))
    .where(and(eq(enrollments.userId, userId), isTaken, inCourse(courseId)))
    .orderBy(desc(enrollments.id))
    .limit(limit)
    .offset(offset)
export type CourseProgressRow = Awaited<ReturnType<typeof courseProgress>>[number]

export const courseProgressCount = (db: Db, userId: number, courseId: number | undefined) =>
  db
    .select({ count: sql<number>`count(*)`.as('count') })
    .from(enrollments)
    .innerJoin(courses, eq(courses.id, enrollments.courseId))
    .where(and(eq(enrollments.userId, userId), isTaken, inCourse(courseId)))

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

const selectModuleProgress = (db: Db) =>
  db
    .select(moduleProgressColumns)
    .from(enrollments)
    .innerJoin(courses, eq(courses.id, enrollments.courseId))
    .innerJoin(
      modules,
      sql`${modules.courseId} = ${courses.id} AND ${modules.deletedAt} IS NULL AND ${modules.isPublished} = 1`,
    )
    .leftJoin(
      moduleProgress,
      sql`${moduleProgress.enrollmentId} = ${enrollments.id} AND ${moduleProgress.moduleId} = ${modules.id}`,
    )
    .$dynamic()
export type ModuleProgressRow = Awaited<ReturnType<typeof selectModuleProgress>>[number]

export type ModuleProgressFilter = { course?: number; module?: number; status?: ModuleStatus }

const matchesFilter = (userId: number, filter: ModuleProgressFilter) =>
  and(
    eq(enrollments.userId, userId),
    isTaken,
    inCourse(filter.course),
    filter.module === undefined ? undefined : eq(modules.id, filter.module),
    filter.status && HAS_STATUS[filter.status],
  )

/** As `moduleStatus` decides it. */
const HAS_STATUS: Record<ModuleStatus, SQL> = {
  completed: sql`${moduleProgress.completedAt} IS NOT NULL`,
  in_progress: sql`${moduleProgress.completedAt} IS NULL AND ${moduleProgress.startedAt} IS NOT NULL`,
  not_started: sql`${moduleProgress.completedAt} IS NULL AND ${moduleProgress.startedAt} IS NULL`,
}

/** A learner's modules: the newest enrollment first, each course's in their order. */
export const moduleProgressList = (db: Db, userId: number, filter: ModuleProgressFilter, { limit, offset }: Page) =>
  selectModuleProgress(db)
    .where(matchesFilter(userId, filter))
    .orderBy(desc(enrollments.id), modules.order, modules.id)
    .limit(limit)
    .offset(offset)

export const moduleProgressCount = (db: Db, userId: number, filter: ModuleProgressFilter) =>
  db
    .select({ count: sql<number>`count(*)`.as('count') })
    .from(enrollments)
    .innerJoin(courses, eq(courses.id, enrollments.courseId))
    .innerJoin(
      modules,
      sql`${modules.courseId} = ${courses.id} AND ${modules.deletedAt} IS NULL AND ${modules.isPublished} = 1`,
    )
    .leftJoin(
      moduleProgress,
      sql`${moduleProgress.enrollmentId} = ${enrollments.id} AND ${moduleProgress.moduleId} = ${modules.id}`,
    )
    .where(matchesFilter(userId, filter))

/** One learner's row of one module. */
export const moduleProgressOf = (db: Db, enrollmentId: number, moduleId: number) =>
  selectModuleProgress(db).where(and(eq(enrollments.id, enrollmentId), eq(modules.id, moduleId), isTaken))

/** How many of a module's quizzes the learner has still to pass. */
export const openQuizCount = (db: Db, enrollmentId: number, moduleId: number) =>
  db
    .select({ count: sql<number>`count(*)`.as('count') })
    .from(sql`quizzes q`)
    .where(sql`q.module_id = ${moduleId} AND ${isShown} AND NOT ${isPassed(sql`${enrollmentId}`)}`)

const ALWAYS = sql`1`

/** An attempt's end can arrive when its learner has gone on already. */
const latest = (now: number) => sql`max(${moduleProgress.lastActivityAt}, ${now})`

const COLUMNS = Object.entries(getTableColumns(moduleProgress))
type Row = typeof moduleProgress.$inferInsert
type Touched = { [K in keyof Omit<Row, 'lastActivityAt' | 'firstSeenAt'>]: SQL | Row[K] }

/**
 * Learners were there. What is left out is the column's default; of what was before, beginnings and marks stay, and times
 * add up.
 * @param rest of the `SELECT`, from `FROM` or `WHERE` on, which decides for how many
 */
export function touchModules(db: Db, touched: Touched, now: number, rest: SQL) {
  const row = moduleProgress
  const values: Record<string, unknown> = { ...touched, lastActivityAt: now, firstSeenAt: now }
  const selected = COLUMNS.map(([name, column]) => sql`${values[name] ?? column.default ?? null}`)
  return db
    .insert(row)
    .select(sql`SELECT ${sql.join(selected, sql`, `)} ${rest}`)
    .onConflictDoUpdate({
      target: [row.enrollmentId, row.moduleId],
      set: {
        startedAt: sql`coalesce(${row.startedAt}, excluded.started_at)`,
        contentCompletedAt: sql`coalesce(${row.contentCompletedAt}, excluded.content_completed_at)`,
        timeSpentSeconds: sql`${row.timeSpentSeconds} + excluded.time_spent_seconds`,
        lastActivityAt: latest(now),
        firstSeenAt: sql`coalesce(${row.firstSeenAt}, excluded.first_seen_at)`,
      },
    })
}

/** `only`: a condition without which nothing is written. */
type Touch = { secondsSpent?: number; contentCompleted?: boolean; only?: SQL }

/** The learner did something in the module: starts it, adds time, or keeps the learner's mark. */
export const touchModule = (db: Db, enrollmentId: number, moduleId: number, now: number, touch: Touch = {}) => {
  const { secondsSpent = 0, contentCompleted = false, only = ALWAYS } = touch
  const contentCompletedAt = contentCompleted ? now : null
  const touched = { enrollmentId, moduleId, startedAt: now, contentCompletedAt, timeSpentSeconds: secondsSpent }
  return touchModules(db, touched, now, sql`WHERE ${only}`)
}

/** Counts seconds for the statistics, on the day they were spent; `touchModule` counts them for the learner. */
export const addStudyTime = (
  db: Db,
  enrollmentId: number,
  moduleId: number,
  seconds: number,
  now: number,
  only = ALWAYS,
) =>
  db
    .insert(studyTime)
    .select(sql`SELECT ${enrollmentId}, ${moduleId}, ${toDate(now)}, ${seconds} WHERE ${only}`)
    .onConflictDoUpdate({
      target: [studyTime.enrollmentId, studyTime.day, studyTime.moduleId],
      set: { seconds: sql`${studyTime.seconds} + ${seconds}` },
    })

/**
 * Whether a row of `module_progress` meets its module's criteria: `content` by the learner's mark, `quiz` by every shown
 * quiz passed (by the mark, where there is no quiz), `hybrid` by both.
 */
const meetsCriteria = sql`EXISTS (SELECT 1 FROM modules m WHERE m.id = ${moduleProgress.moduleId}
  AND (m.completion_criteria = 'content'
    OR NOT EXISTS (SELECT 1 FROM quizzes q WHERE q.module_id = m.id AND ${isShown} AND NOT ${isPassed(sql`${moduleProgress.enrollmentId}`)}))
  AND (${moduleProgress.contentCompletedAt} IS NOT NULL
    OR (m.completion_criteria = 'quiz' AND EXISTS (SELECT 1 FROM quizzes q WHERE q.module_id = m.id AND ${isShown}))))`

/** @param which rows of `module_progress`: those of them complete that meet their module's criteria and had not yet. */
const completes = (which: SQL) => sql`${moduleProgress.completedAt} IS NULL AND ${which} AND ${meetsCriteria}`

const isModuleOf = (enrollmentId: number, moduleId: number) =>
  sql`${moduleProgress.enrollmentId} = ${enrollmentId} AND ${moduleProgress.moduleId} = ${moduleId}`

/** Completes the module if its criteria are met. */
export const completeModule = (db: Db, enrollmentId: number, moduleId: number, now: number) =>
  completeModules(db, isModuleOf(enrollmentId, moduleId), now)

export const completeModules = (db: Db, which: SQL, now: number) =>
  db
    .update(moduleProgress)
    .set({ completedAt: now, lastActivityAt: latest(now) })
    .where(completes(which))

/** Records what `completeModules` is about to complete, so it comes before it. */
export const recordCompletions = (db: Db, which: SQL, now: number) =>
  db.insert(activities).select(
    sql`SELECT NULL, e.user_id, 'module_complete', ${moduleProgress.moduleId}, e.course_id, ${moduleProgress.moduleId}, ${now}, ${sessionAt(sql`e.user_id`, now)}
      FROM ${moduleProgress} JOIN enrollments e ON e.id = ${moduleProgress.enrollmentId} WHERE ${completes(which)}`,
  )

/** Completes the course if every published module of it is completed. */
export const completeCourse = (db: Db, enrollmentId: number, now: number) =>
  completeCourses(db, sql`${enrollments.id} = ${enrollmentId}`, now)

/** @param which rows of `enrollments` */
export const completeCourses = (db: Db, which: SQL, now: number) =>
  db
    .update(enrollments)
    .set({ status: 'completed', completedAt: now })
    .where(
      sql`${enrollments.status} = 'active' AND ${which} AND ${publishedModules} > 0 AND ${publishedModules} = ${completedModules}`,
    )

/**
 * Completes the course of who came back to it with every module completed: by a grading, say, while they were gone.
 * Whoever is new has completed nothing, which is found out first.
 * @param which rows of `enrollments`
 */
export const completeReturned = (db: Db, which: SQL, now: number) =>
  completeCourses(
    db,
    sql`${which} AND EXISTS (
      SELECT 1 FROM module_progress p WHERE p.enrollment_id = ${enrollments.id} AND p.completed_at IS NOT NULL)`,
    now,
  )

/** Takes the course's completion back, if the module's counted towards it. */
export const reopenCourse = (db: Db, enrollmentId: number, moduleId: number) =>
  reopenCourses(
    db,
    sql`SELECT ${moduleProgress.enrollmentId} FROM ${moduleProgress}
    WHERE ${isModuleOf(enrollmentId, moduleId)} AND ${moduleProgress.completedAt} IS NOT NULL`,
  )

/** Of who was removed since, only the date goes. @param which ids of enrollments */
export const reopenCourses = (db: Db, which: SQL) =>
  db
    .update(enrollments)
    .set({ status: sql`iif(${enrollments.status} = 'completed', 'active', ${enrollments.status})`, completedAt: null })
    .where(sql`${enrollments.completedAt} IS NOT NULL AND ${enrollments.id} IN (${which})`)

/** Takes modules' completion back. @param which rows of `module_progress` */
export const reopenModules = (db: Db, which: SQL) => db.update(moduleProgress).set({ completedAt: null }).where(which)

/** Clears status, times and completion; attempts that have ended no longer count. */
export function resetModule(db: Db, enrollmentId: number, moduleId: number, now: number) {
  const resetAttemptId = sql`(SELECT max(a.id) FROM attempts a JOIN quizzes q ON q.id = a.quiz_id
    WHERE a.enrollment_id = ${enrollmentId} AND q.module_id = ${moduleId} AND a.completed_at = ${now})`
  return db
    .insert(moduleProgress)
    .values({ enrollmentId, moduleId, lastActivityAt: now, resetAt: now, resetAttemptId })
    .onConflictDoUpdate({
      target: [moduleProgress.enrollmentId, moduleProgress.moduleId],
      set: {
        startedAt: null,
        contentCompletedAt: null,
        completedAt: null,
        timeSpentSeconds: 0,
        lastActivityAt: now,
        resetAt: now,
        resetAttemptId,
      },
    })
}
