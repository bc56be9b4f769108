/** Verifies Google's proof of an identity: a signed `id_token`. */

import { decode, verifyWithJwks } from 'hono/jwt'
import * as z from 'zod'
import { object } from '../../../http/fields.ts'
import { publishedKeys } from './keys.ts'

const ISSUER = /^(https:\/\/)?accounts\.google\.com$/

export const NOT_VALID = 'This is not a valid Google credential.'
/** A credential no older than this shows that Google has just authenticated the user. */
const FRESH_SECONDS = 600

const claimsSchema = object(() => ({
  sub: z.string().min(1).max(255),
  email: z.string().min(3),
  email_verified: z.literal(true),
  exp: z.int(),
  iat: z.int(),
  hd: z.string().min(1).optional(),
}))

export type Credential = {
  /** Google's id of the account, which never changes. */
  sub: string
  email: string
  /** Whether Google itself runs the mailbox, which makes its claim on the address reliable. */
  isAuthoritative: boolean
  /** Unix seconds. */
  issuedAt: number
}

/** @param now Unix seconds */
export const isFresh = ({ issuedAt }: Credential, now: number) => now - issuedAt <= FRESH_SECONDS

/**
 * Never logs, because a verifier's messages carry the token.
 * @param now Unix seconds
 * @returns the claims of the credential; null when it is not valid here
 * @throws 503 when Google's keys cannot be fetched
 */
export async function readCredential(env: Env, idToken: string, now: number): Promise<Credential | null> {
  // With an empty or unset id, the verifier would accept a credential for any client.
  if (!env.GOOGLE_CLIENT_ID) {
    console.warn({ event: 'Google sign-in is off', message: 'GOOGLE_CLIENT_ID is empty. Set it in wrangler.toml.' })
    return null
  }
  const kid = keyIdOf(idToken)
  if (kid === null) return null
  const keys = await publishedKeys(env.GOOGLE_JWKS_URL, kid, now)
  const payload = await verifyWithJwks(idToken, {
    keys,
    allowedAlgorithms: ['RS256'],
    // `iat` is not compared with the clock, because Google's may be a second ahead.
    verification: { iss: ISSUER, aud: env.GOOGLE_CLIENT_ID, iat: false },
  }).catch(() => null)
  const claims = claimsSchema.safeParse(payload)
  if (!claims.success) return null
  const { sub, email, hd, iat: issuedAt } = claims.data
  // Compared without `keyOf`, which would equate `gmaıl.com` with it.
  return { sub, email, isAuthoritative: hd !== undefined || /@gmail\.com$/i.test(email), issuedAt }
}

function keyIdOf(token: string): string | null {
  try {
    const { kid } = decode(token).header as { kid?: unknown }
    return typeof kid === 'string' ? kid : null
  } catch {
    return null
  }
}
