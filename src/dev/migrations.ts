/**
 * `npm run migrations`: writes the migrations that lead to the tables of src/db/schema and to the triggers of src/db/triggers,
 * and the page that lists the triggers. It makes new tables STRICT and, where the key is not one integer, WITHOUT ROWID, so
 * that the table is its own index; drizzle-kit can write neither. With `--check` it writes nothing, and fails when any of them
 * differ or a migration would lose data.
 */
import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { bareCases } from './sql.ts'
import { dataPage, unwrittenTriggers } from './triggers.ts'

const DATA_PAGE = 'docs/contribute/data.md'
const FOLDER = process.env['MIGRATIONS_FOLDER'] ?? 'migrations'
// The match ends at the first semicolon outside strings.
const CREATE_TABLE = /\bCREATE TABLE\b(?:[^;']|'[^']*')*;/gi
const OPTIONS = /\)([^()]*);$/
const HAS_INTEGER_KEY = /\binteger PRIMARY KEY\b/i

if (process.argv.includes('--check')) check()
else write()

function write(): void {
  for (const path of generate(FOLDER)) {
    const text = readFileSync(path, 'utf8')
    writeFileSync(
      path,
      text.replace(CREATE_TABLE, table => table.replace(/\)\s*;$/, `) ${optionsOf(table).join(', ')};`)),
    )
    console.log(`Wrote ${path}`)
  }
  const statements = unwrittenTriggers()
  if (statements.length > 0) {
    for (const path of generate(FOLDER, ['--custom', '--name', 'triggers'])) {
      writeFileSync(path, `${statements.join('\n--> statement-breakpoint\n')}\n`)
      console.log(`Wrote ${path}`)
    }
  }
  writeFileSync(DATA_PAGE, dataPage())
}

function check(): void {
  const complaints = [...sqlFiles(FOLDER).flatMap(complaintsOf), ...unwritten(), ...staleTriggers()]
  for (const complaint of complaints) console.error(complaint)
  if (complaints.length > 0) process.exit(1)
  console.log('Tables, triggers and the migrations agree.')
}

function complaintsOf(path: string): string[] {
  const text = readFileSync(path, 'utf8')
  const sql = text.replace(/--.*$/gm, '')
  const lineOf = (index: number) => text.slice(0, index).split('\n').length
  const tables = [...sql.matchAll(CREATE_TABLE)].map(([table]) => table)
  return [
    // It would silently delete the rows that point at the table and drop its triggers. The author of a migration that prevents
    // both declares it by a comment `-- Rebuilds <table>: …`.
    ...(/\bDROP\s+TABLE\b/i.test(sql) && !/^-- Rebuilds \w+: /m.test(text)
      ? [`${path}: DROP TABLE. Add tables and columns, never rebuild one.`]
      : []),
    ...tables.flatMap(table => {
      const options = OPTIONS.exec(table)?.[1]?.toUpperCase() ?? ''
      const lacking = optionsOf(table).filter(option => !options.includes(option))
      return lacking.map(option => `${path}: not ${option}: ${table.split('\n')[0]}`)
    }),
    // D1 splits a file into statements at BEGIN and END, and takes the END of a bare CASE for the end of the trigger.
    ...bareCases(text).map(
      index => `${path}:${lineOf(index)}: CASE without parentheses of its own. D1 needs them: (CASE … END).`,
    ),
    ...(text.includes('\r')
      ? [`${path}:${lineOf(text.indexOf('\r'))}: ends in CR LF. D1 cannot split such a file; write LF alone.`]
      : []),
  ]
}

/** The options that a table must have. */
function optionsOf(table: string): string[] {
  return HAS_INTEGER_KEY.test(table) ? ['STRICT'] : ['STRICT', 'WITHOUT ROWID']
}

function staleTriggers(): string[] {
  const statements = unwrittenTriggers()
  return [
    ...(statements.length > 0
      ? [`src/db/triggers is ahead; \`npm run migrations\` would write:\n${statements.join('\n')}`]
      : []),
    ...(readFileSync(DATA_PAGE, 'utf8') === dataPage() ? [] : [`${DATA_PAGE} is stale; run \`npm run migrations\`.`]),
  ]
}

/** The migrations that drizzle-kit would still write, which it writes into a copy. */
function unwritten(): string[] {
  // Drizzle-kit accepts relative paths only.
  mkdirSync('.wrangler', { recursive: true })
  const copy = mkdtempSync('.wrangler/migrations-')
  try {
    cpSync(FOLDER, copy, { recursive: true })
    return generate(copy).map(
      path => `src/db/schema is ahead; \`npm run migrations\` would write:\n${readFileSync(path, 'utf8')}`,
    )
  } finally {
    rmSync(copy, { recursive: true })
  }
}

/** Runs drizzle-kit on a folder of migrations. @returns the paths of the files it added */
function generate(folder: string, options: string[] = []): string[] {
  const before = new Set(sqlFiles(folder))
  const { status, stdout, stderr } = spawnSync('drizzle-kit', ['generate', ...options], {
    env: { ...process.env, MIGRATIONS_FOLDER: folder },
    encoding: 'utf8',
    stdio: ['inherit', 'pipe', 'pipe'],
  })
  if (status !== 0) throw new Error(`drizzle-kit failed\n${stdout}${stderr}`)
  return sqlFiles(folder).filter(path => !before.has(path))
}

function sqlFiles(folder: string): string[] {
  return readdirSync(folder)
    .filter(name => name.endsWith('.sql'))
    .map(name => relative('.', join(folder, name)))
}
