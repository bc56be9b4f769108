/** When two texts count as the same. */

/** Phones put them by themselves, German ones the low ones. Primes are no quotes: in `5′` they are what is asked. */
const SINGLE_QUOTES = /[\u2018-\u201B\u02BC]/g
const DOUBLE_QUOTES = /[\u201C-\u201F]/g

/**
 * Unicode NFKC (so composed and full-width letters equal their plain forms), curly quotes and apostrophes straightened,
 * trimmed, runs of spaces folded; unless `caseSensitive`, case folded too: to lower, upper and lower case again, which
 * makes `ẞ`, `ß` and `SS` one, and `ς` and `Σ`.
 */
export function folded(text: string, { caseSensitive }: { caseSensitive: boolean }): string {
  // Before case is folded, because `Σ` looks at what follows it.
  const plain = text.normalize('NFKC').replace(SINGLE_QUOTES, "'").replace(DOUBLE_QUOTES, '"')
  return (caseSensitive ? plain : plain.toLowerCase().toUpperCase().toLowerCase().normalize('NFKC'))
    .replace(/\s+/g, ' ')
    .trim()
}

/**
 * What tells two parts of a question apart for a reader. Far less is folded than of what learners type: `H₂O` and `H2O`,
 * or one indentation and another, can be just what is asked about.
 */
export const looks = (text: string) => text.normalize('NFC').trimEnd()

/** How many members two multisets share. */
export function overlap(some: readonly string[], others: readonly string[]): number {
  const left = new Map<string, number>()
  for (const member of others) left.set(member, (left.get(member) ?? 0) + 1)
  return some.filter(member => {
    const count = left.get(member) ?? 0
    left.set(member, count - 1)
    return count > 0
  }).length
}
