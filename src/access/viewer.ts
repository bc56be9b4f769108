/** The caller as the database has them at this moment, and the rights of staff. */
import { eq, sql } from 'drizzle-orm'
import { batch, type Rows } from '../db/batch.ts'
import type { Db } from '../db/client.ts'
import { users } from '../db/schema/users.ts'
import { listed, type Names, type RowOf, type Statement, statement, type Value } from '../db/statement.ts'
import type { Caller } from '../http/authentication.ts'
import { forbidden, tokenNotValid, userInactive } from '../http/errors.ts'

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

const viewerById = statement((db, { id }: Names<{ id: number }>) =>
  db.select(viewerColumns).from(users).where(eq(users.id, id)),
)

/** The rows of several callers at once. */
export const viewersByIds = statement((db, { ids }: Names<{ ids: readonly number[] }>) =>
  db
    .select(viewerColumns)
    .from(users)
    .where(sql`${users.id} IN ${listed(ids)}`),
)

/** A change of roles or a deactivation takes effect on the next request that reads this row. */
export type Viewer = RowOf<typeof viewerById>

/**
 * One D1 trip: the caller's row, then the rows of each statement.
 * @throws 401 when the account does not exist or is inactive, or when the token is older than its last password change
 */
export async function asViewer<const S extends readonly Statement[]>(
  db: Db,
  caller: Caller,
  ...statements: S
): Promise<[Viewer, ...Rows<S>]> {
  const [[viewer], ...rows] = await batch(db, viewerById({ id: caller.userId }), ...statements)
  return [requireViewer(viewer, caller), ...(rows as unknown as Rows<S>)]
}

/** @throws 401 when the account does not exist or is inactive, or when the token is older than its last password change */
export function requireViewer(viewer: Viewer | undefined, caller: Caller): Viewer {
  if (!viewer?.isActive) throw userInactive()
  if (viewer.sessionVersion !== caller.sessionVersion) throw tokenNotValid()
  return viewer
}

/**
 * `asViewer` for connections that outlive the request that opened them.
 * @returns for each caller the row; undefined where a request would be refused with 401
 */
export async function asViewers<const S extends readonly Statement[]>(
  db: Db,
  callers: readonly Caller[],
  ...statements: S
): Promise<[(Viewer | undefined)[], ...Rows<S>]> {
  const [viewers, ...rows] = await batch(db, viewersByIds({ ids: callers.map(({ userId }) => userId) }), ...statements)
  const known = callers.map(({ userId, sessionVersion }) =>
    viewers.find(viewer => viewer.id === userId && viewer.isActive && viewer.sessionVersion === sessionVersion),
  )
  return [known, ...(rows as unknown as Rows<S>)]
}

/** @throws 403 for anybody but staff, whether the requested thing exists or not. */
export function requireStaff(viewer: Viewer): void {
  if (!viewer.isStaff) throw forbidden()
}

/** In SQL, whether the viewer is staff. Lists of staff ask it, so that they read nothing for anybody else. */
export const isStaff = (viewerId: Value) => sql`(SELECT is_staff FROM users WHERE id = ${viewerId})`

/**
 * The first table of a `FROM`, cross joined with the list of staff: one row for staff and none for anybody else, so that the
 * tables after it are read for staff only.
 */
export const staffViewer = (viewerId: Value) => sql`(SELECT 1 FROM users WHERE id = ${viewerId} AND is_staff = 1)`
