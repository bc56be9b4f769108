/** Turns typed text into a full-text query that is always safe. */
import * as z from 'zod'
import { wordsOf } from './search-text.ts'

/** Further words would only narrow a search that is already narrow. */
const MAX_WORDS = 10
const MAX_WORD_LENGTH = 64
/** Characters beyond this are ignored: they cost time and name no course. */
const MAX_TYPED_LENGTH = 1_000

export const searchQuery = () =>
  z
    .string()
    .optional()
    .refine(q => q !== undefined && q.trim() !== '', 'This field is required.')
    .transform(q => q ?? '')
    .meta({ type: 'string', description: 'Words or their beginnings, all of which must occur', examples: ['program'] })

/**
 * An FTS5 expression that matches every typed word as a prefix (a run without spaces as a phrase, its last character a prefix);
 * null without a word. Quotes keep the operators of FTS5 (AND, NEAR, *, ^, a column name) from taking effect.
 */
export function searchExpression(typed: string): string | null {
  const words = wordsOf(typed.slice(0, MAX_TYPED_LENGTH))
  if (words.length === 0) return null
  return words
    .slice(0, MAX_WORDS)
    .map(tokens => `"${tokens.join(' ').slice(0, MAX_WORD_LENGTH)}"*`)
    .join(' ')
}
