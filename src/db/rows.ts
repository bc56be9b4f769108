/** Reads the rows of D1 as the rows that a query describes. */
import { Column, type DriverValueDecoder, is, SQL } from 'drizzle-orm'

/** A field of a query as drizzle orders them: its name, and what decodes its value. */
export type Field = { path: string[]; field: Column | SQL | SQL.Aliased }

type Decoder = DriverValueDecoder<unknown, unknown>

/**
 * @param fields in the order of the columns; without them the rows are as D1 has them
 * @throws when a query nests its fields: a batch of D1 could not tell a missing join from a row of nulls
 */
export function rowReader(fields: readonly Field[] | undefined): (result: D1Result) => unknown[] {
  if (!fields) return result => result.results
  const columns = fields.map(({ path, field }) => {
    const [name, ...nested] = path
    if (name === undefined || nested.length > 0) throw new TypeError('The fields of a statement are not nested.')
    return { name, decoder: decoderOf(field) }
  })
  return ({ results }) =>
    (results as Record<string, unknown>[]).map(row => {
      const values = Object.values(row)
      const read: Record<string, unknown> = {}
      columns.forEach(({ name, decoder }, place) => {
        const value = values[place]
        read[name] = value === null ? null : decoder.mapFromDriverValue(value)
      })
      return read
    })
}

// Drizzle keeps the decoder of a piece of SQL to itself.
const decoderOf = (field: Field['field']): Decoder =>
  is(field, Column) ? field : ((is(field, SQL) ? field : field.sql) as unknown as { decoder: Decoder }).decoder
