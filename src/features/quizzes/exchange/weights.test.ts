import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { inputs } from '../../../../test/factories/question-arbitraries.ts'
import { parseResponse } from '../answers/answer.ts'
import { grade } from '../answers/grading.ts'
import { newQuestion } from '../questions/build.ts'
import { QUESTION_TYPES, type Question } from '../questions/question.ts'
import { exportCsv } from './csv/export.ts'
import { importCsv } from './csv/import.ts'
import { differences, type Exported, type Imported } from './exchange.ts'
import { exportGift } from './gift/export.ts'
import { importGift } from './gift/import.ts'

const QUIZ = { isSurvey: false }
const UNITS = 100_000

/** Weights that add up to 100: arbitrary parts, and thirds and sevenths. */
const parts = fc
  .array(fc.integer({ min: 1, max: 50 * UNITS }), { minLength: 1, maxLength: 7 })
  .map(cuts => {
    const sum = cuts.reduce((total, cut) => total + cut, 0)
    return cuts.map(cut => Math.round((cut / sum) * 100 * UNITS) / UNITS)
  })
  .filter(weights => weights.every(weight => weight > 0))
const shares = fc
  .integer({ min: 1, max: 7 })
  .map(count => Array.from({ length: count }, () => Math.round((100 / count) * UNITS) / UNITS))
const negative = fc.oneof(
  fc.constantFrom(0, -100, -50, -33.33333, -14.28571),
  fc.integer({ min: -100 * UNITS, max: 0 }).map(units => units / UNITS || 0),
)
const part = fc.integer({ min: -100 * UNITS, max: 100 * UNITS - 1 }).map(units => units / UNITS || 0)

type Type = 'multiple_choice' | 'multiple_select'
const asked = (type: Type, weights: number[], isWeighted: boolean, isPartial: boolean) =>
  newQuestion({
    type,
    text: 'Which?',
    partial_credit: type === 'multiple_select' && (isWeighted || isPartial),
    choices: weights.map((weight, place) => ({
      text: `choice ${place}`,
      is_correct: type === 'multiple_choice' ? weight === 100 : weight > 0,
      feedback: place % 2 === 0 ? '' : `feedback ${place}`,
      ...(isWeighted && { weight }),
    })),
  })

const weighed = (right: fc.Arbitrary<number[]>, wrong: fc.Arbitrary<number>) =>
  fc
    .tuple(right, fc.array(wrong, { minLength: 1, maxLength: 6 }))
    .chain(([some, others]) => fc.shuffledSubarray([...some, ...others], { minLength: some.length + others.length }))
const all = fc.array(fc.constant(100), { minLength: 1, maxLength: 3 })
const QUESTIONS: Record<Type, fc.Arbitrary<Question>> = {
  multiple_choice: fc
    .tuple(weighed(all, fc.oneof(part, negative)), fc.boolean())
    .map(([weights, isWeighted]) => asked('multiple_choice', weights, isWeighted, false)),
  multiple_select: fc
    .tuple(weighed(fc.oneof(parts, shares), negative), fc.boolean(), fc.boolean())
    .map(([weights, isWeighted, isPartial]) => asked('multiple_select', weights, isWeighted, isPartial)),
}

const back = (text: string, read: (text: string, quiz: { isSurvey: boolean }) => Imported): Question => {
  const { questions, errors, warnings } = read(text, QUIZ)
  expect([errors, warnings, questions.length]).toEqual([[], [], 1])
  return questions[0] as Question
}

/** The scores of every single choice, and of all right choices together with each choice. */
function marksOf(question: Question): (number | null)[] {
  if (!('choices' in question)) throw new Error('expected choices')
  const isSingle = question.type === 'multiple_choice'
  const right = question.choices.filter(({ isCorrect }) => isCorrect).map(({ id }) => id)
  const selections = question.choices.flatMap(({ id }) => [[id], [...new Set([...right, id])]])
  return selections.map(ids => {
    const data = isSingle ? { selected_choice: ids[0] } : { selected_choices: ids }
    const parsed = parseResponse(question, data)
    if ('refusal' in parsed) throw new Error(parsed.refusal)
    return grade(question, parsed.answer, QUIZ).scoreNano
  })
}

describe.each(Object.keys(QUESTIONS) as Type[])('%s', type => {
  test.each<[string, (questions: Question[]) => Exported]>([
    ['commas', questions => exportCsv(questions)],
    ['semicolons', questions => exportCsv(questions, 'semicolon')],
  ])('as CSV with %s, and in again, is the same question', (_, write) => {
    fc.assert(
      fc.property(QUESTIONS[type], question => {
        const { text, lost } = write([question])
        expect(lost).toEqual([])
        expect(differences(question, back(text, importCsv))).toEqual([])
      }),
    )
  })

  test('as GIFT, and in again, is the same question, or what is lost is told', () => {
    fc.assert(
      fc.property(QUESTIONS[type], question => {
        const { text, lost } = exportGift([question])
        const again = back(text, importGift)
        const changed = differences(question, again)
        expect(lost.map(({ message }) => message)).toEqual(
          changed.length > 0 ? [`GIFT does not carry ${changed.join(', ')}.`] : [],
        )
        // After one pass through GIFT a question no longer changes, so Moodle gets back what it exported.
        expect(exportGift([again])).toEqual({ text, lost: [] })
      }),
    )
  })

  test('with weights is worth the same after GIFT, whatever is selected', () => {
    fc.assert(
      fc.property(QUESTIONS[type], question => {
        const hasWeights = 'choices' in question && question.choices.some(({ weight }) => weight !== undefined)
        fc.pre(hasWeights)
        const before = marksOf(question)
        const after = marksOf(back(exportGift([question]).text, importGift))
        // Shares of thirds are exact without weights, and 33.33333 % with them.
        expect(Math.max(...before.map(Number))).toBeGreaterThan(0)
        after.forEach((mark, place) => {
          expect(Math.abs((mark ?? 0) - (before[place] ?? 0))).toBeLessThan(100_000)
        })
      }),
    )
  })
})

test.each(QUESTION_TYPES)('%s with semicolons survives whatever is in it', type => {
  fc.assert(
    fc.property(inputs(type), body => {
      const question = newQuestion(body)
      expect(differences(question, back(exportCsv([question], 'semicolon').text, importCsv))).toEqual([])
    }),
    { numRuns: 60 },
  )
})

test('equal shares are said without weights, and what Moodle cannot say is told', () => {
  const written = (weights: number[], isPartial: boolean) =>
    exportGift([asked('multiple_select', weights, false, isPartial)])
  expect(written([50, 50, -1], true)).toEqual({
    text: 'Which? {\n\t~%50%choice 0\n\t~%50%choice 1#feedback 1\n\t~%-50%choice 2\n}\n',
    lost: [],
  })
  expect(written([1, 1, 1, -1], true).text).toContain('~%33.33333%choice 0')
  expect(written([50, 50, -1], false).lost).toEqual([
    { question: 1, message: 'GIFT does not carry choices, partial_credit.' },
  ])
  const plain = exportGift([asked('multiple_choice', [100, 0, 100], false, false)])
  expect(plain).toEqual({
    text: 'Which? {\n\t=choice 0\n\t~choice 1#feedback 1\n\t=choice 2\n}\n',
    lost: [],
  })
  const thirds = asked('multiple_choice', [100, 66.66667, -33.33333, 0], true, false)
  expect(exportGift([thirds])).toEqual({
    text: 'Which? {\n\t=choice 0\n\t~%66.66667%choice 1#feedback 1\n\t~%-33.33333%choice 2\n\t~choice 3#feedback 3\n}\n',
    lost: [],
  })
})
