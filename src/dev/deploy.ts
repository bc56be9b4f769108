/**
 * `npm run deploy -- [--school <name>] <wrangler deploy flags>`: the first deployment and every later one. Creates the
 * database if there is none, migrates it, then publishes (which provisions whatever else is missing), so that no code ever
 * meets a schema older than itself. With `--dry-run` it only builds, and says what would be bound to what.
 */
import { unstable_readConfig } from 'wrangler'
import { withSchool } from './schools.ts'
import { hand, must, storeFlags } from './wrangler.ts'

const args = await withSchool(process.argv.slice(2))
const { flags, values } = storeFlags(args)

await import('./assets.ts')
if (args.includes('--dry-run')) process.exit(await hand('deploy', '--minify', ...args))
const name = databaseName()
const existing = JSON.parse(await must('d1', 'list', '--json')) as { name: string }[]
if (!existing.some(database => database.name === name)) await step('d1', 'create', name)
await step('d1', 'migrations', 'apply', 'DB', '--remote', ...flags)
await step('deploy', '--minify', ...args)
const secrets = await must('secret', 'list', ...flags)
for (const name of ['JWT_SECRET', 'RECEIPT_SECRET'].filter(name => !secrets.includes(`"${name}"`)))
  console.log(
    `\nLeft to do: npx wrangler secret put ${[name, ...flags].join(' ')}. Until then every request is refused.`,
  )

/** Without an id in the configuration wrangler finds the database by this name. */
function databaseName(): string {
  // The package types its configuration with a package of types that is not needed otherwise.
  const { d1_databases: databases } = unstable_readConfig({ config: values.config, env: values.env }) as Databases
  const found = databases.find(({ binding }) => binding === 'DB')?.database_name
  if (found === undefined) throw new Error('The database bound as DB has no database_name.')
  return found
}

type Databases = { d1_databases: { binding: string; database_name?: string }[] }

async function step(...command: string[]): Promise<void> {
  const code = await hand(...command)
  if (code !== 0) process.exit(code)
}
