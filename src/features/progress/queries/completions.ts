/**
 * Writes completions and takes them back. Publishing, unpublishing or deleting a module or quiz changes the sums on the next
 * read, and never a stored completion.
 */

import { type SQL, sql } from 'drizzle-orm'
import { activities } from '../../../db/schema/activities.ts'
import { enrollments } from '../../../db/schema/enrollments.ts'
import { moduleProgress } from '../../../db/schema/progress.ts'
import { type Builder, type Names, statement, type Value } from '../../../db/statement.ts'
import { placeAt, sessionAt } from '../../activities/queries.ts'
import { completedModules, isPassed, isShown, publishedModules } from './completion-conditions.ts'
import { latest } from './record-study.ts'

/**
 * Whether a row of `module_progress` meets its module's criteria: `content` by the learner's mark, `quiz` by every shown
 * quiz passed (by the mark, where there is no quiz), `hybrid` by both.
 */
const meetsCriteria = sql`EXISTS (SELECT 1 FROM modules m WHERE m.id = ${moduleProgress.moduleId}
  AND (m.completion_criteria = 'content'
    OR NOT EXISTS (SELECT 1 FROM quizzes q WHERE q.module_id = m.id AND ${isShown} AND NOT ${isPassed(sql`${moduleProgress.enrollmentId}`)}))
  AND (${moduleProgress.contentCompletedAt} IS NOT NULL
    OR (m.completion_criteria = 'quiz' AND EXISTS (SELECT 1 FROM quizzes q WHERE q.module_id = m.id AND ${isShown}))))`

/** @param which condition on `module_progress`; its rows complete that meet the module's criteria and have not yet */
const completes = (which: SQL) => sql`${moduleProgress.completedAt} IS NULL AND ${which} AND ${meetsCriteria}`

const isModuleOf = (enrollmentId: Value, moduleId: Value) =>
  sql`${moduleProgress.enrollmentId} = ${enrollmentId} AND ${moduleProgress.moduleId} = ${moduleId}`

/** Completes the module if its criteria are met. */
export const completeModule = statement(
  (db, { enrollmentId, moduleId, now }: Names<{ enrollmentId: number; moduleId: number; now: number }>) =>
    completeModules(db, isModuleOf(enrollmentId, moduleId), now),
)

export const completeModules = (db: Builder, which: SQL, now: Value) =>
  db
    .update(moduleProgress)
    .set({ completedAt: sql`${now}`, lastActivityAt: latest(now) })
    .where(completes(which))

/** Records the events of the rows that `completeModules` will complete, so it must come before it. */
export const recordCompletions = (db: Builder, which: SQL, now: Value) =>
  db.insert(activities).select(
    sql`SELECT e.user_id, ${now}, ${placeAt(sql`e.user_id`, now)} + row_number() OVER (PARTITION BY e.user_id) - 1, 'module_complete',
        ${moduleProgress.moduleId}, e.course_id, ${moduleProgress.moduleId}, ${sessionAt(sql`e.user_id`, now)}
      FROM ${moduleProgress} JOIN enrollments e ON e.id = ${moduleProgress.enrollmentId} WHERE ${completes(which)}`,
  )

/** Completes the course if every published module of it is completed. */
export const completeCourse = statement((db, { enrollmentId, now }: Names<{ enrollmentId: number; now: number }>) =>
  completeCourses(db, sql`${enrollments.id} = ${enrollmentId}`, now),
)

/** @param which condition on `enrollments` */
export const completeCourses = (db: Builder, which: SQL, now: Value) =>
  db
    .update(enrollments)
    .set({ status: 'completed', completedAt: sql`${now}` })
    .where(
      sql`${enrollments.status} = 'active' AND ${which} AND ${publishedModules} > 0 AND ${publishedModules} = ${completedModules}`,
    )

/**
 * Completes the course of a learner who returns to it with every module completed, for example by a grading in the meantime.
 * A new learner has completed nothing, so the statement checks that first.
 * @param which condition on `enrollments`
 */
export const completeReturned = (db: Builder, which: SQL, now: Value) =>
  completeCourses(
    db,
    sql`${which} AND EXISTS (
      SELECT 1 FROM module_progress p WHERE p.enrollment_id = ${enrollments.id} AND p.completed_at IS NOT NULL)`,
    now,
  )

/** Takes back the completion of the course, if the module was completed and so counted towards it. */
export const reopenCourse = statement(
  (db, { enrollmentId, moduleId }: Names<{ enrollmentId: number; moduleId: number }>) =>
    reopenCourses(
      db,
      sql`SELECT ${moduleProgress.enrollmentId} FROM ${moduleProgress}
    WHERE ${isModuleOf(enrollmentId, moduleId)} AND ${moduleProgress.completedAt} IS NOT NULL`,
    ),
)

/** Of a learner who was removed since, it clears only the date. @param which query of the enrollments' ids */
export const reopenCourses = (db: Builder, which: SQL) =>
  db
    .update(enrollments)
    .set({ status: sql`iif(${enrollments.status} = 'completed', 'active', ${enrollments.status})`, completedAt: null })
    .where(sql`${enrollments.completedAt} IS NOT NULL AND ${enrollments.id} IN (${which})`)

/** Takes back the completion of modules. @param which condition on `module_progress` */
export const reopenModules = (db: Builder, which: SQL) =>
  db.update(moduleProgress).set({ completedAt: null }).where(which)

/** Clears status, times and completion; attempts that ended before no longer count. */
export const resetModule = statement(
  (db, { enrollmentId, moduleId, now }: Names<{ enrollmentId: number; moduleId: number; now: number }>) => {
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
          lastActivityAt: sql`${now}`,
          resetAt: sql`${now}`,
          resetAttemptId,
        },
      })
  },
)
