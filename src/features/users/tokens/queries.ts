/** All SQL of personal access tokens but for that of a request by one, which `access/viewer.ts` has. */

import { and, asc, eq, gt, isNull, sql } from 'drizzle-orm'
import type { EnrollmentStatus } from '../../../access/participation.ts'
import { distinctly } from '../../../db/columns.ts'
import { courses } from '../../../db/schema/courses.ts'
import { enrollments } from '../../../db/schema/enrollments.ts'
import { accessTokens, users } from '../../../db/schema/users.ts'
import { listed, type Names, type RowOf, statement } from '../../../db/statement.ts'

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

/** Revokes a token. Returns no row when the user has no such token. */
export const deleteToken = statement((db, { id, userId }: Names<{ id: number; userId: number }>) =>
  db
    .delete(accessTokens)
    .where(and(eq(accessTokens.id, id), eq(accessTokens.userId, userId)))
    .returning({ id: accessTokens.id }),
)
