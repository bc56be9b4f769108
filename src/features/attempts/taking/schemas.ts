import * as z from 'zod'
import { dateTime, id, object, toDateTime } from '../../../http/fields.ts'
import { responseData } from '../../quizzes/answers/answer.ts'
import { toOptionalPoints } from '../schemas.ts'
import type { SavedAnswer } from '../session/messages.ts'

/** Writing a value as JSON for the attempt's object runs out of stack when it is nested some thousand levels deep. */
const NESTED_AT_MOST = 10

/** Leaves room to count on from a kept one within safe integers. Microseconds of a clock are a fifth of it, so they fit. */
const SEQUENCE_AT_MOST = 2 ** 53 - 1_000_000_000

export const ResponseInput = object(() => ({
  question: id(),
  response_data: responseData().refine(data => isShallow(data, NESTED_AT_MOST), 'Nested too deeply.'),
  time_spent_seconds: z
    .int()
    .min(0)
    .optional()
    .meta({ description: 'Cut to the time elapsed', examples: [45] }),
  sequence: z
    .int()
    .min(0)
    .max(SEQUENCE_AT_MOST)
    .optional()
    .meta({
      description:
        'Counts the answers to a question: the kept one’s (in `responses` of a resumed attempt) + 1, never a clock’s reading, as ' +
        'clocks of devices differ. A late copy replaces none newer',
      examples: [1],
    }),
}))

const isShallow = (value: unknown, levels: number): boolean =>
  typeof value !== 'object' ||
  value === null ||
  (levels > 0 && Object.values(value).every(part => isShallow(part, levels - 1)))

export const SavedResponse = object(() => ({
  id: id().meta({ description: "Attempt's id × 1000 + the question's place in it", examples: [10_000] }),
  quiz_attempt: id().meta({ examples: [10] }),
  question: id(),
  question_text: z.string().meta({ examples: ['What is the correct way to create a function in Python?'] }),
  response_data: responseData(),
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
})).meta({ id: 'SavedResponse' })

export const toSavedResponse = (attemptId: number, answer: SavedAnswer): z.input<typeof SavedResponse> => ({
  id: answer.id,
  quiz_attempt: attemptId,
  question: answer.questionId,
  question_text: answer.questionText,
  response_data: JSON.parse(answer.responseData),
  is_correct: answer.isCorrect,
  score: toOptionalPoints(answer.scoreNano),
  time_spent_seconds: answer.timeSpentSeconds,
  submitted_at: toDateTime(answer.submittedAt),
})

export const ResumedResponse = object(() => ({
  ...SavedResponse.shape,
  sequence: z
    .int()
    .nullable()
    .meta({ description: 'Of the answer that is kept: count on from it', examples: [1] }),
})).meta({ id: 'ResumedResponse' })

export const toResumedResponse = (attemptId: number, answer: SavedAnswer): z.input<typeof ResumedResponse> => ({
  ...toSavedResponse(attemptId, answer),
  sequence: answer.sequence,
})
