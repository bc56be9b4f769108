/**
 * The words of a text as the full-text index gets them. They are found in code, because the index knows only spaces and
 * ASCII: it would take a Chinese title for one word, `C++` for `C`, and tell `Straße` from `strasse`.
 */

import { lazy } from '../../../http/lazy.ts'

/** Raised with every change of what a text comes to: cron then remakes what older versions wrote (`reindex.ts`). */
export const SEARCH_VERSION = 1

/** Scripts that write no spaces between words: a run of them is searched as a phrase of its characters. */
const SPACELESS =
  '\\p{scx=Han}\\p{scx=Hiragana}\\p{scx=Katakana}\\p{scx=Bopomofo}\\p{scx=Thai}\\p{scx=Lao}\\p{scx=Khmer}\\p{scx=Myanmar}\\p{scx=Tibetan}'
/** Letters and digits of a word, with their marks. */
const WORD = '\\p{L}\\p{N}\\p{M}\\p{Co}'

const WORDS = lazy(
  () =>
    new RegExp(
      `(?<run>[[${WORD}]&&[${SPACELESS}]]+)|` +
        // `.NET`, where nothing stands before its dot. `C++`, `C#`, `B+`: the sign belongs to the word it ends; in `1+1` and
        // `A#B` it does not.
        `(?<dot>(?<![${WORD}])\\.)?(?<word>[[${WORD}]--[${SPACELESS}]]+)(?<sign>\\+\\+|[+#](?![${WORD}]))?`,
      'gv',
    ),
)
const DOTTED = lazy(() => new RegExp(`\\.(?<word>[[${WORD}]--[${SPACELESS}]]+)`, 'gv'))
const SIGNS: Record<string, string> = { '++': 'plusplus', '+': 'plus', '#': 'sharp' }

/** A word as its tokens: one, or the characters of a run without spaces, which must follow each other. */
export type Word = readonly string[]

/**
 * Unicode NFKC, and case folded to lower, upper and lower again, so that `ß` and `SS` are one, as `ς` and `Σ` are. Then without
 * accents, where they are that and no vowels as in Thai and Hindi, and with the letters that no keyboard abroad has spelled out.
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

/** The words that somebody typed. */
export const wordsOf = (text: string): Word[] =>
  [...folded(text).matchAll(WORDS())].map(({ groups = {} }) => {
    const { run, dot, word, sign } = groups
    return run === undefined ? [`${dot ? 'dot' : ''}${word}${SIGNS[sign ?? ''] ?? ''}`] : [...run]
  })

/** What the index gets of a text: the tokens of its words, and of `.NET` and `ASP.NET` both `net` and `dotnet`. */
export function searchText(text: string): string {
  const dotted = [...folded(text).matchAll(DOTTED())].flatMap(({ groups }) => [
    groups?.['word'],
    `dot${groups?.['word']}`,
  ])
  return [...wordsOf(text).flat(), ...dotted].join(' ')
}
