/** When a message that failed is sent again. */

/** A message is given up this long after its event, and a webhook disabled after this long without a success. */
export const RETRY_SECONDS = 3 * 86_400

const FIRST_DELAY_SECONDS = 5
const LAST_DELAY_SECONDS = 8 * 3600

/**
 * Seconds until the next attempt: full jitter, so that messages that failed together do not come back together.
 * @param failures of the message so far, at least 1
 * @param random from 0 to below 1
 */
export function retryDelay(failures: number, random = Math.random()): number {
  const longest = Math.min(LAST_DELAY_SECONDS, FIRST_DELAY_SECONDS * 2 ** (failures - 1))
  return Math.ceil(random * longest)
}
