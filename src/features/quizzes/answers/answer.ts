/** Answers as learners send them, by type. */
import * as z from 'zod'
import { fieldErrors } from '../../../http/errors.ts'
import { list, map, object, text } from '../../../http/fields.ts'
import { PARTS_AT_MOST, type Question, type QuestionOf, type QuestionType } from '../questions/question.ts'

const SHORT_ANSWER_LENGTH = 1_000
const ESSAY_LENGTH = 50_000

/** `response_data` in a body. What it must hold depends on the question: `parseResponse`. */
export const responseData = () =>
  z.record(z.string(), z.unknown()).meta({
    description:
      'By type: `{"selected_choice": id}`, `{"selected_choices": [ids]}`, `{"selected_answer": true}`, `{"text": "…"}`, ' +
      '`{"value": 3.14}`, `{"matches": {"leftId": rightId}}`, `{"order": [ids]}`, `{"blanks": {"1": "…"}}`, ' +
      '`{"essay_text": "…"}`',
    examples: [{ selected_choice: 2 }],
  })

const shortText = () => text(SHORT_ANSWER_LENGTH)
const ids = () => list(z.int(), PARTS_AT_MOST)
const byPart = <Value extends z.ZodType>(value: Value) => map(z.string(), value, PARTS_AT_MOST)

const SHAPES = {
  multiple_choice: object(() => ({ selected_choice: z.int() })),
  multiple_select: object(() => ({ selected_choices: ids() })),
  true_false: object(() => ({ selected_answer: z.boolean() })),
  short_answer: object(() => ({ text: shortText() })),
  numeric: object(() => ({ value: z.number() })),
  matching: object(() => ({ matches: byPart(z.int()) })),
  ordering: object(() => ({ order: ids() })),
  fill_in_blank: object(() => ({ blanks: byPart(shortText()) })),
  essay: object(() => ({ essay_text: text(ESSAY_LENGTH) })),
} satisfies Record<QuestionType, z.ZodObject>

export type AnswerOf<T extends QuestionType> = z.output<(typeof SHAPES)[T]>
/** An answer that fits the question it was parsed for. */
export type Answer = AnswerOf<QuestionType>

/** Whether nothing was chosen, matched or written in an answer that was sent. */
export function isBlank(answer: Answer): boolean {
  if ('selected_choices' in answer) return answer.selected_choices.length === 0
  if ('matches' in answer) return Object.keys(answer.matches).length === 0
  if ('blanks' in answer) return Object.values(answer.blanks).every(text => text.trim() === '')
  if ('text' in answer) return answer.text.trim() === ''
  return 'essay_text' in answer && answer.essay_text.trim() === ''
}

/** What a form cannot say: that the answer speaks of this question's parts. Null when it does. */
const FITS: { [T in QuestionType]: (question: QuestionOf<T>, answer: AnswerOf<T>) => string | null } = {
  multiple_choice: ({ choices }, { selected_choice }) =>
    among(choices, [selected_choice]) ? null : 'selected_choice: No such choice.',
  multiple_select({ choices }, { selected_choices }) {
    if (!among(choices, selected_choices)) return 'selected_choices: No such choice.'
    return isDistinct(selected_choices) ? null : 'selected_choices: A choice can be selected once.'
  },
  /** Not every left half needs a match yet; a right half may be used more than once. */
  matching({ pairs }, { matches }) {
    const lefts = new Set(pairs.map(pair => String(pair.leftId)))
    const rights = new Set(pairs.map(pair => pair.rightId))
    const fits = Object.entries(matches).every(([left, right]) => lefts.has(left) && rights.has(right))
    return fits ? null : 'matches: No such item.'
  },
  ordering({ items }, { order }) {
    if (!among(items, order)) return 'order: No such item.'
    return isDistinct(order) && order.length === items.length ? null : 'order: Give every item once.'
  },
  fill_in_blank: ({ blanks }, answer) =>
    Object.keys(answer.blanks).every(number => Object.hasOwn(blanks, number)) ? null : 'blanks: No such blank.',
  true_false: () => null,
  short_answer: () => null,
  numeric: () => null,
  essay: () => null,
}

const among = (parts: readonly { id: number }[], ids: readonly number[]) => {
  const known = new Set(parts.map(part => part.id))
  return ids.every(id => known.has(id))
}
const isDistinct = (ids: readonly number[]) => new Set(ids).size === ids.length

/**
 * Reads a learner's answer: the fields of its type and nothing else that was sent. The refusal comes back as a value, because it is asked in a Durable Object.
 * @returns the answer, or the message for the field `response_data`
 */
export function parseResponse(question: Question, responseData: unknown): { answer: Answer } | { refusal: string } {
  const parsed = SHAPES[question.type].safeParse(responseData, { reportInput: true })
  if (!parsed.success) {
    const [[field, messages] = ['', []]] = Object.entries(fieldErrors(parsed.error.issues))
    return { refusal: field === 'non_field_errors' ? messages.join(' ') : `${field}: ${messages.join(' ')}` }
  }
  // The shape was chosen by the question's type, which TypeScript cannot follow through two tables.
  const fits = FITS[question.type] as (question: Question, answer: Answer) => string | null
  const refusal = fits(question, parsed.data)
  return refusal === null ? { answer: parsed.data } : { refusal }
}
