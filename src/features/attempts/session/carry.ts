/** Bringing the end of an attempt to D1: one batch, safe to repeat. */
import { and, eq, isNotNull, type SQL, sql } from 'drizzle-orm'
import { batch } from '../../../db/batch.ts'
import type { Db } from '../../../db/client.ts'
import { attempts, responses } from '../../../db/schema/attempts.ts'
import type { Query } from '../../../db/statement.ts'
import { recordActivity } from '../../activities/queries.ts'
import { addStudyTime, touchModule } from '../../progress/queries/touches.ts'
import { completionsOf } from '../grading/settle.ts'
import { answersHash } from '../receipts/answers-hash.ts'
import { type PendingRegrade, pendingRegrades } from '../regrades/queries.ts'
import { regradeAttempts } from '../regrades/regrade.ts'
import type { ResponseRow } from './outcome.ts'
import type { EndedAttempt } from './said.ts'

/**
 * Writes the result and all that follows from it. Every statement is guarded by `check_at`, which is set while D1 waits
 * for the end and cleared by the last of them: a repeat writes nothing.
 */
export async function carryOver(db: Db, ended: EndedAttempt): Promise<void> {
  const { terms, outcome, completedAt, status } = ended
  // Whose it is, too: a database restored from a backup may have given the id away again.
  const isHere = and(
    eq(attempts.id, terms.attemptId),
    eq(attempts.userId, terms.userId),
    eq(attempts.quizId, terms.quizId),
    isNotNull(attempts.checkAt),
  )
  const waits = sql`EXISTS (SELECT 1 FROM ${attempts} WHERE ${isHere})`
  const result = {
    status,
    startedAt: ended.startedAt,
    completedAt,
    extendedMinutes: ended.extendedMinutes,
    // The row may be of a start that died, before the quiz was edited.
    isSurvey: terms.isSurvey,
    passingScore: terms.passingScore,
    earnedNano: outcome.earnedNano,
    possibleNano: outcome.possibleNano,
    scoreHundredths: outcome.scoreHundredths,
    passed: outcome.passed,
    timeSpentSeconds: ended.timeSpentSeconds,
    pendingGrading: outcome.pendingGrading,
    endScoreHundredths: outcome.scoreHundredths,
    answersHash: await answersHash(outcome.responses),
  }
  const results = await batch(
    db,
    insertResponses(db, terms.attemptId, outcome.responses, waits),
    ...studied(db, ended, waits),
    db.update(attempts).set(result).where(isHere),
    ...completionsOf(db, [terms.attemptId], completedAt, waits),
    // From here on nothing of this is written again.
    db.update(attempts).set({ checkAt: null }).where(isHere),
    pendingRegrades(db, terms.attemptId),
  )
  // A key that was mended while the attempt ran is applied now.
  const mended = results.at(-1) as PendingRegrade[]
  await regradeAttempts(db, mended, Math.floor(Date.now() / 1000))
}

const insertResponses = (db: Db, attemptId: number, rows: ResponseRow[], only: SQL) =>
  db.insert(responses).select(
    sql`SELECT value->>'id', ${attemptId}, value->>'questionId', value->>'versionId', value->>'versionId', value->>'responseData',
      value->>'isCorrect', value->>'scoreNano', value->>'maxNano', value->>'itemShare', value->>'restShare',
      value->>'timeSpentSeconds', value->>'submittedAt', value->>'isPending', '', NULL, NULL, NULL
      FROM json_each(${JSON.stringify(rows)}) WHERE ${only}`,
  )

/** The time of an attempt counts as time in its module, for the learner and for the statistics. */
function studied(db: Db, { terms, timeSpentSeconds, completedAt, status }: EndedAttempt, only: SQL): Query[] {
  const { enrollmentId, moduleId, courseId, quizId, userId } = terms
  if (enrollmentId === null) return []
  const event = { userId, type: 'quiz_complete', targetId: quizId, courseId, moduleId } as const
  return [
    touchModule(db, enrollmentId, moduleId, completedAt, { secondsSpent: timeSpentSeconds, only }),
    addStudyTime(db, enrollmentId, moduleId, timeSpentSeconds, completedAt, only),
    ...(status === 'abandoned' ? [] : [recordActivity(db, event, completedAt, only)]),
  ]
}
