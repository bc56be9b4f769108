/** Reads the configuration of wrangler that people write, and writes those that commands derive from it. */
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

/** The settings that commands read or change; they copy all others. */
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

/** Reads the file without wrangler's defaults. */
export async function readConfiguration(path: string): Promise<Configuration> {
  const { experimental_readRawConfig } = await import('wrangler')
  return experimental_readRawConfig({ config: path }).rawConfig as unknown as Configuration
}

/**
 * Writes a configuration for wrangler alone.
 * @param source the file from which it was read, to which its paths are relative
 * @returns `path`
 */
export function writeConfiguration(path: string, source: string, configuration: Configuration): string {
  const relocated = (target: string) => relative(dirname(path), join(dirname(source), target))
  const moved: Configuration = {
    ...configuration,
    main: relocated(configuration.main),
    assets: { ...configuration.assets, directory: relocated(configuration.assets.directory) },
    d1_databases: configuration.d1_databases.map(database => ({
      ...database,
      migrations_dir: relocated(database.migrations_dir),
    })),
  }
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, `${JSON.stringify(moved, null, 2)}\n`)
  return path
}
