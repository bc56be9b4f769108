/** What a store's failure means: that it will pass, that the store has too much to do, or that somebody has to look. */
import { StoreTimeout } from './timeout.ts'

/** The innermost cause: Drizzle wraps what D1 threw. */
export function rootCause(thrown: Error): Error {
  return thrown.cause instanceof Error ? rootCause(thrown.cause) : thrown
}

// D1's and Durable Objects' own texts. A full database passes only when somebody makes room, but its callers may come back.
// What was too heavy is as heavy the next time. A timeout of ours loses its class on the way out of an object.
const OVERLOADED =
  /overloaded|daily row (read|write)|SQLITE_FULL|long-running export|exceeded its CPU time limit|exceeded timeout|no answer within \d+ ms/i
const PASSING =
  /Network connection lost|storage caused object to be reset|reset because its code was updated|Cannot resolve (D1 DB|Durable Object)|D1_ERROR: internal error|read from request stream|Durable Object.*(reset|unreachable)/i

type StoreError = Error & { overloaded?: boolean; retryable?: boolean }

/** The store cannot now, and would only be hindered by being asked again at once. */
const isOverload = (cause: StoreError) =>
  cause.overloaded === true || cause instanceof StoreTimeout || OVERLOADED.test(cause.message)

/** Whether the caller may come back in a while: the store is overloaded, was interrupted, or did not answer in time. */
export function isUnavailable(thrown: Error): boolean {
  const cause: StoreError = rootCause(thrown)
  return isOverload(cause) || isInterruption(cause)
}

/** It may work at once: the connection was lost, or the store went to another machine. */
const isInterruption = (cause: StoreError) =>
  !isOverload(cause) && (cause.retryable === true || PASSING.test(cause.message))

const REPEATS = 2
const FIRST_PAUSE_MS = 50

/**
 * Runs what is safe to repeat (a batch that, once written, writes nothing again), up to twice more with full jitter where it
 * was interrupted; never where the store is overloaded or did not answer in time.
 * @throws what the last run threw
 */
export async function repeated<T>(run: () => Promise<T>): Promise<T> {
  for (let repeats = 0; ; repeats += 1) {
    try {
      return await run()
    } catch (error) {
      const goesOn = repeats < REPEATS && error instanceof Error && isInterruption(rootCause(error))
      if (!goesOn) throw error
      await scheduler.wait(Math.random() * FIRST_PAUSE_MS * 4 ** repeats)
    }
  }
}
