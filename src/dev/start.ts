/** `npm start -- [--school <name>] <wrangler dev flags>`: sets up a fresh clone and serves the API at http://localhost:8787. */
import { appendFileSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { parseArgs } from 'node:util'
import { startDemoAttempts } from './demo/running.ts'
import { DEMO_LOGINS, demoData } from './demo-data.ts'
import { newSecret, SECRETS } from './deploy/secrets.ts'
import { lacking, migrationFiles, SCHEMA_QUERY, type SchemaObject } from './schema.ts'
import { withSchool } from './schools.ts'
import { capture, captureOrExit, runInTerminal, storeFlags } from './wrangler.ts'

const args = await withSchool(process.argv.slice(2))
const { flags, values } = storeFlags(args)
/** The folder in which wrangler looks for `.dev.vars`: that of the configuration. */
const folder = dirname(values.config ?? 'wrangler.toml')
const LOCAL_SETTINGS = [
  'INSTRUCTOR_SIGNUP="open"',
  'LOG="failures"',
  'RATE_LIMIT_ANON_PER_DAY="0"',
  'RATE_LIMIT_USER_PER_DAY="0"',
  'RATE_LIMIT_TOKEN_PER_DAY="0"',
  'WEBHOOK_ALLOW_HTTP="true"',
]

await import('./assets.ts')
writeLocalSettings(join(folder, '.dev.vars'))
const { isNew, hasDemo } = await prepareStore()
const origin = `http://localhost:${port()}`
// It waits for the server, which starts below, so this does not await it.
if (isNew) void startDemoAttempts(origin)
console.log(`\nThe reference: ${origin}/api/docs/`)
if (hasDemo) console.log(`Demo logins:   ${DEMO_LOGINS}\n`)
process.exitCode = await runInTerminal('dev', ...args)

function port(): string {
  const { values } = parseArgs({ args, strict: false, options: { port: { type: 'string' } } })
  return typeof values.port === 'string' ? values.port : '8787'
}

/**
 * Adds the local settings that are missing and never changes one: secrets for this machine, open sign-up for instructors, a log
 * of failures only, because `wrangler dev` prints every request already, no daily quota, because a page that reloads with every
 * change would use it up, and webhooks to receivers on this machine.
 */
function writeLocalSettings(file: string): void {
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

/** Applies new migrations to the local store, and loads the demo into a store without users. */
async function prepareStore(): Promise<{ isNew: boolean; hasDemo: boolean }> {
  const { migrated, schema, hasUsers, hasDemo } = await stateOfStore()
  const migrations = migrationFiles()
  refuseForeignStore(migrated, schema)
  if (migrations.some(name => !migrated.includes(name))) {
    console.log('Migrating the local database …')
    await captureOrExit('d1', 'migrations', 'apply', 'DB', '--local', ...flags)
  }
  if (!hasUsers) {
    console.log('Loading demo data …')
    const file = join(tmpdir(), `learnmore-demo-${process.pid}.sql`)
    writeFileSync(file, demoData(Math.floor(Date.now() / 1000)).join('\n'))
    await captureOrExit('d1', 'execute', 'DB', '--local', '--file', file, ...flags)
    rmSync(file)
  }
  return { isNew: !hasUsers, hasDemo: hasDemo || !hasUsers }
}

/** Ends this process for a store of other migrations, or of earlier texts of these, because no migration can repair it. */
function refuseForeignStore(migrated: string[], schema: SchemaObject[]): void {
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

/** The query fails on a new store, which has no tables yet. */
async function stateOfStore(): Promise<State> {
  const queries = [
    'SELECT name FROM d1_migrations',
    SCHEMA_QUERY,
    `SELECT (SELECT count(*) FROM users) AS users, EXISTS (SELECT 1 FROM users WHERE username_key = 'student1') AS demo`,
  ].join('; ')
  const { code, stdout } = await capture('d1', 'execute', 'DB', '--local', '--json', '--command', queries, ...flags)
  if (code !== 0) return { migrated: [], schema: [], hasUsers: false, hasDemo: false }
  const [migrations, schema, [counts]] = (JSON.parse(stdout) as { results: object[] }[]).map(
    ({ results }) => results,
  ) as [{ name: string }[], SchemaObject[], [{ users: number; demo: number }]]
  return {
    migrated: migrations.map(({ name }) => name),
    schema,
    hasUsers: counts.users > 0,
    hasDemo: counts.demo === 1,
  }
}
