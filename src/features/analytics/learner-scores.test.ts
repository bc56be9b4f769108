import { describe, expect, test } from 'vitest'
import { assess } from './learner-scores.ts'

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
