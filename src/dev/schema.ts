/** Builds the schema of the migrations in memory and compares a database with it. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { normalized } from './sql.ts'

export type SchemaObject = { type: string; name: string; sql: string }

const FOLDER = 'migrations'

/** Reads the tables, indexes and triggers of a database, without those of SQLite, of D1 and of the record of migrations. */
export const SCHEMA_QUERY = `SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT GLOB 'sqlite_*' AND name NOT GLOB '_cf_*' AND name <> 'd1_migrations' ORDER BY type, name`

/** @returns the names of the migrations, in their order */
export const migrationFiles = (): string[] =>
  readdirSync(FOLDER)
    .filter(name => name.endsWith('.sql'))
    .sort()

export const migrationText = (name: string): string => readFileSync(join(FOLDER, name), 'utf8')

/** An empty database in memory, migrated by these files. */
export function migratedDatabase(files = migrationFiles()): DatabaseSync {
  const database = new DatabaseSync(':memory:')
  for (const file of files) database.exec(migrationText(file))
  return database
}

export function schemaOf(database: DatabaseSync): SchemaObject[] {
  return database.prepare(SCHEMA_QUERY).all() as SchemaObject[]
}

/** The objects of these migrations that a database lacks, and those that it has in another form: `trigger users_counted`. */
export function lacking(actual: SchemaObject[], files = migrationFiles()): { missing: string[]; different: string[] } {
  const byName = new Map(actual.map(object => [nameOf(object), object]))
  const expected = schemaOf(migratedDatabase(files))
  return {
    missing: expected.filter(object => !byName.has(nameOf(object))).map(nameOf),
    different: expected
      .filter(object => normalized(byName.get(nameOf(object))?.sql ?? object.sql) !== normalized(object.sql))
      .map(nameOf),
  }
}

const nameOf = ({ type, name }: SchemaObject) => `${type} ${name}`
