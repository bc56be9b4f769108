/** Rotating codes, which a display changes every few seconds: an HMAC over the time slot, verified without storage. */
import { isSealed, seal } from './keys.ts'

export const SLOT_SECONDS = 15
/** Clocks of two edge machines, or of one at two moments, may differ, so the code of a slot counts this much early. */
const CLOCK_SKEW_SECONDS = 5
const CODE_BYTES = 12

type Secrets = Pick<Env, 'JWT_SECRET' | 'JWT_SECRET_PREVIOUS'>

export const slotAt = (seconds: number) => Math.floor(seconds / SLOT_SECONDS)
const message = (uuid: string, slot: number) => `${uuid}\n${slot}`

export const rotatingCode = (env: Secrets, uuid: string, slot: number) =>
  seal(env, 'qr rotating code', message(uuid, slot), CODE_BYTES)

/**
 * Whether the code belongs to this slot or the one before.
 * @param now Unix seconds
 */
export async function isCurrent(env: Secrets, uuid: string, code: string, now: number): Promise<boolean> {
  const slots = new Set([slotAt(now), slotAt(now) - 1, slotAt(now + CLOCK_SKEW_SECONDS)])
  for (const slot of slots) {
    if (await isSealed(env, 'qr rotating code', message(uuid, slot), code, CODE_BYTES)) return true
  }
  return false
}
