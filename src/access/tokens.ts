/** What a personal access token for some courses reaches: only what is in these courses. */

import { type SQL, sql } from 'drizzle-orm'
import { MODULE_PROGRESS_ID_FACTOR } from '../db/schema/progress.ts'
import type { Value } from '../db/statement.ts'
import type { CourseThing } from '../http/authentication.ts'

const courseOfModule = (id: SQL) => sql`(SELECT m.course_id FROM modules m WHERE m.id = ${id})`
const courseOfQuiz = (id: SQL) => courseOfModule(sql`(SELECT q.module_id FROM quizzes q WHERE q.id = ${id})`)
const courseOfQuestion = (id: SQL) => courseOfQuiz(sql`(SELECT qs.quiz_id FROM questions qs WHERE qs.id = ${id})`)
const courseOfAttempt = (id: SQL) => courseOfQuiz(sql`(SELECT a.quiz_id FROM attempts a WHERE a.id = ${id})`)

/** Null where there is no such thing. */
const COURSE_OF: Record<CourseThing, (key: Value) => SQL> = {
  course: key => sql`${key}`,
  slug: key => sql`(SELECT s.course_id FROM course_slugs s WHERE s.slug = ${key})`,
  module: key => courseOfModule(sql`${key}`),
  quiz: key => courseOfQuiz(sql`${key}`),
  question: key => courseOfQuestion(sql`${key}`),
  attempt: key => courseOfAttempt(sql`${key}`),
  response: key => courseOfAttempt(sql`CAST(${key} AS INTEGER) / 1000`),
  regrade: key => courseOfQuestion(sql`(SELECT g.question_id FROM regrades g WHERE g.id = ${key})`),
  progress: key => courseOfModule(sql`CAST(${key} AS INTEGER) % ${sql.raw(String(MODULE_PROGRESS_ID_FACTOR))}`),
  code: key => sql`(SELECT qc.course_id FROM qr_codes qc WHERE qc.id = ${key})`,
}

/** In SQL, the id of the course that a thing is in, deleted or not. */
export const courseOf = (kind: CourseThing, key: Value) => COURSE_OF[kind](key)

/** In SQL, of a row of `access_tokens`: 1 when the thing is in one of its courses. */
export const isInCourses = (kind: CourseThing, key: Value) =>
  sql<number>`EXISTS (SELECT 1 FROM json_each(access_tokens.courses) c WHERE c.value = ${courseOf(kind, key)})`
