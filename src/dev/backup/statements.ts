/** The statements that restore rows, in an order and of a size that D1 accepts. */
import { DatabaseSync } from 'node:sqlite'
import type { SchemaObject } from '../schema.ts'
import type { Row, Value } from './dump.ts'

/** The table that holds the parts of long texts until their row is inserted. */
export const PARTS = 'backup_parts'
/** D1 accepts statements of at most 100,000 bytes. */
const MAX_BYTES = 90_000
/** UTF-16 units of at most three bytes each. All texts of a row that are this short fit into its statement. */
const SHORT_LENGTH = 800
const PART_LENGTH = 20_000

export type Table = { name: string; columns: { name: string; isText: boolean; isKey: boolean }[] }

/**
 * Puts every table after those to which its foreign keys point.
 * @throws when foreign keys form a circle of several tables
 */
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

/** @returns an INSERT, or several statements for a row that is too long for one */
export function insert({ table, columns, values }: Row): string[] {
  const head = `INSERT INTO ${table} (${columns.map(name => `"${name}"`).join(', ')}) VALUES `
  return inStatements(values, literals => `${head}(${literals.join(', ')});`)
}

/**
 * A query of the rows whose texts the export makes ambiguous: it writes \n for a line's end, and leaves a \n of LaTeX or code
 * as it is.
 */
export function escapedTexts({ name, columns }: Table): string {
  const isAmbiguous = (column: string) =>
    `(instr("${column}", char(10)) AND instr("${column}", '\\n')) OR (instr("${column}", char(13)) AND instr("${column}", '\\r'))`
  const texts = columns.filter(({ isText }) => isText).map(({ name }) => `(${isAmbiguous(name)})`)
  return `SELECT * FROM ${name} WHERE ${texts.join(' OR ') || 'false'}`
}

/** Sets the texts of a row to their true values, which a query has read. */
export function patch({ name, columns }: Table, row: Record<string, string | number | null>): string[] {
  const texts = columns.filter(({ name, isText, isKey }) => isText && !isKey && typeof row[name] === 'string')
  const keys = columns.filter(({ isKey }) => isKey)
  if (keys.length === 0) throw new Error(`${name} has no key to find a row by.`)
  const values = [...texts, ...keys].map(({ name }): Value => {
    const value = row[name]
    return typeof value === 'string' ? { text: value } : { literal: String(value) }
  })
  return inStatements(values, literals => {
    const set = texts.map(({ name }, place) => `"${name}" = ${literals[place]}`)
    const where = keys.map(({ name }, place) => `"${name}" = ${literals[texts.length + place]}`)
    return `UPDATE ${name} SET ${set.join(', ')} WHERE ${where.join(' AND ')};`
  })
}

/** One statement if it is short enough; otherwise statements before it insert its long texts in parts, which it joins. */
function inStatements(values: Value[], statement: (literals: string[]) => string): string[] {
  const short = statement(values.map(literalOf))
  if (Buffer.byteLength(short) <= MAX_BYTES) return [short]
  const parts: string[] = []
  const literals = values.map(value => {
    if (!('text' in value) || value.text.length <= SHORT_LENGTH) return literalOf(value)
    const first = parts.length + 1
    parts.push(...partsOf(value.text))
    return `(SELECT group_concat(part, '' ORDER BY place) FROM ${PARTS} WHERE place BETWEEN ${first} AND ${parts.length})`
  })
  return [
    ...parts.map((text, place) => `INSERT INTO ${PARTS} VALUES (${place + 1}, ${literalOf({ text })});`),
    statement(literals),
    `DELETE FROM ${PARTS};`,
  ]
}

const literalOf = (value: Value): string => ('text' in value ? `'${value.text.replaceAll("'", "''")}'` : value.literal)

/** Never divides a surrogate pair. */
function partsOf(text: string): string[] {
  const parts: string[] = []
  for (let start = 0; start < text.length; ) {
    const isHalf = /[\uD800-\uDBFF]/.test(text[start + PART_LENGTH - 1] ?? '')
    const end = start + PART_LENGTH - (isHalf ? 1 : 0)
    parts.push(text.slice(start, end))
    start = end
  }
  return parts
}
