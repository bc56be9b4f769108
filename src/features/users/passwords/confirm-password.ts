/** What changes how an account is entered asks for more than an access token, which can be stolen. */
import { isFresh, NOT_VALID, readCredential } from '../google/credential.ts'
import { isPassword } from './hashing.ts'

/** What is wrong with the password given for an account's own. Who only signs in with Google has none to give. */
export async function problemsOfGiven(given: string | undefined, stored: string | null): Promise<string[]> {
  if (stored === null) return []
  if (given === undefined) return ['This field is required.']
  return (await isPassword(given, stored)) ? [] : ['Wrong password.']
}

/**
 * What is wrong with the credential by which who only signs in with Google proves to be there.
 * @param now Unix seconds
 * @throws 503 when Google's keys cannot be had
 */
export async function problemsOfFresh(
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
