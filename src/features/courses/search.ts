/** From what somebody typed to a full-text query that is always safe. */

/** More words than this only narrow a search that is already narrow. */
const MAX_WORDS = 10
const MAX_WORD_LENGTH = 64

/**
 * An FTS5 expression that matches every word typed, each as a prefix; null when nothing typed is a word. Words are
 * quoted, so that no operator of FTS5 (AND, NEAR, *, ^, a column name) ever means anything.
 */
export function searchExpression(typed: string): string | null {
  const words = typed.normalize('NFC').match(/[\p{L}\p{N}\p{M}\p{Co}]+/gu) ?? []
  if (words.length === 0) return null
  return words
    .slice(0, MAX_WORDS)
    .map(word => `"${word.slice(0, MAX_WORD_LENGTH)}"*`)
    .join(' ')
}
