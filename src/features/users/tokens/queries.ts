/** All SQL of personal access tokens but for that of a request by one, which `access/viewer.ts` has. */

import { and, asc, eq, gt, isNull, type SQL, sql } from 'drizzle-orm'
import type { EnrollmentStatus } from '../../../access/participation.ts'
import { distinctly } from '../../../db/columns.ts'
import { courses } from '../../../db/schema/courses.ts'
import { enrollments } from '../../../db/schema/enrollments.ts'
import { accessTokens, users } from '../../../db/schema/users.ts'
import { type Builder, listed, type Names, type RowOf, statement } from '../../../db/statement.ts'
import { insertActs } from '../../audit/queries/acts.ts'

/** A token is checked by its owner's row at each use, so a list of them stays short. */
export const TOKENS_AT_MOST = 50

const columns = {
  id: accessTokens.id,
  name: accessTokens.name,
  canWrite: accessTokens.canWrite,
  courses: accessTokens.courses,
  createdAt: accessTokens.createdAt,
  expiresAt: accessTokens.expiresAt,
  lastUsedOn: accessTokens.lastUsedOn,
}

/** The courses of these ids that are not deleted, with what decides whether the user sees them. */
export const coursesFor = statement((db, { ids, userId }: Names<{ ids: readonly number[]; userId: number }>) =>
  db
    .select(
      distinctly({
        id: courses.id,
        instructorId: courses.instructorId,
        status: courses.status,
        enrollment: sql<EnrollmentStatus | null>`${enrollments.status}`.as('enrollment'),
      }),
    )
    .from(courses)
    .leftJoin(enrollments, and(eq(enrollments.courseId, courses.id), eq(enrollments.userId, userId)))
    .where(and(sql`${courses.id} IN ${listed(ids)}`, isNull(courses.deletedAt))),
)

type Owned = { userId: number; sessionVersion: number }
/** Good as long as the owner's session version stays the same. */
const ownUsable = ({ userId, sessionVersion, now }: Names<Owned & { now: number }>) =>
  and(eq(accessTokens.userId, userId), eq(accessTokens.sessionVersion, sessionVersion), gt(accessTokens.expiresAt, now))

export const usableTokens = statement((db, own: Names<Owned & { now: number }>) =>
  db.select(columns).from(accessTokens).where(ownUsable(own)).orderBy(asc(accessTokens.id)),
)
export type TokenRow = RowOf<typeof usableTokens>

type NewToken = Owned & {
  secretHash: string
  name: string
  canWrite: boolean
  courses: string | null
  expiresAt: number
  now: number
}
/** Returns no row when the user changed a moment ago, or has so many tokens already. */
export const insertToken = statement((db, token: Names<NewToken>) =>
  db
    .insert(accessTokens)
    .select(
      sql`SELECT NULL, ${users.id}, ${token.secretHash}, ${token.name}, ${token.canWrite}, ${token.courses},
        ${users.sessionVersion}, ${token.now}, ${token.expiresAt}, NULL
      FROM ${users} WHERE ${users.id} = ${token.userId} AND ${users.isActive} = 1
        AND ${users.sessionVersion} = ${token.sessionVersion}
        AND (SELECT count(*) FROM ${accessTokens} WHERE ${ownUsable(token)}) < ${TOKENS_AT_MOST}`,
    )
    .returning(columns),
)

/** Stands behind `insertToken`, and records the token only if that made one. */
export const recordTokenMade = statement((db, { userId, now }: Names<{ userId: number; now: number }>) =>
  recordToken(db, 'token.created', { userId, now }, sql`changes() > 0 AND t.id = last_insert_rowid()`),
)
export const recordTokenRevoked = statement(
  (db, { id, userId, now }: Names<{ id: number; userId: number; now: number }>) =>
    recordToken(db, 'token.revoked', { userId, now }, sql`t.id = ${id} AND t.user_id = ${userId}`),
)
function recordToken(
  db: Builder,
  action: 'token.created' | 'token.revoked',
  { userId, now }: Names<{ userId: number; now: number }>,
  condition: SQL,
) {
  const what = sql`json_object('access', iif(t.can_write, 'write', 'read'), 'courses', json(t.courses))`
  const act = {
    ...{ actorId: userId, action, now, targetId: sql`t.id`, userId },
    ...(action === 'token.created' ? { new: what } : { old: what }),
  }
  return insertActs(db, act, sql`FROM access_tokens t WHERE ${condition}`)
}

/** Revokes a token. Returns no row when the user has no such token. */
export const deleteToken = statement((db, { id, userId }: Names<{ id: number; userId: number }>) =>
  db
    .delete(accessTokens)
    .where(and(eq(accessTokens.id, id), eq(accessTokens.userId, userId)))
    .returning({ id: accessTokens.id }),
)
