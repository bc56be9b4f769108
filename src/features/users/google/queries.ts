/** All SQL of signing in with Google. */

import { and, eq, or, sql } from 'drizzle-orm'
import { passwordResets, users } from '../../../db/schema/users.ts'
import { type Names, statement, type Value } from '../../../db/statement.ts'
import { keyOf, USERNAME_LENGTH } from '../keys.ts'
import { sessionColumns } from '../queries.ts'

const accountsWith = statement((db, { sub, emailKey }: Names<{ sub: string; emailKey: string }>) =>
  db
    .select({ id: users.id, googleId: users.googleId, email: users.email, isActive: users.isActive })
    .from(users)
    .where(or(eq(users.googleId, sub), eq(users.emailKey, emailKey))),
)
/** Who is linked with the Google account, and who has its address, or one that counts as the same; at most two. */
export const accountsOfGoogle = ({ sub, email }: { sub: string; email: string }) =>
  accountsWith({ sub, emailKey: keyOf(email) })

const linkedWith = (sub: Value) => sql`(${users.googleId} IS NULL OR ${users.googleId} = ${sub})`

/**
 * Notes a login with Google, linking the account if it is not yet. Then its password goes, and every older session:
 * whoever chose them never had to prove the address, which Google's word now proves another's.
 * No row: deactivated, or linked with another Google account.
 */
export const enterWithGoogle = statement(
  (db, { userId, sub, now }: Names<{ userId: number; sub: string; now: number }>) =>
    db
      .update(users)
      .set({
        googleId: sql`${sub}`,
        passwordHash: sql`CASE WHEN ${users.googleId} IS NULL THEN NULL ELSE ${users.passwordHash} END`,
        sessionVersion: sql`${users.sessionVersion} + (${users.googleId} IS NULL)`,
        lastLoginAt: sql`${now}`,
      })
      .where(and(eq(users.id, userId), eq(users.isActive, true), linkedWith(sub)))
      .returning(sessionColumns),
)

/** A password reset issued before the account is linked goes as its password does. */
export const withdrawResetsOfUnlinked = statement((db, { userId }: Names<{ userId: number }>) =>
  db
    .delete(passwordResets)
    .where(
      sql`${passwordResets.userId} = ${userId} AND EXISTS (SELECT 1 FROM users WHERE id = ${userId} AND google_id IS NULL)`,
    ),
)

/** Links one's own account. No row: changed a moment ago, or linked with another Google account. */
export const linkGoogle = statement(
  (
    db,
    { userId, sessionVersion, sub, now }: Names<{ userId: number; sessionVersion: number; sub: string; now: number }>,
  ) =>
    db
      .update(users)
      .set({ googleId: sql`${sub}`, updatedAt: sql`${now}` })
      .where(
        and(eq(users.id, userId), eq(users.isActive, true), eq(users.sessionVersion, sessionVersion), linkedWith(sub)),
      )
      .returning(sessionColumns),
)

type Newcomer = { sub: string; email: string; firstName: string; lastName: string; profilePicture: string | null }

type Named = { username: string; usernameKey: string; emailKey: string }

const insertNamedAccount = statement((db, newcomer: Names<Newcomer & Named & { now: number }>) =>
  db
    .insert(users)
    .values({
      email: newcomer.email,
      emailKey: newcomer.emailKey,
      firstName: newcomer.firstName,
      lastName: newcomer.lastName,
      profilePicture: newcomer.profilePicture,
      username: freeUsername(newcomer.usernameKey, newcomer.username),
      usernameKey: freeUsername(newcomer.usernameKey, newcomer.usernameKey),
      googleId: newcomer.sub,
      createdAt: newcomer.now,
      updatedAt: newcomer.now,
      lastLoginAt: newcomer.now,
    })
    .onConflictDoNothing(),
)
/** An account without a password. Adds none when the Google account or its address came in a moment before. */
export function insertGoogleAccount(newcomer: Newcomer, now: number) {
  const username = usernameFrom(newcomer.email)
  return insertNamedAccount({
    ...newcomer,
    username,
    usernameKey: keyOf(username),
    emailKey: keyOf(newcomer.email),
    now,
  })
}

export const accountByGoogleId = statement((db, { sub }: Names<{ sub: string }>) =>
  db.select(sessionColumns).from(users).where(eq(users.googleId, sub)),
)

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
const freeUsername = (key: Value, shown: Value) =>
  sql`(WITH RECURSIVE tried (n) AS (
    SELECT 1 UNION ALL SELECT n + 1 FROM tried
    WHERE EXISTS (SELECT 1 FROM users WHERE username_key = ${key} || CASE n WHEN 1 THEN '' ELSE '-' || n END)
  ) SELECT ${shown} || CASE n WHEN 1 THEN '' ELSE '-' || n END FROM tried ORDER BY n DESC LIMIT 1)`
