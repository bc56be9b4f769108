/** Bringing the end of an attempt to D1: one batch, safe to repeat. */
import { and, eq, isNotNull, sql } from 'drizzle-orm'
import { batchOf } from '../../../db/batch.ts'
import type { Db } from '../../../db/client.ts'
import { attempts, responses } from '../../../db/schema/attempts.ts'
import { type Given, type Names, partialStatement, statement } from '../../../db/statement.ts'
import { activityValues, insertActivityIf } from '../../activities/queries.ts'
import { addStudyTimeIf, touchModuleIf } from '../../progress/queries/record-study.ts'
import { answersHash } from '../receipts/answers-hash.ts'
import { pendingRegrades } from '../regrades/queries.ts'
import { regradeAttempts } from '../regrades/regrade.ts'
import { completionsIf } from '../settlement.ts'
import type { EndedAttempt } from './messages.ts'
import type { ResponseRow } from './outcome.ts'

/** Whose it is, too: a database restored from a backup may have given the id away again. */
type Identity = { attemptId: number; userId: number; quizId: number }
/** The row, while D1 waits for the end. */
const isWaiting = ({ attemptId, userId, quizId }: Names<Identity>) =>
  and(eq(attempts.id, attemptId), eq(attempts.userId, userId), eq(attempts.quizId, quizId), isNotNull(attempts.checkAt))
const waits = (identity: Names<Identity>) => sql`EXISTS (SELECT 1 FROM ${attempts} WHERE ${isWaiting(identity)})`

const insertResponses = statement((db, ended: Names<Identity & { rows: readonly ResponseRow[] }>) =>
  db.insert(responses).select(
    sql`SELECT value->>'id', value->>'questionId', value->>'versionId', value->>'versionId', value->>'responseData',
      value->>'isCorrect', value->>'scoreNano', value->>'maxNano', value->>'itemShare', value->>'restShare',
      value->>'timeSpentSeconds', value->>'submittedAt', value->>'isPending', '', NULL, NULL, NULL
      FROM json_each(${ended.rows}) WHERE ${waits(ended)}`,
  ),
)

type Studied = Identity & { enrollmentId: number; moduleId: number; now: number; seconds: number }
/** The time of an attempt counts as time in its module, for the learner and for the statistics. */
const touchStudied = statement((db, ended: Names<Studied>) =>
  touchModuleIf(db, ended, waits(ended), { timeSpentSeconds: ended.seconds }),
)
const addStudied = statement((db, ended: Names<Studied>) => addStudyTimeIf(db, ended, ended.seconds, waits(ended)))
const recordEnd = statement((db, ended: Names<Identity & ReturnType<typeof activityValues>>) =>
  insertActivityIf(db, ended, waits(ended)),
)

type Result = Pick<
  typeof attempts.$inferSelect,
  | 'status'
  | 'startedAt'
  | 'completedAt'
  | 'extendedMinutes'
  | 'isSurvey'
  | 'passingScore'
  | 'earnedNano'
  | 'possibleNano'
  | 'scoreHundredths'
  | 'passed'
  | 'timeSpentSeconds'
  | 'pendingGrading'
  | 'endScoreHundredths'
  | 'answersHash'
>
const writeResult = partialStatement((db, identity: Names<Identity>, result: Given<Result>) =>
  db.update(attempts).set(result).where(isWaiting(identity)),
)
const completions = completionsIf<Identity & { attemptIds: readonly number[]; now: number }>(waits)
/** From here on nothing of the batch is written again. */
const stopWaiting = statement((db, identity: Names<Identity>) =>
  db.update(attempts).set({ checkAt: null }).where(isWaiting(identity)),
)

/**
 * Writes the result and all that follows from it. Every statement is guarded by `check_at`, which is set while D1 waits
 * for the end and cleared by the last of them: a repeat writes nothing.
 */
export async function persistResult(db: Db, ended: EndedAttempt): Promise<void> {
  const { terms, outcome, completedAt, status } = ended
  const { attemptId, userId, quizId } = terms
  const identity = { attemptId, userId, quizId }
  const result: Result = {
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
  const rows = await batchOf(db, {
    responses: insertResponses({ ...identity, rows: outcome.responses }),
    ...studied(ended, identity),
    result: writeResult(identity, result),
    ...completions({ ...identity, attemptIds: [attemptId], now: completedAt }),
    stopped: stopWaiting(identity),
    // A key that was mended while the attempt ran is applied now.
    mended: pendingRegrades({ attemptId }),
  })
  await regradeAttempts(db, rows.mended, Math.floor(Date.now() / 1000))
}

/** Nothing for a preview, which is nobody's learning. */
function studied({ terms, timeSpentSeconds, completedAt, status }: EndedAttempt, identity: Identity) {
  const { enrollmentId, moduleId, courseId, quizId, userId } = terms
  if (enrollmentId === null) return {}
  const time = { ...identity, enrollmentId, moduleId, now: completedAt, seconds: timeSpentSeconds }
  const event = { userId, type: 'quiz_complete', targetId: quizId, courseId, moduleId } as const
  return {
    touched: touchStudied(time),
    studied: addStudied(time),
    ...(status !== 'abandoned' && { recorded: recordEnd({ ...identity, ...activityValues(event, completedAt) }) }),
  }
}
