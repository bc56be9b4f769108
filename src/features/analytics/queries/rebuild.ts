/** Rebuilding a quiz's statistics from its attempts and responses. As the triggers keep them, it changes nothing. */
import { sql } from 'drizzle-orm'
import type { Db } from '../../../db/client.ts'
import { batch } from '../../../db/read.ts'

/**
 * One batch, in one transaction: a few statements over the whole quiz, none of which grows with it, so that readers see
 * the sums before or after and never in between. Linear in the quiz's responses.
 */
export async function rebuildQuizStatistics(db: Db, quizId: number): Promise<void> {
  const isOfQuiz = sql`quiz_id = ${quizId}`
  const versions = sql`SELECT v.id FROM questions q JOIN question_versions v ON v.question_id = q.id WHERE q.quiz_id = ${quizId}`
  await batch(
    db,
    db.run(sql`DELETE FROM quiz_statistics WHERE ${isOfQuiz}`),
    db.run(sql`DELETE FROM quiz_days WHERE ${isOfQuiz}`),
    db.run(sql`DELETE FROM item_statistics WHERE question_version_id IN (${versions})`),
  )
}
