/** The SQL of a course's grades. */

import { asc, eq, type SQL, sql } from 'drizzle-orm'
import { distinctly } from '../../../db/columns.ts'
import { enrollments } from '../../../db/schema/enrollments.ts'
import { users } from '../../../db/schema/users.ts'
import { type Builder, type Names, type RowOf, statement } from '../../../db/statement.ts'
import type { GradingPolicy } from '../../attempts/grading/standing-score.ts'
import { completedModules, publishedModulesOf } from '../../progress/queries/completion-conditions.ts'
import { isInScope } from '../queries/scope.ts'
import { inOrderOfEnd, isGraded } from '../queries/scores.ts'

/**
 * Quizzes with a grade to show, in the modules' order; unpublished ones only if a learner has a score in them. The cross join
 * reads by module, and `NOT` keeps the planner from the index of surveys, because a course has few quizzes.
 */
export const gradedQuizzes = statement((db, { courseId }: Names<{ courseId: number }>) =>
  db
    .select({
      id: sql<number>`q.id`.as('id'),
      title: sql<string>`q.title`.as('title'),
      policy: sql<GradingPolicy>`q.grading_policy`.as('policy'),
    })
    .from(sql`modules m CROSS JOIN quizzes q ON q.module_id = m.id LEFT JOIN quiz_statistics s ON s.quiz_id = q.id`)
    .where(
      sql`m.course_id = ${courseId} AND m.deleted_at IS NULL AND q.deleted_at IS NULL AND NOT q.is_survey
        AND (m.is_published = 1 AND q.is_published = 1 OR s.scored_count > 0)`,
    )
    .orderBy(sql`m."order", m.id, q.id`),
)
export type GradedQuiz = RowOf<typeof gradedQuizzes>

/** Every quiz with ended attempts of the enrollment: `[id, scores in 1/100 percent, ungraded essays]`, lists by attempt. */
const scoresByQuiz = sql<string>`(
  SELECT json_group_array(json_array(quiz_id, json(scores), json(waiting))) FROM (
    SELECT a.quiz_id, ${inOrderOfEnd(sql`a.score_hundredths`)} AS scores, ${inOrderOfEnd(sql`a.pending_grading`)} AS waiting
    FROM attempts a WHERE a.enrollment_id = ${enrollments.id} AND ${isGraded} GROUP BY a.quiz_id))`

const gradeColumns = distinctly({
  id: enrollments.id,
  userId: enrollments.userId,
  username: users.username,
  firstName: users.firstName,
  lastName: users.lastName,
  status: enrollments.status,
  completedModules: completedModules.as('completedModules'),
  scores: scoresByQuiz.as('scores'),
})

type Slice = { courseId: number; after: number; limit: number }
const selectGrades = (db: Builder, { courseId, after, limit }: Names<Slice>, condition: SQL) =>
  db
    .select({ ...gradeColumns, publishedModules: publishedModulesOf(courseId).as('publishedModules') })
    .from(enrollments)
    .innerJoin(users, eq(users.id, enrollments.userId))
    .where(sql`${enrollments.courseId} = ${courseId} AND ${enrollments.id} > ${after} AND ${condition}`)
    .orderBy(asc(enrollments.id))
    .limit(limit)
export type GradesRow = Awaited<ReturnType<typeof selectGrades>>[number]

/** Grades of everybody who is or was enrolled, in the order of enrollment, beginning after the enrollment `after`. */
export const gradesAfter = statement((db, slice: Names<Slice>) => selectGrades(db, slice, sql`1`))

/** The first page. It checks the viewer's right itself, and reads nothing for a viewer who lacks it. */
export const firstGrades = statement((db, slice: Names<Slice & { viewerId: number }>) =>
  selectGrades(
    db,
    slice,
    sql`EXISTS (SELECT 1 FROM courses c WHERE c.id = ${slice.courseId} AND ${isInScope(slice.viewerId)})`,
  ),
)
