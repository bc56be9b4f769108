/** The caller as the database knows them now, and what staff may do. */
import { eq, sql } from 'drizzle-orm'
import { batch, type Rows } from '../db/batch.ts'
import type { Db } from '../db/client.ts'
import { users } from '../db/schema/users.ts'
import { type Names, type RowOf, type Statement, statement, type Value } from '../db/statement.ts'
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

/** Roles and deactivation take effect on the next request that reads this. */
export type Viewer = RowOf<typeof viewerById>

/**
 * One D1 trip: the caller's row, then the rows of each statement.
 * @throws 401 when the caller is gone, inactive, or holds a token from before a password change.
 */
export async function asViewer<const S extends readonly Statement[]>(
  db: Db,
  caller: Caller,
  ...statements: S
): Promise<[Viewer, ...Rows<S>]> {
  const [[viewer], ...rows] = await batch(db, viewerById({ id: caller.userId }), ...statements)
  if (!viewer?.isActive) throw userInactive()
  if (viewer.sessionVersion !== caller.sessionVersion) throw tokenNotValid()
  return [viewer, ...(rows as unknown as Rows<S>)]
}

/** @throws 403 for anybody but staff, whether or not what they asked for exists. */
export function requireStaff(viewer: Viewer): void {
  if (!viewer.isStaff) throw forbidden()
}

/** In SQL, whether the viewer is staff: so that for nobody else is read what staff alone list. */
export const isStaff = (viewerId: Value) => sql`(SELECT is_staff FROM users WHERE id = ${viewerId})`

/**
 * As the first table of a `FROM`, crossed with what staff list: one row for staff and none for anybody else, so that the
 * tables after it are not read for them.
 */
export const staffViewer = (viewerId: Value) => sql`(SELECT 1 FROM users WHERE id = ${viewerId} AND is_staff = 1)`
