/** CSV out, as in RFC 4180, that no spreadsheet takes for a formula. */

type Cell = string | number | boolean | null

// What spreadsheets begin a formula with, after any white space (OWASP, CSV injection).
const FORMULA = /^\s*[=+\-@\t\r|%]/

/** One line. Text that begins like a formula gets an apostrophe in front, which a spreadsheet takes as "this is text". */
export const csvLine = (cells: readonly Cell[]) => `${cells.map(csvCell).join(',')}\r\n`

function csvCell(cell: Cell): string {
  if (typeof cell !== 'string') return String(cell ?? '')
  const text = FORMULA.test(cell) ? `'${cell}` : cell
  return /[",\r\n]/.test(text) || text !== text.trim() ? `"${text.replaceAll('"', '""')}"` : text
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
