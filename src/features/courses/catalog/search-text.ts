/**
 * Splits a text into the words for the full-text index. Code does it, because the index knows only spaces and ASCII: it would
 * take a Chinese title for one word and `C++` for `C`, and distinguish `Straße` from `strasse`.
 */

import { lazy } from '../../../http/lazy.ts'

/** Raise it with every change of the words of a text: cron then rebuilds the texts of older versions (`reindex.ts`). */
export const SEARCH_VERSION = 1

/** Scripts that write no spaces between words: a search takes a run of them as a phrase of its characters. */
const SPACELESS =
  '\\p{scx=Han}\\p{scx=Hiragana}\\p{scx=Katakana}\\p{scx=Bopomofo}\\p{scx=Thai}\\p{scx=Lao}\\p{scx=Khmer}\\p{scx=Myanmar}\\p{scx=Tibetan}'
/** Letters and digits of a word, with their marks. */
const WORD = '\\p{L}\\p{N}\\p{M}\\p{Co}'

const WORDS = lazy(
  () =>
    new RegExp(
      `(?<run>[[${WORD}]&&[${SPACELESS}]]+)|` +
        // The dot of `.NET` belongs to the word unless a word precedes it. The sign of `C++`, `C#`, `B+` belongs to the
        // word that it ends; in `1+1` and `A#B` it does not.
        `(?<dot>(?<![${WORD}])\\.)?(?<word>[[${WORD}]--[${SPACELESS}]]+)(?<sign>\\+\\+|[+#](?![${WORD}]))?`,
      'gv',
    ),
)
const DOTTED = lazy(() => new RegExp(`\\.(?<word>[[${WORD}]--[${SPACELESS}]]+)`, 'gv'))
const SIGNS: Record<string, string> = { '++': 'plusplus', '+': 'plus', '#': 'sharp' }

/** The tokens of a word: one, or the characters of a run without spaces, which must follow each other. */
export type Word = readonly string[]

/**
 * Unicode NFKC, with case folded to lower, upper and lower again, which equates `ß` with `SS` and `ς` with `Σ`. Then it drops
 * accents, but not marks that are vowels as in Thai and Hindi, and spells out letters that keyboards of other countries lack.
 */
const folded = (text: string) =>
  text
    .normalize('NFKC')
    .toLowerCase()
    .toUpperCase()
    .toLowerCase()
    .normalize('NFD')
    .replace(ACCENTS(), '')
    .replace(SPELLED_OUT, letter => PLAIN[letter] ?? letter)
    .normalize('NFKC')

const ACCENTS = lazy(
  () => /(?<=[\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}\p{Script=Hebrew}\p{Script=Arabic}]\p{M}*)\p{M}/gu,
)
const PLAIN: Record<string, string> = {
  æ: 'ae',
  œ: 'oe',
  ø: 'o',
  đ: 'd',
  ð: 'd',
  ł: 'l',
  þ: 'th',
  ħ: 'h',
  ŧ: 't',
  ı: 'i',
  ς: 'σ',
}
const SPELLED_OUT = new RegExp(`[${Object.keys(PLAIN).join('')}]`, 'g')

/** The words of a text, in their order. */
export const wordsOf = (text: string): Word[] =>
  [...folded(text).matchAll(WORDS())].map(({ groups = {} }) => {
    const { run, dot, word, sign } = groups
    return run === undefined ? [`${dot ? 'dot' : ''}${word}${SIGNS[sign ?? ''] ?? ''}`] : [...run]
  })

/** The text for the index: the tokens of all words, and for `.NET` and `ASP.NET` both `net` and `dotnet`. */
export function searchText(text: string): string {
  const dotted = [...folded(text).matchAll(DOTTED())].flatMap(({ groups }) => [
    groups?.['word'],
    `dot${groups?.['word']}`,
  ])
  return [...wordsOf(text).flat(), ...dotted].join(' ')
}
