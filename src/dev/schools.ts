/**
 * A school of its own: the same code under another name, with its own Worker, database, namespace and objects.
 * `--school north` stands for the configuration written here from wrangler.toml and, where there is one, schools/north.json.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { parseArgs } from 'node:util'

/** As Workers and databases may be called, whatever is put in front of it. */
const SCHOOL = /^(?=.{1,30}$)[a-z0-9]+(-[a-z0-9]+)*$/

type Settings = { vars?: Record<string, unknown>; [setting: string]: unknown }
type Config = Settings & {
  name: string
  main: string
  assets: { directory: string }
  d1_databases: { binding: string; database_name: string; migrations_dir: string }[]
}

/** The arguments with `--school <name>` put in wrangler's own words. */
export async function withSchool(args: string[]): Promise<string[]> {
  const { tokens } = parseArgs({ args, strict: false, tokens: true, options: { school: { type: 'string' } } })
  const found = tokens.find(token => token.kind === 'option' && token.name === 'school')
  if (found?.kind !== 'option') return args
  const config = await writeConfig(found.value ?? '')
  return args.toSpliced(found.index, found.inlineValue ? 1 : 2, '--config', config)
}

/** @returns its path; beside it are the school's own `.dev.vars` and, locally, its stores */
async function writeConfig(school: string): Promise<string> {
  if (!SCHOOL.test(school)) {
    console.error('A school is named by small letters, digits and single hyphens, at most 30: --school north-campus')
    process.exit(2)
  }
  const { experimental_readRawConfig } = await import('wrangler')
  const folder = join('.wrangler', 'schools', school)
  const shared = experimental_readRawConfig({ config: 'wrangler.toml' }).rawConfig as unknown as Config
  const own = settingsOf(school)
  const name = `${shared.name}-${school}`
  const here = (path: string) => relative(folder, path)
  const config = {
    ...shared,
    name,
    main: here(shared.main),
    assets: { ...shared.assets, directory: here(shared.assets.directory) },
    d1_databases: shared.d1_databases.map(database => ({
      ...database,
      database_name: `${database.database_name}-${school}`,
      migrations_dir: here(database.migrations_dir),
    })),
    ...own,
    vars: { ...shared.vars, ...own.vars },
  }
  mkdirSync(folder, { recursive: true })
  const path = join(folder, 'wrangler.json')
  writeFileSync(path, `${JSON.stringify(config, null, 2)}\n`)
  return path
}

/** What is different there: `vars`, `routes`, anything a configuration may hold. */
function settingsOf(school: string): Settings {
  const file = join('schools', `${school}.json`)
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {}
}
