/**
 * `npm run deploy -- [--school <name>] [--location weur] [--jurisdiction eu] <wrangler deploy flags>`: the first deployment and
 * every later one, even after one that failed half-way. Finds or creates the database and the namespace, migrates, then
 * publishes, so that no code meets a schema older than itself. With `--dry-run` it only builds and prints the bindings. It
 * writes its own configuration and never changes the one that people write.
 */
import { join } from 'node:path'
import { type Configuration, readConfiguration, writeConfiguration } from './configuration.ts'
import { turnOnReplicas } from './deploy/replicas.ts'
import { databaseOf, namespaceOf, regionOf } from './deploy/resources.ts'
import { checkGivenSecrets, withSecrets } from './deploy/secrets.ts'
import { lacking, SCHEMA_QUERY, type SchemaObject } from './schema.ts'
import { withSchool } from './schools.ts'
import { captureOrExit, fail, runInTerminal, takeOption } from './wrangler.ts'

const location = takeOption(await withSchool(process.argv.slice(2)), 'location')
const jurisdiction = takeOption(location.rest, 'jurisdiction')
const chosen = takeOption(jurisdiction.rest, 'config', 'c')
const source = chosen.value ?? 'wrangler.toml'
const args = chosen.rest
if (args.some(arg => /^(-e|--env)(=|$)/.test(arg)))
  fail('There is no --env here: a second deployment is a school, --school staging.')
checkGivenSecrets()

const common = await readConfiguration(source)
const written = join('.wrangler', 'deployments', common.name, 'wrangler.json')
await import('./assets.ts')
if (args.includes('--dry-run')) {
  const config = writeConfiguration(written, source, published(common, { JURISDICTION: jurisdiction.value ?? '' }))
  process.exit(await runInTerminal('deploy', '--minify', '--config', config, ...args))
}

const database = await databaseOf(common, { location: location.value, jurisdiction: jurisdiction.value }, [
  '--config',
  source,
])
const namespace = await namespaceOf(common, ['--config', source])
const place = {
  JURISDICTION: database.jurisdiction ?? '',
  DATABASE_REGION: (await regionOf(database.name, ['--config', source])) ?? '',
}
const flags = [
  '--config',
  writeConfiguration(written, source, {
    ...published(common, place),
    d1_databases: common.d1_databases.map(bound =>
      bound.binding === 'DB' ? { ...bound, database_id: database.uuid } : bound,
    ),
    kv_namespaces: common.kv_namespaces.map(bound => (bound.binding === 'KV' ? { ...bound, id: namespace } : bound)),
  }),
]
await step('d1', 'migrations', 'apply', 'DB', '--remote', ...flags)
await checkSchema()
await withSecrets(flags, secretFlags => step('deploy', '--minify', ...flags, ...secretFlags, ...args))
console.log(`\n${await turnOnReplicas(process.env['CLOUDFLARE_API_TOKEN'], common.account_id, database.uuid)}`)

/** Adds the settings of every deployment: one address, a cache where it is safe, the place of its objects. */
function published(configuration: Configuration, place: Record<string, string>): Configuration {
  const hasAddress = configuration.route !== undefined || (configuration.routes ?? []).length > 0
  return {
    ...configuration,
    workers_dev: configuration.workers_dev ?? !hasAddress,
    preview_urls: configuration.preview_urls ?? false,
    // The platform's cache ignores the host, so cached answers must have links that do not depend on it.
    ...(configuration.vars['PUBLIC_ORIGIN'] ? { cache: { enabled: true } } : {}),
    vars: { ...configuration.vars, ...place },
  }
}

/** Checks the schema, because a migration that was declined, or split in the wrong place, may have ended without an error. */
async function checkSchema(): Promise<void> {
  const answer = await captureOrExit(
    'd1',
    'execute',
    'DB',
    '--remote',
    '--yes',
    '--json',
    '--command',
    SCHEMA_QUERY,
    ...flags,
  )
  const [{ results }] = JSON.parse(answer) as [{ results: SchemaObject[] }]
  const { missing } = lacking(results)
  if (missing.length === 0) return
  fail(
    `The deployed database lacks ${missing.length} of what the migrations make: ${missing.join(', ')}.\n` +
      'Nothing was published. Were the migrations declined, run this again. Does it hold nothing yet, delete it ' +
      `(npx wrangler d1 delete ${database.name}) and run this again; else bring it back to a minute before (docs/operate/operations.md, Restore).`,
  )
}

async function step(...command: string[]): Promise<void> {
  const code = await runInTerminal(...command)
  if (code !== 0) process.exit(code)
}
