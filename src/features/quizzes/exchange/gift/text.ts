/** The marks, escapes and blocks of Moodle's GIFT format, as Moodle's own importer reads them. */

/** A question's lines, comments left out; `line` is its first. */
export type Block = { line: number; text: string }

/** Blank lines separate questions, and lines that name a category do. Lines that start with `//` are comments. */
export function* blocksOf(text: string): Generator<Block> {
  let block: { line: number; lines: string[] } | null = null
  let number = 0
  // The end of the text comes as an empty line of its own.
  for (const [line] of text.matchAll(/[^\r\n]*(?:\r\n|\r|\n|$)/g)) {
    number++
    const content = line.trim()
    if (content === '' || isCategory(content)) {
      if (block) yield { line: block.line, text: block.lines.join('\n').trimStart() }
      block = null
      if (content !== '') yield { line: number, text: content }
    } else if (!content.startsWith('//')) {
      block ??= { line: number, lines: [] }
      // What a line is indented by can be what is asked about: code, a poem.
      block.lines.push(line.trimEnd())
    }
  }
}

export const isCategory = (text: string) => text.startsWith('$CATEGORY:')

export type Mark = { mark: string; at: number }

/** Where a mark stands that no backslash escapes, in order. `marks` is a regular expression's source. */
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

/** What stands before and after the first mark; without one, `after` is null. */
export function cut(text: string, mark: string): { before: string; after: string | null } {
  const found = firstMark(text, mark)
  if (!found) return { before: text, after: null }
  return { before: text.slice(0, found.at), after: text.slice(found.at + found.mark.length) }
}

const FORMAT = /^\[(html|markdown|plain|moodle)\]/

/** The text that a piece of a file stands for: without its format, escapes undone, trimmed. */
export const unescaped = (piece: string) =>
  piece
    .trim()
    .replace(FORMAT, '')
    .replace(/\\([\\:#={}~n])/g, (_, char: string) => (char === 'n' ? '\n' : char))
    .trim()

/** The formats of the texts in a block, but those that are plain anyway. */
export const formatsIn = (block: string): Set<string> =>
  new Set(Array.from(block.matchAll(/(?:^|[={~#%>])\s*\[(html|markdown)\]/g), ([, format = '']) => format))

/** Where a comment holds what Moodle keeps of a question beside its text. */
export const taggingComment = (text: string): number => text.search(/^[ \t]*\/\/.*\[(?:id|tag):/m)

/** A text as a file holds it. What would be taken for a mark at its start is put behind a format. */
export const escaped = (text: string) => (/^(\[|%|\/\/|::|\$)/.test(text) ? '[plain]' : '') + escapedWithin(text)

/** The same for the rest of a text. */
export const escapedWithin = (text: string) =>
  text.replace(/[\\:#={}~\n]/g, char => (char === '\n' ? '\\n' : `\\${char}`))
