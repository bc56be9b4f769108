/** Conditions of a completion, as SQL fragments for the statements that need them. */

import { type SQL, sql } from 'drizzle-orm'
import { enrollments } from '../../../db/schema/enrollments.ts'
import type { Value } from '../../../db/statement.ts'

/** The number of published modules of a course. SQLite counts them once per statement when the course is a value. */
export const publishedModulesOf = (course: Value) => sql<number>`(
  SELECT count(*) FROM modules m WHERE m.course_id = ${course} AND m.deleted_at IS NULL AND m.is_published = 1
)`
/** The number of published modules of an enrollment's course. */
export const publishedModules = publishedModulesOf(sql`${enrollments.courseId}`)
/** The number of them that the learner has completed. */
export const completedModules = sql<number>`(
  SELECT count(*) FROM module_progress p JOIN modules m ON m.id = p.module_id
  WHERE p.enrollment_id = ${enrollments.id} AND p.completed_at IS NOT NULL AND m.deleted_at IS NULL AND m.is_published = 1
)`

/** Whether an attempt at quiz `q` ended after the last reset of its module. Of one second, the higher id is the later one. */
export const endedSinceReset = (attempt: SQL, enrollmentId: SQL) => sql`NOT EXISTS (
  SELECT 1 FROM module_progress r WHERE r.enrollment_id = ${enrollmentId} AND r.module_id = q.module_id
    AND (${attempt}.completed_at, ${attempt}.id) <= (r.reset_at, r.reset_attempt_id)
)`
/**
 * Whether the enrollment's learner passed quiz `q` (completed it, if it is a survey) since the module's last reset. An attempt
 * at a survey does not pass the quiz once that is graded.
 */
export const isPassed = (enrollmentId: SQL) => sql`EXISTS (
  SELECT 1 FROM attempts a WHERE a.enrollment_id = ${enrollmentId} AND a.quiz_id = q.id AND a.passed = 1 AND a.is_preview = 0
    AND (a.is_survey = 0 OR q.is_survey = 1) AND ${endedSinceReset(sql`a`, enrollmentId)}
)`
/** Whether quiz `q` is shown. The plus keeps the planner from the index of all published quizzes: a module has few of them. */
export const isShown = sql`q.deleted_at IS NULL AND +q.is_published = 1`
