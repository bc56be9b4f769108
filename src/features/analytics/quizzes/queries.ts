/** A quiz's figures, from kept sums. */

import { sql } from 'drizzle-orm'
import type { courses } from '../../../db/schema/courses.ts'
import { type Names, type RowOf, statement, type Value } from '../../../db/statement.ts'

const liveQuiz = (id: Value) => sql`quizzes q JOIN modules m ON m.id = q.module_id JOIN courses c ON c.id = m.course_id
  LEFT JOIN quiz_statistics s ON s.quiz_id = q.id
  WHERE q.id = ${id} AND q.deleted_at IS NULL AND m.deleted_at IS NULL AND c.deleted_at IS NULL`

const quizColumns = {
  id: sql<number>`q.id`.as('id'),
  title: sql<string>`q.title`.as('title'),
  isPublished: sql<boolean>`q.is_published AND m.is_published`.mapWith(Boolean).as('isPublished'),
  courseStatus: sql<(typeof courses.$inferSelect)['status']>`c.status`.as('courseStatus'),
  instructorId: sql<number>`c.instructor_id`.as('instructorId'),
  attemptCount: sql<number>`coalesce(s.in_progress + s.completed + s.timed_out + s.abandoned, 0)`.as('attemptCount'),
  endedCount: sql<number>`coalesce(s.completed + s.timed_out, 0)`.as('endedCount'),
  scoredCount: sql<number>`coalesce(s.scored_count, 0)`.as('scoredCount'),
  scoreSum: sql<number>`coalesce(s.score_sum, 0)`.as('scoreSum'),
  passedCount: sql<number>`coalesce(s.passed_count, 0)`.as('passedCount'),
  seconds: sql<number>`coalesce(s.seconds, 0)`.as('seconds'),
}

/** The quiz's sums, with the columns that decide who may read them. */
export const quizFigures = statement((db, { quizId }: Names<{ quizId: number }>) =>
  db.select(quizColumns).from(liveQuiz(quizId)),
)
export type QuizFiguresRow = RowOf<typeof quizFigures>

const itemColumns = {
  questionId: sql<number>`q.id`.as('questionId'),
  text: sql<string>`v.text`.as('text'),
  shownCount: sql<number>`coalesce(s.shown_count, 0)`.as('shownCount'),
  seconds: sql<number>`coalesce(s.seconds, 0)`.as('seconds'),
  gradedCount: sql<number>`coalesce(s.graded_count, 0)`.as('gradedCount'),
  correctCount: sql<number>`coalesce(s.correct_count, 0)`.as('correctCount'),
  scoredCount: sql<number>`coalesce(s.scored_count, 0)`.as('scoredCount'),
  shareSum: sql<number>`coalesce(s.share_sum, 0)`.as('shareSum'),
  pairCount: sql<number>`coalesce(s.pair_count, 0)`.as('pairCount'),
  itemSum: sql<number>`coalesce(s.item_sum, 0)`.as('itemSum'),
  restSum: sql<number>`coalesce(s.rest_sum, 0)`.as('restSum'),
  itemSquares: sql<number>`coalesce(s.item_squares, 0)`.as('itemSquares'),
  restSquares: sql<number>`coalesce(s.rest_squares, 0)`.as('restSquares'),
  products: sql<number>`coalesce(s.products, 0)`.as('products'),
}

/** Every version that was shown, and the newest of every live question, in the questions' order, older versions first. */
export const itemFigures = statement((db, { quizId }: Names<{ quizId: number }>) =>
  db
    .select(itemColumns)
    .from(
      sql`questions q JOIN question_versions v ON v.question_id = q.id LEFT JOIN item_statistics s ON s.question_version_id = v.id`,
    )
    .where(
      sql`q.quiz_id = ${quizId} AND (s.shown_count > 0
        OR (q.retired_at IS NULL AND v.id = (SELECT max(id) FROM question_versions WHERE question_id = q.id)))`,
    )
    .orderBy(sql`q."order", q.id, v.id`),
)
export type ItemFiguresRow = RowOf<typeof itemFigures>
