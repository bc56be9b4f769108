import { expect, test } from 'vitest'
import { type GradingPolicy, standingScore } from './standing-score.ts'

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
