/** What counts towards a completion: as pieces of the statements that need it. */

import { type SQL, sql } from 'drizzle-orm'
import { enrollments } from '../../../db/schema/enrollments.ts'
import type { Value } from '../../../db/statement.ts'

/** Published modules of a course: counted once a statement where the course is a value. */
export const publishedModulesOf = (course: Value) => sql<number>`(
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
