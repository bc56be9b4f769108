/** Grades responses again by another version's key. */

import { batch } from '../../../db/batch.ts'
import type { Db } from '../../../db/client.ts'
import { parseResponse } from '../../quizzes/answers/answer.ts'
import { grade } from '../../quizzes/answers/grading.ts'
import { toMilliPoints } from '../../quizzes/answers/points.ts'
import { fromColumns } from '../../quizzes/questions/question.ts'
import { settle } from '../settlement.ts'
import {
  advanceCursor,
  type BatchSize,
  countGrades,
  type DueResponse,
  finish,
  jobOf,
  type Key,
  nextResponses,
  type PendingRegrade,
  type Regraded,
  recordGrades,
  recordGradesOf,
  writeGrades,
  writeGradesOf,
} from './queries.ts'

const BATCH: BatchSize = { responses: 500, rows: 20_000, characters: 4_000_000 }

/** The points that the learner was shown count. An answer that no longer fits the question is wrong. */
export function regraded(row: DueResponse, key: Key): Regraded {
  const question = fromColumns({ ...key, pointsMilli: toMilliPoints(row.maxNano) })
  const parsed = row.responseData === UNANSWERED ? null : parseResponse(question, JSON.parse(row.responseData))
  const answer = parsed && 'answer' in parsed ? parsed.answer : null
  const { scoreNano, isCorrect } = grade(question, answer, { isSurvey: false })
  return { id: row.id, key: key.keyVersionId, score: scoreNano ?? 0, correct: isCorrect ?? false }
}
const UNANSWERED = '{}'

/**
 * Regrades the responses from `pendingRegrades`, of an attempt that ended after a regrade had begun. Safe to repeat.
 * @param now Unix seconds
 */
export async function regradeAttempts(db: Db, pending: readonly PendingRegrade[], now: number): Promise<void> {
  if (pending.length === 0) return
  const graded = pending.map(row => regraded(row, row))
  await batch(
    db,
    recordGrades({ graded, now }),
    writeGrades({ graded }),
    ...settle({ attemptIds: attemptsOf(pending), now }),
  )
}

/**
 * The next step of a job, in one transaction; a repeat counts and writes nothing twice.
 * @param now Unix seconds
 * @returns whether there may be more to do
 */
export async function regradeNext(db: Db, jobId: number, now: number): Promise<boolean> {
  const [[job], rows] = await batch(db, jobOf({ id: jobId }), nextResponses({ jobId, ...BATCH }))
  if (!job) return false
  const last = rows.at(-1)
  if (!last) {
    await batch(db, finish(job))
    return false
  }
  const graded = rows.map(row => regraded(row, job))
  const changed = rows.filter((row, i) => row.scoreNano !== graded[i]?.score)
  const counted = countGrades({ ...job, graded })
  const advanced = advanceCursor({ ...job, to: last.id })
  if (job.isDryRun) await batch(db, counted, advanced)
  else {
    const settled = settle({ attemptIds: attemptsOf(changed), now })
    const recorded = recordGradesOf({ ...job, graded, now })
    await batch(db, counted, recorded, writeGradesOf({ ...job, graded }), ...settled, advanced)
  }
  return true
}

const attemptsOf = (rows: readonly DueResponse[]) => [...new Set(rows.map(({ attemptId }) => attemptId))]
