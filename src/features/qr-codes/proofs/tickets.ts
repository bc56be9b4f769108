/**
 * Opening the scan page issues a ticket, and the scan that redeems it counts from that moment, however long the login takes.
 * `<opened at>.<random id>.<user or 0>.<seal>`; the seal also covers the code, whether it rotates, and the address.
 */
import { base64url, isSealed, seal } from './keys.ts'

export const TICKET_TTL_SECONDS = 10 * 60
/** Long enough to sign in, too short to pass the ticket on to others. */
export const ROTATING_TICKET_TTL_SECONDS = 2 * 60

/** The clocks of two edge machines may differ by this much. */
const CLOCK_SKEW_SECONDS = 5
const ID_BYTES = 16
const SEAL_BYTES = 24

type Secrets = Pick<Env, 'JWT_SECRET' | 'JWT_SECRET_PREVIOUS'>
/** The code and the address for which a ticket is valid. */
export type Opening = { uuid: string; address: string; isRotating: boolean }
export type Ticket = { id: string; openedAt: number }

const message = ({ uuid, address, isRotating }: Opening, at: number | string, id: string, user: number | string) =>
  [uuid, address, isRotating ? 'rotating' : 'fixed', at, id, user].join('\n')

/**
 * @param userId the signed-in user, who alone can then redeem the ticket; null lets any user redeem it
 * @param now Unix seconds
 */
export async function issueTicket(env: Secrets, opening: Opening, userId: number | null, now: number): Promise<string> {
  const id = base64url(crypto.getRandomValues(new Uint8Array(ID_BYTES)))
  const user = userId ?? 0
  return [now, id, user, await seal(env, 'qr ticket', message(opening, now, id, user), SEAL_BYTES)].join('.')
}

const TICKET = /^(\d{1,12})\.([\w-]+)\.(\d+)\.([\w-]+)$/

/** The id of a ticket, valid or not; null for a string that is not a ticket. */
export const ticketIdOf = (ticket: string): string | null => TICKET.exec(ticket)?.[2] ?? null

/**
 * Does not check whether the ticket was redeemed already, which only the database knows.
 * @param now Unix seconds
 * @returns null unless this service issued the ticket for this opening and user and it has not expired
 */
export async function readTicket(
  env: Secrets,
  opening: Opening,
  userId: number,
  ticket: string,
  now: number,
): Promise<Ticket | null> {
  const [, at = '', id = '', user = '', sealed = ''] = TICKET.exec(ticket) ?? []
  if (!(await isSealed(env, 'qr ticket', message(opening, at, id, user), sealed, SEAL_BYTES))) return null
  const openedAt = Number(at)
  const ttl = opening.isRotating ? ROTATING_TICKET_TTL_SECONDS : TICKET_TTL_SECONDS
  if (openedAt > now + CLOCK_SKEW_SECONDS || openedAt + ttl <= now) return null
  if (user !== '0' && Number(user) !== userId) return null
  return { id, openedAt: Math.min(openedAt, now) }
}
