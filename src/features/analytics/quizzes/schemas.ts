import * as z from 'zod'
import { dateTime, id, object } from '../../../http/fields.ts'
import { mean, meanScore, rate, toMinutes } from '../figures.ts'
import { difficultyIndex, discriminationIndex } from './discrimination.ts'
import type { ItemFiguresRow, QuizFiguresRow } from './queries.ts'

const percent = (example: number) =>
  z
    .number()
    .min(0)
    .max(100)
    .meta({ description: 'Percent, one decimal', examples: [example] })

const QuestionPerformance = object(() => ({
  question_id: id(),
  question_text: z
    .string()
    .meta({ description: 'As it was shown', examples: ['What is the correct way to create a function in Python?'] }),
  correct_response_rate: percent(95),
  average_score: z
    .number()
    .min(0)
    .max(1)
    .nullable()
    .meta({ description: 'Share of its points', examples: [0.95] }),
  average_time_spent_seconds: z
    .int()
    .min(0)
    .meta({ examples: [35] }),
  difficulty_index: z
    .number()
    .min(0)
    .max(1)
    .nullable()
    .meta({ description: 'Mean share of its points: 1 is the easiest', examples: [0.95] }),
  discrimination_index: z
    .number()
    .min(-1)
    .max(1)
    .nullable()
    .meta({
      description: 'Correlation of its score with that of the rest of the attempt; null where nothing varies',
      examples: [0.42],
    }),
}))

export const QuizAnalytics = object(() => ({
  quiz_id: id(),
  quiz_title: z.string().meta({ examples: ['Python Basics Quiz'] }),
  attempt_count: z.int().meta({ examples: [25] }),
  completion_rate: percent(92),
  average_score: percent(78.5).nullable(),
  pass_rate: percent(85),
  average_time_spent_minutes: z
    .number()
    .min(0)
    .meta({ examples: [22.3] }),
  question_performance: z
    .array(QuestionPerformance)
    .meta({ description: 'An entry for each version of a question that was shown, and for what is shown now' }),
})).meta({ id: 'QuizAnalytics' })

export const Recalculated = object(() => ({
  status: z.literal('success'),
  message: z.literal('Quiz analytics recalculated successfully'),
  last_calculated: dateTime(),
})).meta({ id: 'RecalculatedAnalytics' })

export const toQuizAnalytics = (quiz: QuizFiguresRow, items: ItemFiguresRow[]): z.input<typeof QuizAnalytics> => ({
  quiz_id: quiz.id,
  quiz_title: quiz.title,
  attempt_count: quiz.attemptCount,
  completion_rate: rate(quiz.endedCount, quiz.attemptCount),
  average_score: meanScore(quiz.scoreSum, quiz.scoredCount),
  pass_rate: rate(quiz.passedCount, quiz.scoredCount),
  average_time_spent_minutes: mean(quiz.seconds, quiz.endedCount, toMinutes),
  question_performance: items.map(toQuestionPerformance),
})

const toQuestionPerformance = (item: ItemFiguresRow): z.input<typeof QuestionPerformance> => ({
  question_id: item.questionId,
  question_text: item.text,
  correct_response_rate: rate(item.correctCount, item.gradedCount),
  average_score: difficultyIndex(item),
  average_time_spent_seconds: item.shownCount === 0 ? 0 : Math.round(item.seconds / item.shownCount),
  difficulty_index: difficultyIndex(item),
  discrimination_index: discriminationIndex(item),
})
