import * as z from 'zod'
import { object, text } from '../../../http/fields.ts'
import { LearnerQuestion } from '../../quizzes/questions/views.ts'
import { running, runningOf } from '../schemas.ts'
import type { RunningAttempt } from '../session/messages.ts'
import { ResumedResponse, toResumedResponse } from '../taking/schemas.ts'

const ACCESS_CODE_LENGTH = 200

export const StartInput = object(() => ({
  access_code: text(ACCESS_CODE_LENGTH).nullable().optional(),
}))

const isPreview = z
  .literal(true)
  .optional()
  .meta({ description: "The course's instructor or staff trying it out: it counts nowhere" })

export const StartedAttempt = object(() => ({
  ...running(),
  is_preview: isPreview,
  questions: z.array(LearnerQuestion),
})).meta({ id: 'StartedAttempt' })
export const ResumedAttempt = object(() => ({
  ...running(),
  is_preview: isPreview,
  questions: z.array(LearnerQuestion),
  responses: z.array(ResumedResponse).meta({ description: 'The answers saved so far' }),
})).meta({ id: 'ResumedAttempt' })

export const toStarted = (attempt: RunningAttempt): z.input<typeof StartedAttempt> => ({
  ...runningOf(attempt),
  ...(attempt.terms.isPreview && { is_preview: true }),
  questions: attempt.questions,
})

export const toResumed = (attempt: RunningAttempt): z.input<typeof ResumedAttempt> => ({
  ...toStarted(attempt),
  responses: attempt.answers.map(answer => toResumedResponse(attempt.terms.attemptId, answer)),
})
