/** The time that is left of an attempt, by the server's word and a stopwatch: the clock of the device may be wrong. */

/** Milliseconds since some moment, which no change of the device's clock disturbs. */
const stopwatch = () => performance.now()

export class AttemptClock {
  private readonly now: () => number
  private heard: { seconds: number | null; at: number }

  /** @param seconds `time_remaining_seconds` as the server said it just now; null is untimed */
  constructor(seconds: number | null, now: () => number = stopwatch) {
    this.now = now
    this.heard = { seconds, at: now() }
  }

  /** Takes the server's word again: an extension may have come. */
  set(seconds: number | null): void {
    this.heard = { seconds, at: this.now() }
  }

  /** Seconds, never below 0; null is untimed. The server's clock alone decides when an attempt ends. */
  remaining(): number | null {
    const { seconds, at } = this.heard
    return seconds === null ? null : Math.max(0, seconds - (this.now() - at) / 1000)
  }
}
