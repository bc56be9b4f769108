/**
 * `npm run backup -- <file> [--school NAME] [--remote] [--persist-to DIR]`: writes the database to one SQL file, to keep
 * it longer than Time Travel does or to move it elsewhere. Executing the file on a database with the same migrations replaces
 * its rows. D1 executes a file statement by statement, so no statement leaves a foreign key without its row.
 */
import { closeSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, symlinkSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { rowsOf } from './backup/dump.ts'
import { escapedTexts, insert, PARTS, parentsFirst, patch, tableOf } from './backup/statements.ts'
import { readConfiguration, writeConfiguration } from './configuration.ts'
import { SCHEMA_QUERY, type SchemaObject } from './schema.ts'
import { withSchool } from './schools.ts'
import { captureOrExit, storeFlags } from './wrangler.ts'

const args = await withSchool(process.argv.slice(2))
const where = args.includes('--remote') ? '--remote' : '--local'
const { flags, positionals, values } = storeFlags(args.filter(arg => arg !== '--remote' && arg !== '--local'))
const [file] = positionals
if (file === undefined || positionals.length > 1) {
  console.error('Usage: npm run backup -- <file> [--school NAME] [--remote] [--persist-to DIR]')
  process.exit(2)
}

const [schema, sequences] = (await query(
  SCHEMA_QUERY,
  `SELECT name, seq FROM sqlite_sequence WHERE name <> 'd1_migrations'`,
)) as [SchemaObject[], { name: string; seq: number }[]]
const triggers = schema.filter(({ type }) => type === 'trigger')
// `d1 export` cannot export the search index, so the file rebuilds it from the courses.
const tables = parentsFirst(schema.filter(({ type, name }) => type === 'table' && !name.startsWith('course_search')))
const indexTrigger = triggers.find(({ name }) => name === 'course_search_on_update')
if (!indexTrigger) throw new Error('There is no trigger that keeps the search index when a course changes.')

const folder = mkdtempSync(join(tmpdir(), 'learnmore-backup-'))
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
const data = join(folder, 'data.sql')
const tableFlags = tables.flatMap(({ name }) => ['--table', name])
await captureOrExit(
  'd1',
  'export',
  'DB',
  where,
  '--no-schema',
  '--skip-confirmation',
  '--output',
  data,
  ...tableFlags,
  ...(await exportFlags()),
)

const inserts = new Map(tables.map(({ name }) => [name, openSync(join(folder, `${name}.sql`), 'w')]))
for await (const row of rowsOf(data)) {
  const target = inserts.get(row.table)
  if (target === undefined) throw new Error(`The export holds a table that was not asked for: ${row.table}`)
  writeSync(target, `${insert(row).join('\n')}\n`)
}
for (const target of inserts.values()) closeSync(target)

const tableInfos = tables.map(tableOf)
const ambiguous = (await query(...tableInfos.map(escapedTexts))) as Record<string, string | number | null>[][]

const backup = openSync(file, 'w', 0o600)
const write = (...statements: string[]) => writeSync(backup, statements.map(statement => `${statement}\n`).join(''))
// The data includes counters and statistics, so no trigger may count the rows again.
write(...triggers.map(({ name }) => `DROP TRIGGER IF EXISTS ${name};`))
write(...tables.toReversed().map(({ name }) => `DELETE FROM ${name};`), 'DELETE FROM course_search;')
write(`DROP TABLE IF EXISTS ${PARTS};`, `CREATE TABLE ${PARTS} (place INTEGER PRIMARY KEY, part TEXT NOT NULL);`)
for (const { name } of tables) writeSync(backup, readFileSync(join(folder, `${name}.sql`)))
tableInfos.forEach((table, place) => {
  for (const row of ambiguous[place] ?? []) write(...patch(table, row))
})
write(`DROP TABLE ${PARTS};`)
// The trigger indexes a course on its update, so this updates every course without a change.
write(`${indexTrigger.sql};`, 'UPDATE courses SET status = status;')
write(
  "DELETE FROM sqlite_sequence WHERE name <> 'd1_migrations';",
  ...sequences.map(({ name, seq }) => `INSERT INTO sqlite_sequence VALUES ('${name}', ${seq});`),
  ...triggers.filter(trigger => trigger !== indexTrigger).map(({ sql }) => `${sql};`),
)
closeSync(backup)
console.log(
  `${file}: ${tables.length} tables, ${triggers.length} triggers. It holds password hashes: keep it as you keep those.`,
)

async function query(...statements: string[]): Promise<object[][]> {
  const answer = await captureOrExit(
    'd1',
    'execute',
    'DB',
    where,
    '--yes',
    '--json',
    '--command',
    statements.join('; '),
    ...flags,
  )
  return (JSON.parse(answer) as { results: object[] }[]).map(({ results }) => results)
}

/** `d1 export` has no --persist-to and looks for the store beside its configuration, so this links the store there. */
async function exportFlags(): Promise<string[]> {
  const store = values['persist-to']
  if (store === undefined || where === '--remote') return flags
  const source = values.config ?? 'wrangler.toml'
  mkdirSync(join(folder, '.wrangler'))
  symlinkSync(resolve(store), join(folder, '.wrangler', 'state'))
  return ['--config', writeConfiguration(join(folder, 'wrangler.json'), source, await readConfiguration(source))]
}
