/** Several queries in one D1 trip, and joins that survive a batch. */
import { type SQL, sql } from 'drizzle-orm'
import type { BatchItem } from 'drizzle-orm/batch'
import type { Db } from './client.ts'

export type Query = BatchItem<'sqlite'>
export type Rows<Q extends readonly Query[]> = { [K in keyof Q]: Q[K]['_']['result'] }

/** Runs the queries in one transaction and one round trip. Joined selects must go through `distinctly`. */
export async function batch<const Q extends readonly [Query, ...Query[]]>(db: Db, ...queries: Q): Promise<Rows<Q>> {
  return (await db.batch(queries as unknown as [Query, ...Query[]])) as Rows<Q>
}

/** As `batch`, each query by a name, in their order: for one that is made up of what a case asks for. */
export async function batchOf<const Q extends Record<string, Query>>(
  db: Db,
  queries: Q,
): Promise<{ [K in keyof Q]: Q[K]['_']['result'] }> {
  const rows = await db.batch(Object.values(queries) as [Query, ...Query[]])
  return Object.fromEntries(Object.keys(queries).map((name, place) => [name, rows[place]])) as never
}

type Selected = { _: { data: unknown; notNull: boolean } }
type Aliased<Fields> = {
  [K in keyof Fields]: Fields[K] extends { _: { data: infer Data; notNull: infer NotNull } }
    ? SQL.Aliased<NotNull extends true ? Data : Data | null>
    : Fields[K]
}

/**
 * The given columns under names of their own. D1 hands a batch's rows over as objects, so two joined columns of one name
 * (`courses.id`, `users.id`) would silently collapse into the last; an alias per column keeps them apart. Each keeps its
 * decoder (boolean) and type. Plain `sql` fragments that are already aliased pass through.
 */
export function distinctly<Fields extends Record<string, Selected | SQL.Aliased>>(fields: Fields): Aliased<Fields> {
  const aliased = Object.entries(fields).map(([name, field]) => [
    name,
    'mapFromDriverValue' in field ? sql`${field}`.mapWith(field as never).as(name) : field,
  ])
  return Object.fromEntries(aliased) as Aliased<Fields>
}
