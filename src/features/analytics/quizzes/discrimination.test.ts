import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { difficultyIndex, discriminationIndex, type ItemSums } from './discrimination.ts'

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
