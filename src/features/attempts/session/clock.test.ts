import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  type Clock,
  deadlineMs,
  endedAtMs,
  GRACE_MS,
  phaseAt,
  remainingSeconds,
  spentSeconds,
  toSeconds,
} from './clock.ts'

const START = 1_700_000_000_123
const MINUTE = 60_000

/** limit (min), end of the window and now (ms after the start), extension (min) → phase, seconds left, end, seconds spent */
const rows: [number | null, number | null, number, number, string, number | null, number, number][] = [
  // Untimed: no clock at all.
  [null, null, 0, 0, 'running', null, 0, 0],
  [null, null, 0, 999, 'running', null, 999, 0],
  [null, null, 0, 1_000, 'running', null, 1_000, 1],
  [null, null, 0, 90 * 86_400_000, 'running', null, 90 * 86_400_000, 7_776_000],
  [null, null, 30, 5_000, 'running', null, 5_000, 5],
  // A limit.
  [1, null, 0, 0, 'running', 60, 0, 0],
  [1, null, 0, 1, 'running', 60, 1, 0],
  [1, null, 0, 1_000, 'running', 59, 1_000, 1],
  [1, null, 0, 59_999, 'running', 1, 59_999, 59],
  [1, null, 0, 60_000, 'grace', 0, 60_000, 60],
  [1, null, 0, 60_001, 'grace', 0, 60_000, 60],
  [1, null, 0, 64_999, 'grace', 0, 60_000, 60],
  [1, null, 0, 65_000, 'over', 0, 60_000, 60],
  [1, null, 0, 65_001, 'over', 0, 60_000, 60],
  [1, null, 0, 10 * MINUTE, 'over', 0, 60_000, 60],
  [1440, null, 0, 86_399_999, 'running', 1, 86_399_999, 86_399],
  [1440, null, 0, 86_400_000, 'grace', 0, 86_400_000, 86_400],
  // A window that closes before the limit, at it, after it.
  [30, 10 * MINUTE, 0, 0, 'running', 600, 0, 0],
  [30, 10 * MINUTE, 0, 10 * MINUTE - 1, 'running', 1, 10 * MINUTE - 1, 599],
  [30, 10 * MINUTE, 0, 10 * MINUTE, 'grace', 0, 10 * MINUTE, 600],
  [30, 30 * MINUTE, 0, 30 * MINUTE - 1, 'running', 1, 30 * MINUTE - 1, 1_799],
  [30, 60 * MINUTE, 0, 30 * MINUTE, 'grace', 0, 30 * MINUTE, 1_800],
  [30, 1_500, 0, 1_499, 'running', 1, 1_499, 1],
  [30, 1_500, 0, 1_500, 'grace', 0, 1_500, 1],
  [30, 1_500, 0, 6_500, 'over', 0, 1_500, 1],
  // A window alone.
  [null, 5 * MINUTE, 0, 5 * MINUTE - 1, 'running', 1, 5 * MINUTE - 1, 299],
  [null, 5 * MINUTE, 0, 5 * MINUTE, 'grace', 0, 5 * MINUTE, 300],
  [null, 5 * MINUTE, 0, 5 * MINUTE + 5_000, 'over', 0, 5 * MINUTE, 300],
  // Extensions reach past limit and window.
  [1, null, 1, 60_000, 'running', 60, 60_000, 60],
  [1, null, 1, 119_999, 'running', 1, 119_999, 119],
  [1, null, 1, 120_000, 'grace', 0, 120_000, 120],
  [1, null, 1, 124_999, 'grace', 0, 120_000, 120],
  [1, null, 1, 125_000, 'over', 0, 120_000, 120],
  [30, 10 * MINUTE, 15, 25 * MINUTE - 1, 'running', 1, 25 * MINUTE - 1, 1_499],
  [30, 10 * MINUTE, 15, 25 * MINUTE, 'grace', 0, 25 * MINUTE, 1_500],
  [null, 10 * MINUTE, 1_440, 10 * MINUTE + 1_440 * MINUTE, 'grace', 0, 1_450 * MINUTE, 87_000],
  // A clock that runs backwards costs the learner no time.
  [1, null, 0, -1_000, 'running', 61, -1_000, 0],
]

test.each(rows)(
  'limit %j, window %j, extended %j, at %j: %s',
  (limit, window, extended, at, phase, left, ended, spent) => {
    const clock: Clock = {
      startedAtMs: START,
      limitMinutes: limit,
      availableUntilMs: window === null ? null : START + window,
      extendedMinutes: extended,
    }
    const now = START + at
    expect(phaseAt(clock, now)).toBe(phase)
    expect(remainingSeconds(clock, now)).toBe(left)
    expect(endedAtMs(clock, now)).toBe(START + ended)
    expect(spentSeconds(clock, now)).toBe(spent)
  },
)

const clocks = fc.record({
  startedAtMs: fc.constant(START),
  limitMinutes: fc.option(fc.integer({ min: 1, max: 1440 })),
  availableUntilMs: fc.option(fc.integer({ min: START + 1, max: START + 3 * 86_400_000 })),
  extendedMinutes: fc.integer({ min: 0, max: 3000 }),
})

test('laws of the clock: phases follow each other, nobody spends more than allowed, an extension gives what it says', () => {
  fc.assert(
    fc.property(
      clocks,
      fc.integer({ min: 0, max: 6 * 86_400_000 }),
      fc.integer({ min: 1, max: 1440 }),
      (clock, at, minutes) => {
        const now = START + at
        const deadline = deadlineMs(clock)
        if (deadline === null) {
          expect(phaseAt(clock, now)).toBe('running')
          return
        }
        expect(phaseAt(clock, now)).toBe(now < deadline ? 'running' : now < deadline + GRACE_MS ? 'grace' : 'over')
        expect(endedAtMs(clock, now)).toBeLessThanOrEqual(deadline)
        expect(spentSeconds(clock, now) * 1000).toBeLessThanOrEqual(deadline - START)
        expect((remainingSeconds(clock, now) ?? 0) > 0).toBe(phaseAt(clock, now) === 'running')
        const extended = { ...clock, extendedMinutes: clock.extendedMinutes + minutes }
        expect((deadlineMs(extended) ?? 0) - deadline).toBe(minutes * MINUTE)
      },
    ),
  )
})

test.each([
  [0, 0],
  [999, 0],
  [1_000, 1],
  [START, 1_700_000_000],
])('the instant %i ms lies in second %i', (ms, second) => {
  expect(toSeconds(ms)).toBe(second)
})
