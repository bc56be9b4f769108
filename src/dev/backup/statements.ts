/** The statements that bring rows back, in an order and of a size that D1 takes. */
import { DatabaseSync } from 'node:sqlite'
import type { SchemaObject } from '../schema.ts'
import type { Row, Value } from './dump.ts'

/** Where the pieces of long texts wait for their row. */
export const PARTS = 'backup_parts'
/** D1 takes statements of at most 100,000 bytes. */
const MOST_BYTES = 90_000
/** In UTF-16 units, of at most three bytes each: so many of a row's texts may stay whole, and fit into its statement. */
const SHORT = 800
const PART = 20_000

export type Table = { name: string; columns: { name: string; isText: boolean; isKey: boolean }[] }

/** Every table after those that its foreign keys point at. */
export function parentsFirst(tables: SchemaObject[]): SchemaObject[] {
  const database = new DatabaseSync(':memory:')
  for (const { sql } of tables) database.exec(sql)
  const parentsOf = database.prepare('SELECT DISTINCT "table" AS name FROM pragma_foreign_key_list(?)')
  const sorted = new Set<SchemaObject>()
  const add = (table: SchemaObject, below: SchemaObject[]) => {
    if (below.includes(table)) throw new Error(`The foreign keys of ${table.name} lead back to it.`)
    const parents = new Set(parentsOf.all(table.name).map(({ name }) => name))
    for (const parent of tables.filter(({ name }) => parents.has(name) && name !== table.name))
      add(parent, [...below, table])
    sorted.add(table)
  }
  for (const table of tables) add(table, [])
  return [...sorted]
}

export function tableOf({ name, sql }: SchemaObject): Table {
  const database = new DatabaseSync(':memory:')
  database.exec(sql)
  const columns = database.prepare('SELECT name, type, pk FROM pragma_table_info(?)').all(name) as {
    name: string
    type: string
    pk: number
  }[]
  return { name, columns: columns.map(({ name, type, pk }) => ({ name, isText: /text/i.test(type), isKey: pk > 0 })) }
}

/** An INSERT, or several statements for a row that is too long for one. */
export function insert({ table, columns, values }: Row): string[] {
  const head = `INSERT INTO ${table} (${columns.map(name => `"${name}"`).join(', ')}) VALUES `
  return whole(values, literals => `${head}(${literals.join(', ')});`)
}

/**
 * Asks for the texts that an export cannot tell from others: it writes \n for a line's end, and leaves a \n that was
 * there (of LaTeX, of code) as it is.
 */
export function escapedTexts({ name, columns }: Table): string {
  const isDoubtful = (column: string) =>
    `(instr("${column}", char(10)) AND instr("${column}", '\\n')) OR (instr("${column}", char(13)) AND instr("${column}", '\\r'))`
  const texts = columns.filter(({ isText }) => isText).map(({ name }) => `(${isDoubtful(name)})`)
  return `SELECT * FROM ${name} WHERE ${texts.join(' OR ') || 'false'}`
}

/** Sets a row's texts to what they are. */
export function patch({ name, columns }: Table, row: Record<string, string | number | null>): string[] {
  const texts = columns.filter(({ name, isText, isKey }) => isText && !isKey && typeof row[name] === 'string')
  const keys = columns.filter(({ isKey }) => isKey)
  if (keys.length === 0) throw new Error(`${name} has no key to find a row by.`)
  const values = [...texts, ...keys].map(({ name }): Value => {
    const value = row[name]
    return typeof value === 'string' ? { text: value } : { literal: String(value) }
  })
  return whole(values, literals => {
    const set = texts.map(({ name }, place) => `"${name}" = ${literals[place]}`)
    const where = keys.map(({ name }, place) => `"${name}" = ${literals[texts.length + place]}`)
    return `UPDATE ${name} SET ${set.join(', ')} WHERE ${where.join(' AND ')};`
  })
}

/** One statement where it is short enough; else its long texts are put down in parts first, and joined by it. */
function whole(values: Value[], statement: (literals: string[]) => string): string[] {
  const short = statement(values.map(literalOf))
  if (Buffer.byteLength(short) <= MOST_BYTES) return [short]
  const parts: string[] = []
  const literals = values.map(value => {
    if (!('text' in value) || value.text.length <= SHORT) return literalOf(value)
    const first = parts.length + 1
    parts.push(...inParts(value.text))
    return `(SELECT group_concat(part, '' ORDER BY place) FROM ${PARTS} WHERE place BETWEEN ${first} AND ${parts.length})`
  })
  return [
    ...parts.map((text, place) => `INSERT INTO ${PARTS} VALUES (${place + 1}, ${literalOf({ text })});`),
    statement(literals),
    `DELETE FROM ${PARTS};`,
  ]
}

const literalOf = (value: Value): string => ('text' in value ? `'${value.text.replaceAll("'", "''")}'` : value.literal)

/** Never between the two halves of a character. */
function inParts(text: string): string[] {
  const parts: string[] = []
  for (let start = 0; start < text.length; ) {
    const isHalf = /[\uD800-\uDBFF]/.test(text[start + PART - 1] ?? '')
    const end = start + PART - (isHalf ? 1 : 0)
    parts.push(text.slice(start, end))
    start = end
  }
  return parts
}
