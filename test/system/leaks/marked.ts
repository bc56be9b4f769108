import type { Answer } from '../../helpers/client.ts'

/** Questions whose every secret part is marked, what learners answer to them, and what of them is told to whom and when. */

const mark = (part: string) => `§${part}§`
const CORRECT_VALUE = 31_337.125
const TOLERANCE = 0.0078125

const told = (type: string) => ({
  explanation: mark(`${type} explanation`),
  correct_feedback: mark(`${type} correct`),
  incorrect_feedback: mark(`${type} incorrect`),
})
const choices = (type: string) => [
  { text: 'red', is_correct: true, feedback: mark(`${type} red`) },
  { text: 'green', is_correct: false, feedback: mark(`${type} green`) },
  { text: 'blue', is_correct: false, feedback: mark(`${type} blue`) },
]
const ten = (text: string) => Array.from({ length: 10 }, (_, place) => `${text} ${(place * 7) % 10}`)

/** As their author writes them: one of every type. */
export const MARKED: ({ type: string } & Record<string, unknown>)[] = [
  { type: 'multiple_choice', choices: choices('multiple_choice') },
  { type: 'multiple_select', choices: choices('multiple_select'), partial_credit: true },
  { type: 'true_false', correct_answer: true },
  { type: 'short_answer', accepted_answers: [mark('accepted'), mark('accepted too')], case_sensitive: true },
  { type: 'numeric', correct_value: CORRECT_VALUE, tolerance: TOLERANCE, tolerance_type: 'percent' },
  { type: 'matching', pairs: ten('left').map((left, place) => ({ left, right: `right ${place}` })) },
  { type: 'ordering', items: ten('item'), partial_credit: true },
  { type: 'fill_in_blank', blanks: { 1: [mark('blank 1')], 2: [mark('blank 2'), mark('blank 2 too')] } },
  { type: 'essay', points: 10, rubric: [{ criterion: 'content', max_points: 10 }] },
].map(question => ({ text: `A ${question.type}: {{1}} {{2}}`, ...question, ...told(question.type) }))

// biome-ignore lint/suspicious/noExplicitAny: a question as its author reads it
export type Authored = any
export type Said = 'right' | 'wrong'

/** A learner's answer: all right, or wrong in every part. */
export function answerTo(question: Authored, said: Said): Record<string, unknown> {
  const isRight = said === 'right'
  const ids = (list: { id: number }[]) => list.map(({ id }) => id)
  const chosen = ids(question.choices.filter((choice: { is_correct: boolean }) => choice.is_correct === isRight))
  switch (question.type) {
    case 'multiple_choice':
      return { selected_choice: chosen[0] }
    case 'multiple_select':
      return { selected_choices: chosen }
    case 'true_false':
      return { selected_answer: isRight }
    case 'short_answer':
      return { text: isRight ? question.accepted_answers[0] : 'no idea' }
    case 'numeric':
      return { value: isRight ? CORRECT_VALUE : 7 }
    case 'matching': {
      const rights = question.pairs.map((pair: { right_id: number }) => pair.right_id)
      if (!isRight) rights.push(rights.shift())
      return {
        matches: Object.fromEntries(
          question.pairs.map((pair: { left_id: number }, place: number) => [pair.left_id, rights[place]]),
        ),
      }
    }
    case 'ordering': {
      const [first, ...rest] = ids(question.items)
      return { order: isRight ? [first, ...rest] : [...rest, first] }
    }
    case 'fill_in_blank':
      return { blanks: isRight ? { 1: question.blanks[1][0], 2: question.blanks[2][0] } : { 1: 'x', 2: 'y' } }
    default:
      return { essay_text: isRight ? 'A long story.' : 'A short one.' }
  }
}

/** Answers that are refused: without what they must hold, and about parts that the question has not. */
export function refusedAnswers(question: Authored): Record<string, unknown>[] {
  const foreign: Record<string, object> = {
    multiple_choice: { selected_choice: 1 },
    multiple_select: { selected_choices: [1] },
    matching: { matches: { 1: 2 } },
    ordering: { order: [1] },
    fill_in_blank: { blanks: { 3: 'x' } },
  }
  return [{}, { ...foreign[question.type] }]
}

/** The marks in a result's feedback on an answer that nobody graded by hand. */
export function dueFor(question: Authored, said: Said | null): string[] {
  const { type } = question
  const chosen = { right: ['red'], wrong: type === 'multiple_choice' ? ['green'] : ['green', 'blue'] }
  return [
    ...(said !== null && question.choices.length > 0 ? chosen[said].map(color => mark(`${type} ${color}`)) : []),
    ...(type === 'essay' && said !== null ? [] : [mark(`${type} ${said === 'right' ? 'correct' : 'incorrect'}`)]),
    mark(`${type} explanation`),
  ]
}

const KEY_FIELDS =
  /^(correct_\w+|incorrect_\w+|accepted_answers|explanation|tolerance\w*|pairs|partial_credit|case_sensitive|access_code)$/

export type Seen = { marks: string[]; verdicts: (boolean | null)[]; scores: (number | null)[]; keyFields: string[] }

/** What an answer tells beyond what its reader sent: marks, verdicts and scores of responses, and names of key fields. */
export function seenIn(answer: Pick<Answer, 'text' | 'body'>): Seen {
  const seen: Seen = { marks: [], verdicts: [], scores: [], keyFields: [] }
  const walk = (value: unknown, name: string, isResponse: boolean): void => {
    // A learner's own words are no secret.
    if (name === 'response_data') return
    if (name === 'receipt' && typeof value === 'string') seen.marks.push(...marksOf(payloadOf(value)))
    if (KEY_FIELDS.test(name) || (/^(is_correct|feedback)$/.test(name) && !isResponse)) seen.keyFields.push(name)
    if (isResponse && name === 'is_correct') seen.verdicts.push(value as boolean | null)
    if (isResponse && name === 'score') seen.scores.push(value as number | null)
    if (typeof value === 'object' && value !== null) {
      const holdsResponse = !Array.isArray(value) && 'response_data' in value
      for (const [key, part] of Object.entries(value)) walk(part, key, holdsResponse)
      return
    }
    seen.marks.push(...marksOf(String(value)))
  }
  walk(answer.body, '', false)
  return { ...seen, marks: seen.marks.sort() }
}

/** The marks in a text, and the numbers that are secret. */
const marksOf = (text: string): string[] => [
  ...(text.match(/§[^§]*§/g) ?? []),
  ...[CORRECT_VALUE, TOLERANCE].map(String).filter(secret => text.includes(secret)),
]

const payloadOf = (token: string): string => atob((token.split('.')[1] ?? '').replaceAll('-', '+').replaceAll('_', '/'))
