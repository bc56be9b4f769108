/** Usernames and email addresses, and how they are compared. */

export const USERNAME_LENGTH = 150

/**
 * The key by which usernames and addresses are compared, whatever their case and composition. Only lower, upper and lower case
 * in turn equate ẞ, ß and SS, and Σ, σ and ς. The key is stored, because SQLite folds ASCII only.
 */
export const keyOf = (name: string) =>
  name.normalize('NFKC').trim().toLowerCase().toUpperCase().toLowerCase().normalize('NFKC')

/**
 * Whether two addresses are one mailbox. Stricter than their keys: `straße.example` and `strasse.example`, or `bıg.example`
 * and `big.example`, are domains of different people, who must not log in as each other.
 */
export const isSameMailbox = (one: string, other: string) => mailboxOf(one) === mailboxOf(other)
const mailboxOf = (address: string) => address.normalize('NFKC').trim().toLowerCase()
