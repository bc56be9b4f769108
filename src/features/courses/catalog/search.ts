/** From what somebody typed to a full-text query that is always safe. */
import * as z from 'zod'
import { wordsOf } from './search-text.ts'

/** More words than this only narrow a search that is already narrow. */
const MAX_WORDS = 10
const MAX_WORD_LENGTH = 64
/** Beyond this nothing is looked at: it costs, and names no course. */
const MAX_TYPED_LENGTH = 1_000

export const searchQuery = () =>
  z
    .string()
    .optional()
    .refine(q => q !== undefined && q.trim() !== '', 'This field is required.')
    .transform(q => q ?? '')
    .meta({ type: 'string', description: 'Words or their beginnings, all of which must occur', examples: ['program'] })

/**
 * An FTS5 expression that matches every word typed, each as a prefix (a run without spaces as a phrase, its last character
 * a prefix); null when nothing typed is a word. Words are quoted, so that no operator of FTS5 (AND, NEAR, *, ^, a column name) ever means anything.
 */
export function searchExpression(typed: string): string | null {
  const words = wordsOf(typed.slice(0, MAX_TYPED_LENGTH))
  if (words.length === 0) return null
  return words
    .slice(0, MAX_WORDS)
    .map(tokens => `"${tokens.join(' ').slice(0, MAX_WORD_LENGTH)}"*`)
    .join(' ')
}
