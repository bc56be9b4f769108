import * as z from 'zod'
import { id, object } from '../../../http/fields.ts'
import { paginatedById } from '../../../http/pagination.ts'
import { isBlank, parseResponse, responseData } from '../../quizzes/answers/answer.ts'
import { feedbackFor } from '../../quizzes/answers/feedback.ts'
import { fromColumns, QUESTION_TYPES, type Question } from '../../quizzes/questions/question.ts'
import { EndedAttemptBody, ended, ListedAttempt, toOptionalPoints } from '../schemas.ts'
import type { EndedAttempt } from '../session/messages.ts'
import type { ShowFeedback } from '../session/snapshot.ts'
import { ResumedAttempt } from '../starting/schemas.ts'
import type { ResponseOfAttempt } from './queries.ts'

export const AttemptPage = paginatedById(ListedAttempt)

export const FoundAttempt = z.union([ResumedAttempt, EndedAttemptBody]).meta({ id: 'FoundAttempt' })

const ResultEntry = object(() => ({
  id: id().meta({ examples: [10_000] }),
  question: id(),
  question_text: z.string().meta({ examples: ['What is the correct way to create a function in Python?'] }),
  question_type: z.enum(QUESTION_TYPES),
  response_data: responseData().meta({ description: '`{}` where nothing was answered', component: 'ResultData' }),
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
}))
export const AttemptResult = object(() => ({
  ...ended(),
  responses: z.array(ResultEntry).meta({ description: 'One for each question, in the order of the attempt' }),
  receipt: z.string().meta({
    description: 'Signed proof of what was handed in, for `POST /api/receipts/verify/`',
    examples: ['eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.e30.c2lnbmF0dXJl'],
  }),
})).meta({ id: 'AttemptResult' })

/**
 * Decides what the reader sees of each response. With `never`, a learner sees the answer alone. Nobody sees the verdict on
 * unanswered questions of an abandoned attempt, or starting and walking away would reveal the key.
 */
export type Reader = { isLearner: boolean; showFeedback: ShowFeedback; isAbandoned: boolean }
type Entry = {
  id: number
  questionId: number
  question: Question
  responseData: string
  isCorrect: boolean | null
  scoreNano: number | null
  timeSpentSeconds: number
  graderFeedback: string
}

export function toResultEntry(
  entry: Entry,
  { isLearner, showFeedback, isAbandoned }: Reader,
): z.input<typeof ResultEntry> {
  const responseData = JSON.parse(entry.responseData)
  const parsed = parseResponse(entry.question, responseData)
  const answer = 'answer' in parsed ? parsed.answer : null
  const isAnswered = answer !== null && !isBlank(answer)
  const isVerdictShown = !(isLearner && showFeedback === 'never') && !(isAbandoned && !isAnswered)
  return {
    id: entry.id,
    question: entry.questionId,
    question_text: entry.question.text,
    question_type: entry.question.type,
    response_data: responseData,
    is_correct: isVerdictShown ? entry.isCorrect : null,
    score: isVerdictShown ? toOptionalPoints(entry.scoreNano) : null,
    feedback: isVerdictShown ? entry.graderFeedback || feedbackFor(entry.question, answer, entry.isCorrect) : '',
    time_spent_seconds: entry.timeSpentSeconds,
  }
}

export const entryOfRow = (row: ResponseOfAttempt): Entry => ({ ...row, question: fromColumns(row) })

/** Entries of an attempt whose result D1 does not have yet. */
export const entriesOf = (attempt: EndedAttempt): Entry[] =>
  attempt.outcome.responses.flatMap((response, place) => {
    const asked = attempt.questions[place]
    return asked ? [{ ...response, question: asked.question, graderFeedback: '' }] : []
  })
