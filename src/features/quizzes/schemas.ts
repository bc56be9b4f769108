import * as z from 'zod'
import {
  dateTime,
  description,
  id,
  instant,
  list,
  object,
  TITLE_LENGTH,
  text,
  title,
  toDateTime,
  toOptionalDateTime,
} from '../../http/fields.ts'
import { paginatedById } from '../../http/pagination.ts'
import type { QuizRow } from './queries.ts'
import { QuestionInput } from './questions/input.ts'
import { QUESTIONS_AT_MOST } from './questions/question.ts'
import { AuthorQuestion } from './questions/views.ts'

const ACCESS_CODE_LENGTH = TITLE_LENGTH
const MINUTES_AT_MOST = 1_440
const ATTEMPTS_AT_MOST = 1_000_000

const showFeedback = z.enum(['immediate', 'after_completion', 'never']).meta({
  description: 'When a learner is told what was right. With `immediate` an answer is final',
})
const gradingPolicy = z
  .enum(['highest', 'latest', 'average'])
  .meta({ description: 'Which of several attempts counts in statistics of a learner' })

/** The body of PUT. An omitted field keeps its value. */
export const QuizFields = object(() => ({
  module: id().meta({ description: 'A quiz stays in its module', examples: [2] }),
  title: title().meta({ examples: ['Python Basics Quiz'] }),
  description: description()
    .optional()
    .meta({ examples: ['Test your understanding of fundamental Python concepts'] }),
  instructions: description()
    .optional()
    .meta({ examples: ['Answer all questions. You need 70% to pass.'] }),
  time_limit_minutes: z
    .int()
    .min(1)
    .max(MINUTES_AT_MOST)
    .nullable()
    .optional()
    .meta({ description: 'null is untimed', examples: [30] }),
  passing_score: z
    .int()
    .min(0)
    .max(100)
    .optional()
    .meta({ examples: [70] }),
  randomize_questions: z
    .boolean()
    .optional()
    .meta({ examples: [true] }),
  randomize_choices: z.boolean().optional(),
  question_count: z
    .int()
    .min(1)
    .max(QUESTIONS_AT_MOST)
    .nullable()
    .optional()
    .meta({ description: 'Draw this many at random; null asks all', examples: [null] }),
  allow_multiple_attempts: z
    .boolean()
    .optional()
    .meta({ description: 'false is one attempt', examples: [true] }),
  max_attempts: z
    .int()
    .min(0)
    .max(ATTEMPTS_AT_MOST)
    .optional()
    .meta({ description: '0 is unlimited', examples: [3] }),
  is_published: z
    .boolean()
    .optional()
    .meta({ examples: [true] }),
  is_survey: z.boolean().optional().meta({
    description: 'Nothing is graded, and questions need no key. Can be turned off once every question has one',
  }),
  access_code: text(ACCESS_CODE_LENGTH)
    .nullable()
    .optional()
    .meta({ description: 'Asked for at the start, never answered; empty or null removes it', examples: [null] }),
  allow_time_extension: z.boolean().optional(),
  show_feedback: showFeedback.optional(),
  grading_policy: gradingPolicy.optional(),
  available_from: instant().nullable().optional(),
  available_until: instant('2036-05-22T10:30:00Z').nullable().optional(),
}))
export type QuizFields = z.output<typeof QuizFields>

export const quizValues = <Input extends Partial<QuizFields>>(input: Input) => ({
  title: input.title as Input['title'],
  description: input.description,
  instructions: input.instructions,
  timeLimitMinutes: input.time_limit_minutes,
  passingScore: input.passing_score,
  randomizeQuestions: input.randomize_questions,
  randomizeChoices: input.randomize_choices,
  questionCount: input.question_count,
  allowMultipleAttempts: input.allow_multiple_attempts,
  maxAttempts: input.max_attempts,
  isPublished: input.is_published,
  isSurvey: input.is_survey,
  accessCode: input.access_code === '' ? null : input.access_code,
  allowTimeExtension: input.allow_time_extension,
  showFeedback: input.show_feedback,
  gradingPolicy: input.grading_policy,
  availableFrom: input.available_from,
  availableUntil: input.available_until,
})

/** The body of POST. An omitted field takes its default. */
export const QuizInput = object(() => ({
  ...QuizFields.shape,
  questions: list(QuestionInput, QUESTIONS_AT_MOST)
    .optional()
    .meta({ description: 'A whole quiz at once: all of it is made, or nothing' }),
}))
export type QuizInput = z.output<typeof QuizInput>

const quizFields = () => ({
  id: id(),
  module: id(),
  title: z.string().meta({ examples: ['Python Basics Quiz'] }),
  description: z.string().meta({ examples: ['Test your understanding of fundamental Python concepts'] }),
  instructions: z.string().meta({ examples: ['Answer all questions. You need 70% to pass.'] }),
  time_limit_minutes: z
    .int()
    .nullable()
    .meta({ examples: [30] }),
  passing_score: z.int().meta({ description: 'Percent', examples: [70] }),
  randomize_questions: z.boolean().meta({ examples: [true] }),
  randomize_choices: z.boolean(),
  question_count: z
    .int()
    .nullable()
    .meta({ description: 'How many are drawn; null: all', examples: [null] }),
  allow_multiple_attempts: z.boolean().meta({ examples: [true] }),
  max_attempts: z.int().meta({ description: '0 is unlimited', examples: [3] }),
  is_published: z.boolean().meta({ examples: [true] }),
  is_survey: z.boolean(),
  allow_time_extension: z.boolean(),
  show_feedback: showFeedback,
  grading_policy: gradingPolicy,
  available_from: dateTime()
    .nullable()
    .meta({ examples: [null] }),
  available_until: dateTime()
    .nullable()
    .meta({ examples: [null] }),
  created_at: dateTime(),
  updated_at: dateTime().meta({ examples: ['2023-05-20T14:20:00Z'] }),
})
export const Quiz = object(quizFields).meta({ id: 'Quiz' })
export const QuizPage = paginatedById(Quiz)

export const QuizDetail = object(() => ({
  ...quizFields(),
  question_total: z.int().meta({ description: 'Questions there are', examples: [10] }),
  requires_access_code: z.boolean(),
  attempts_used: z.int().meta({ description: 'Your own attempts, previews aside', examples: [0] }),
  questions: z.array(AuthorQuestion).meta({ description: 'For its instructor and staff; else empty' }),
})).meta({ id: 'QuizDetail' })

export const toQuiz = (row: QuizRow): z.input<typeof Quiz> => ({
  id: row.id,
  module: row.moduleId,
  title: row.title,
  description: row.description,
  instructions: row.instructions,
  time_limit_minutes: row.timeLimitMinutes,
  passing_score: row.passingScore,
  randomize_questions: row.randomizeQuestions,
  randomize_choices: row.randomizeChoices,
  question_count: row.questionCount,
  allow_multiple_attempts: row.allowMultipleAttempts,
  max_attempts: row.maxAttempts,
  is_published: row.isPublished,
  is_survey: row.isSurvey,
  allow_time_extension: row.allowTimeExtension,
  show_feedback: row.showFeedback,
  grading_policy: row.gradingPolicy,
  available_from: toOptionalDateTime(row.availableFrom),
  available_until: toOptionalDateTime(row.availableUntil),
  created_at: toDateTime(row.createdAt),
  updated_at: toDateTime(row.updatedAt),
})
