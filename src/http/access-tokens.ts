/**
 * Personal access tokens as text: `lmp_<id>.<user>.<secret>.<seal>`. The seal shows without I/O that this server made the token,
 * so that made-up ones cost nothing; the database has a hash of the secret and decides.
 */
import { Buffer } from 'node:buffer'
import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto'

const PREFIX = 'lmp_'
const SECRET_BYTES = 32
const SEAL_BYTES = 16
const PURPOSE = 'personal access token'
/** At most 15 digits, so that the number is exact. */
const FORM = /^lmp_([1-9]\d{0,14})\.([1-9]\d{0,14})\.([\w-]{43})\.([\w-]{22})$/

/** What a token claims, and its seal confirms. */
export type TokenClaims = { id: number; userId: number; secretHash: string }

export const newTokenSecret = () => randomBytes(SECRET_BYTES).toString('base64url')

/** The hash needs no salt and may be fast, because nobody can guess 256 random bits. */
export const hashOfSecret = (secret: string) => createHash('sha256').update(secret).digest('base64url')

/** Whether a bearer token is meant to be a personal access token, good or not. */
export const isPersonal = (token: string) => token.startsWith(PREFIX)

/** The text of a token. `key` is the server's present secret. */
export function personalToken(key: string, { id, userId }: { id: number; userId: number }, secret: string): string {
  const body = `${PREFIX}${id}.${userId}.${secret}`
  return `${body}.${sealOf(body, key).toString('base64url')}`
}

/**
 * @param keys the secrets of the server, any of which may have sealed it
 * @returns what a token with a good seal claims, else null
 */
export function readPersonalToken(keys: readonly string[], token: string): TokenClaims | null {
  const [, id, userId, secret, seal] = FORM.exec(token) ?? []
  if (secret === undefined || seal === undefined) return null
  const body = token.slice(0, -seal.length - 1)
  const given = Buffer.from(seal, 'base64url')
  const isSealed = keys.some(key => timingSafeEqual(given, sealOf(body, key)))
  return isSealed ? { id: Number(id), userId: Number(userId), secretHash: hashOfSecret(secret) } : null
}

/** The key is derived, so that no signature of a session is the seal of a token. */
const sealOf = (body: string, secret: string) =>
  createHmac('sha256', createHmac('sha256', secret).update(PURPOSE).digest())
    .update(body)
    .digest()
    .subarray(0, SEAL_BYTES)
