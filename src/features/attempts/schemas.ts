import * as z from 'zod'
import { dateTime, id, text, toDateTime, toOptionalDateTime } from '../../http/fields.ts'
import { paginated } from '../../http/pagination.ts'
import { parseResponse, ResponseData } from '../quizzes/questions/answers.ts'
import { feedbackFor } from '../quizzes/questions/feedback.ts'
import { fromColumns, QUESTION_TYPES, type Question } from '../quizzes/questions/question.ts'
import { LearnerQuestion } from '../quizzes/questions/views.ts'
import type { AttemptRow } from './queries.ts'
import type { ResponseOfAttempt } from './results/queries.ts'
import type { EndedAttempt, Extended, RunningAttempt, SavedAnswer } from './session/said.ts'
import type { ShowFeedback } from './session/snapshot.ts'

const ACCESS_CODE_LENGTH = 200
/** What is nested some thousand levels deep can be kept but never be shown: writing it as JSON runs out of stack. */
const NESTED_AT_MOST = 10

export const attemptStatus = z.enum(['in_progress', 'completed', 'timed_out', 'abandoned'])
const score = z
  .number()
  .min(0)
  .max(100)
  .nullable()
  .meta({
    description: 'Percent of all points, at most two decimals; null for surveys and abandoned attempts',
    examples: [85],
  })
const secondsLeft = z
  .int()
  .nullable()
  .meta({ description: 'Null while untimed; 0 in the five seconds of grace', examples: [1800] })
const about = {
  id: id().meta({ examples: [10] }),
  quiz: id(),
  quiz_title: z.string().meta({ examples: ['Python Basics Quiz'] }),
  user: id().meta({ examples: [5] }),
  started_at: dateTime().meta({ examples: ['2023-06-10T14:30:00Z'] }),
}
const running = {
  ...about,
  completed_at: z.null(),
  score: z.null(),
  status: z.literal('in_progress'),
  time_remaining_seconds: secondsLeft,
}
const isPreview = z
  .literal(true)
  .optional()
  .meta({ description: "The course's instructor or staff trying it out: it counts nowhere" })

export const StartInput = z.object({
  access_code: text(ACCESS_CODE_LENGTH).nullable().optional(),
})

export const ResponseInput = z.object({
  question: id(),
  response_data: ResponseData.refine(data => isShallow(data, NESTED_AT_MOST), 'Nested too deeply.'),
  time_spent_seconds: z
    .int()
    .min(0)
    .optional()
    .meta({ description: 'Cut to the time elapsed', examples: [45] }),
  sequence: z.int().min(0).optional().meta({
    description:
      'Grows with every answer sent, on all devices (milliseconds since 1970 do): a late copy replaces none newer',
  }),
})

const isShallow = (value: unknown, levels: number): boolean =>
  typeof value !== 'object' ||
  value === null ||
  (levels > 0 && Object.values(value).every(part => isShallow(part, levels - 1)))

export const SavedResponse = z
  .object({
    id: id().meta({ description: "Attempt's id × 1000 + the question's place in it", examples: [10_000] }),
    quiz_attempt: id().meta({ examples: [10] }),
    question: id(),
    question_text: z.string().meta({ examples: ['What is the correct way to create a function in Python?'] }),
    response_data: ResponseData,
    is_correct: z
      .boolean()
      .nullable()
      .meta({ description: 'Full points; null until feedback is due', examples: [true] }),
    score: z
      .number()
      .nullable()
      .meta({ description: 'Points; null until feedback is due', examples: [1] }),
    time_spent_seconds: z.int().meta({ examples: [45] }),
    submitted_at: dateTime().meta({ examples: ['2023-06-10T14:31:00Z'] }),
  })
  .meta({ id: 'SavedResponse' })

export const StartedAttempt = z
  .object({ ...running, is_preview: isPreview, questions: z.array(LearnerQuestion) })
  .meta({ id: 'StartedAttempt' })
export const ResumedAttempt = z
  .object({
    ...running,
    is_preview: isPreview,
    questions: z.array(LearnerQuestion),
    responses: z.array(SavedResponse).meta({ description: 'The answers saved so far' }),
  })
  .meta({ id: 'ResumedAttempt' })

const ended = {
  ...about,
  completed_at: dateTime().meta({ examples: ['2023-06-10T14:45:00Z'] }),
  score,
  status: z.enum(['completed', 'timed_out', 'abandoned']),
  passed: z.boolean().meta({ examples: [true] }),
  time_spent_seconds: z.int().meta({ examples: [900] }),
  pending_grading: z
    .int()
    .optional()
    .meta({ description: 'Essays that wait for a grader; absent when none does', examples: [1] }),
}
export const EndedAttemptBody = z.object(ended).meta({ id: 'EndedAttempt' })

export const FoundAttempt = z.union([ResumedAttempt, EndedAttemptBody]).meta({ id: 'FoundAttempt' })

const ResultEntry = z.object({
  id: id().meta({ examples: [10_000] }),
  question: id(),
  question_text: z.string().meta({ examples: ['What is the correct way to create a function in Python?'] }),
  question_type: z.enum(QUESTION_TYPES),
  response_data: ResponseData.meta({ description: '`{}` where nothing was answered' }),
  is_correct: z
    .boolean()
    .nullable()
    .meta({ examples: [true] }),
  score: z
    .number()
    .nullable()
    .meta({ examples: [1] }),
  feedback: z.string().meta({ examples: ["Correct! In Python, functions are defined using the 'def' keyword."] }),
  time_spent_seconds: z.int().meta({ examples: [45] }),
})
export const AttemptResult = z
  .object({
    ...ended,
    responses: z.array(ResultEntry).meta({ description: 'One for each question, in the order of the attempt' }),
    receipt: z.string().meta({
      description: 'Signed proof of what was handed in, for `POST /api/receipts/verify/`',
      examples: ['eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.e30.c2lnbmF0dXJl'],
    }),
  })
  .meta({ id: 'AttemptResult' })

export const ListedAttempt = z
  .object({
    ...about,
    completed_at: dateTime().nullable(),
    score,
    status: attemptStatus,
    passed: z.boolean().nullable().meta({ description: 'Null while it runs' }),
    time_spent_seconds: z.int().nullable().meta({ description: 'Null while it runs' }),
    pending_grading: ended.pending_grading,
  })
  .meta({ id: 'Attempt' })
export const AttemptPage = paginated(ListedAttempt)

export const ExtensionInput = z.object({
  additional_minutes: z
    .int()
    .min(1)
    .max(1_440)
    .meta({ examples: [15] }),
})
export const ExtendedAttempt = z
  .object({ ...running, extended_minutes: z.int().meta({ description: 'All extensions together', examples: [15] }) })
  .meta({ id: 'ExtendedAttempt' })
export const ExtendedAttempts = z
  .object({
    results: z.array(
      z.object({
        id: id().meta({ examples: [10] }),
        user: id().meta({ examples: [5] }),
        status: z.enum(['extended', 'over', 'untimed', 'failed']).meta({
          description: '`failed`: not known to have come through; look at the attempt before granting it again',
        }),
        time_remaining_seconds: secondsLeft,
        extended_minutes: z
          .int()
          .nullable()
          .meta({ examples: [15] }),
      }),
    ),
  })
  .meta({ id: 'ExtendedAttempts' })

type About = { terms: RunningAttempt['terms']; startedAt: number }
const aboutOf = ({ terms, startedAt }: About) => ({
  id: terms.attemptId,
  quiz: terms.quizId,
  quiz_title: terms.quizTitle,
  user: terms.userId,
  started_at: toDateTime(startedAt),
})
const runningOf = (attempt: About & { remainingSeconds: number | null }) => ({
  ...aboutOf(attempt),
  completed_at: null,
  score: null,
  status: 'in_progress' as const,
  time_remaining_seconds: attempt.remainingSeconds,
})

export const toStarted = (attempt: RunningAttempt): z.input<typeof StartedAttempt> => ({
  ...runningOf(attempt),
  ...(attempt.terms.isPreview && { is_preview: true }),
  questions: attempt.questions,
})

export const toResumed = (attempt: RunningAttempt): z.input<typeof ResumedAttempt> => ({
  ...toStarted(attempt),
  responses: attempt.answers.map(answer => toSavedResponse(attempt.terms.attemptId, answer)),
})

export const toSavedResponse = (attemptId: number, answer: SavedAnswer): z.input<typeof SavedResponse> => ({
  id: answer.id,
  quiz_attempt: attemptId,
  question: answer.questionId,
  question_text: answer.questionText,
  response_data: JSON.parse(answer.responseData),
  is_correct: answer.isCorrect,
  score: toPoints(answer.scoreMilli),
  time_spent_seconds: answer.timeSpentSeconds,
  submitted_at: toDateTime(answer.submittedAt),
})

export const toExtended = (attempt: Extended): z.input<typeof ExtendedAttempt> => ({
  ...runningOf(attempt),
  extended_minutes: attempt.extendedMinutes,
})

const toPoints = (milli: number | null) => (milli === null ? null : milli / 1000)
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

/** An ended attempt as D1 has it, gradings and regrades included. */
export function toEndedRow(row: AttemptRow): z.input<typeof EndedAttemptBody> {
  const { status, completed_at, passed, time_spent_seconds, ...rest } = toListed(row)
  if (status === 'in_progress' || completed_at === null) throw new Error('an attempt that runs has no end')
  return { ...rest, status, completed_at, passed: passed ?? false, time_spent_seconds: time_spent_seconds ?? 0 }
}

/** What somebody may see of each response: with `never`, a learner sees what was answered and nothing about it. */
export type Reader = { isLearner: boolean; showFeedback: ShowFeedback }
type Entry = {
  id: number
  questionId: number
  question: Question
  responseData: string
  isCorrect: boolean | null
  scoreMilli: number | null
  timeSpentSeconds: number
  graderFeedback: string
}

export function toResultEntry(entry: Entry, { isLearner, showFeedback }: Reader): z.input<typeof ResultEntry> {
  const isTold = !(isLearner && showFeedback === 'never')
  const responseData = JSON.parse(entry.responseData)
  const parsed = parseResponse(entry.question, responseData)
  const answer = 'answer' in parsed ? parsed.answer : null
  return {
    id: entry.id,
    question: entry.questionId,
    question_text: entry.question.text,
    question_type: entry.question.type,
    response_data: responseData,
    is_correct: isTold ? entry.isCorrect : null,
    score: isTold ? toPoints(entry.scoreMilli) : null,
    feedback: isTold ? entry.graderFeedback || feedbackFor(entry.question, answer, entry.isCorrect) : '',
    time_spent_seconds: entry.timeSpentSeconds,
  }
}

export const entryOfRow = (row: ResponseOfAttempt): Entry => ({ ...row, question: fromColumns(row) })

/** The same, of an attempt whose result is still on its way to D1. */
export const entriesOf = (attempt: EndedAttempt): Entry[] =>
  attempt.outcome.responses.flatMap((response, place) => {
    const asked = attempt.questions[place]
    return asked ? [{ ...response, question: asked.question, graderFeedback: '' }] : []
  })
