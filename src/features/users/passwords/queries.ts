/** All SQL of password resets. */

import { and, eq, gt, sql } from 'drizzle-orm'
import { distinctly } from '../../../db/columns.ts'
import { passwordResets, users } from '../../../db/schema/users.ts'
import { type Names, statement } from '../../../db/statement.ts'

export const deleteResetsOf = statement((db, { userId }: Names<{ userId: number }>) =>
  db.delete(passwordResets).where(eq(passwordResets.userId, userId)),
)

/** Runs after a deactivation, so that an earlier reset does not work again once the account is reactivated. */
export const withdrawResetsOfInactive = statement((db, { userId }: Names<{ userId: number }>) =>
  db
    .delete(passwordResets)
    .where(
      sql`${passwordResets.userId} = ${userId} AND EXISTS (SELECT 1 FROM users WHERE id = ${userId} AND is_active = 0)`,
    ),
)

export const deleteReset = statement((db, { tokenHash }: Names<{ tokenHash: string }>) =>
  db.delete(passwordResets).where(eq(passwordResets.tokenHash, tokenHash)),
)

/** Returns no row when the user is deactivated. */
export const insertReset = statement(
  (db, { tokenHash, userId, issuedBy, expiresAt }: Names<typeof passwordResets.$inferInsert>) =>
    db
      .insert(passwordResets)
      .select(sql`SELECT ${tokenHash}, id, ${issuedBy}, ${expiresAt} FROM users WHERE id = ${userId} AND is_active = 1`)
      .returning({ userId: passwordResets.userId }),
)

const ownerColumns = distinctly({ id: users.id, username: users.username, email: users.email })

/** The active user whose password the token may set. */
export const ownerOfReset = statement((db, { tokenHash, now }: Names<{ tokenHash: string; now: number }>) =>
  db
    .select(ownerColumns)
    .from(passwordResets)
    .innerJoin(users, eq(users.id, passwordResets.userId))
    .where(and(eq(passwordResets.tokenHash, tokenHash), gt(passwordResets.expiresAt, now), eq(users.isActive, true))),
)

/** Sets the password and ends every older session. Returns no row when the token was used, withdrawn or has expired. */
export const redeemReset = statement(
  (
    db,
    {
      userId,
      tokenHash,
      passwordHash,
      now,
    }: Names<{ userId: number; tokenHash: string; passwordHash: string; now: number }>,
  ) =>
    db
      .update(users)
      .set({
        passwordHash: sql`${passwordHash}`,
        sessionVersion: sql`${users.sessionVersion} + 1`,
        updatedAt: sql`${now}`,
      })
      .where(
        and(
          eq(users.id, userId),
          eq(users.isActive, true),
          sql`EXISTS (SELECT 1 FROM password_resets
          WHERE token_hash = ${tokenHash} AND user_id = ${userId} AND expires_at > ${now})`,
        ),
      )
      .returning({ id: users.id }),
)
