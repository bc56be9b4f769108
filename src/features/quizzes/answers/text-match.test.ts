import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Question, QuestionBody } from '../questions/question.ts'
import { parseResponse } from './answer.ts'
import { decimal, isAtMost, minus, plus, toNumber } from './decimal.ts'
import { grade } from './grading.ts'
import { NANO_PER_MILLI, toNano } from './points.ts'
import { folded } from './text-match.ts'

const ask = (body: QuestionBody, pointsMilli = 1000): Question => ({
  text: 'Well?',
  pointsMilli,
  explanation: '',
  correctFeedback: '',
  incorrectFeedback: '',
  ...body,
})

/** The points that an answer earns, in 1/1000 with fractions; `pending`; or the refusal. */
function earned(question: Question, responseData: unknown): number | 'pending' | string {
  const parsed = parseResponse(question, responseData)
  if ('refusal' in parsed) return parsed.refusal
  const result = grade(question, parsed.answer, { isSurvey: false })
  if (result.isPending) return 'pending'
  // Every question in these tables has points, so only right answers earn all points.
  expect(result.isCorrect).toBe(result.scoreNano === toNano(question.pointsMilli))
  return (result.scoreNano ?? Number.NaN) / NANO_PER_MILLI
}

const numeric = (correctValue: number, tolerance = 0, toleranceType: 'absolute' | 'percent' = 'absolute') =>
  ask({ type: 'numeric', correctValue, tolerance, toleranceType })
describe('texts and numbers', () => {
  const QUOTES: Record<string, string[]> = { "'": ['‘', '’', '‚', '‛', 'ʼ'], '"': ['“', '”', '„', '‟'] }
  const character = fc.oneof(
    { weight: 3, arbitrary: fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }) },
    fc.constantFrom(...Object.entries(QUOTES).flat(2), 'Σ', 'ŉ', 's', 'ẞ', '\u0301', ' ', '′', '″'),
  )
  const folding = fc.record({ caseSensitive: fc.boolean() })

  test('folding a folded text changes nothing', () => {
    fc.assert(
      fc.property(fc.string({ unit: character }), folding, (text, how) => {
        const once = folded(text, how)
        expect(folded(once, how)).toBe(once)
      }),
      { numRuns: 1000 },
    )
  })

  test('a text with curly quotes is the text with straight ones', () => {
    const quote = fc
      .constantFrom(...Object.keys(QUOTES))
      .chain(straight =>
        fc.record({ straight: fc.constant(straight), curly: fc.constantFrom(...(QUOTES[straight] ?? [])) }),
      )
    const part = fc.oneof(
      quote,
      character.map(same => ({ straight: same, curly: same })),
    )
    fc.assert(
      fc.property(fc.array(part), folding, (parts, how) => {
        const [straight, curly] = [parts.map(p => p.straight).join(''), parts.map(p => p.curly).join('')]
        expect(folded(curly, how)).toBe(folded(straight, how))
      }),
      { numRuns: 1000 },
    )
  })

  test('decimals say what was written', () => {
    fc.assert(
      fc.property(fc.integer({ min: -1e9, max: 1e9 }), fc.integer({ min: 0, max: 6 }), (units, digits) => {
        const value = Number(`${units}e-${digits}`)
        expect(toNumber(decimal(value))).toBe(value)
        expect(toNumber(minus(plus(decimal(value), decimal(0.1)), decimal(0.1)))).toBe(value)
      }),
    )
    expect(isAtMost(decimal(0.1 + 0.2), decimal(0.3))).toBe(true)
  })

  test('any answer within the tolerance is right, any beyond it wrong', () => {
    // In thousandths, where whole numbers decide without rounding.
    const milli = fc.integer({ min: -10_000_000, max: 10_000_000 })
    fc.assert(
      fc.property(milli, fc.nat(10_000), fc.integer({ min: -10_001, max: 10_001 }), (correct, tolerance, distance) => {
        const question = numeric(correct / 1000, tolerance / 1000)
        const value = (correct + distance) / 1000
        expect(earned(question, { value })).toBe(Math.abs(distance) <= tolerance ? 1000 : 0)
      }),
      { numRuns: 1000 },
    )
  })
})
