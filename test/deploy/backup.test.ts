/** The demo's backup, loaded as D1 loads a file: statement by statement, foreign keys on, no transaction around it. */
import { spawnSync } from 'node:child_process'
import { globSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { demoData } from '../../src/dev/demo-data.ts'
import { migratedDatabase, schemaOf } from '../../src/dev/schema.ts'
import { normalized } from '../../src/dev/sql.ts'
import { PLATFORMS_SPLITTER, split } from './splitters.ts'

const D1_STATEMENT_BYTES = 100_000
const YEAR_SECONDS = 31_536_000
const NOW = Math.floor(Date.now() / 1000)

/** Beside the demo: what is hard to bring through a file. */
const HARD = `
  UPDATE modules SET content = replace(hex(zeroblob(60000)), '00', 'é''🎓') || char(10) || '\\nabla' WHERE id = 1;
  UPDATE modules SET content = '\\nabla' || char(10) || 'a; ''b''' || char(13, 10) || '\\r \\n -- /*' WHERE id = 2;
  UPDATE courses SET description = 'Lines' || char(10) || 'of \\nabla and \\theta', title = 'It''s; "quoted"' WHERE id = 1;
`

const folder = mkdtempSync(join(tmpdir(), 'learnmore-backup-test-'))
const store = join(folder, 'store')
const file = join(folder, 'backup.sql')
let source: DatabaseSync
let statements: string[]

beforeAll(() => {
  const d1 = (...args: string[]) => run('npx', 'wrangler', 'd1', ...args, '--local', '--persist-to', store)
  d1('migrations', 'apply', 'DB')
  const demo = join(folder, 'demo.sql')
  writeFileSync(demo, [...demoData(NOW), HARD].join('\n'))
  d1('execute', 'DB', '--file', demo)
  run('npm', 'run', '--silent', 'backup', '--', file, '--persist-to', store)
  const [sqlite = ''] = globSync(join(store, 'v3/d1/**/*.sqlite')).filter(path => !path.endsWith('metadata.sqlite'))
  source = new DatabaseSync(sqlite, { readOnly: true })
  statements = split(readFileSync(file, 'utf8'), PLATFORMS_SPLITTER)
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function run(command: string, ...args: string[]): void {
  const { status, stdout, stderr } = spawnSync(command, args, { encoding: 'utf8' })
  expect(status, stdout + stderr).toBe(0)
}

/** A migrated database that holds something else. */
function other(): DatabaseSync {
  const database = migratedDatabase()
  for (const statement of demoData(NOW - YEAR_SECONDS)) database.exec(statement)
  return database
}
const tablesOf = (database: DatabaseSync) =>
  schemaOf(database)
    .filter(({ type, name }) => type === 'table' && !name.startsWith('course_search'))
    .map(({ name }) => name)
const rowsOf = (database: DatabaseSync, table: string) =>
  database
    .prepare(`SELECT * FROM ${table}`)
    .all()
    .map(row => JSON.stringify(row))
    .sort()
/** Every word of the search index, where it stands. */
function indexOf(database: DatabaseSync) {
  const path = join(folder, `${Math.random()}.sqlite`)
  database.exec(`VACUUM INTO '${path}'`)
  const copy = new DatabaseSync(path)
  copy.exec("CREATE VIRTUAL TABLE words USING fts5vocab('course_search', 'instance')")
  return copy.prepare('SELECT * FROM words ORDER BY term, doc, col, "offset"').all()
}

test('loaded into a database with other rows, every table, trigger and word of the index is that of the original', () => {
  const restored = other()
  for (const statement of statements) restored.exec(statement)
  const tables = tablesOf(source)
  expect(tables.length).toBeGreaterThan(25)
  for (const table of [...tables, 'sqlite_sequence'])
    expect(rowsOf(restored, table), table).toEqual(
      rowsOf(source, table).filter(row => !row.includes('"name":"d1_migrations"')),
    )
  expect(restored.prepare('PRAGMA foreign_key_check').all()).toEqual([])
  const schema = (database: DatabaseSync) => schemaOf(database).map(({ name, sql }) => [name, normalized(sql)])
  expect(schema(restored)).toEqual(schema(source))
  expect(indexOf(restored)).toEqual(indexOf(source))
  expect(indexOf(restored).length).toBeGreaterThan(100)
})

test('long texts, quotes, line ends and what looks like them come through whole', () => {
  const restored = other()
  for (const statement of statements) restored.exec(statement)
  const content = (id: number) => restored.prepare('SELECT content FROM modules WHERE id = ?').get(id)?.['content']
  expect(content(1)).toBe(`${"é'🎓".repeat(60_000)}\n\\nabla`)
  expect(content(2)).toBe("\\nabla\na; 'b'\r\n\\r \\n -- /*")
  expect(Math.max(...statements.map(statement => Buffer.byteLength(statement)))).toBeLessThan(D1_STATEMENT_BYTES)
})

test('in another order it would not load: foreign keys are on', () => {
  const restored = other()
  const begin = statements.findIndex(statement => /^\s*INSERT/.test(statement))
  const end = statements.findLastIndex(statement => /^\s*INSERT INTO (?!sqlite_sequence)/.test(statement)) + 1
  expect(() => {
    for (const statement of statements.slice(0, begin)) restored.exec(statement)
    for (const statement of statements.slice(begin, end).reverse()) restored.exec(statement)
  }).toThrow('FOREIGN KEY constraint failed')
})

test('only its owner may read the file', () => {
  expect(statSync(file).mode & 0o777).toBe(0o600)
})
