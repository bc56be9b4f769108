/** Columns of joined tables in a batch. */
import { type SQL, sql } from 'drizzle-orm'

type Selected = { _: { data: unknown; notNull: boolean } }
type Aliased<Fields> = {
  [K in keyof Fields]: Fields[K] extends { _: { data: infer Data; notNull: infer NotNull } }
    ? SQL.Aliased<NotNull extends true ? Data : Data | null>
    : Fields[K]
}

/**
 * Gives each column a name of its own. D1 returns the rows of a batch as objects, so two joined columns of one name
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
