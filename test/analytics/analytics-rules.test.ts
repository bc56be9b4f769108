import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { mean, meanScore, rate } from '../../src/features/analytics/figures.ts'
import { assess } from '../../src/features/analytics/learner-scores.ts'
import {
  difficultyIndex,
  discriminationIndex,
  type ItemSums,
} from '../../src/features/analytics/quizzes/discrimination.ts'
import { activityTrend } from '../../src/features/analytics/trend.ts'
import { type GradingPolicy, standingScore } from '../../src/features/attempts/grading/standing-score.ts'

const sumsOf = (pairs: [number, number][]): ItemSums =>
  pairs.reduce(
    (sums, [x, y]) => ({
      pairCount: sums.pairCount + 1,
      itemSum: sums.itemSum + x,
      restSum: sums.restSum + y,
      itemSquares: sums.itemSquares + x * x,
      restSquares: sums.restSquares + y * y,
      products: sums.products + x * y,
    }),
    { pairCount: 0, itemSum: 0, restSum: 0, itemSquares: 0, restSquares: 0, products: 0 },
  )

/** Pearson's r by its definition, from the deviations. */
function correlation(pairs: [number, number][]): number | null {
  const average = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length
  const [meanX, meanY] = [average(pairs.map(([x]) => x)), average(pairs.map(([, y]) => y))]
  const spread = (deviations: number[]) => deviations.reduce((sum, value) => sum + value * value, 0)
  const [x, y] = [pairs.map(([value]) => value - meanX), pairs.map(([, value]) => value - meanY)]
  const covariance = x.reduce((sum, value, i) => sum + value * (y[i] ?? 0), 0)
  const denominator = Math.sqrt(spread(x) * spread(y))
  return denominator === 0 ? null : covariance / denominator
}

describe('discrimination', () => {
  test.each<[string, [number, number][], number | null]>([
    ['nobody', [], null],
    ['one response', [[10_000, 5_000]], null],
    [
      'an item everybody gets right',
      [
        [10_000, 1],
        [10_000, 9_000],
      ],
      null,
    ],
    [
      'a rest that is the same for all',
      [
        [0, 5_000],
        [10_000, 5_000],
      ],
      null,
    ],
    [
      'the strong get it right',
      [
        [0, 1_000],
        [10_000, 9_000],
      ],
      1,
    ],
    [
      'the strong get it wrong',
      [
        [10_000, 1_000],
        [0, 9_000],
      ],
      -1,
    ],
    [
      'no connection',
      [
        [0, 0],
        [10_000, 0],
        [0, 10_000],
        [10_000, 10_000],
      ],
      0,
    ],
    // Deviations of x ±0.5, of y 0.4, −0.1, 0.1, −0.4: r = 0.3 / √(1 · 0.34) = 0.5145.
    [
      'somewhat',
      [
        [10_000, 9_000],
        [10_000, 4_000],
        [0, 6_000],
        [0, 1_000],
      ],
      0.51,
    ],
  ])('%s', (_name, pairs, expected) => {
    expect(discriminationIndex(sumsOf(pairs))).toBe(expected)
  })

  test('is the correlation by its definition, whatever the shares', () => {
    const share = fc.integer({ min: 0, max: 10_000 })
    fc.assert(
      fc.property(fc.array(fc.tuple(share, share), { minLength: 2, maxLength: 60 }), pairs => {
        const [found, expected] = [discriminationIndex(sumsOf(pairs)), correlation(pairs)]
        if (expected === null || found === null) expect(found).toBe(expected)
        else {
          expect(Math.abs(found - expected)).toBeLessThan(0.0051)
          expect(Math.abs(found)).toBeLessThanOrEqual(1)
        }
      }),
    )
  })

  test('stays exact for a million responses that hardly differ', () => {
    const [many, one]: [[number, number], [number, number]] = [
      [9_999, 9_999],
      [10_000, 10_000],
    ]
    const sums = sumsOf([one])
    const times = (value: number) => value * 999_999
    const all = sumsOf([many])
    const total = Object.fromEntries(
      Object.entries(all).map(([name, value]) => [name, times(value) + sums[name as keyof ItemSums]]),
    ) as ItemSums
    expect(discriminationIndex(total)).toBe(1)
  })
})

test('difficulty is the mean share of the points', () => {
  expect(difficultyIndex({ shareSum: 0, scoredCount: 0 })).toBeNull()
  expect(difficultyIndex({ shareSum: 0, scoredCount: 3 })).toBe(0)
  expect(difficultyIndex({ shareSum: 20_000, scoredCount: 3 })).toBe(0.67)
})

test.each([
  [0, 0, 'stable'],
  [1, 0, 'increasing'],
  [0, 1, 'decreasing'],
  [11, 10, 'stable'],
  [12, 10, 'increasing'],
  [9, 10, 'stable'],
  [8, 10, 'decreasing'],
  [110, 100, 'stable'],
  [111, 100, 'increasing'],
  [90, 100, 'stable'],
  [89, 100, 'decreasing'],
])('%i events after %i: %s', (thisWeek, lastWeek, expected) => {
  expect(activityTrend(thisWeek, lastWeek)).toBe(expected)
})

test('rates and times of nothing are 0, scores null; all have one decimal', () => {
  expect([rate(0, 0), rate(2, 3), rate(3, 3)]).toEqual([0, 66.7, 100])
  expect([mean(0, 0), mean(100, 3), mean(5_400, 1, 3_600)]).toEqual([0, 33.3, 1.5])
  expect([meanScore(0, 0), meanScore(0, 2), meanScore(15_555, 2)]).toEqual([null, 0, 77.8])
})

test.each<[GradingPolicy, (number | null)[], number | null]>([
  ['highest', [4_000, 9_000, 5_000], 9_000],
  ['latest', [4_000, 9_000, 5_000], 5_000],
  ['average', [4_000, 9_000, 5_000], 6_000],
  // Null is an abandoned attempt.
  ['highest', [4_000, null], 4_000],
  ['latest', [4_000, null], 0],
  ['latest', [null, 4_000], 4_000],
  ['average', [4_000, null], 2_000],
  ['highest', [null], null],
  ['latest', [null], 0],
  ['average', [null], 0],
  ['highest', [], null],
  ['latest', [], null],
  ['average', [], null],
])('%s of %j', (policy, scores, expected) => {
  expect(standingScore(policy, scores)).toBe(expected)
})

describe('strengths and areas for improvement', () => {
  const quiz = (title: string, order: number, ...scores: (number | null)[]) => ({
    module: { id: order, title, order },
    policy: 'highest' as const,
    scores,
  })

  test('modules of at least 80, the best first, and below 60, the worst first', () => {
    const { averageScore, strengths, weaknesses } = assess([
      quiz('good', 1, 8_000),
      quiz('middling', 2, 7_999),
      quiz('passable', 3, 6_000),
      quiz('weak', 4, 5_999),
      quiz('best', 5, 1_000, 10_000),
      quiz('worst', 6, 0),
    ])
    expect([strengths, weaknesses]).toEqual([
      ['best', 'good'],
      ['worst', 'weak'],
    ])
    expect(averageScore).toBeCloseTo((8_000 + 7_999 + 6_000 + 5_999 + 10_000) / 6)
  })

  test('a module is as good as the average of its quizzes; equal ones come in the modules’ order', () => {
    const { strengths, weaknesses } = assess([
      quiz('b', 2, 9_000),
      quiz('a', 1, 10_000),
      quiz('a', 1, 8_000),
      quiz('c', 3, 0),
    ])
    expect([strengths, weaknesses]).toEqual([['a', 'b'], ['c']])
  })

  test('nothing from nothing, nor from attempts that were all abandoned', () => {
    const nothing = { averageScore: null, strengths: [], weaknesses: [] }
    expect(assess([])).toEqual(nothing)
    expect(assess([quiz('left', 1, null)])).toEqual(nothing)
    expect(assess([{ ...quiz('left', 1, null), policy: 'latest' }])).toEqual({
      ...nothing,
      averageScore: 0,
      weaknesses: ['left'],
    })
  })
})
