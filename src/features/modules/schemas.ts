import * as z from 'zod'
import { dateTime, description, id, object, text, title, toDateTime } from '../../http/fields.ts'
import { paginated } from '../../http/pagination.ts'
import { type ModuleRow, ORDER_AT_MOST, type QuizSummaryRow } from './queries.ts'

const CONTENT_LENGTH = 200_000

const completionCriteria = z.enum(['content', 'quiz', 'hybrid']).meta({
  description:
    '`content`: the learner marks it complete; `quiz`: every published quiz is passed and every survey completed; `hybrid`: both',
  examples: ['quiz'],
})

/** The body of POST and PUT. A field omitted from POST takes its default, one omitted from PUT keeps its value. */
export const ModuleInput = object(() => ({
  course: id().meta({ description: 'A module stays in its course' }),
  title: title().meta({ examples: ['Getting Started'] }),
  description: description()
    .optional()
    .meta({ examples: ['Introduction to the course'] }),
  order: z
    .int()
    .min(0)
    .max(ORDER_AT_MOST)
    .optional()
    .meta({ description: 'By default one after the last', examples: [1] }),
  completion_criteria: completionCriteria.optional(),
  content: text(CONTENT_LENGTH)
    .optional()
    .meta({ description: 'Markdown', examples: ['# Welcome to the Course'] }),
  is_published: z.boolean().optional(),
}))
export type ModuleInput = z.output<typeof ModuleInput>

export const moduleValues = <Input extends Partial<ModuleInput>>(input: Input) => ({
  title: input.title as Input['title'],
  description: input.description,
  order: input.order,
  completionCriteria: input.completion_criteria,
  content: input.content,
  isPublished: input.is_published,
})

const moduleFields = () => ({
  id: id(),
  course: id(),
  course_title: z.string().meta({ examples: ['Introduction to Programming'] }),
  title: z.string().meta({ examples: ['Getting Started'] }),
  description: z.string().meta({ examples: ['Introduction to the course'] }),
  order: z.int().meta({ examples: [1] }),
  completion_criteria: completionCriteria,
  content: z.string().meta({ description: 'Markdown', examples: ['# Welcome to the Course'] }),
  is_published: z.boolean().meta({ examples: [true] }),
  created_at: dateTime(),
  updated_at: dateTime().meta({ examples: ['2023-05-20T14:20:00Z'] }),
})
export const Module = object(moduleFields).meta({ id: 'Module' })
export const ModulePage = paginated(Module)

const QuizSummary = object(() => ({
  id: id(),
  title: z.string().meta({ examples: ['Module 1 Quiz'] }),
  description: z.string().meta({ examples: ['Test your understanding of the basics'] }),
  time_limit_minutes: z
    .int()
    .nullable()
    .meta({ examples: [30] }),
  passing_score: z.int().meta({ examples: [70] }),
}))
export const ModuleDetail = object(() => ({ ...moduleFields(), quizzes: z.array(QuizSummary) })).meta({
  id: 'ModuleDetail',
})

export const toModule = (row: ModuleRow): z.input<typeof Module> => ({
  id: row.id,
  course: row.courseId,
  course_title: row.courseTitle,
  title: row.title,
  description: row.description,
  order: row.order,
  completion_criteria: row.completionCriteria,
  content: row.content,
  is_published: row.isPublished,
  created_at: toDateTime(row.createdAt),
  updated_at: toDateTime(row.updatedAt),
})

export const toQuizSummary = (row: QuizSummaryRow): z.input<typeof QuizSummary> => ({
  id: row.id,
  title: row.title,
  description: row.description,
  time_limit_minutes: row.timeLimitMinutes,
  passing_score: row.passingScore,
})
