/** What the exam room sends to those who watch it. */
import { toDateTime } from '../../../http/fields.ts'
import type { AttemptReport } from '../session/messages.ts'

/** An attempt as the room has it. `answered` is null while its object has not told and cannot be reached. */
export type Shown = Omit<AttemptReport, 'answered'> & { answered: number | null }

const ATTEMPTS_PER_MESSAGE = 200

/** @returns messages of at most 200 attempts each; one without attempts when there are none */
export function stateMessages(
  attempts: readonly Shown[],
  names: ReadonlyMap<number, string>,
  notStarted: number,
  nowMs: number,
): string[] {
  const messages: string[] = []
  for (let first = 0; first === 0 || first < attempts.length; first += ATTEMPTS_PER_MESSAGE) {
    const page = attempts.slice(first, first + ATTEMPTS_PER_MESSAGE)
    messages.push(
      JSON.stringify({
        type: 'state',
        attempts: page.map(shown => toAttempt(shown, names.get(shown.userId) ?? '', nowMs)),
        not_started: notStarted,
      }),
    )
  }
  return messages
}

const toAttempt = (shown: Shown, fullName: string, nowMs: number) => ({
  id: shown.attemptId,
  user: shown.userId,
  full_name: fullName,
  status: shown.status,
  answered: shown.answered,
  questions: shown.questions,
  time_remaining_seconds: shown.status === 'in_progress' ? secondsUntil(shown.deadlineMs, nowMs) : 0,
  last_seen_at: toDateTime(shown.lastSeenAt),
})

/** As the attempt itself counts: whole seconds, rounded up. */
const secondsUntil = (deadlineMs: number | null, nowMs: number) =>
  deadlineMs === null ? null : Math.max(0, Math.ceil((deadlineMs - nowMs) / 1000))
