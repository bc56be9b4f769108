/** A change of credentials requires a further proof of identity, because an access token can be stolen. */
import { isFresh, NOT_VALID, readCredential } from '../google/credential.ts'
import { isPassword } from './hashing.ts'

/** @returns messages about a wrong or missing current password; none for an account that has no password */
export async function problemsOfPassword(password: string | undefined, stored: string | null): Promise<string[]> {
  if (stored === null) return []
  if (password === undefined) return ['This field is required.']
  return (await isPassword(password, stored)) ? [] : ['Wrong password.']
}

/**
 * Checks the fresh credential that replaces the password of an account with Google sign-in only.
 * @param now Unix seconds
 * @returns messages about what is wrong with it
 * @throws 503 when Google's keys cannot be fetched
 */
export async function problemsOfCredential(
  env: Env,
  idToken: string | undefined,
  googleId: string | null,
  now: number,
): Promise<string[]> {
  if (idToken === undefined) return ['This field is required.']
  const credential = await readCredential(env, idToken, now)
  if (!credential || credential.sub !== googleId) return [NOT_VALID]
  return isFresh(credential, now) ? [] : ['This Google credential is older than 10 minutes. Sign in anew.']
}
