import type { Expected, Sample } from '../expected.ts'

/** Rows below the same header, each a file of its own. */
export const under = (header: string, rows: [row: string, question: Expected, warnings?: string[]][]): Sample[] =>
  rows.map(([row, ...expected]) => [`${header}\r\n${row}\r\n`, ...expected])
