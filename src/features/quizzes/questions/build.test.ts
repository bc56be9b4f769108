import { describe, expect, test } from 'vitest'
import { Refusal } from '../../../http/errors.ts'
import { newQuestion, revise } from './build.ts'
import { QuestionInput } from './input.ts'
import type { QuestionOf } from './question.ts'

const accept = (body: Record<string, unknown>) => newQuestion(QuestionInput.parse(body))
describe('editing', () => {
  const matching = accept({
    type: 'matching',
    text: 'Match',
    points: 2,
    explanation: 'Because',
    pairs: [
      { left: 'Canada', right: 'Ottawa' },
      { left: 'Italy', right: 'Rome' },
    ],
  }) as QuestionOf<'matching'>
  const ordering = accept({ type: 'ordering', text: 'Sort', items: ['a', 'b', 'c'] }) as QuestionOf<'ordering'>

  test('keeps the ids that are sent back and makes new ones for the rest', () => {
    const [first, second, third] = ordering.items
    const edited = revise(ordering, {
      items: [{ id: third?.id, text: 'C' }, { id: first?.id, text: 'a' }, 'new', { id: second?.id, text: 'b' }],
    }) as typeof ordering
    expect(edited.items.map(({ id }) => id)).toEqual([third?.id, first?.id, expect.any(Number), second?.id])
    expect(new Set(edited.items.map(({ id }) => id)).size).toBe(4)
  })

  test('takes no id from elsewhere, and none twice', () => {
    const id = ordering.items[0]?.id
    const edited = revise(ordering, {
      items: [
        { id, text: 'a' },
        { id, text: 'copy of a' },
        { id: 12345, text: 'stranger' },
      ],
    }) as typeof ordering
    const ids = edited.items.map(item => item.id)
    expect(ids[0]).toBe(id)
    expect(new Set(ids).size).toBe(3)
    expect(ids).not.toContain(12345)
  })

  test('keeps what is not sent', () => {
    expect(revise(matching, { text: 'Match these' })).toEqual({ ...matching, text: 'Match these' })
    expect(revise(matching, { points: 1.125 })).toEqual({ ...matching, pointsMilli: 1125 })
  })

  test('to another type keeps what all types have and needs the rest', () => {
    const edited = revise(matching, { type: 'true_false', correct_answer: false })
    expect(edited).toMatchObject({
      type: 'true_false',
      text: 'Match',
      pointsMilli: 2000,
      explanation: 'Because',
      correctAnswer: false,
    })
    expect(edited).not.toHaveProperty('pairs')
    expect(refusalOf(() => revise(matching, { type: 'ordering' }))).toEqual({ items: ['This field is required.'] })
  })

  test('refuses a whole that does not fit together', () => {
    const essay = accept({
      type: 'essay',
      text: 'x',
      points: 2,
      min_words: 10,
      rubric: [{ criterion: 'a', max_points: 2 }],
    })
    expect(refusalOf(() => revise(essay, { points: 3, max_words: 5 }))).toEqual({
      rubric: ["The max_points must sum to the question's points, 3."],
      max_words: ['Must not be less than min_words.'],
    })
    expect(revise(essay, { min_words: null, rubric: [], points: 3 })).toMatchObject({ minWords: null, rubric: [] })
  })
})

function refusalOf(act: () => unknown): unknown {
  try {
    act()
  } catch (error) {
    return error instanceof Refusal ? error.body : error
  }
  return 'not refused'
}
