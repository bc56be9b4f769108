/** Drizzle's query builders without its driver, its relational queries and its cache: they only build text. */
import type { Query as BuiltQuery } from 'drizzle-orm'
import type { DrizzleD1Database } from 'drizzle-orm/d1'
import {
  type SelectedFields,
  SQLiteAsyncDialect,
  SQLiteDeleteBase,
  SQLiteInsertBuilder,
  SQLiteSelectBuilder,
  type SQLiteSession,
  type SQLiteTable,
  SQLiteUpdateBuilder,
} from 'drizzle-orm/sqlite-core'
import type { Field } from './rows.ts'

/** The text of a query, its parameters in their order, and the fields of its rows; none where it returns no rows. */
export type Prepared = { text: string; params: unknown[]; fields: Field[] | undefined }

/** What the builders of drizzle call to prepare a query. It holds nothing of a request. */
const session = {
  prepareQuery: ({ sql: text, params }: BuiltQuery, fields: Field[] | undefined): Prepared => ({
    text,
    params,
    fields,
  }),
} as unknown as SQLiteSession<'async', D1Result, never, never>

const dialect = new SQLiteAsyncDialect({ casing: 'snake_case' })

export type Builder = Pick<DrizzleD1Database, 'select' | 'insert' | 'update' | 'delete'>

export const builder = {
  select: (fields?: SelectedFields) => new SQLiteSelectBuilder({ fields, session, dialect }),
  insert: (table: SQLiteTable) => new SQLiteInsertBuilder(table, session, dialect),
  update: (table: SQLiteTable) => new SQLiteUpdateBuilder(table, session, dialect),
  delete: (table: SQLiteTable) => new SQLiteDeleteBase(table, session, dialect),
} as unknown as Builder
