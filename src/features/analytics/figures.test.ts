import { expect, test } from 'vitest'
import { mean, meanScore, rate } from './figures.ts'

test('rates and times of nothing are 0, scores null; all have one decimal', () => {
  expect([rate(0, 0), rate(2, 3), rate(3, 3)]).toEqual([0, 66.7, 100])
  expect([mean(0, 0), mean(100, 3), mean(5_400, 1, 3_600)]).toEqual([0, 33.3, 1.5])
  expect([meanScore(0, 0), meanScore(0, 2), meanScore(15_555, 2)]).toEqual([null, 0, 77.8])
})
