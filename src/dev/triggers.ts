/** Reads the wanted triggers, a file for each table that they keep, and compares them with those of the migrations. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { migratedDatabase, schemaOf } from './schema.ts'
import { normalized } from './sql.ts'

const FOLDER = 'src/db/triggers'
const CREATE_TRIGGER = /^CREATE TRIGGER (\w+)[\s\S]*?^END;/gm
const EVENT = /^CREATE TRIGGER \w+\s+AFTER (INSERT|DELETE|UPDATE(?: OF [\w", ]+?)?) ON (\w+)/
const KEPT = /\b(?:INSERT INTO|DELETE FROM|(?<!DO )UPDATE(?! OF)) (\w+)/g
const REFUSED = /RAISE\(ABORT, '(\w+)'\)/g

export type Trigger = { name: string; file: string; sql: string }

export const triggers = (): Trigger[] =>
  readdirSync(FOLDER)
    .sort()
    .flatMap(file =>
      [...readFileSync(join(FOLDER, file), 'utf8').matchAll(CREATE_TRIGGER)].map(([sql, name = '']) => ({
        name,
        file,
        sql,
      })),
    )

/** @returns the statements that change the triggers of the migrations into the wanted ones; none when they agree */
export function unwrittenTriggers(wanted = triggers()): string[] {
  const migrated = schemaOf(migratedDatabase()).filter(({ type }) => type === 'trigger')
  const isWanted = (name: string) => wanted.some(trigger => trigger.name === name)
  const migratedSql = new Map(migrated.map(({ name, sql }) => [name, normalized(sql)]))
  const changed = wanted.filter(({ name, sql }) => migratedSql.get(name) !== normalized(sql.replace(/;$/, '')))
  return [
    ...migrated.filter(({ name }) => !isWanted(name)).map(({ name }) => `DROP TRIGGER ${name};`),
    ...changed.flatMap(({ name, sql }) => [...(migratedSql.has(name) ? [`DROP TRIGGER ${name};`] : []), sql]),
  ]
}

/** A table in Markdown of events, triggers and the tables they keep: the effects of a write that no TypeScript code shows. */
export function dataPage(): string {
  const rows = triggers().map(({ name, file, sql }) => {
    const [, what = '', table = ''] = EVENT.exec(sql) ?? []
    const kept = [...new Set([...sql.matchAll(KEPT)].map(([, written = '']) => written))]
    const refused = [...sql.matchAll(REFUSED)].map(([, code]) => `refuses with \`${code}\``)
    return {
      event: `\`${table}\` ${what.toLowerCase()}`,
      line: `| \`${table}\`: ${what.toLowerCase()} | [${name}](../../src/db/triggers/${file}) | ${[...kept.map(name => `\`${name}\``), ...refused].join(', ')} |`,
    }
  })
  return `${HEAD}${rows
    .sort((one, other) => (one.event < other.event ? -1 : 1))
    .map(({ line }) => line)
    .join('\n')}\n`
}

const HEAD = `# What a write brings about

Counters, statistics and the search index are kept by triggers, in the transaction of the event itself. The current text of each is
in \`src/db/triggers/\`, a file for each table that is kept; \`npm run migrations\` writes the migration that leads there, and this page.

| event | trigger | keeps |
| ----- | ------- | ----- |
`
