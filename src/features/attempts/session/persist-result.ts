/** Writes the end of an attempt to D1 in one batch that is safe to repeat. */
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

/** Learner and quiz are part of it, because a database restored from a backup may assign an attempt's id again. */
type Identity = { attemptId: number; userId: number; quizId: number }
/** A condition on the attempt's row, true until D1 has the end. */
const isAwaitingEnd = ({ attemptId, userId, quizId }: Names<Identity>) =>
  and(eq(attempts.id, attemptId), eq(attempts.userId, userId), eq(attempts.quizId, quizId), isNotNull(attempts.checkAt))
const awaitsEnd = (identity: Names<Identity>) =>
  sql`EXISTS (SELECT 1 FROM ${attempts} WHERE ${isAwaitingEnd(identity)})`

const insertResponses = statement((db, ended: Names<Identity & { rows: readonly ResponseRow[] }>) =>
  db.insert(responses).select(
    sql`SELECT value->>'id', value->>'questionId', value->>'versionId', value->>'versionId', value->>'responseData',
      value->>'isCorrect', value->>'scoreNano', value->>'maxNano', value->>'itemShare', value->>'restShare',
      value->>'timeSpentSeconds', value->>'submittedAt', value->>'isPending', '', NULL, NULL, NULL
      FROM json_each(${ended.rows}) WHERE ${awaitsEnd(ended)}`,
  ),
)

type Studied = Identity & { enrollmentId: number; moduleId: number; now: number; seconds: number }
/** The time of an attempt counts as time in its module, for the learner and for the statistics. */
const addModuleTime = statement((db, ended: Names<Studied>) =>
  touchModuleIf(db, ended, awaitsEnd(ended), { timeSpentSeconds: ended.seconds }),
)
const addStudyTime = statement((db, ended: Names<Studied>) =>
  addStudyTimeIf(db, ended, ended.seconds, awaitsEnd(ended)),
)
const recordEnd = statement((db, ended: Names<Identity & ReturnType<typeof activityValues>>) =>
  insertActivityIf(db, ended, awaitsEnd(ended)),
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
  db.update(attempts).set(result).where(isAwaitingEnd(identity)),
)
const completions = completionsIf<Identity & { attemptIds: readonly number[]; now: number }>(awaitsEnd)
/** Clears the guard of the batch, so that a repeat writes nothing. */
const clearCheckAt = statement((db, identity: Names<Identity>) =>
  db.update(attempts).set({ checkAt: null }).where(isAwaitingEnd(identity)),
)

/**
 * Writes the result and its consequences. `check_at` guards every statement: it is set until D1 has the end, and the last
 * statement clears it, so that a repeat writes nothing.
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
    // A start that died may have written the row before the quiz was edited.
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
    ...studyTime(ended, identity),
    result: writeResult(identity, result),
    ...completions({ ...identity, attemptIds: [attemptId], now: completedAt }),
    cleared: clearCheckAt(identity),
    // A key that an instructor corrected while the attempt ran applies now.
    regrades: pendingRegrades({ attemptId }),
  })
  await regradeAttempts(db, rows.regrades, Math.floor(Date.now() / 1000))
}

/** No statements for a preview, because it is no learner's work. */
function studyTime({ terms, timeSpentSeconds, completedAt, status }: EndedAttempt, identity: Identity) {
  const { enrollmentId, moduleId, courseId, quizId, userId } = terms
  if (enrollmentId === null) return {}
  const time = { ...identity, enrollmentId, moduleId, now: completedAt, seconds: timeSpentSeconds }
  const event = { userId, type: 'quiz_complete', targetId: quizId, courseId, moduleId } as const
  return {
    moduleTime: addModuleTime(time),
    studyTime: addStudyTime(time),
    ...(status !== 'abandoned' && { recorded: recordEnd({ ...identity, ...activityValues(event, completedAt) }) }),
  }
}
