/** Waiting as the server says, and repeating what is safe to repeat. */

export type RetryOptions = {
  /** A longer `Retry-After`, such as that of a daily quota, is handed to the caller instead. In seconds. */
  maxWaitSeconds?: number
  /** Repeats after 429, 503 or a lost connection. */
  maxRetries?: number
  /** For tests. */
  sleep?: (ms: number) => Promise<void>
}

const sleepFor = (ms: number) => new Promise<void>(resolve => setTimeout(resolve, ms))

/** Writes that change nothing when they are repeated, beside PUT, PATCH and DELETE. */
const REPEATABLE_POSTS =
  /\/(login|logout|token\/refresh|enroll|start-attempt|submit-response|complete|timeout|abandon|verify)\/?$/

/** Whether a request may be sent again when nobody knows if the server has handled it. */
const isRepeatable = ({ method, url }: Request) => method !== 'POST' || REPEATABLE_POSTS.test(new URL(url).pathname)

/**
 * A `fetch` that waits as `Retry-After` says. 429 means that nothing was done, so every request is sent again; after 503 and
 * a lost connection only one that is safe to repeat is.
 * @throws what `fetch` throws, when the connection stays lost
 */
export function patient(
  send: (request: Request) => Promise<Response>,
  { maxWaitSeconds = 30, maxRetries = 4, sleep = sleepFor }: RetryOptions = {},
): (request: Request) => Promise<Response> {
  return async request => {
    for (let retry = 0; ; retry += 1) {
      const isLast = retry === maxRetries
      // A request is sent once, so each try sends a copy.
      const answer = await send(request.clone()).catch((error: unknown) => {
        if (isLast || request.signal.aborted || !isRepeatable(request)) throw error
        return null
      })
      if (answer === null) {
        // With jitter, so that clients that lost one connection do not return together.
        await sleep(2 ** retry * 500 * (0.5 + Math.random()))
        continue
      }
      const isRefused = answer.status === 429 || (answer.status === 503 && isRepeatable(request))
      // A number of seconds and not a moment: the clock of the device may be wrong.
      const seconds = Number(answer.headers.get('Retry-After') ?? 1)
      if (!isRefused || isLast || !(seconds <= maxWaitSeconds)) return answer
      await answer.body?.cancel()
      await sleep(seconds * 1000)
    }
  }
}
