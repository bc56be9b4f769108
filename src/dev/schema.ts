/** The schema that the migrations make, built in memory, to hold a database against. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { normalized } from './sql.ts'

export type SchemaObject = { type: string; name: string; sql: string }

const FOLDER = 'migrations'

/** Asks a database for its tables, indexes and triggers, but for those of SQLite, of D1 and of the migrations' own record. */
export const SCHEMA_QUERY = `SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT GLOB 'sqlite_*' AND name NOT GLOB '_cf_*' AND name <> 'd1_migrations' ORDER BY type, name`

/** @returns the names of the migrations, in their order */
export const migrationFiles = (): string[] =>
  readdirSync(FOLDER)
    .filter(name => name.endsWith('.sql'))
    .sort()

export const migrationText = (name: string): string => readFileSync(join(FOLDER, name), 'utf8')

/** An empty database, migrated by these files. */
export function migratedDatabase(files = migrationFiles()): DatabaseSync {
  const database = new DatabaseSync(':memory:')
  for (const file of files) database.exec(migrationText(file))
  return database
}

export function schemaOf(database: DatabaseSync): SchemaObject[] {
  return database.prepare(SCHEMA_QUERY).all() as SchemaObject[]
}

/** What these migrations make and a database lacks, or has under that name with another meaning: `trigger users_counted`. */
export function lacking(actual: SchemaObject[], files = migrationFiles()): { missing: string[]; different: string[] } {
  const found = new Map(actual.map(object => [nameOf(object), object]))
  const expected = schemaOf(migratedDatabase(files))
  return {
    missing: expected.filter(object => !found.has(nameOf(object))).map(nameOf),
    different: expected
      .filter(object => normalized(found.get(nameOf(object))?.sql ?? object.sql) !== normalized(object.sql))
      .map(nameOf),
  }
}

const nameOf = ({ type, name }: SchemaObject) => `${type} ${name}`
