/** Which gates stand before what, and how wide they are. */
import type { GateKey } from '../../http/gates.ts'
import { keyOf } from './keys.ts'

const MINUTE_SECONDS = 60
const HOUR_SECONDS = 3_600
const DAY_SECONDS = 86_400

const DEFAULT_LOGIN_ATTEMPTS_PER_MINUTE = 5
/** An address and an account that logged in together are shut out neither by others' guesses there nor by those elsewhere. */
const TRUST_SECONDS = 30 * DAY_SECONDS

/** Every login, right or wrong, of an address at a username. A setting that is no positive number is the default. */
export function loginTries(env: Env, address: string, username: string): GateKey {
  const configured = Math.floor(Number(env.LOGIN_ATTEMPTS_PER_MINUTE))
  const limit = configured > 0 ? configured : DEFAULT_LOGIN_ATTEMPTS_PER_MINUTE
  return { key: `login:${address} ${keyOf(username)}`, limit: { limit, windowSeconds: MINUTE_SECONDS }, everyTry: true }
}

/** A Google account as gates name it: no username has a space. */
export const googleAccount = (googleId: string) => `google ${googleId}`

/**
 * Wrong guesses of an address at passwords, Google credentials and reset tokens, but for the account named, if it logged in
 * there lately.
 */
export const guessesOf = (address: string, account?: string): GateKey => ({
  key: `guesses:${address}`,
  limit: { limit: 100, windowSeconds: MINUTE_SECONDS },
  ...(account !== undefined && { visitor: keyOf(account), trustSeconds: TRUST_SECONDS }),
})

/** Whose accounts there are: a gate apart, so that who asks for names that are taken keeps nobody from logging in. */
export const takenNamesOf = (address: string): GateKey => ({
  key: `taken:${address}`,
  limit: { limit: 100, windowSeconds: MINUTE_SECONDS },
})

/** Wrong passwords for an account from all addresses, but for those that it logged in from lately. */
export const guessesAt = (username: string, address: string): GateKey => ({
  key: `account:${keyOf(username)}`,
  limit: { limit: 100, windowSeconds: HOUR_SECONDS },
  visitor: address,
  trustSeconds: TRUST_SECONDS,
})

/** Accounts made from an address: a campus may sit behind one. */
export const registrationsOf = (address: string): GateKey => ({
  key: `registrations:${address}`,
  limit: { limit: 500, windowSeconds: DAY_SECONDS },
})

/** Every try at one's own password while signed in, which a stolen access token could otherwise guess at. */
export const ownPasswordTries = (userId: number): GateKey => ({
  key: `old-password:${userId}`,
  limit: { limit: 5, windowSeconds: MINUTE_SECONDS },
})

/** Every use of a refresh token, for refreshing or logging out. */
export const refreshesOf = (userId: number): GateKey => ({
  key: `refresh:${userId}`,
  limit: { limit: 60, windowSeconds: MINUTE_SECONDS },
})
