/** Fields that all attempts have in answers: running, listed and ended. */
import * as z from 'zod'
import { dateTime, id, object, toDateTime, toOptionalDateTime } from '../../http/fields.ts'
import { toPoints } from '../quizzes/answers/points.ts'
import type { AttemptRow } from './queries.ts'
import type { EndedAttempt, RunningAttempt } from './session/messages.ts'

export const attemptStatus = z.enum(['in_progress', 'completed', 'timed_out', 'abandoned'])

const score = () =>
  z
    .number()
    .min(0)
    .max(100)
    .nullable()
    .meta({
      description: 'Percent of all points, at most two decimals; null for surveys and abandoned attempts',
      examples: [85],
    })

export const secondsLeft = () =>
  z
    .int()
    .nullable()
    .meta({ description: 'Null while untimed; 0 in the five seconds of grace', examples: [1800] })

const about = () => ({
  id: id().meta({ examples: [10] }),
  quiz: id(),
  quiz_title: z.string().meta({ examples: ['Python Basics Quiz'] }),
  user: id().meta({ examples: [5] }),
  started_at: dateTime().meta({ examples: ['2023-06-10T14:30:00Z'] }),
})

export const running = () => ({
  ...about(),
  completed_at: z.null(),
  score: z.null(),
  status: z.literal('in_progress'),
  time_remaining_seconds: secondsLeft(),
})

export const ended = () => ({
  ...about(),
  completed_at: dateTime().meta({ examples: ['2023-06-10T14:45:00Z'] }),
  score: score(),
  status: z.enum(['completed', 'timed_out', 'abandoned']),
  passed: z.boolean().meta({ examples: [true] }),
  time_spent_seconds: z.int().meta({ examples: [900] }),
  pending_grading: z
    .int()
    .optional()
    .meta({ description: 'Essays that wait for a grader; absent when none does', examples: [1] }),
})
export const EndedAttemptBody = object(ended).meta({ id: 'EndedAttempt' })

export const ListedAttempt = object(() => ({
  ...about(),
  completed_at: dateTime().nullable(),
  score: score(),
  status: attemptStatus,
  passed: z.boolean().nullable().meta({ description: 'Null while it runs' }),
  time_spent_seconds: z.int().nullable().meta({ description: 'Null while it runs' }),
  pending_grading: ended().pending_grading,
})).meta({ id: 'Attempt' })

type About = { terms: RunningAttempt['terms']; startedAt: number }
const aboutOf = ({ terms, startedAt }: About) => ({
  id: terms.attemptId,
  quiz: terms.quizId,
  quiz_title: terms.quizTitle,
  user: terms.userId,
  started_at: toDateTime(startedAt),
})
export const runningOf = (attempt: About & { remainingSeconds: number | null }) => ({
  ...aboutOf(attempt),
  completed_at: null,
  score: null,
  status: 'in_progress' as const,
  time_remaining_seconds: attempt.remainingSeconds,
})

export const toOptionalPoints = (nano: number | null) => (nano === null ? null : toPoints(nano))

const toScore = (hundredths: number | null) => (hundredths === null ? null : hundredths / 100)
const pending = (count: number) => (count > 0 ? { pending_grading: count } : {})

export const toEnded = (attempt: EndedAttempt): z.input<typeof EndedAttemptBody> => ({
  ...aboutOf(attempt),
  completed_at: toDateTime(attempt.completedAt),
  score: toScore(attempt.outcome.scoreHundredths),
  status: attempt.status,
  passed: attempt.outcome.passed,
  time_spent_seconds: attempt.timeSpentSeconds,
  ...pending(attempt.outcome.pendingGrading),
})

export const toListed = (row: AttemptRow): z.input<typeof ListedAttempt> => ({
  id: row.id,
  quiz: row.quizId,
  quiz_title: row.quizTitle,
  user: row.userId,
  started_at: toDateTime(row.startedAt),
  completed_at: toOptionalDateTime(row.completedAt),
  score: toScore(row.scoreHundredths),
  status: row.status,
  passed: row.passed,
  time_spent_seconds: row.timeSpentSeconds,
  ...pending(row.pendingGrading),
})

/**
 * An ended attempt as D1 has it, with later grades and regrades.
 * @throws for a row that is still in progress
 */
export function toEndedRow(row: AttemptRow): z.input<typeof EndedAttemptBody> {
  const { status, completed_at, passed, time_spent_seconds, ...rest } = toListed(row)
  if (status === 'in_progress' || completed_at === null) throw new Error('an attempt that runs has no end')
  return { ...rest, status, completed_at, passed: passed ?? false, time_spent_seconds: time_spent_seconds ?? 0 }
}
