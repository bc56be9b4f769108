import * as z from 'zod'
import { dateTime, displayName, id, map, object, text, toDateTime } from '../../../http/fields.ts'
import { paginatedById } from '../../../http/pagination.ts'
import { toPoints } from '../../quizzes/answers/points.ts'
import { fromColumns } from '../../quizzes/questions/question.ts'
import type { EssayRow, PendingRow } from './queries.ts'

const FEEDBACK_LENGTH = 2_000
const CRITERION_LENGTH = 200
const CRITERIA_AT_MOST = 100

const rubricScores = () =>
  map(text(CRITERION_LENGTH), z.number(), CRITERIA_AT_MOST).meta({
    examples: [{ content: 3, organization: 2, grammar: 3 }],
  })

export const EssayGradeInput = object(() => ({
  score: z
    .number()
    .optional()
    .meta({
      description: 'From 0 to the points, at most 3 decimals; may be omitted where the rubric scores say it',
      minimum: 0,
      examples: [8],
    }),
  feedback: text(FEEDBACK_LENGTH)
    .optional()
    .meta({
      description: 'Omitted: what there was stays',
      examples: ['Good analysis, but could use more supporting evidence.'],
    }),
  rubric_scores: rubricScores()
    .optional()
    .meta({
      description: 'Points by criterion. With a rubric: of its criteria, each within its points, summing to the score',
      examples: [{ 'Clear steps': 5, 'Right use of the terms': 3 }],
    }),
}))

const essayFields = () => ({
  id: id().meta({ description: 'Attempt id × 1000 + the place in the attempt', examples: [10_001] }),
  quiz_attempt: id().meta({ examples: [10] }),
  question: id().meta({ examples: [5] }),
  question_text: z.string().meta({
    description: 'As it was shown',
    examples: ['Explain the concept of inheritance in object-oriented programming.'],
  }),
  response_data: z
    .record(z.string(), z.unknown())
    .meta({ examples: [{ essay_text: 'Inheritance is a key concept in OOP that allows...' }] }),
})

export const GradedEssay = object(() => ({
  ...essayFields(),
  is_graded: z.boolean().meta({ examples: [true] }),
  score: z.number().meta({ examples: [8] }),
  max_score: z.number().meta({ examples: [10] }),
  feedback: z.string().meta({ examples: ['Good analysis, but could use more supporting evidence.'] }),
  graded_at: dateTime(),
  graded_by: z.string().meta({ description: 'A username', examples: ['instructor1'] }),
  rubric_scores: rubricScores(),
})).meta({ id: 'GradedEssay' })

const words = () =>
  z
    .int()
    .nullable()
    .meta({ examples: [null] })
export const PendingEssay = object(() => ({
  ...essayFields(),
  student_name: z.string().meta({ examples: ['John Doe'] }),
  quiz_title: z.string().meta({ examples: ['Advanced Concepts Quiz'] }),
  is_graded: z.boolean().meta({ examples: [false] }),
  submitted_at: dateTime(),
  min_words: words(),
  max_words: words(),
})).meta({ id: 'PendingEssay' })
export const PendingEssayPage = paginatedById(PendingEssay)

export const toGradedEssay = (row: EssayRow): z.input<typeof GradedEssay> => ({
  id: row.id,
  quiz_attempt: row.attemptId,
  question: row.questionId,
  question_text: row.text,
  response_data: JSON.parse(row.responseData),
  is_graded: row.gradedAt !== null,
  score: toPoints(row.scoreNano ?? 0),
  max_score: toPoints(row.maxNano),
  feedback: row.feedback,
  graded_at: toDateTime(row.gradedAt ?? 0),
  graded_by: row.gradedBy ?? '',
  rubric_scores: JSON.parse(row.rubricScores ?? '{}'),
})

export function toPendingEssay(row: PendingRow): z.input<typeof PendingEssay> {
  const question = fromColumns(row)
  const limits = question.type === 'essay' ? question : { minWords: null, maxWords: null }
  return {
    id: row.id,
    quiz_attempt: row.attemptId,
    student_name: displayName(row),
    quiz_title: row.quizTitle,
    question: row.questionId,
    question_text: row.text,
    response_data: JSON.parse(row.responseData),
    is_graded: false,
    submitted_at: toDateTime(row.submittedAt),
    min_words: limits.minWords,
    max_words: limits.maxWords,
  }
}
