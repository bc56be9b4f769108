/** Grades answers. Pure: the same question and answer always get the same grade. */

import {
  type Choice,
  correctOf,
  FULL_WEIGHT,
  type Question,
  type QuestionOf,
  type QuestionType,
  weightUnits,
} from '../questions/question.ts'
import type { Answer, AnswerOf } from './answer.ts'
import { absolute, decimal, isAtMost, minus, times } from './decimal.ts'
import { partOf } from './points.ts'
import { folded, overlap, visibleForm } from './text-match.ts'

/** The score in 10⁻⁹ of a point. An essay is pending until a grader scores it. In a survey, score and verdict are null. */
export type Grade =
  | { scoreNano: number; isCorrect: boolean; isPending: false }
  | { scoreNano: null; isCorrect: null; isPending: boolean }

/** How many of a question's parts, or how much of its weight, is right; `pending` where only a person can judge. */
type Share = { right: number; total: number } | 'pending'

const SHARE: { [T in QuestionType]: (question: QuestionOf<T>, answer: AnswerOf<T>) => Share } = {
  multiple_choice: ({ choices }, { selected_choice }) => {
    if (isOneOf(correctOf(choices), choices, selected_choice)) return whole(true)
    return weightedShare(choices, [selected_choice]) ?? whole(false)
  },
  multiple_select({ choices, partialCredit }, { selected_choices }) {
    const isRight = isExact(choices, selected_choices)
    if (isRight || !partialCredit) return whole(isRight)
    return weightedShare(choices, selected_choices) ?? selectedShare(choices, selected_choices)
  },
  true_false: ({ correctAnswer }, { selected_answer }) => whole(selected_answer === correctAnswer),
  short_answer: ({ acceptedAnswers, caseSensitive }, { text }) =>
    whole(isAccepted(acceptedAnswers, text, { caseSensitive })),
  numeric: (question, { value }) => whole(isWithin(question, value)),
  matching: matchedShare,
  ordering: ({ items, partialCredit }, { order }) => {
    const right = inPlace(items, order)
    return partialCredit ? { right, total: items.length } : whole(right === items.length)
  },
  fill_in_blank: ({ blanks }, answer) => ({
    right: Object.entries(blanks).filter(([number, accepted]) =>
      isAccepted(accepted, answer.blanks[number] ?? '', { caseSensitive: false }),
    ).length,
    total: Object.keys(blanks).length,
  }),
  essay: (_, { essay_text }) => (essay_text.trim() === '' ? whole(false) : 'pending'),
}

const UNANSWERED: Grade = { scoreNano: 0, isCorrect: false, isPending: false }
const UNGRADED: Grade = { scoreNano: null, isCorrect: null, isPending: false }
const PENDING: Grade = { scoreNano: null, isCorrect: null, isPending: true }

/** @param answer from `parseResponse` for this question; null without one */
export function grade(question: Question, answer: Answer | null, { isSurvey }: { isSurvey: boolean }): Grade {
  if (isSurvey) return UNGRADED
  if (answer === null) return UNANSWERED
  // The answer was parsed for this question, so it has the question's type.
  const shareOf = SHARE[question.type] as (question: Question, answer: Answer) => Share
  const share = shareOf(question, answer)
  if (share === 'pending') return PENDING
  const { right, total } = share
  return { scoreNano: partOf(question.pointsMilli, right, total), isCorrect: right === total, isPending: false }
}

const whole = (isRight: boolean): Share => ({ right: isRight ? 1 : 0, total: 1 })

type Choices = readonly Choice[]

/** Compares texts instead of ids, because learners cannot tell choices of the same text apart. */
function isOneOf(some: Choices, choices: Choices, selected: number): boolean {
  const chosen = choices.find(({ id }) => id === selected)
  return chosen !== undefined && some.some(({ text }) => visibleForm(text) === visibleForm(chosen.text))
}

/** The sum of the selected weights, limited to 0 to 100 %; null when the choices have no weights. */
function weightedShare(choices: Choices, selected: readonly number[]): Share | null {
  const weights = choices.map(({ weight }) => weight)
  if (weights.includes(undefined)) return null
  const sum = choices.reduce(
    (total, { id, weight = 0 }) => total + (selected.includes(id) ? weightUnits(weight) : 0),
    0,
  )
  return { right: Math.min(Math.max(0, sum), FULL_WEIGHT), total: FULL_WEIGHT }
}

function selection(choices: Choices, selected: readonly number[]) {
  const texts = new Map(choices.map(({ id, text }) => [id, visibleForm(text)]))
  const correct = correctOf(choices).map(({ text }) => visibleForm(text))
  const right = overlap(
    selected.map(id => texts.get(id) ?? ''),
    correct,
  )
  return { right, wrong: selected.length - right, correct: correct.length }
}

function isExact(choices: Choices, selected: readonly number[]): boolean {
  const { right, wrong, correct } = selection(choices, selected)
  return correct > 0 && right === correct && wrong === 0
}

function selectedShare(choices: Choices, selected: readonly number[]): Share {
  const { right, wrong, correct } = selection(choices, selected)
  return correct === 0 ? whole(false) : { right: Math.max(0, right - wrong), total: correct }
}

function isAccepted(accepted: readonly string[], text: string, folding: { caseSensitive: boolean }): boolean {
  const answer = folded(text, folding)
  return accepted.some(candidate => folded(candidate, folding) === answer)
}

/** |value − correct| ≤ tolerance, or ≤ tolerance % of |correct|, in exact decimals, so that it includes the bounds. */
function isWithin({ correctValue, tolerance, toleranceType }: QuestionOf<'numeric'>, value: number): boolean {
  if (correctValue === null) return false
  const correct = decimal(correctValue)
  const bound =
    toleranceType === 'absolute'
      ? decimal(tolerance)
      : times(times(decimal(tolerance), absolute(correct)), { units: 1n, exponent: -2 })
  return isAtMost(absolute(minus(decimal(value), correct)), bound)
}

/** Compares pairs of texts, so that equal left halves may swap their matches, and equal right halves too. */
function matchedShare({ pairs }: QuestionOf<'matching'>, { matches }: AnswerOf<'matching'>): Share {
  const lefts = new Map(pairs.map(({ leftId, left }) => [String(leftId), visibleForm(left)]))
  const rights = new Map(pairs.map(({ rightId, right }) => [rightId, visibleForm(right)]))
  const actual = Object.entries(matches).map(([left, right]) => pairKey(lefts.get(left), rights.get(right)))
  const expected = pairs.map(({ left, right }) => pairKey(visibleForm(left), visibleForm(right)))
  return { right: overlap(actual, expected), total: pairs.length }
}
const pairKey = (...halves: (string | undefined)[]) => JSON.stringify(halves)

function inPlace(items: QuestionOf<'ordering'>['items'], order: readonly number[]): number {
  const texts = new Map(items.map(({ id, text }) => [id, visibleForm(text)]))
  return items.filter(({ text }, place) => texts.get(order[place] ?? 0) === visibleForm(text)).length
}
