/** The rules for new passwords. */
import { isLonger } from '../../../http/fields.ts'
import { COMMON_PASSWORDS } from './common.ts'

export const MIN_PASSWORD_LENGTH = 8
/** Longer passwords make no account safer, and cost time to hash. */
export const MAX_PASSWORD_LENGTH = 128
/** A password that shares at least this part of its characters with a name is too similar to it. */
const MAX_SIMILARITY = 0.7

/**
 * Refuses a password that is too long before it computes anything else about it. Lengths are in characters (code points).
 * @returns messages about what is wrong with a password by itself; none for a good one
 */
export function problemsOf(password: string): string[] {
  if (isLonger(password, MAX_PASSWORD_LENGTH))
    return [`This password is too long. It must contain at most ${MAX_PASSWORD_LENGTH} characters.`]
  const length = [...password].length
  const plain = password.normalize('NFKC').toLowerCase()
  return [
    ...(length < MIN_PASSWORD_LENGTH
      ? [`This password is too short. It must contain at least ${MIN_PASSWORD_LENGTH} characters.`]
      : []),
    ...(COMMON_PASSWORDS.has(plain) ? ['This password is too common.'] : []),
    ...(/^\p{Nd}+$/u.test(password) ? ['This password is entirely numeric.'] : []),
    ...(password.includes('\0') ? ['Null characters are not allowed.'] : []),
  ]
}

/** @returns messages when the password is too similar to its owner's username or address */
export const similarityProblems = (password: string, owner: { username: string; email: string }): string[] => [
  ...(isSimilar(password, owner.username) ? ['The password is too similar to the username.'] : []),
  ...(isSimilar(password, owner.email) ? ['The password is too similar to the email address.'] : []),
]

/** Whether the password is similar to the whole name, to its part before an `@`, or to any word of it. */
function isSimilar(password: string, name: string): boolean {
  const plain = password.normalize('NFKC').toLowerCase()
  const whole = name.normalize('NFKC').toLowerCase()
  const words = [whole, ...whole.split('@', 1), ...whole.split(/[^\p{L}\p{N}_]+/u)].filter(word => word !== '')
  return words.some(word => similarity(plain, word) >= MAX_SIMILARITY)
}

/**
 * The share of characters that two texts have in common in any order, 0 to 1: 2·shared / all, the quick ratio of Python's
 * difflib, by which Django judges passwords.
 */
export function similarity(one: string, other: string): number {
  const left = new Map<string, number>()
  const [characters, otherCharacters] = [[...one], [...other]]
  for (const character of otherCharacters) left.set(character, (left.get(character) ?? 0) + 1)
  let shared = 0
  for (const character of characters) {
    const count = left.get(character) ?? 0
    if (count > 0) shared += 1
    left.set(character, count - 1)
  }
  const all = characters.length + otherCharacters.length
  return all === 0 ? 1 : (2 * shared) / all
}
