/** The marks, escapes and blocks of Moodle's GIFT format, as Moodle's own importer reads them. */

/** The lines of a question without comments; it starts on `line`, counted from 1. */
export type Block = { line: number; text: string }

/** Blank lines and lines that name a category separate questions. Lines that start with `//` are comments. */
export function* blocksOf(text: string): Generator<Block> {
  let block: { line: number; lines: string[] } | null = null
  let number = 0
  // The pattern matches the end of the text as one more empty line, which closes the last block.
  for (const [line] of text.matchAll(/[^\r\n]*(?:\r\n|\r|\n|$)/g)) {
    number++
    const content = line.trim()
    if (content === '' || isCategory(content)) {
      if (block) yield { line: block.line, text: block.lines.join('\n').trimStart() }
      block = null
      if (content !== '') yield { line: number, text: content }
    } else if (!content.startsWith('//')) {
      block ??= { line: number, lines: [] }
      // Indentation can be part of a question about code or a poem, so it stays.
      block.lines.push(line.trimEnd())
    }
  }
}

export const isCategory = (text: string) => text.startsWith('$CATEGORY:')

export type Mark = { mark: string; at: number }

/** Yields unescaped marks in order. `marks` is the source of a regular expression; `at` is the index in the text. */
export function* marksIn(text: string, marks: string): Generator<Mark> {
  for (const { 0: mark, index } of text.matchAll(new RegExp(`(?:\\\\[\\\\:#={}~n]){1,1000}|${marks}`, 'g'))) {
    if (!mark.startsWith('\\')) yield { mark, at: index }
  }
}

export const firstMark = (text: string, marks: string): Mark | undefined =>
  marksIn(text, marks).next().value ?? undefined

export function lastMark(text: string, marks: string): Mark | undefined {
  let last: Mark | undefined
  for (const mark of marksIn(text, marks)) last = mark
  return last
}

export function hasMoreMarks(text: string, marks: string, atMost: number): boolean {
  let count = 0
  for (const _ of marksIn(text, marks)) if (++count > atMost) return true
  return false
}

/** Splits a text at the first unescaped mark; without one, `after` is null. */
export function splitAtMark(text: string, mark: string): { before: string; after: string | null } {
  const first = firstMark(text, mark)
  if (!first) return { before: text, after: null }
  return { before: text.slice(0, first.at), after: text.slice(first.at + first.mark.length) }
}

const FORMAT = /^\[(html|markdown|plain|moodle)\]/

/** The text of a piece of a file: removes its format, undoes escapes and trims. */
export const unescaped = (piece: string) =>
  piece
    .trim()
    .replace(FORMAT, '')
    .replace(/\\([\\:#={}~n])/g, (_, char: string) => (char === 'n' ? '\n' : char))
    .trim()

/** The formats of the texts in a block, without the plain ones. */
export const formatsIn = (block: string): Set<string> =>
  new Set(Array.from(block.matchAll(/(?:^|[={~#%>])\s*\[(html|markdown)\]/g), ([, format = '']) => format))

/** The position of the first comment in which Moodle keeps an id or a tag of a question; negative without one. */
export const taggingComment = (text: string): number => text.search(/^[ \t]*\/\/.*\[(?:id|tag):/m)

/** Escapes a text for a file. A start that GIFT would take for a mark gets a format before it. */
export const escaped = (text: string) => (/^(\[|%|\/\/|::|\$)/.test(text) ? '[plain]' : '') + escapedWithin(text)

/** Escapes a later piece of a text. */
export const escapedWithin = (text: string) =>
  text.replace(/[\\:#={}~\n]/g, char => (char === '\n' ? '\\n' : `\\${char}`))
