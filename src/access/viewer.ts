/** The caller as the database has them at this moment, and the rights of staff. */
import { and, eq, sql } from 'drizzle-orm'
import { batch, type Rows } from '../db/batch.ts'
import type { Db } from '../db/client.ts'
import { distinctly } from '../db/columns.ts'
import { accessTokens, users } from '../db/schema/users.ts'
import { listed, type Names, type RowOf, type Statement, statement, statements, type Value } from '../db/statement.ts'
import { type Caller, type CourseThing, isToken, type SessionCaller, type TokenCaller } from '../http/authentication.ts'
import { forbidden, notFound, tokenNotValid, userInactive } from '../http/errors.ts'
import { toDate } from '../http/fields.ts'
import { isInCourses } from './tokens.ts'

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
 * One D1 trip: the caller's row, with that of a token, then the rows of each statement.
 * @throws 401 when the account does not exist or is inactive, or when the token is older than its last password change; for a
 * personal access token as `requireTokenViewer`
 */
export async function asViewer<const S extends readonly Statement[]>(
  db: Db,
  caller: Caller,
  ...statements: S
): Promise<[Viewer, ...Rows<S>]> {
  if (isToken(caller)) {
    const [[viewer], ...rows] = await batch(db, viewerByToken(caller), ...statements)
    return [requireTokenViewer(db, viewer, caller), ...(rows as unknown as Rows<S>)]
  }
  const [[viewer], ...rows] = await batch(db, viewerById({ id: caller.userId }), ...statements)
  return [requireViewer(viewer, caller), ...(rows as unknown as Rows<S>)]
}

/** @throws 401 when the account does not exist or is inactive, or when the token is older than its last password change */
export function requireViewer<V extends Viewer>(viewer: V | undefined, caller: SessionCaller): V {
  if (!viewer?.isActive) throw userInactive()
  if (viewer.sessionVersion !== caller.sessionVersion) throw tokenNotValid()
  return viewer
}

type OfToken = { id: number; tokenId: number; secretHash: string; key: number | string }
const viewerWithToken = statements((db, { id, tokenId, secretHash, key }: Names<OfToken>, kind: CourseThing | 'none') =>
  db
    .select(
      distinctly({
        ...viewerColumns,
        tokenSessionVersion: accessTokens.sessionVersion,
        canWrite: accessTokens.canWrite,
        expiresAt: accessTokens.expiresAt,
        lastUsedOn: accessTokens.lastUsedOn,
        courses: accessTokens.courses,
        isInCourses: (kind === 'none' ? sql<number>`0` : isInCourses(kind, key)).as('isInCourses'),
      }),
    )
    .from(users)
    .leftJoin(
      accessTokens,
      and(eq(accessTokens.id, tokenId), eq(accessTokens.userId, users.id), eq(accessTokens.secretHash, secretHash)),
    )
    .where(eq(users.id, id)),
)
const viewerByToken = ({ userId, token: { id, secretHash, about } }: TokenCaller) =>
  viewerWithToken(about?.kind ?? 'none', { id: userId, tokenId: id, secretHash, key: about?.key ?? 0 })

const markUsed = statement((db, { id, today }: Names<{ id: number; today: string }>) =>
  db
    .update(accessTokens)
    .set({ lastUsedOn: sql`${today}` })
    .where(eq(accessTokens.id, id)),
)

const READS_ONLY = 'This token can only read.'
const BOUND = 'This token is for certain courses, and this is not about one of them alone.'

/**
 * Notes the first use of each day after the response.
 * @throws 401 when the account is inactive, or the token was revoked, has expired or is older than the last password change;
 * 403 when it only reads, or is for some courses and the operation is about none; 404 for what is in another course
 */
function requireTokenViewer(
  db: Db,
  viewer: RowOf<typeof viewerWithToken> | undefined,
  { token: { id, needs, about, later } }: TokenCaller,
): Viewer {
  const now = Math.floor(Date.now() / 1000)
  if (!viewer || viewer.tokenSessionVersion === null) throw tokenNotValid()
  requireViewer(viewer, { userId: viewer.id, sessionVersion: viewer.tokenSessionVersion })
  if ((viewer.expiresAt ?? 0) <= now) throw tokenNotValid()
  const today = toDate(now)
  // Without the guard: the note is no part of what the request does.
  if (viewer.lastUsedOn !== today) later(batch({ ...db, guard: undefined }, markUsed({ id, today })))
  if (needs === 'write' && !viewer.canWrite) throw forbidden('token_read_only', READS_ONLY)
  if (viewer.courses === null) return viewer
  if (about === null) throw forbidden('token_bound', BOUND)
  if (!viewer.isInCourses) throw notFound()
  return viewer
}

/**
 * `asViewer` for connections that outlive the request that opened them.
 * @returns for each caller the row; undefined where a request would be refused with 401
 */
export async function asViewers<const S extends readonly Statement[]>(
  db: Db,
  callers: readonly SessionCaller[],
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
