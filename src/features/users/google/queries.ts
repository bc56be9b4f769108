/** All SQL of signing in with Google. */
import { and, eq, isNull, or, sql } from 'drizzle-orm'
import type { Db } from '../../../db/client.ts'
import { passwordResets, users } from '../../../db/schema/users.ts'
import { keyOf, USERNAME_LENGTH } from '../keys.ts'
import { sessionColumns } from '../queries.ts'

/** Who is linked with the Google account, and who has its address, or one that counts as the same; at most two. */
export const accountsOfGoogle = (db: Db, google: { sub: string; email: string }) =>
  db
    .select({ id: users.id, googleId: users.googleId, email: users.email, isActive: users.isActive })
    .from(users)
    .where(or(eq(users.googleId, google.sub), eq(users.emailKey, keyOf(google.email))))

const linkedWith = (sub: string) => or(isNull(users.googleId), eq(users.googleId, sub))

/**
 * Notes a login with Google, linking the account if it is not yet. Then its password goes, and every older session:
 * whoever chose them never had to prove the address, which Google's word now proves another's.
 * No row: deactivated, or linked with another Google account.
 */
export const enterWithGoogle = (db: Db, userId: number, sub: string, now: number) =>
  db
    .update(users)
    .set({
      googleId: sub,
      passwordHash: sql`CASE WHEN ${users.googleId} IS NULL THEN NULL ELSE ${users.passwordHash} END`,
      sessionVersion: sql`${users.sessionVersion} + (${users.googleId} IS NULL)`,
      lastLoginAt: now,
    })
    .where(and(eq(users.id, userId), eq(users.isActive, true), linkedWith(sub)))
    .returning(sessionColumns)

/** A password reset issued before the account is linked goes as its password does. */
export const withdrawResetsOfUnlinked = (db: Db, userId: number) =>
  db
    .delete(passwordResets)
    .where(
      sql`${passwordResets.userId} = ${userId} AND EXISTS (SELECT 1 FROM users WHERE id = ${userId} AND google_id IS NULL)`,
    )

/** Links one's own account. No row: changed a moment ago, or linked with another Google account. */
export const linkGoogle = (db: Db, user: { userId: number; sessionVersion: number }, sub: string, now: number) =>
  db
    .update(users)
    .set({ googleId: sub, updatedAt: now })
    .where(
      and(
        eq(users.id, user.userId),
        eq(users.isActive, true),
        eq(users.sessionVersion, user.sessionVersion),
        linkedWith(sub),
      ),
    )
    .returning(sessionColumns)

type Newcomer = { sub: string; email: string; firstName: string; lastName: string; profilePicture: string | null }

/** An account without a password. Adds none when the Google account or its address came in a moment before. */
export function insertGoogleAccount(db: Db, newcomer: Newcomer, now: number) {
  const base = usernameFrom(newcomer.email)
  return db
    .insert(users)
    .values({
      username: freeUsername(base, base),
      usernameKey: freeUsername(base, keyOf(base)),
      email: newcomer.email,
      emailKey: keyOf(newcomer.email),
      googleId: newcomer.sub,
      firstName: newcomer.firstName,
      lastName: newcomer.lastName,
      profilePicture: newcomer.profilePicture,
      createdAt: now,
      updatedAt: now,
      lastLoginAt: now,
    })
    .onConflictDoNothing()
}

export const accountByGoogleId = (db: Db, sub: string) =>
  db.select(sessionColumns).from(users).where(eq(users.googleId, sub))

const SUFFIX_ROOM = 20

/** What of an address can be a username. */
export function usernameFrom(email: string): string {
  const [local = ''] = email.normalize('NFKC').split('@')
  const allowed = local.replace(/[^\p{L}\p{Nd}.+\-_]/gu, '')
  return [...allowed].slice(0, USERNAME_LENGTH - SUFFIX_ROOM).join('') || 'user'
}

/**
 * A text with the first suffix (none, `-2`, `-3` …) that makes a free username, found inside the statement that takes it,
 * so that simultaneous newcomers never meet on one name.
 */
const freeUsername = (base: string, shown: string) =>
  sql`(WITH RECURSIVE tried (n) AS (
    SELECT 1 UNION ALL SELECT n + 1 FROM tried
    WHERE EXISTS (SELECT 1 FROM users WHERE username_key = ${keyOf(base)} || CASE n WHEN 1 THEN '' ELSE '-' || n END)
  ) SELECT ${shown} || CASE n WHEN 1 THEN '' ELSE '-' || n END FROM tried ORDER BY n DESC LIMIT 1)`
