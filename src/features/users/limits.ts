/** The gates of accounts: their keys and their limits. */
import type { GateKey } from '../../http/gates.ts'
import { keyOf } from './keys.ts'

const MINUTE_SECONDS = 60
const HOUR_SECONDS = 3_600
const DAY_SECONDS = 86_400

const DEFAULT_LOGIN_ATTEMPTS_PER_MINUTE = 5
/** For this long after a login, others' guesses at the address or the account do not shut out that account at that address. */
const TRUST_SECONDS = 30 * DAY_SECONDS

/** Every login, right or wrong, of an address at a username. A setting that is not a positive number counts as the default. */
export function loginTries(env: Env, address: string, username: string): GateKey {
  const configured = Math.floor(Number(env.LOGIN_ATTEMPTS_PER_MINUTE))
  const limit = configured > 0 ? configured : DEFAULT_LOGIN_ATTEMPTS_PER_MINUTE
  return { key: `login:${address} ${keyOf(username)}`, limit: { limit, windowSeconds: MINUTE_SECONDS }, everyTry: true }
}

/** The name of a Google account in keys of gates. It has a space, so no username equals it. */
export const googleAccount = (googleId: string) => `google ${googleId}`

/**
 * Wrong guesses of an address at passwords, Google credentials and reset tokens. The gate does not stop the named account if it
 * logged in from there lately.
 */
export const guessesOf = (address: string, account?: string): GateKey => ({
  key: `guesses:${address}`,
  limit: { limit: 100, windowSeconds: MINUTE_SECONDS },
  ...(account !== undefined && { visitor: keyOf(account), trustSeconds: TRUST_SECONDS }),
})

/** Questions whether an account exists. The gate is separate, so that asking for taken names keeps nobody from logging in. */
export const takenNamesOf = (address: string): GateKey => ({
  key: `taken:${address}`,
  limit: { limit: 100, windowSeconds: MINUTE_SECONDS },
})

/** Wrong passwords for an account from all addresses. The gate does not stop addresses that it logged in from lately. */
export const guessesAt = (username: string, address: string): GateKey => ({
  key: `account:${keyOf(username)}`,
  limit: { limit: 100, windowSeconds: HOUR_SECONDS },
  visitor: address,
  trustSeconds: TRUST_SECONDS,
})

/** Accounts created from an address; the limit is high, because a campus may share one address. */
export const registrationsOf = (address: string): GateKey => ({
  key: `registrations:${address}`,
  limit: { limit: 500, windowSeconds: DAY_SECONDS },
})

/** Every try at one's own password while signed in, because a thief of an access token could guess it. */
export const ownPasswordTries = (userId: number): GateKey => ({
  key: `old-password:${userId}`,
  limit: { limit: 5, windowSeconds: MINUTE_SECONDS },
})

/** Every use of a refresh token, for refreshing or logging out. */
export const refreshesOf = (userId: number): GateKey => ({
  key: `refresh:${userId}`,
  limit: { limit: 60, windowSeconds: MINUTE_SECONDS },
})
