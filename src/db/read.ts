/** Reading: one D1 trip with the caller's own row in front, and joins that survive a batch. */
import { eq, type SQL, sql } from 'drizzle-orm'
import type { BatchItem } from 'drizzle-orm/batch'
import type { Caller } from '../http/authentication.ts'
import { tokenNotValid, userInactive } from '../http/errors.ts'
import type { Db } from './client.ts'
import { users } from './schema.ts'

/** The caller as the database knows them now: roles and deactivation take effect on the next request that reads this. */
export type Viewer = {
  id: number
  username: string
  firstName: string
  lastName: string
  isInstructor: boolean
  isStaff: boolean
  isActive: boolean
  sessionVersion: number
}

export type Query = BatchItem<'sqlite'>
type Rows<Q extends readonly Query[]> = { [K in keyof Q]: Q[K]['_']['result'] }

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

/**
 * One D1 trip: the caller's row, then the rows of each query.
 * @throws 401 when the caller is gone, inactive, or holds a token from before a password change.
 */
export async function asViewer<const Q extends readonly Query[]>(
  db: Db,
  caller: Caller,
  ...queries: Q
): Promise<[Viewer, ...Rows<Q>]> {
  const [[viewer], ...rows] = await batch(db, viewerById(db, caller.userId), ...queries)
  if (!viewer?.isActive) throw userInactive()
  if (viewer.sessionVersion !== caller.sessionVersion) throw tokenNotValid()
  return [viewer, ...(rows as unknown as Rows<Q>)]
}

const viewerColumns = {
  id: users.id,
  username: users.username,
  firstName: users.firstName,
  lastName: users.lastName,
  isInstructor: users.isInstructor,
  isStaff: users.isStaff,
  isActive: users.isActive,
  sessionVersion: users.sessionVersion,
}

const viewerById = (db: Db, id: number) => db.select(viewerColumns).from(users).where(eq(users.id, id))

/** In SQL, whether the viewer is staff: so that for nobody else is read what staff alone list. */
export const isStaff = (viewerId: number) => sql`(SELECT is_staff FROM users WHERE id = ${viewerId})`

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
