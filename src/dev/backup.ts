/**
 * `npm run backup -- <file> [--school NAME] [--remote]`: the database as one SQL file, for keeping longer than Time Travel does and for
 * moving elsewhere. To be executed on a database that is migrated as far as this one; what is in that is replaced.
 */
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { withSchool } from './schools.ts'
import { must, storeFlags } from './wrangler.ts'

const args = await withSchool(process.argv.slice(2))
const where = args.includes('--remote') ? '--remote' : '--local'
const { flags, positionals } = storeFlags(args.filter(arg => arg !== '--remote' && arg !== '--local'))
const [file] = positionals
if (file === undefined || positionals.length > 1) {
  console.error('Usage: npm run backup -- <file> [--school NAME] [--remote]')
  process.exit(2)
}

type Entry = { type: string; name: string; sql: string }
const QUESTIONS = [
  // What migrations have run is for the other database to know; D1's own tables are D1's.
  `SELECT type, name, sql FROM sqlite_master WHERE type IN ('table', 'trigger') AND name NOT GLOB 'sqlite_*' AND name NOT GLOB '_cf_*' AND name <> 'd1_migrations'`,
  `SELECT name, seq FROM sqlite_sequence WHERE name <> 'd1_migrations'`,
]
const asked = await must('d1', 'execute', 'DB', where, '--yes', '--json', '--command', QUESTIONS.join('; '), ...flags)
const [{ results: schema }, { results: sequences }] = JSON.parse(asked) as [
  { results: Entry[] },
  { results: { name: string; seq: number }[] },
]
const triggers = schema.filter(({ type }) => type === 'trigger')
// The search index cannot be exported: it is made anew from the courses.
const tables = schema.filter(({ type, name }) => type === 'table' && !name.startsWith('course_search'))

const folder = mkdtempSync(join(tmpdir(), 'learnmore-backup-'))
const data = join(folder, 'data.sql')
const named = tables.flatMap(({ name }) => ['--table', name])
await must('d1', 'export', 'DB', where, '--no-schema', '--output', data, ...named, ...flags)

writeFileSync(
  file,
  [
    'PRAGMA defer_foreign_keys = TRUE;',
    // Counters and statistics come with the data, so nothing may count it a second time.
    ...triggers.map(({ name }) => `DROP TRIGGER ${name};`),
    ...tables.map(({ name }) => `DELETE FROM ${name};`),
    'DELETE FROM course_search;\n',
  ].join('\n'),
  { mode: 0o600 },
)
appendFileSync(file, readFileSync(data))
appendFileSync(
  file,
  [
    "INSERT INTO course_search (rowid, title, description) SELECT id, title, description FROM courses WHERE status = 'published' AND deleted_at IS NULL;",
    "DELETE FROM sqlite_sequence WHERE name <> 'd1_migrations';",
    ...sequences.map(({ name, seq }) => `INSERT INTO sqlite_sequence VALUES ('${name}', ${seq});`),
    ...triggers.map(({ sql }) => `${sql};`),
    '',
  ].join('\n'),
)
rmSync(folder, { recursive: true })
console.log(
  `${file}: ${tables.length} tables, ${triggers.length} triggers. It holds password hashes: keep it as you keep those.`,
)
