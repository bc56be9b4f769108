import fc from 'fast-check'
import { expect, test } from 'vitest'
import { RETRY_SECONDS, retryDelay } from './schedule.ts'

test('the longest delay doubles from 5 seconds to 8 hours', () => {
  const longest = Array.from({ length: 20 }, (_, failure) => retryDelay(failure + 1, 1))
  expect(longest.slice(0, 14)).toEqual([5, 10, 20, 40, 80, 160, 320, 640, 1280, 2560, 5120, 10_240, 20_480, 28_800])
  expect(new Set(longest.slice(13))).toEqual(new Set([28_800]))
})

test('the jitter is full: every delay from none to the longest', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 1_000 }),
      fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
      (failures, random) => {
        const delay = retryDelay(failures, random)
        expect(delay).toBe(Math.ceil(random * retryDelay(failures, 1)))
      },
    ),
  )
  expect(retryDelay(1, 0)).toBe(0)
})

test('a message that always fails is tried some dozens of times in 3 days', () => {
  let [time, attempts] = [0, 1]
  for (; time <= RETRY_SECONDS; attempts += 1) time += retryDelay(attempts, 0.5)
  expect(attempts).toBeGreaterThan(20)
  expect(attempts).toBeLessThan(50)
})
