/** The form of learners' answers, by type of question. */
import * as z from 'zod'
import { fieldErrors } from '../../../http/errors.ts'
import { list, map, object, text } from '../../../http/fields.ts'
import { PARTS_AT_MOST, type Question, type QuestionOf, type QuestionType } from '../questions/question.ts'

const SHORT_ANSWER_LENGTH = 1_000
const ESSAY_LENGTH = 50_000

/** `response_data` in a body. Its fields depend on the question, so `parseResponse` checks them. */
export const responseData = () =>
  z.record(z.string(), z.unknown()).meta({
    description:
      'By type: `{"selected_choice": id}`, `{"selected_choices": [ids]}`, `{"selected_answer": true}`, `{"text": "…"}`, ' +
      '`{"value": 3.14}`, `{"matches": {"leftId": rightId}}`, `{"order": [ids]}`, `{"blanks": {"1": "…"}}`, ' +
      '`{"essay_text": "…"}`',
    examples: [{ selected_choice: 2 }],
    // In the OpenAPI document: a union of `RESPONSE_SHAPES`.
    component: 'ResponseData',
  })

const shortText = () => text(SHORT_ANSWER_LENGTH)
const ids = () => list(z.int(), PARTS_AT_MOST)
const byPart = <Value extends z.ZodType>(value: Value) => map(z.string(), value, PARTS_AT_MOST)

/** The form of an answer to each type of question. */
export const RESPONSE_SHAPES = {
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

export type AnswerOf<T extends QuestionType> = z.output<(typeof RESPONSE_SHAPES)[T]>
/** An answer that fits the question for which it was parsed. */
export type Answer = AnswerOf<QuestionType>

/** Whether the learner sent an answer in which nothing is chosen, matched or written. */
export function isBlank(answer: Answer): boolean {
  if ('selected_choices' in answer) return answer.selected_choices.length === 0
  if ('matches' in answer) return Object.keys(answer.matches).length === 0
  if ('blanks' in answer) return Object.values(answer.blanks).every(text => text.trim() === '')
  if ('text' in answer) return answer.text.trim() === ''
  return 'essay_text' in answer && answer.essay_text.trim() === ''
}

/** Checks beyond the form: that the answer refers to the parts of this question. Null when it does, else the message. */
const FITS: { [T in QuestionType]: (question: QuestionOf<T>, answer: AnswerOf<T>) => string | null } = {
  multiple_choice: ({ choices }, { selected_choice }) =>
    among(choices, [selected_choice]) ? null : 'selected_choice: No such choice.',
  multiple_select({ choices }, { selected_choices }) {
    if (!among(choices, selected_choices)) return 'selected_choices: No such choice.'
    return isDistinct(selected_choices) ? null : 'selected_choices: A choice can be selected once.'
  },
  /** Left halves may lack a match, and a right half may serve several. */
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
  const partIds = new Set(parts.map(part => part.id))
  return ids.every(id => partIds.has(id))
}
const isDistinct = (ids: readonly number[]) => new Set(ids).size === ids.length

/**
 * Reads the fields of the question's type from a learner's answer and drops all others. Returns a refusal instead of throwing,
 * because a Durable Object calls it and classes do not survive the call.
 * @returns the answer, or the message for the field `response_data`
 */
export function parseResponse(question: Question, responseData: unknown): { answer: Answer } | { refusal: string } {
  const parsed = RESPONSE_SHAPES[question.type].safeParse(responseData, { reportInput: true })
  if (!parsed.success) {
    const [[field, messages] = ['', []]] = Object.entries(fieldErrors(parsed.error.issues))
    return { refusal: field === 'non_field_errors' ? messages.join(' ') : `${field}: ${messages.join(' ')}` }
  }
  // The question's type selects both table entries, which TypeScript cannot follow.
  const fits = FITS[question.type] as (question: Question, answer: Answer) => string | null
  const refusal = fits(question, parsed.data)
  return refusal === null ? { answer: parsed.data } : { refusal }
}
