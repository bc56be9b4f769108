/** Wrangler's configurations, as commands write them from the one that people write. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'

export type Database = {
  binding: string
  database_name?: string
  database_id?: string
  preview_database_id?: string
  migrations_dir: string
}
export type Namespace = { binding: string; id?: string; preview_id?: string }

/** What is read or written here; everything else is carried along. */
export type Configuration = {
  name: string
  main: string
  assets: { directory: string }
  account_id?: string
  workers_dev?: boolean
  preview_urls?: boolean
  route?: unknown
  routes?: unknown[]
  cache?: { enabled: boolean }
  d1_databases: Database[]
  kv_namespaces: Namespace[]
  vars: Record<string, unknown>
  env?: unknown
}

/** As it stands in the file, without what wrangler takes for granted. */
export async function readConfiguration(path: string): Promise<Configuration> {
  const { experimental_readRawConfig } = await import('wrangler')
  return experimental_readRawConfig({ config: path }).rawConfig as unknown as Configuration
}

/**
 * Writes a configuration for wrangler alone.
 * @param source the file it was read from: its paths are told from there
 * @returns `path`
 */
export function writeConfiguration(path: string, source: string, configuration: Configuration): string {
  const here = (target: string) => relative(dirname(path), join(dirname(source), target))
  const moved: Configuration = {
    ...configuration,
    main: here(configuration.main),
    assets: { ...configuration.assets, directory: here(configuration.assets.directory) },
    d1_databases: configuration.d1_databases.map(database => ({
      ...database,
      migrations_dir: here(database.migrations_dir),
    })),
  }
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, `${JSON.stringify(moved, null, 2)}\n`)
  return path
}
