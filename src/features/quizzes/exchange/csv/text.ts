/**
 * CSV as in RFC 4180. We parse it ourselves, because of the maintained parsers that we measured, papaparse does not name the
 * line of an error, and csv-parse needs seconds for 5 MiB of commas and throws on 5 MiB of line ends.
 */
import { countLineEnds, NUMBER, type Problem } from '../exchange.ts'

/** The row starts on `line`, counted from 1. */
export type Row = { line: number; cells: string[] }

/**
 * Reads all but blank rows in one pass. Strict about quotes, because guessing at them would put answers into wrong columns.
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

/** The position of the quote that closes a cell, which a doubled one does not; negative without one. */
function closingQuote(text: string, from: number): number {
  let quote = text.indexOf('"', from)
  while (quote >= 0 && text[quote + 1] === '"') quote = text.indexOf('"', quote + 2)
  return quote
}

/** Quotes every cell that is not a plain word or number; ends lines with CR LF. */
export function writeRows(rows: readonly (readonly string[])[], delimiter: ',' | ';' = ','): string {
  const plain = delimiter === ',' ? /^[\w.+-]*$/ : /^[\w.,+-]*$/
  const write = (cell: string) => (plain.test(cell) ? cell : `"${cell.replaceAll('"', '""')}"`)
  return rows.map(cells => `${cells.map(write).join(delimiter)}\r\n`).join('')
}

// Spreadsheets compute cells that begin like this (OWASP, CSV injection), after any number of apostrophes.
const FORMULA = /^'*(\s*[=+\-@|%＝＋－＠]|[\t\r\n])/

/** Puts an apostrophe before a text that a spreadsheet would take for a formula. */
export const guarded = (text: string) => (FORMULA.test(text) && !NUMBER.test(text) ? `'${text}` : text)
/** Undoes `guarded`. */
export const unguarded = (cell: string) => (cell.startsWith("'") && FORMULA.test(cell) ? cell.slice(1) : cell)
