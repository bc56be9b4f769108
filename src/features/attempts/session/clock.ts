/** Decides when an attempt ends. Instants are Unix milliseconds, because rounding to seconds would take time from learners. */
import type { Known } from './store.ts'

/** The object accepts answers, completions and extensions this long past the deadline: networks are slow, clocks differ. */
export const GRACE_MS = 5_000

export type Clock = {
  startedAtMs: number
  /** Null for an untimed quiz. */
  limitMinutes: number | null
  /** The end of the quiz's window; null without one. */
  availableUntilMs: number | null
  extendedMinutes: number
}

/** `over`: past the grace, where the attempt ends as timed out even if nobody calls. */
export type Phase = 'running' | 'grace' | 'over'

const MINUTE_MS = 60_000

/** @returns the earlier of start + limit and the end of the window, plus all extensions; null without either */
export function deadlineMs({ startedAtMs, limitMinutes, availableUntilMs, extendedMinutes }: Clock): number | null {
  const ends = [limitMinutes === null ? null : startedAtMs + limitMinutes * MINUTE_MS, availableUntilMs]
  const bounds = ends.filter(end => end !== null)
  return bounds.length === 0 ? null : Math.min(...bounds) + extendedMinutes * MINUTE_MS
}

export function phaseAt(clock: Clock, nowMs: number): Phase {
  const deadline = deadlineMs(clock)
  if (deadline === null || nowMs < deadline) return 'running'
  return nowMs < deadline + GRACE_MS ? 'grace' : 'over'
}

/** @returns whole seconds left, rounded up; 0 from the deadline on, null for an untimed attempt */
export function remainingSeconds(clock: Clock, nowMs: number): number | null {
  const deadline = deadlineMs(clock)
  return deadline === null ? null : Math.max(0, Math.ceil((deadline - nowMs) / 1000))
}

/** The instant of the end for an attempt that ends now: never after its deadline. */
export const endedAtMs = (clock: Clock, nowMs: number) => Math.min(nowMs, deadlineMs(clock) ?? nowMs)

/** Whole seconds from the start to an instant, never more than the time allowed. */
export const spentSeconds = (clock: Clock, atMs: number) =>
  Math.max(0, Math.floor((endedAtMs(clock, atMs) - clock.startedAtMs) / 1000))

export const clockOf = ({ terms, state }: Known): Clock => ({
  startedAtMs: state.startedAtMs,
  limitMinutes: terms.limitMinutes,
  availableUntilMs: terms.availableUntilMs,
  extendedMinutes: state.extendedMinutes,
})

export const toSeconds = (ms: number) => Math.floor(ms / 1000)
