/** Begins an attempt: its row first, then its object. Both steps are safe to repeat, so the next start finishes a dead one. */
import { batch, batchOf } from '../../../db/batch.ts'
import type { Db } from '../../../db/client.ts'
import { forbidden, ruleViolation, unavailable } from '../../../http/errors.ts'
import { recordActivityIfChanged } from '../../activities/queries.ts'
import { touchModuleIfChanged } from '../../progress/queries/record-study.ts'
import { fromColumns } from '../../quizzes/questions/question.ts'
import { shuffle } from '../../quizzes/questions/shuffle.ts'
import { attemptObject } from '../session/client.ts'
import { deadlineMs, GRACE_MS } from '../session/clock.ts'
import type { RunningAttempt } from '../session/messages.ts'
import { draw, type Snapshot, toSnapshotQuestions } from '../session/snapshot.ts'
import { attemptsAtMost, NO_ATTEMPT_LEFT } from './admission.ts'
import {
  CHARACTERS_AT_MOST,
  deleteForeign,
  drawnVersions,
  insertAttempt,
  markDrawn,
  postponeCheck,
  runningAttempt,
  type StartableQuiz,
} from './queries.ts'

/** The cron job leaves a new attempt alone this long, because its start may still run. */
const FIRST_CHECK_SECONDS = 600
/** The cron job checks an untimed attempt once a day. */
const UNTIMED_CHECK_SECONDS = 86_400

type Starting = {
  quiz: StartableQuiz
  userId: number
  isPreview: boolean
  enrollmentId: number | null
  drawable: { questionId: number; versionId: number }[]
}

/**
 * Writes the attempt's row, or reads the one that a simultaneous start wrote.
 * @param now Unix seconds
 * @returns the snapshot for the object
 * @throws 400 without a question or with too much text in them, 403 when no attempt is left, 503 when a question was edited or
 * deleted meanwhile
 */
export async function writeAttempt(db: Db, starting: Starting, now: number): Promise<Snapshot> {
  const { quiz, userId, isPreview, enrollmentId } = starting
  const drawn = draw(starting.drawable, quiz, shuffle)
  if (drawn.length === 0) throw ruleViolation('This quiz has no questions.')
  const versionIds = drawn.map(({ versionId }) => versionId)
  const attempt = {
    quizId: quiz.id,
    userId,
    enrollmentId,
    isPreview,
    isSurvey: quiz.isSurvey,
    passingScore: quiz.passingScore,
    attemptsAtMost: isPreview ? null : attemptsAtMost(quiz),
    checkAt: firstCheck(quiz, now),
    versionIds,
    now,
  }
  const event = {
    userId,
    type: 'quiz_start',
    targetId: quiz.id,
    courseId: quiz.courseId,
    moduleId: quiz.moduleId,
  } as const
  const {
    running: [row],
    versions,
  } = await batchOf(db, {
    postponed: postponeCheck({ userId, quizId: quiz.id, checkAt: attempt.checkAt }),
    inserted: insertAttempt(attempt),
    // Each statement writes only if the one before it did, so a refused start records nothing. A preview has no enrollment and
    // records nothing either.
    ...(enrollmentId !== null && {
      recorded: recordActivityIfChanged(event, now),
      moduleProgress: touchModuleIfChanged({ enrollmentId, moduleId: quiz.moduleId, now }),
    }),
    drawn: markDrawn({ versionIds, now }),
    running: runningAttempt({ userId, quizId: quiz.id }),
    versions: drawnVersions({ versionIds }),
  })
  if (!row) throw isTooLarge(versions) ? ruleViolation(TOO_LARGE) : forbidden(NO_ATTEMPT_LEFT)
  const byId = new Map(versions.map(version => [version.id, version]))
  const asked = drawn.flatMap(({ questionId, versionId }) => {
    const version = byId.get(versionId)
    return version ? [{ questionId, versionId, question: fromColumns(version) }] : []
  })
  // A question was edited or deleted between the two trips. The learner's next try draws again, for the same row.
  if (asked.length < drawn.length) throw unavailable()
  return {
    terms: {
      attemptId: row.id,
      quizId: quiz.id,
      quizTitle: quiz.title,
      userId,
      enrollmentId: row.enrollmentId,
      moduleId: quiz.moduleId,
      courseId: quiz.courseId,
      isPreview: row.isPreview,
      isSurvey: quiz.isSurvey,
      passingScore: quiz.passingScore,
      limitMinutes: quiz.timeLimitMinutes,
      availableUntilMs: isPreview || quiz.availableUntil === null ? null : quiz.availableUntil * 1000,
      showFeedback: quiz.showFeedback,
    },
    questions: toSnapshotQuestions(asked, { randomizeChoices: quiz.randomizeChoices, shuffle }),
  }
}

const TOO_LARGE = 'The questions of this quiz are too long together: 4 million characters are the most.'

const isTooLarge = (versions: { text: string; explanation: string; body: string }[]) =>
  versions.reduce((sum, { text, explanation, body }) => sum + text.length + explanation.length + body.length, 0) >
  CHARACTERS_AT_MOST

/**
 * Gives the object its snapshot; the object ignores it when the attempt runs already.
 * @throws 503 while D1 does not have the attempt's end, and when the object holds another learner's attempt: a database
 *   restored from a backup assigns ids again. The function then deletes the row, so that the next start gets another id.
 */
export async function beginAttempt(env: Env, db: Db, snapshot: Snapshot): Promise<RunningAttempt & { isNew: boolean }> {
  const { terms } = snapshot
  const begun = await attemptObject(env, terms.attemptId).begin(snapshot)
  if (begun.kind === 'running') return begun
  if (begun.kind === 'foreign') {
    console.error({ event: 'attempt id given away twice: see docs/operate/operations.md', attempt: terms.attemptId })
    await batch(db, deleteForeign(terms))
  }
  throw unavailable()
}

function firstCheck(quiz: StartableQuiz, now: number): number {
  const deadline = deadlineMs({
    startedAtMs: now * 1000,
    limitMinutes: quiz.timeLimitMinutes,
    availableUntilMs: quiz.availableUntil === null ? null : quiz.availableUntil * 1000,
    extendedMinutes: 0,
  })
  if (deadline === null) return now + UNTIMED_CHECK_SECONDS
  return Math.max(now + FIRST_CHECK_SECONDS, Math.ceil((deadline + GRACE_MS) / 1000))
}
