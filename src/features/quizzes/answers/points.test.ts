import { describe, expect, test } from 'vitest'
import { partOf, percentageHundredths, shareOf, toMilliPoints, toNano, toPoints } from './points.ts'

describe('an attempt’s percentage', () => {
  test.each([
    [0, 0, 10_000],
    [1, 3, 3333],
    [2, 3, 6667],
    [0, 5, 0],
    [999_999, 1_000_000, 10_000],
    [1_000_000, 1_000_000, 10_000],
  ])('%i of %i points', (earned, possible, expected) => {
    expect(percentageHundredths(earned * 1e9, possible * 1e9)).toBe(expected)
  })

  /** The number of questions, the points of each in 1/1000, and its right and all parts. */
  test.each([
    ['3 × ⅔ of a point', 3, 1000, 2, 3, 6667],
    ['3 × ⅓', 3, 1000, 1, 3, 3333],
    ['6 × ⅙', 6, 1000, 1, 6, 1667],
    ['four of 0.05 points, ⅓ each', 4, 50, 1, 3, 3333],
    ['four of 0.01 points, ½ each', 4, 10, 1, 2, 5000],
    ['1,000 of 0.001 points, 1/7 each', 1000, 1, 1, 7, 1429],
  ])('%s', (_, count, pointsMilli, right, total, expected) => {
    const earned = count * partOf(pointsMilli, right, total)
    expect(percentageHundredths(earned, count * toNano(pointsMilli))).toBe(expected)
  })
})

test.each([
  [0, 0, 0],
  [0, 3, 0],
  [1, 3, 3333],
  [2, 3, 6667],
  [1, 20_000, 1],
  [1, 20_001, 0],
  [3, 3, 10_000],
])('%i of %i as a share in 1/10000', (part, whole, expected) => {
  expect(shareOf(part, whole)).toBe(expected)
})

test.each([
  [0, 0],
  [499_999, 0],
  [500_000, 0.001],
  [666_666_667, 0.667],
  [toNano(2_500), 2.5],
  [toNano(1_000_000_000), 1_000_000],
])('%i × 10⁻⁹ of a point are answered as %d', (nano, points) => {
  expect(toPoints(nano)).toBe(points)
  expect(toMilliPoints(nano)).toBe(Math.round(points * 1000))
})
