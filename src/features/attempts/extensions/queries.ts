import { and, eq, sql } from 'drizzle-orm'
import type { Db } from '../../../db/client.ts'
import { attempts } from '../../../db/schema/attempts.ts'

/** Every running attempt at a quiz. */
export const runningAttemptsOf = (db: Db, quizId: number) =>
  db
    .select({ id: attempts.id, userId: attempts.userId })
    .from(attempts)
    .where(and(eq(attempts.quizId, quizId), sql`${attempts.status} = 'in_progress'`))
    .orderBy(attempts.id)
