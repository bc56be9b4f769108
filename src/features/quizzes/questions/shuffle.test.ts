import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { newPartId } from './part-id.ts'
import { shuffle } from './shuffle.ts'

describe('chance', () => {
  test('ids of parts have 48 bits, and none comes twice', () => {
    const ids = Array.from({ length: 10_000 }, newPartId)
    expect(new Set(ids).size).toBe(ids.length)
    expect(ids.every(id => Number.isInteger(id) && id > 0 && id < 2 ** 48)).toBe(true)
    // If only 32 bits were random, no id would lie in the upper half.
    expect(Math.max(...ids)).toBeGreaterThan(2 ** 47)
  })

  test('every order of three comes about equally often', () => {
    const counts = new Map<string, number>()
    for (let i = 0; i < 6000; i++) {
      const order = shuffle(['a', 'b', 'c']).join('')
      counts.set(order, (counts.get(order) ?? 0) + 1)
    }
    expect(counts.size).toBe(6)
    // The mean is 1000 each; a deviation of 200 is seven standard deviations.
    for (const count of counts.values()) expect(Math.abs(count - 1000)).toBeLessThan(200)
  })

  test('shuffling loses nothing and leaves the list as it was', () => {
    fc.assert(
      fc.property(fc.array(fc.integer()), list => {
        const before = [...list]
        expect(shuffle(list).sort()).toEqual([...before].sort())
        expect(list).toEqual(before)
      }),
    )
  })
})
