/** Turns an author's body into a new question, or into a question with some fields changed. */
import { fieldErrors, invalid } from '../../../http/errors.ts'
import { type QuestionFields, QuestionInput, toMilli } from './input.ts'
import { newPartId } from './part-id.ts'
import { blanksIn, type Choice, type Item, type Pair, type Question, type QuestionBody } from './question.ts'
import { toAuthorFields } from './views.ts'

/**
 * A question from an author's body.
 * @param previous the question before the edit: parts that come back with their id keep it, all others get a new one
 */
export function newQuestion(input: QuestionInput, previous?: Question): Question {
  const own = ownFields(input, previous ? partIds(previous) : new Set())
  return {
    text: input.text,
    pointsMilli: toMilli(input.points ?? 1),
    explanation: input.explanation ?? '',
    correctFeedback: input.correct_feedback ?? '',
    incorrectFeedback: input.incorrect_feedback ?? '',
    ...own,
  }
}

/**
 * A question with some fields changed. With a new `type`, only the fields that all types share keep their value.
 * @throws 400 on the fields when the result is not a valid question
 */
export function revise(question: Question, changes: Partial<QuestionFields>): Question {
  const { type, text, points, explanation, correct_feedback, incorrect_feedback, ...own } = toAuthorFields(question)
  const common = { type, text, points, explanation, correct_feedback, incorrect_feedback }
  const kept = (changes.type ?? type) === type ? { ...common, ...own } : common
  const result = QuestionInput.safeParse({ ...kept, ...changes }, { reportInput: true })
  if (!result.success) throw invalid(fieldErrors(result.error.issues))
  return newQuestion(result.data, question)
}

/** @param known the ids that parts may keep, each once, so that a copied part gets a new id */
function ownFields(input: QuestionInput, known: Set<number>): QuestionBody {
  const keep = (id?: number) => (id !== undefined && known.delete(id) ? id : newPartId())
  const choices = (): Choice[] =>
    (input.choices ?? []).map(({ id, text, is_correct = false, feedback = '', weight }) => ({
      id: keep(id),
      text,
      isCorrect: is_correct,
      feedback,
      ...(weight !== undefined && { weight }),
    }))
  switch (input.type) {
    case 'multiple_choice':
      return { type: input.type, choices: choices() }
    case 'multiple_select':
      return { type: input.type, choices: choices(), partialCredit: input.partial_credit ?? false }
    case 'true_false':
      return { type: input.type, correctAnswer: input.correct_answer ?? null }
    case 'short_answer':
      return {
        type: input.type,
        acceptedAnswers: input.accepted_answers ?? [],
        caseSensitive: input.case_sensitive ?? false,
      }
    case 'numeric':
      return {
        type: input.type,
        correctValue: input.correct_value ?? null,
        tolerance: input.tolerance ?? 0,
        toleranceType: input.tolerance_type ?? 'absolute',
      }
    case 'matching': {
      const pairs = (input.pairs ?? []).map(
        ({ left_id, left, right_id, right }): Pair => ({ leftId: keep(left_id), left, rightId: keep(right_id), right }),
      )
      return { type: input.type, pairs }
    }
    case 'ordering': {
      const items = (input.items ?? []).map((item): Item => {
        const { id, text } = typeof item === 'string' ? { id: undefined, text: item } : item
        return { id: keep(id), text }
      })
      return { type: input.type, items, partialCredit: input.partial_credit ?? false }
    }
    case 'fill_in_blank':
      return {
        type: input.type,
        blanks: Object.fromEntries(blanksIn(input.text).map(number => [number, input.blanks?.[number] ?? []])),
      }
    case 'essay':
      return {
        type: input.type,
        minWords: input.min_words ?? null,
        maxWords: input.max_words ?? null,
        rubric: (input.rubric ?? []).map(({ criterion, max_points }) => ({
          criterion,
          maxPointsMilli: toMilli(max_points),
        })),
      }
  }
}

function partIds(question: Question): Set<number> {
  switch (question.type) {
    case 'multiple_choice':
    case 'multiple_select':
      return new Set(question.choices.map(choice => choice.id))
    case 'matching':
      return new Set(question.pairs.flatMap(pair => [pair.leftId, pair.rightId]))
    case 'ordering':
      return new Set(question.items.map(item => item.id))
    default:
      return new Set()
  }
}
