/** The meaning of a store's failure: it will pass, the store is overloaded, or a person has to look. */
import { StoreTimeout } from './timeout.ts'

/** The innermost cause: Drizzle wraps what D1 threw. */
export function rootCause(thrown: Error): Error {
  return thrown.cause instanceof Error ? rootCause(thrown.cause) : thrown
}

// Texts of D1 and Durable Objects. A full database needs a person to make room, but its callers may come back. A query that
// was too heavy is as heavy the next time. Our own timeout loses its class on the way out of an object.
const OVERLOADED =
  /overloaded|daily row (read|write)|SQLITE_FULL|long-running export|exceeded its CPU time limit|exceeded timeout|no answer within \d+ ms/i
const PASSING =
  /Network connection lost|storage caused object to be reset|reset because its code was updated|Cannot resolve (D1 DB|Durable Object)|D1_ERROR: internal error|read from request stream|Durable Object.*(reset|unreachable)/i

type StoreError = Error & { overloaded?: boolean; retryable?: boolean }

/** The store has too much to do, and asking again at once would make it worse. */
export function isOverload(thrown: Error): boolean {
  const cause: StoreError = rootCause(thrown)
  return cause.overloaded === true || cause instanceof StoreTimeout || OVERLOADED.test(cause.message)
}

/** Whether the caller may come back in a while: the store is overloaded, was interrupted, or did not answer in time. */
export function isUnavailable(thrown: Error): boolean {
  const cause: StoreError = rootCause(thrown)
  return isOverload(cause) || isInterruption(cause)
}

/** Asking again at once may work: the connection was lost, or the store moved to another machine. */
const isInterruption = (cause: StoreError) =>
  !isOverload(cause) && (cause.retryable === true || PASSING.test(cause.message))

// Texts of SQLite about one row: a constraint, a trigger that raises, a value that is too long or of the wrong type.
const OF_DATA = /SQLITE_(CONSTRAINT|TOOBIG|MISMATCH)|constraint failed|string or blob too big|malformed JSON/

/**
 * Runs a task for many entries at once. When the data of one makes it fail, the entries are divided until that one is alone;
 * any other failure is that of all.
 * @param run may be repeated, and returns a result for each entry in their order
 */
export async function divided<Entry, Result>(
  entries: readonly Entry[],
  run: (entries: readonly Entry[]) => Promise<readonly Result[]>,
): Promise<PromiseSettledResult<Result>[]> {
  try {
    const results = await repeated(() => run(entries))
    return results.map(value => ({ status: 'fulfilled', value }))
  } catch (reason) {
    const isDivided = entries.length > 1 && reason instanceof Error && OF_DATA.test(rootCause(reason).message)
    if (!isDivided) return entries.map(() => ({ status: 'rejected', reason }))
    const half = Math.ceil(entries.length / 2)
    return [...(await divided(entries.slice(0, half), run)), ...(await divided(entries.slice(half), run))]
  }
}

const REPEATS = 2
const FIRST_PAUSE_MS = 50

/**
 * Runs a task that may be repeated (a batch that, once written, writes nothing again). After an interruption it runs up to
 * twice more, with full jitter; never when the store is overloaded or did not answer in time.
 * @throws the error of the last run
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
