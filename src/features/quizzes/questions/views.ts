/** A question as authors and as learners see it. */
import * as z from 'zod'
import { id, object } from '../../../http/fields.ts'
import type { Choice, Question, QuestionType } from './question.ts'
import type { Shuffle } from './shuffle.ts'

const partId = () => z.int().meta({ examples: [187_649_984_473_770] })
const words = () => z.int().nullable()
const choice = () => ({ id: partId(), text: z.string().meta({ examples: ['def myFunc():'] }) })
const item = object(() => ({ id: partId(), text: z.string() }))
const rubric = () =>
  z.array(object(() => ({ criterion: z.string().meta({ examples: ['content'] }), max_points: z.number() })))
const common = () => ({
  text: z.string().meta({ examples: ['What is the correct way to create a function in Python?'] }),
  points: z.number().meta({ examples: [1] }),
})

const author = <T extends QuestionType, S extends z.ZodRawShape>(type: T, own: () => S) =>
  object(() => ({
    id: id(),
    quiz: id(),
    type: z.literal(type),
    ...common(),
    order: z.int().meta({ examples: [1] }),
    explanation: z.string(),
    correct_feedback: z.string(),
    incorrect_feedback: z.string(),
    choices: z
      .array(
        object(() => ({
          ...choice(),
          is_correct: z.boolean().meta({ examples: [true] }),
          feedback: z.string(),
          weight: z.number().optional().meta({ description: 'Percent of the points; absent where choices have none' }),
        })),
      )
      .meta({ description: 'Empty where the type has none' }),
    ...own(),
  }))

/** A question with its key, for the course's instructor and staff. */
export const AuthorQuestion = z
  .discriminatedUnion('type', [
    author('multiple_choice', () => ({})),
    author('multiple_select', () => ({ partial_credit: z.boolean() })),
    author('true_false', () => ({ correct_answer: z.boolean().nullable() })),
    author('short_answer', () => ({ accepted_answers: z.array(z.string()), case_sensitive: z.boolean() })),
    author('numeric', () => ({
      correct_value: z.number().nullable(),
      tolerance: z.number(),
      tolerance_type: z.enum(['absolute', 'percent']),
    })),
    author('matching', () => ({
      pairs: z.array(object(() => ({ left_id: partId(), left: z.string(), right_id: partId(), right: z.string() }))),
    })),
    author('ordering', () => ({ items: z.array(item), partial_credit: z.boolean() })),
    author('fill_in_blank', () => ({ blanks: z.record(z.string(), z.array(z.string())) })),
    author('essay', () => ({ min_words: words(), max_words: words(), rubric: rubric() })),
  ])
  .meta({ id: 'Question' })
export type AuthorQuestion = z.input<typeof AuthorQuestion>

type WithoutPlace<Q> = Q extends unknown ? Omit<Q, 'id' | 'quiz' | 'order'> : never

/** A question as its author writes it, without its place. `newQuestion` turns it into the same question again. */
export function toAuthorFields(question: Question): WithoutPlace<AuthorQuestion> {
  const fields = {
    text: question.text,
    points: question.pointsMilli / 1000,
    explanation: question.explanation,
    correct_feedback: question.correctFeedback,
    incorrect_feedback: question.incorrectFeedback,
    choices: 'choices' in question ? question.choices.map(toAuthorChoice) : [],
  }
  switch (question.type) {
    case 'multiple_choice':
      return { type: question.type, ...fields }
    case 'multiple_select':
      return { type: question.type, ...fields, partial_credit: question.partialCredit }
    case 'true_false':
      return { type: question.type, ...fields, correct_answer: question.correctAnswer }
    case 'short_answer':
      return {
        type: question.type,
        ...fields,
        accepted_answers: question.acceptedAnswers,
        case_sensitive: question.caseSensitive,
      }
    case 'numeric':
      return {
        type: question.type,
        ...fields,
        correct_value: question.correctValue,
        tolerance: question.tolerance,
        tolerance_type: question.toleranceType,
      }
    case 'matching':
      return {
        type: question.type,
        ...fields,
        pairs: question.pairs.map(({ leftId, left, rightId, right }) => ({
          left_id: leftId,
          left,
          right_id: rightId,
          right,
        })),
      }
    case 'ordering':
      return { type: question.type, ...fields, items: question.items, partial_credit: question.partialCredit }
    case 'fill_in_blank':
      return { type: question.type, ...fields, blanks: question.blanks }
    case 'essay':
      return {
        type: question.type,
        ...fields,
        min_words: question.minWords,
        max_words: question.maxWords,
        rubric: toRubric(question),
      }
  }
}

const toAuthorChoice = ({ id, text, isCorrect, feedback, weight }: Choice) => ({
  id,
  text,
  is_correct: isCorrect,
  feedback,
  ...(weight !== undefined && { weight }),
})

const toRubric = ({ rubric }: Extract<Question, { type: 'essay' }>) =>
  rubric.map(({ criterion, maxPointsMilli }) => ({ criterion, max_points: maxPointsMilli / 1000 }))

/** @param place the question's id, its quiz and its order there */
export function toAuthorQuestion(
  place: { id: number; quizId: number; order: number },
  question: Question,
): AuthorQuestion {
  const { id, quizId, order } = place
  return { id, quiz: quizId, order, ...toAuthorFields(question) }
}

const learner = <T extends QuestionType, S extends z.ZodRawShape>(type: T, own: () => S) =>
  object(() => ({
    id: id(),
    type: z.literal(type),
    ...common(),
    order: z.int().meta({ examples: [1] }),
    choices: z.array(object(choice)).meta({ description: 'Empty where the type has none' }),
    ...own(),
  }))

/** A question as learners see it: an allow-list without any part of the key. */
export const LearnerQuestion = z
  .discriminatedUnion('type', [
    learner('multiple_choice', () => ({})),
    learner('multiple_select', () => ({})),
    learner('true_false', () => ({})),
    learner('short_answer', () => ({})),
    learner('numeric', () => ({})),
    learner('matching', () => ({ left: z.array(item), right: z.array(item) })),
    learner('ordering', () => ({ items: z.array(item) })),
    learner('fill_in_blank', () => ({ blanks: z.array(z.string()).meta({ examples: [['1', '2']] }) })),
    learner('essay', () => ({ min_words: words(), max_words: words(), rubric: rubric() })),
  ])
  .meta({ id: 'AttemptQuestion' })
export type LearnerQuestion = z.input<typeof LearnerQuestion>

/**
 * An attempt calls it once and keeps the result, because every call shuffles again.
 * @param options.randomizeChoices without it, choices keep the author's order; items and pairs are always shuffled
 */
export function toLearnerQuestion(
  place: { id: number; order: number },
  question: Question,
  { shuffle, randomizeChoices }: { shuffle: Shuffle; randomizeChoices: boolean },
): LearnerQuestion {
  const fields = { id: place.id, text: question.text, points: question.pointsMilli / 1000, order: place.order }
  // The author's order is part of the key. Sorting by the random ids erases it before the shuffle.
  const shuffled = (parts: { id: number; text: string }[]) =>
    shuffle(parts.map(({ id, text }) => ({ id, text })).sort((one, other) => one.id - other.id))
  switch (question.type) {
    case 'multiple_choice':
    case 'multiple_select': {
      const choices = randomizeChoices
        ? shuffled(question.choices)
        : question.choices.map(({ id, text }) => ({ id, text }))
      return { ...fields, type: question.type, choices }
    }
    case 'true_false':
    case 'short_answer':
    case 'numeric':
      return { ...fields, type: question.type, choices: [] }
    case 'matching':
      return {
        ...fields,
        type: question.type,
        choices: [],
        left: shuffled(question.pairs.map(({ leftId, left }) => ({ id: leftId, text: left }))),
        right: shuffled(question.pairs.map(({ rightId, right }) => ({ id: rightId, text: right }))),
      }
    case 'ordering':
      return { ...fields, type: question.type, choices: [], items: shuffled(question.items) }
    case 'fill_in_blank':
      return { ...fields, type: question.type, choices: [], blanks: Object.keys(question.blanks) }
    case 'essay':
      return {
        ...fields,
        type: question.type,
        choices: [],
        min_words: question.minWords,
        max_words: question.maxWords,
        rubric: toRubric(question),
      }
  }
}
