/** Which passwords are good enough. */
import { isLonger } from '../../../http/fields.ts'
import { COMMON_PASSWORDS } from './common.ts'

export const MIN_PASSWORD_LENGTH = 8
/** Longer ones make no account safer, and hashing them costs. */
export const MAX_PASSWORD_LENGTH = 128
/** From this share of letters in common on, a password is too like a name. */
const MAX_SIMILARITY = 0.7

/**
 * What is wrong with a password by itself; nothing when it will do. Lengths are in characters (code points). What is too long
 * is refused before anything else is computed about it.
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

/** What about a password is too like whom it belongs to. */
export const likenessOf = (password: string, owner: { username: string; email: string }): string[] => [
  ...(isLike(password, owner.username) ? ['The password is too similar to the username.'] : []),
  ...(isLike(password, owner.email) ? ['The password is too similar to the email address.'] : []),
]

/** Whether it is like the whole name, what stands before an `@`, or any word of it. */
function isLike(password: string, name: string): boolean {
  const plain = password.normalize('NFKC').toLowerCase()
  const whole = name.normalize('NFKC').toLowerCase()
  const words = [whole, ...whole.split('@', 1), ...whole.split(/[^\p{L}\p{N}_]+/u)].filter(word => word !== '')
  return words.some(word => similarity(plain, word) >= MAX_SIMILARITY)
}

/**
 * The share of characters two texts have in common, wherever they stand: 2·shared / all, as in the quick ratio of Python's
 * difflib by which Django judges passwords.
 */
export function similarity(one: string, other: string): number {
  const left = new Map<string, number>()
  const [mine, theirs] = [[...one], [...other]]
  for (const character of theirs) left.set(character, (left.get(character) ?? 0) + 1)
  let shared = 0
  for (const character of mine) {
    const count = left.get(character) ?? 0
    if (count > 0) shared += 1
    left.set(character, count - 1)
  }
  const all = mine.length + theirs.length
  return all === 0 ? 1 : (2 * shared) / all
}
