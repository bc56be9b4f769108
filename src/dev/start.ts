/** `npm start -- [--school <name>] <wrangler dev flags>`: everything a fresh clone needs, then the API at http://localhost:8787. */
import { randomBytes } from 'node:crypto'
import { appendFileSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { parseArgs } from 'node:util'
import { startDemoAttempts } from './demo/running.ts'
import { DEMO_LOGINS, demoData } from './demo-data.ts'
import { withSchool } from './schools.ts'
import { ask, hand, must, storeFlags } from './wrangler.ts'

const args = await withSchool(process.argv.slice(2))
const { flags, values } = storeFlags(args)
/** Where wrangler looks for the settings of a configuration. */
const folder = dirname(values.config ?? 'wrangler.toml')
const SECRETS = ['JWT_SECRET', 'RECEIPT_SECRET']
const LOCAL_SETTINGS = ['INSTRUCTOR_SIGNUP="open"', 'LOG="failures"']

await import('./assets.ts')
settle(join(folder, '.dev.vars'))
const isNew = await prepareStore()
// Beside the server, which must run for it.
if (isNew) void startDemoAttempts(`http://localhost:${port()}`)
process.exitCode = await hand('dev', ...args)

function port(): string {
  const { values } = parseArgs({ args, strict: false, options: { port: { type: 'string' } } })
  return typeof values.port === 'string' ? values.port : '8787'
}

/**
 * Local settings, made once and then left alone: secrets of this machine's own, instructors who sign up alone, and a log of
 * failures only, because `wrangler dev` tells of every request already.
 */
function settle(file: string): void {
  const known = existsSync(file) ? readFileSync(file, 'utf8') : ''
  const missing = [
    ...SECRETS.filter(name => !new RegExp(`^\\s*${name} *= *["']?[^\\s"']`, 'm').test(known)).map(
      name => `${name}="${randomBytes(48).toString('base64url')}"`,
    ),
    ...LOCAL_SETTINGS.filter(line => !new RegExp(`^\\s*${line.split('=')[0]} *=`, 'm').test(known)),
  ]
  if (missing.length === 0) return
  appendFileSync(file, `${known === '' || known.endsWith('\n') ? '' : '\n'}${missing.join('\n')}\n`, { mode: 0o600 })
}

/** Migrates the local store when a migration is new, and fills it when nobody is in it: whether it did. */
async function prepareStore(): Promise<boolean> {
  const { migrated, hasUsers } = await stateOfStore()
  const migrations = readdirSync('migrations').filter(name => name.endsWith('.sql'))
  if (migrations.some(name => !migrated.includes(name))) {
    console.log('Migrating the local database …')
    await must('d1', 'migrations', 'apply', 'DB', '--local', ...flags)
  }
  if (!hasUsers) {
    console.log(`Loading demo data … ${DEMO_LOGINS}`)
    const file = join(tmpdir(), `learnmore-demo-${process.pid}.sql`)
    writeFileSync(file, demoData(Math.floor(Date.now() / 1000)).join('\n'))
    await must('d1', 'execute', 'DB', '--local', '--file', file, ...flags)
    rmSync(file)
  }
  return !hasUsers
}

/** A store that cannot be asked is new: no table is there yet. */
async function stateOfStore(): Promise<{ migrated: string[]; hasUsers: boolean }> {
  const questions = 'SELECT name FROM d1_migrations; SELECT id FROM users LIMIT 1'
  const { code, stdout } = await ask('d1', 'execute', 'DB', '--local', '--json', '--command', questions, ...flags)
  if (code !== 0) return { migrated: [], hasUsers: false }
  const [migrations, users] = JSON.parse(stdout) as [{ results: { name: string }[] }, { results: unknown[] }]
  return { migrated: migrations.results.map(row => row.name), hasUsers: users.results.length > 0 }
}
