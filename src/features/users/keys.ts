/** What accounts are known by, and how it is compared. */

export const USERNAME_LENGTH = 150

/**
 * How usernames and addresses are compared: whatever their case and composition. Down, up and down again, because letters
 * meet only so: ẞ, ß and SS; Σ, σ and ς. (SQLite folds ASCII only, so the key is stored.)
 */
export const keyOf = (name: string) =>
  name.normalize('NFKC').trim().toLowerCase().toUpperCase().toLowerCase().normalize('NFKC')

/**
 * Whether two addresses are one mailbox. Stricter than their keys: `straße.example` and `strasse.example`, or `bıg.example`
 * and `big.example`, are domains of different people, of whom one must not enter as the other.
 */
export const isSameMailbox = (one: string, other: string) => mailboxOf(one) === mailboxOf(other)
const mailboxOf = (address: string) => address.normalize('NFKC').trim().toLowerCase()
