/** An attempt as its object replies with it. */
import { clockOf, deadlineMs, remainingSeconds, spentSeconds, toSeconds } from './clock.ts'
import type { AttemptReport, EndedAttempt, Extended, RunningAttempt, SavedAnswer } from './messages.ts'
import { type KeptAnswer, outcomeOf, responseId } from './outcome.ts'
import type { Ending } from './persist-results.ts'
import type { SnapshotQuestion, Terms } from './snapshot.ts'
import type { AttemptStore, Known } from './store.ts'

export const asRunning = (known: Known, store: AttemptStore): RunningAttempt => ({
  kind: 'running',
  ...asOfNow(known),
  questions: store.questions().map(({ shown }) => shown),
  answers: store.answered().map(({ asked, answer }) => asSaved(known.terms, answer, asked)),
})

export const asExtended = (known: Known): Extended => ({ kind: 'extended', ...asOfNow(known) })

const asOfNow = (known: Known) => ({
  terms: known.terms,
  startedAt: toSeconds(known.state.startedAtMs),
  extendedMinutes: known.state.extendedMinutes,
  remainingSeconds: remainingSeconds(clockOf(known), Date.now()),
})

/** What D1 gets of an ended attempt. */
export function asEnding(known: Known, store: AttemptStore): Ending {
  const { kind: _kind, isPersisted: _isPersisted, questions: _questions, ...ending } = asEnded(known, store)
  return ending
}

export function asEnded(known: Known, store: AttemptStore): EndedAttempt {
  const { terms, state } = known
  if (!state.end) throw new Error('an attempt that runs has no end')
  const { status, atMs } = state.end
  const questions = store.questions()
  return {
    kind: 'ended',
    isPersisted: state.persistedAtMs !== null,
    terms,
    startedAt: toSeconds(state.startedAtMs),
    completedAt: toSeconds(atMs),
    status,
    timeSpentSeconds: spentSeconds(clockOf(known), atMs),
    extendedMinutes: state.extendedMinutes,
    outcome: outcomeOf(terms, questions, store.answers(), status),
    questions,
  }
}

export function asReport(known: Known, store: AttemptStore): AttemptReport {
  const { terms, state } = known
  const { answered, questions, lastAnswerAt } = store.progress()
  return {
    attemptId: terms.attemptId,
    userId: terms.userId,
    status: state.end?.status ?? 'in_progress',
    answered,
    questions,
    deadlineMs: deadlineMs(clockOf(known)),
    lastSeenAt: lastAnswerAt ?? toSeconds(state.startedAtMs),
    atMs: Date.now(),
  }
}

/** A kept answer as the running attempt shows it: with its verdict only where feedback is immediate. */
export function asSaved(terms: Terms, kept: KeptAnswer, { questionId, question }: SnapshotQuestion): SavedAnswer {
  const isVerdictShown = terms.showFeedback === 'immediate' && !kept.isPending && question.type !== 'essay'
  return {
    id: responseId(terms.attemptId, kept.place),
    questionId,
    questionText: question.text,
    responseData: kept.responseData,
    isCorrect: isVerdictShown ? kept.isCorrect : null,
    scoreNano: isVerdictShown ? kept.scoreNano : null,
    timeSpentSeconds: kept.timeSpentSeconds,
    submittedAt: kept.submittedAt,
    sequence: kept.sequence ?? null,
  }
}
