/** Rebuilds a quiz's statistics from its attempts and responses. Triggers keep them up to date, so it changes nothing. */
import { eq, sql } from 'drizzle-orm'
import { batch } from '../../../db/batch.ts'
import type { Db } from '../../../db/client.ts'
import { itemStatistics, quizDays, quizStatistics } from '../../../db/schema/statistics.ts'
import { type Names, statement, type Value } from '../../../db/statement.ts'
import { isOfAttempt } from '../../attempts/queries.ts'

type Quiz = { quizId: number }

const isEnded = sql`a.status IN ('completed', 'timed_out')`
const countedAttempts = (quizId: Value) => sql`attempts a WHERE a.quiz_id = ${quizId} AND a.is_preview = 0`
const sumOfPairs = (term: string) =>
  sql.raw(`sum(iif(r.item_share IS NOT NULL AND r.rest_share IS NOT NULL, ${term}, 0))`)

const deleteStatistics = statement((db, { quizId }: Names<Quiz>) =>
  db.delete(quizStatistics).where(eq(quizStatistics.quizId, quizId)),
)
const deleteDays = statement((db, { quizId }: Names<Quiz>) => db.delete(quizDays).where(eq(quizDays.quizId, quizId)))
const deleteItems = statement((db, { quizId }: Names<Quiz>) =>
  db.delete(itemStatistics).where(
    sql`${itemStatistics.questionVersionId} IN (
      SELECT v.id FROM questions q JOIN question_versions v ON v.question_id = q.id WHERE q.quiz_id = ${quizId})`,
  ),
)
const countStatistics = statement((db, { quizId }: Names<Quiz>) =>
  db.insert(quizStatistics).select(sql`
      SELECT a.quiz_id, sum(a.status = 'in_progress'), sum(a.status = 'completed'), sum(a.status = 'timed_out'),
        sum(a.status = 'abandoned'), sum(a.pending_grading), count(a.score_hundredths), coalesce(sum(a.score_hundredths), 0),
        sum(a.score_hundredths IS NOT NULL AND coalesce(a.passed, 0)), sum(iif(${isEnded}, coalesce(a.time_spent_seconds, 0), 0))
      FROM ${countedAttempts(quizId)} GROUP BY a.quiz_id`),
)
const countDays = statement((db, { quizId }: Names<Quiz>) =>
  db.insert(quizDays).select(sql`
      SELECT a.quiz_id, date(a.completed_at, 'unixepoch'), count(*), sum(coalesce(a.passed, 0))
      FROM ${countedAttempts(quizId)} AND a.score_hundredths IS NOT NULL AND a.completed_at IS NOT NULL GROUP BY 1, 2`),
)
const countItems = statement((db, { quizId }: Names<Quiz>) =>
  // The cross join starts from the attempts of the quiz.
  db.insert(itemStatistics).select(sql`
      SELECT r.question_version_id, count(*), sum(r.time_spent_seconds), count(r.is_correct), coalesce(sum(r.is_correct), 0),
        count(r.item_share), coalesce(sum(r.item_share), 0), ${sumOfPairs('1')}, ${sumOfPairs('r.item_share')},
        ${sumOfPairs('r.rest_share')}, ${sumOfPairs('r.item_share * r.item_share')},
        ${sumOfPairs('r.rest_share * r.rest_share')}, ${sumOfPairs('r.item_share * r.rest_share')}
      FROM attempts a CROSS JOIN responses r ON ${isOfAttempt(sql`r.id`, sql`a.id`)}
      WHERE a.quiz_id = ${quizId} AND a.is_preview = 0 AND ${isEnded} GROUP BY r.question_version_id`),
)

/**
 * Runs as one batch, so one transaction: readers see the sums before or after, and no event gets lost in between. It takes six
 * statements over whole sets, however large the quiz, and time linear in its responses.
 */
export async function rebuildQuizStatistics(db: Db, quizId: number): Promise<void> {
  const quiz = { quizId }
  await batch(
    db,
    deleteStatistics(quiz),
    deleteDays(quiz),
    deleteItems(quiz),
    countStatistics(quiz),
    countDays(quiz),
    countItems(quiz),
  )
}
