/** What changes how an account is entered asks for its password, because an access token can be stolen. */
import { isPassword } from './hashing.ts'

/** What is wrong with the password given for an account's own. Who only signs in with Google has none to give. */
export async function problemsOfGiven(given: string | undefined, stored: string | null): Promise<string[]> {
  if (stored === null) return []
  if (given === undefined) return ['This field is required.']
  return (await isPassword(given, stored)) ? [] : ['Wrong password.']
}
