/** When two texts count as the same. */

/**
 * Unicode NFKC (so composed and full-width letters equal their plain forms), trimmed, runs of spaces folded; unless
 * `caseSensitive`, case folded too: to lower, upper and lower case again, which makes `ẞ`, `ß` and `SS` one, and `ς`
 * and `Σ`.
 */
export function folded(text: string, { caseSensitive }: { caseSensitive: boolean }): string {
  const plain = text.normalize('NFKC')
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
