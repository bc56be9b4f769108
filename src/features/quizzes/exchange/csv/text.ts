/**
 * CSV as in RFC 4180. Our own 60 lines, because the kept parsers measured do not name the line of an error (papaparse)
 * or need seconds for 5 MiB of commas and throw on 5 MiB of line ends (csv-parse).
 */
import { countLineEnds, NUMBER, type Problem } from '../exchange.ts'

/** `line` is where the row starts. */
export type Row = { line: number; cells: string[] }

/**
 * Reads rows, blank ones left out, in one pass. Strict about quotes, because whoever guesses at them puts answers into
 * the wrong columns.
 * @returns the rows up to the first problem
 */
export function readRows(
  text: string,
  { delimiter, rowsAtMost, cellsAtMost }: { delimiter: string; rowsAtMost: number; cellsAtMost: number },
): { rows: Row[]; problem: Problem | null } {
  const bare = new RegExp(`[^"\\r\\n${delimiter}]*`, 'y')
  const rows: Row[] = []
  let [position, line] = [0, 1]
  let row: Row = { line, cells: [] }
  const stop = (at: number, message: string) => ({ rows, problem: { line: at, message } })
  while (position <= text.length) {
    const start = position
    let cell = ''
    if (text[position] === '"') {
      const closing = closingQuote(text, position + 1)
      if (closing < 0) return stop(line, 'A quote is opened here and never closed.')
      cell = text.slice(start + 1, closing).replaceAll('""', '"')
      line += countLineEnds(cell)
      position = closing + 1
    } else {
      bare.lastIndex = position
      cell = bare.exec(text)?.[0] ?? ''
      position += cell.length
    }
    row.cells.push(cell)
    if (row.cells.length > cellsAtMost) return stop(row.line, `A row may have at most ${cellsAtMost} columns.`)
    const next = text[position]
    if (next === '"') return stop(line, 'A cell with a quote in it must be quoted, and its quotes doubled.')
    if (next !== delimiter) {
      if (next !== undefined && next !== '\r' && next !== '\n') return stop(line, 'Text after a closing quote.')
      if (row.cells.some(content => content !== '')) rows.push(row)
      if (rows.length > rowsAtMost) return stop(row.line, `A file may have at most ${rowsAtMost} rows.`)
      line++
      row = { line, cells: [] }
      if (next === '\r' && text[position + 1] === '\n') position++
    }
    position++
  }
  return { rows, problem: null }
}

/** The position of the quote that closes a cell: doubled ones do not. */
function closingQuote(text: string, from: number): number {
  let quote = text.indexOf('"', from)
  while (quote >= 0 && text[quote + 1] === '"') quote = text.indexOf('"', quote + 2)
  return quote
}

/** Rows as text: every cell that is not a plain word or number is quoted, lines end in CR LF. */
export function writeRows(rows: readonly (readonly string[])[], delimiter: ',' | ';' = ','): string {
  const plain = delimiter === ',' ? /^[\w.+-]*$/ : /^[\w.,+-]*$/
  const write = (cell: string) => (plain.test(cell) ? cell : `"${cell.replaceAll('"', '""')}"`)
  return rows.map(cells => `${cells.map(write).join(delimiter)}\r\n`).join('')
}

// What makes a spreadsheet compute a cell (OWASP, CSV injection), behind any number of apostrophes.
const FORMULA = /^'*(\s*[=+\-@|%＝＋－＠]|[\t\r\n])/

/** A text that no spreadsheet takes for a formula: an apostrophe before it says that it is text. */
export const guarded = (text: string) => (FORMULA.test(text) && !NUMBER.test(text) ? `'${text}` : text)
/** The text that `guarded` was given. */
export const unguarded = (cell: string) => (cell.startsWith("'") && FORMULA.test(cell) ? cell.slice(1) : cell)
