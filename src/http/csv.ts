/** CSV out, as in RFC 4180, that no spreadsheet takes for a formula. */

export type Cell = string | number | boolean | null

// What spreadsheets begin a formula with, after any white space (OWASP, CSV injection). Inside a cell too: where numbers have
// a decimal comma, a spreadsheet ends a cell at a semicolon, and a line at its end, in quotes or not.
const FORMULA = /(?<=^|[;\r\n])(?=\s*[=+\-@\t\r|%＝＋－＠])/g

/** One line. Text that begins like a formula gets an apostrophe in front, which a spreadsheet takes as "this is text". */
export const csvLine = (cells: readonly Cell[]) => `${cells.map(csvCell).join(',')}\r\n`

function csvCell(cell: Cell): string {
  if (typeof cell !== 'string') return String(cell ?? '')
  const text = cell.replace(FORMULA, "'")
  return /[",;\r\n]/.test(text) || text !== text.trim() ? `"${text.replaceAll('"', '""')}"` : text
}

/** Rows page by page: the next ones are read when the ones before have been taken. */
export type Pages<Row> = { first: Row[]; full: number; readAfter: (last: Row) => PromiseLike<Row[]> }

/** Lines of a heading and of rows, a page of them at once. */
export async function* csvLines<Row>(
  heading: readonly string[],
  toCells: (row: Row) => readonly Cell[],
  { first, full, readAfter }: Pages<Row>,
): AsyncGenerator<string> {
  yield csvLine(heading)
  for (let rows = first; rows.length > 0; ) {
    yield rows.map(row => csvLine(toCells(row))).join('')
    const last = rows.at(-1)
    if (rows.length < full || !last) return
    rows = await readAfter(last)
  }
}

/** A file of lines, sent as they come; a byte order mark tells Excel that it is UTF-8. */
export function csvFile(name: string, lines: AsyncIterable<string>): Response {
  const encoder = new TextEncoder()
  const iterator = lines[Symbol.asyncIterator]()
  const body = new ReadableStream({
    start: controller => controller.enqueue(encoder.encode('\uFEFF')),
    async pull(controller) {
      const { done, value } = await iterator.next()
      if (done) controller.close()
      else controller.enqueue(encoder.encode(value))
    },
    async cancel() {
      await iterator.return?.()
    },
  })
  return new Response(body, {
    headers: {
      'Content-Type': 'text/csv; charset=utf-8',
      'Content-Disposition': `attachment; filename="${name}"`,
    },
  })
}
