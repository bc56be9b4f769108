/** Beginning an attempt: its row first, then its object; each step can be repeated, so that the next start ends a dead one. */
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
  putOffCheck,
  runningAttempt,
  type StartableQuiz,
} from './queries.ts'

/** Cron leaves a new attempt alone for so long: its start may still be under way. */
const FIRST_CHECK_SECONDS = 600
/** An untimed attempt is looked after once a day. */
const UNTIMED_CHECK_SECONDS = 86_400

type Starting = {
  quiz: StartableQuiz
  userId: number
  isPreview: boolean
  enrollmentId: number | null
  drawable: { questionId: number; versionId: number }[]
}

/**
 * Writes the attempt's row, or finds the one that a simultaneous start wrote, and gathers what the object needs.
 * @throws 400 without a question or with too much text in them, 403 when no attempt is left
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
    putOff: putOffCheck({ userId, quizId: quiz.id, checkAt: attempt.checkAt }),
    inserted: insertAttempt(attempt),
    // A preview, without an enrollment, is nobody's learning, nor is a start that is refused: each asks for the one before.
    ...(enrollmentId !== null && {
      recorded: recordActivityIfChanged(event, now),
      touched: touchModuleIfChanged({ enrollmentId, moduleId: quiz.moduleId, now }),
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
  // A question was edited or deleted between the two trips: the learner's next try draws anew, into the same row.
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
 * Hands the object its snapshot, or finds it running.
 * @throws 503 while D1 waits for the attempt's end, and where the object holds somebody else's attempt: the database was
 *   restored from a backup and gives ids away again. The row goes, so that the next start gets another id.
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
