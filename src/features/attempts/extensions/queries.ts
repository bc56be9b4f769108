import { and, eq, sql } from 'drizzle-orm'
import { attempts } from '../../../db/schema/attempts.ts'
import { type Names, statement } from '../../../db/statement.ts'

/** All running attempts at a quiz, in the order of their ids. */
export const runningAttemptsOf = statement((db, { quizId }: Names<{ quizId: number }>) =>
  db
    .select({ id: attempts.id, userId: attempts.userId })
    .from(attempts)
    .where(and(eq(attempts.quizId, quizId), sql`${attempts.status} = 'in_progress'`))
    .orderBy(attempts.id),
)
