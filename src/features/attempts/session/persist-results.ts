/** Writes the ends of attempts at one quiz to D1, many in one batch that is safe to repeat. */
import { sql } from 'drizzle-orm'
import { batchOf } from '../../../db/batch.ts'
import type { Db } from '../../../db/client.ts'
import { attempts, responses } from '../../../db/schema/attempts.ts'
import { type Names, statement, type Value } from '../../../db/statement.ts'
import { insertActivities } from '../../activities/queries.ts'
import { addStudyTimes, touchModules } from '../../progress/queries/record-study.ts'
import { answersHash } from '../receipts/answers-hash.ts'
import { pendingRegrades } from '../regrades/queries.ts'
import { regradeAttempts } from '../regrades/regrade.ts'
import { completions } from '../settlement.ts'
import type { EndedAttempt } from './messages.ts'
import type { ResponseRow } from './outcome.ts'

/** What D1 gets of an ended attempt. */
export type Ending = Omit<EndedAttempt, 'kind' | 'isPersisted' | 'questions'>

/** Learner and quiz identify an attempt with its id, because a database restored from a backup may assign the id again. */
type End = Pick<Ending['terms'], 'attemptId' | 'userId' | 'quizId' | 'enrollmentId' | 'moduleId' | 'courseId'> &
  Pick<
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
type Ends = { ends: readonly End[] }

/** A field of an end in a statement that goes through `ends`. */
const field = (name: keyof End) => sql.raw(`e.value->>'${name}'`)

/**
 * A table for `FROM`: the ends `e` that D1 does not have, each with its attempt `a`. `check_at` is set until the last statement
 * of the batch clears it, so that a repeat writes nothing.
 */
const awaited = (ends: Value) =>
  sql`json_each(${ends}) e CROSS JOIN attempts a ON a.id = ${field('attemptId')} AND a.user_id = ${field('userId')}
    AND a.quiz_id = ${field('quizId')} AND a.check_at IS NOT NULL`
/** A preview is no learner's work. */
const isLearners = sql`a.enrollment_id IS NOT NULL`

type Answered = Pick<End, 'attemptId' | 'userId' | 'quizId'> & { rows: readonly ResponseRow[] }

const insertResponses = statement((db, { ends }: Names<{ ends: readonly Answered[] }>) =>
  db.insert(responses).select(
    sql`SELECT r.value->>'id', r.value->>'questionId', r.value->>'versionId', r.value->>'versionId', r.value->>'responseData',
      r.value->>'isCorrect', r.value->>'scoreNano', r.value->>'maxNano', r.value->>'itemShare', r.value->>'restShare',
      r.value->>'timeSpentSeconds', r.value->>'submittedAt', r.value->>'isPending', '', NULL, NULL, NULL
      FROM ${awaited(ends)} CROSS JOIN json_each(e.value, '$.rows') r`,
  ),
)

const studied = {
  enrollmentId: field('enrollmentId'),
  moduleId: field('moduleId'),
  at: field('completedAt'),
  seconds: field('timeSpentSeconds'),
}
/** The time of an attempt counts as time in its module, for the learner and for the statistics. */
const addModuleTimes = statement((db, { ends }: Names<Ends>) => {
  const { enrollmentId, moduleId, at, seconds } = studied
  const touched = { enrollmentId, moduleId, startedAt: at, timeSpentSeconds: seconds }
  return touchModules(db, touched, at, sql`FROM ${awaited(ends)} WHERE ${isLearners}`)
})
const addTimes = statement((db, { ends }: Names<Ends>) => {
  const { enrollmentId, moduleId, at, seconds } = studied
  return addStudyTimes(db, { enrollmentId, moduleId, now: at, seconds }, sql`FROM ${awaited(ends)} WHERE ${isLearners}`)
})

const recordEnds = statement((db, { ends }: Names<Ends>) => {
  const event = {
    userId: field('userId'),
    type: 'quiz_complete',
    targetId: field('quizId'),
    courseId: field('courseId'),
    moduleId: field('moduleId'),
    now: field('completedAt'),
  } as const
  const rest = sql`FROM ${awaited(ends)} WHERE ${isLearners} AND ${field('status')} <> 'abandoned'`
  return insertActivities(db, event, rest)
})

/** An update of the awaited attempts. */
const ofAwaited = sql`${attempts.id} = ${field('attemptId')} AND ${attempts.userId} = ${field('userId')}
  AND ${attempts.quizId} = ${field('quizId')} AND ${attempts.checkAt} IS NOT NULL`

const writeResults = statement((db, { ends }: Names<Ends>) =>
  db
    .update(attempts)
    .set({
      status: field('status'),
      startedAt: field('startedAt'),
      completedAt: field('completedAt'),
      extendedMinutes: field('extendedMinutes'),
      // A start that died may have written the row before the quiz was edited.
      isSurvey: field('isSurvey'),
      passingScore: field('passingScore'),
      earnedNano: field('earnedNano'),
      possibleNano: field('possibleNano'),
      scoreHundredths: field('scoreHundredths'),
      passed: field('passed'),
      timeSpentSeconds: field('timeSpentSeconds'),
      pendingGrading: field('pendingGrading'),
      endScoreHundredths: field('endScoreHundredths'),
      answersHash: field('answersHash'),
    })
    .from(sql`json_each(${ends}) e`)
    .where(ofAwaited),
)

const completionsByEnds = completions<Ends>({
  passed: ({ ends }) => sql`${awaited(ends)} WHERE a.passed = 1 AND a.is_preview = 0`,
  at: ({ ends }, enrollmentId) =>
    sql`(SELECT a.completed_at FROM ${awaited(ends)} WHERE a.enrollment_id = ${enrollmentId})`,
})

/** Clears the guard of the batch. */
const clearChecks = statement((db, { ends }: Names<Ends>) =>
  db.update(attempts).set({ checkAt: null }).from(sql`json_each(${ends}) e`).where(ofAwaited),
)

/**
 * Writes the results and their consequences.
 * @param endings of different learners, at one quiz
 */
export async function persistResults(db: Db, endings: readonly Ending[]): Promise<void> {
  const ends = await Promise.all(endings.map(toEnd))
  const answered = endings.map(({ terms: { attemptId, userId, quizId }, outcome: { responses: rows } }) => ({
    attemptId,
    userId,
    quizId,
    rows,
  }))
  const rows = await batchOf(db, {
    responses: insertResponses({ ends: answered }),
    moduleTimes: addModuleTimes({ ends }),
    studyTimes: addTimes({ ends }),
    recorded: recordEnds({ ends }),
    results: writeResults({ ends }),
    ...completionsByEnds({ ends }),
    cleared: clearChecks({ ends }),
    // A key that an instructor corrected while an attempt ran applies now.
    regrades: pendingRegrades({ attemptIds: ends.map(({ attemptId }) => attemptId) }),
  })
  await regradeAttempts(db, rows.regrades, Math.floor(Date.now() / 1000))
}

async function toEnd(ending: Ending): Promise<End> {
  const { terms, outcome, status, startedAt, completedAt, extendedMinutes, timeSpentSeconds } = ending
  const { attemptId, userId, quizId, enrollmentId, moduleId, courseId, isSurvey, passingScore } = terms
  const { earnedNano, possibleNano, scoreHundredths, passed, pendingGrading } = outcome
  return {
    ...{ attemptId, userId, quizId, enrollmentId, moduleId, courseId, isSurvey, passingScore },
    ...{ status, startedAt, completedAt, extendedMinutes, timeSpentSeconds },
    ...{ earnedNano, possibleNano, scoreHundredths, passed, pendingGrading },
    endScoreHundredths: scoreHundredths,
    answersHash: await answersHash(outcome.responses),
  }
}
