/** Reads the cells of a row, whatever the language of the spreadsheet that wrote them. */
import { toNumberOrText } from '../exchange.ts'
import { isNumbered, numberOf, stemOf } from './columns.ts'

export type Row = ReadonlyMap<string, string>
export type RowLog = { warn(message: string): void; refuse(message: string): void }

/** As spreadsheets write them in English, German, French, Spanish, Italian, Portuguese, Dutch and Polish. */
const TRUE = ['true', 'yes', '1', 'wahr', 'vrai', 'verdadero', 'vero', 'verdadeiro', 'waar', 'prawda']
const FALSE = ['false', 'no', '0', 'falsch', 'faux', 'falso', 'onwaar', 'fałsz']

/** In a file with decimal commas, the point of such a number may separate the thousands. */
const AMBIGUOUS = /^[+-]?[1-9]\d{0,2}\.\d{3}$/

/** Readers of a row's cells. Empty cells yield undefined; misspelled values stay text, which the schema refuses. */
export function cellsOf(row: Row, { hasDecimalCommas }: { hasDecimalCommas: boolean }, { warn }: RowLog) {
  const cell = (column: string) => row.get(column) ?? ''
  const filled = [...row].filter(([column, content]) => content !== '' && isNumbered(column)).map(([column]) => column)

  function number(column: string): number | string | undefined {
    const written = cell(column).trim()
    if (written === '') return undefined
    if (!hasDecimalCommas) return toNumberOrText(written)
    if (AMBIGUOUS.test(written)) {
      const [comma, whole] = [written.replace('.', ','), written.replace('.', '')]
      warn(`${column}: ${written} or ${comma}? It was read with a decimal point. Write ${whole} for the thousands.`)
    }
    return toNumberOrText(written.replace(',', '.'))
  }

  function flag(column: string): boolean | string | undefined {
    const written = cell(column).trim().toLowerCase()
    if (written === '') return undefined
    return TRUE.includes(written) || (FALSE.includes(written) ? false : written)
  }

  return {
    cell,
    number,
    flag,
    word: (column: string) => cell(column).trim().toLowerCase(),
    isFilled: (stem: string) => filled.some(column => stemOf(column) === stem),
    /** Makes one part for each number, up to the last for which any of the columns is filled. */
    parts<T>(stems: readonly string[], make: (number: number) => T): T[] {
      const count = Math.max(0, ...filled.filter(column => stems.includes(stemOf(column))).map(numberOf))
      return Array.from({ length: count }, (_, place) => make(place + 1))
    },
  }
}
