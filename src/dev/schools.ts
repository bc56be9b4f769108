/**
 * A school is the same code under another name, with its own Worker, database, namespace and objects. `--school north` selects
 * a configuration that is derived from wrangler.toml and, if there is one, schools/north.json.
 */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Configuration, readConfiguration, writeConfiguration } from './configuration.ts'
import { takeOption } from './wrangler.ts'

/** Names of Workers and databases allow this after any prefix. */
const SCHOOL = /^(?=.{1,30}$)[a-z0-9]+(-[a-z0-9]+)*$/
const SHARED = 'wrangler.toml'

/** Replaces `--school <name>` in the arguments by wrangler's `--config`. Ends this process for a name that is not allowed. */
export async function withSchool(args: string[]): Promise<string[]> {
  const { value, rest } = takeOption(args, 'school')
  if (value === undefined) return rest
  if (!SCHOOL.test(value)) {
    console.error('A school is named by small letters, digits and single hyphens, at most 30: --school north-campus')
    process.exit(2)
  }
  const own = join('schools', `${value}.json`)
  const path = join('.wrangler', 'schools', value, 'wrangler.json')
  const configuration = schoolOf(
    value,
    await readConfiguration(SHARED),
    existsSync(own) ? JSON.parse(readFileSync(own, 'utf8')) : {},
  )
  return [...rest, '--config', writeConfiguration(path, SHARED, configuration)]
}

/**
 * Copies the shared configuration without the settings that name a database, a namespace or an address, because two schools
 * would share these.
 * @param own the school's own settings, which win: `vars`, `routes` or any other
 */
function schoolOf(school: string, shared: Configuration, own: Partial<Configuration>): Configuration {
  const { route, routes, workers_dev, preview_urls, env, ...common } = shared
  const name = `${shared.name}-${school}`
  return {
    ...common,
    name,
    d1_databases: shared.d1_databases.map(({ database_id, preview_database_id, ...database }) => ({
      ...database,
      database_name: database.database_name ? `${database.database_name}-${school}` : name,
    })),
    kv_namespaces: shared.kv_namespaces.map(({ id, preview_id, ...namespace }) => namespace),
    ...own,
    vars: { ...shared.vars, PUBLIC_ORIGIN: '', ...own.vars },
  }
}
