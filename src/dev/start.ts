/** `npm start -- [--school <name>] <wrangler dev flags>`: everything a fresh clone needs, then the API at http://localhost:8787. */
import { appendFileSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { parseArgs } from 'node:util'
import { startDemoAttempts } from './demo/running.ts'
import { DEMO_LOGINS, demoData } from './demo-data.ts'
import { newSecret, SECRETS } from './deploy/secrets.ts'
import { lacking, migrationFiles, SCHEMA_QUERY, type SchemaObject } from './schema.ts'
import { withSchool } from './schools.ts'
import { ask, hand, must, storeFlags } from './wrangler.ts'

const args = await withSchool(process.argv.slice(2))
const { flags, values } = storeFlags(args)
/** Where wrangler looks for the settings of a configuration. */
const folder = dirname(values.config ?? 'wrangler.toml')
const LOCAL_SETTINGS = [
  'INSTRUCTOR_SIGNUP="open"',
  'LOG="failures"',
  'RATE_LIMIT_ANON_PER_DAY="0"',
  'RATE_LIMIT_USER_PER_DAY="0"',
]

await import('./assets.ts')
settle(join(folder, '.dev.vars'))
const { isNew, hasDemo } = await prepareStore()
const origin = `http://localhost:${port()}`
// Beside the server, which must run for it.
if (isNew) void startDemoAttempts(origin)
console.log(`\nThe reference: ${origin}/api/docs/`)
if (hasDemo) console.log(`Demo logins:   ${DEMO_LOGINS}\n`)
process.exitCode = await hand('dev', ...args)

function port(): string {
  const { values } = parseArgs({ args, strict: false, options: { port: { type: 'string' } } })
  return typeof values.port === 'string' ? values.port : '8787'
}

/**
 * Local settings, made once and then left alone: secrets of this machine's own, instructors who sign up alone, a log of
 * failures only, because `wrangler dev` tells of every request already, and no daily quota, because a page that reloads with
 * every change would use it up.
 */
function settle(file: string): void {
  const known = existsSync(file) ? readFileSync(file, 'utf8') : ''
  const missing = [
    ...SECRETS.filter(name => !new RegExp(`^\\s*${name} *= *["']?[^\\s"']`, 'm').test(known)).map(
      name => `${name}="${newSecret()}"`,
    ),
    ...LOCAL_SETTINGS.filter(line => !new RegExp(`^\\s*${line.split('=')[0]} *=`, 'm').test(known)),
  ]
  if (missing.length === 0) return
  appendFileSync(file, `${known === '' || known.endsWith('\n') ? '' : '\n'}${missing.join('\n')}\n`, { mode: 0o600 })
}

/** Migrates the local store when a migration is new, and fills it when nobody is in it: whether it did. */
async function prepareStore(): Promise<{ isNew: boolean; hasDemo: boolean }> {
  const { migrated, schema, hasUsers, hasDemo } = await stateOfStore()
  const migrations = migrationFiles()
  refuseAnother(migrated, schema)
  if (migrations.some(name => !migrated.includes(name))) {
    console.log('Migrating the local database …')
    await must('d1', 'migrations', 'apply', 'DB', '--local', ...flags)
  }
  if (!hasUsers) {
    console.log('Loading demo data …')
    const file = join(tmpdir(), `learnmore-demo-${process.pid}.sql`)
    writeFileSync(file, demoData(Math.floor(Date.now() / 1000)).join('\n'))
    await must('d1', 'execute', 'DB', '--local', '--file', file, ...flags)
    rmSync(file)
  }
  return { isNew: !hasUsers, hasDemo: hasDemo || !hasUsers }
}

/** A store that other migrations made, or these as they were before, cannot be led to what is expected here. */
function refuseAnother(migrated: string[], schema: SchemaObject[]): void {
  const migrations = migrationFiles()
  const unknown = migrated.filter(name => !migrations.includes(name))
  const known = migrated.filter(name => migrations.includes(name))
  const { missing, different } = lacking(schema, known)
  if (unknown.length + missing.length + different.length === 0) return
  const store = values['persist-to'] ?? join(folder, '.wrangler', 'state')
  console.error(
    `The local database in ${store} was made by another version: ${[...unknown, ...missing, ...different].slice(0, 3).join(', ')}` +
      ` … To begin anew, delete that folder: rm -r ${store}`,
  )
  process.exit(1)
}

type State = { migrated: string[]; schema: SchemaObject[]; hasUsers: boolean; hasDemo: boolean }

/** A store that cannot be asked is new: no table is there yet. */
async function stateOfStore(): Promise<State> {
  const questions = [
    'SELECT name FROM d1_migrations',
    SCHEMA_QUERY,
    `SELECT (SELECT count(*) FROM users) AS users, EXISTS (SELECT 1 FROM users WHERE username_key = 'student1') AS demo`,
  ].join('; ')
  const { code, stdout } = await ask('d1', 'execute', 'DB', '--local', '--json', '--command', questions, ...flags)
  if (code !== 0) return { migrated: [], schema: [], hasUsers: false, hasDemo: false }
  const [migrations, schema, [found]] = (JSON.parse(stdout) as { results: object[] }[]).map(
    ({ results }) => results,
  ) as [{ name: string }[], SchemaObject[], [{ users: number; demo: number }]]
  return {
    migrated: migrations.map(({ name }) => name),
    schema,
    hasUsers: found.users > 0,
    hasDemo: found.demo === 1,
  }
}
