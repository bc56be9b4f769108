import { expect, test } from 'vitest'
import { activityTrend } from './trend.ts'

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
