/** Decides whether two texts count as the same. */

/** Phones insert curly quotes by themselves, German ones the low ones. Primes are not quotes: `5′` can be the answer. */
const SINGLE_QUOTES = /[\u2018-\u201B\u02BC]/g
const DOUBLE_QUOTES = /[\u201C-\u201F]/g

/**
 * Applies Unicode NFKC (so that composed and full-width letters equal their plain forms), straightens curly quotes, trims and
 * folds runs of spaces. Unless `caseSensitive` it folds case too: to lower, upper and lower case again, which makes `ẞ`, `ß`
 * and `SS` equal, and `ς` and `Σ`.
 */
export function folded(text: string, { caseSensitive }: { caseSensitive: boolean }): string {
  // This comes before case folding, because the lower case of `Σ` depends on the next character.
  const plain = text.normalize('NFKC').replace(SINGLE_QUOTES, "'").replace(DOUBLE_QUOTES, '"')
  return (caseSensitive ? plain : plain.toLowerCase().toUpperCase().toLowerCase().normalize('NFKC'))
    .replace(/\s+/g, ' ')
    .trim()
}

/**
 * The form in which a reader tells two parts of a question apart. It folds far less than `folded` does for typed answers,
 * because `H₂O` and `H2O`, or two indentations, can be the very difference that the question asks for.
 */
export const visibleForm = (text: string) => text.normalize('NFC').trimEnd()

/** How many members two multisets share. */
export function overlap(some: readonly string[], others: readonly string[]): number {
  const remaining = new Map<string, number>()
  for (const member of others) remaining.set(member, (remaining.get(member) ?? 0) + 1)
  return some.filter(member => {
    const count = remaining.get(member) ?? 0
    remaining.set(member, count - 1)
    return count > 0
  }).length
}
