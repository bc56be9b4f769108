/** Writes CSV as in RFC 4180, in which no spreadsheet finds a formula. */

export type Cell = string | number | boolean | null

// The characters that begin a formula, after any white space (OWASP, CSV injection). They count inside a cell too: in countries
// with a decimal comma, spreadsheets end a cell at a semicolon or a line break even in quotes.
const FORMULA = /(?<=^|[;\r\n])(?=\s*[=+\-@\t\r|%＝＋－＠])/g

/** One line. Text that begins like a formula gets an apostrophe in front, by which spreadsheets take it for text. */
export const csvLine = (cells: readonly Cell[]) => `${cells.map(csvCell).join(',')}\r\n`

function csvCell(cell: Cell): string {
  if (typeof cell !== 'string') return String(cell ?? '')
  const text = cell.replace(FORMULA, "'")
  return /[",;\r\n]/.test(text) || text !== text.trim() ? `"${text.replaceAll('"', '""')}"` : text
}

/** Rows page by page; `readAfter` reads the next page once the client has taken the one before. `pageSize` is in rows. */
export type Pages<Row> = { first: Row[]; pageSize: number; readAfter: (last: Row) => PromiseLike<Row[]> }

/** Yields the heading, then the lines of one page at a time. */
export async function* csvLines<Row>(
  heading: readonly string[],
  toCells: (row: Row) => readonly Cell[],
  { first, pageSize, readAfter }: Pages<Row>,
): AsyncGenerator<string> {
  yield csvLine(heading)
  for (let rows = first; rows.length > 0; ) {
    yield rows.map(row => csvLine(toCells(row))).join('')
    const last = rows.at(-1)
    if (rows.length < pageSize || !last) return
    rows = await readAfter(last)
  }
}

/** Streams the lines as a file; a byte order mark tells Excel that it is UTF-8. */
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
