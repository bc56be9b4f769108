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
/** The user linked with the Google account, and the user with its address (as `keyOf` compares them); at most two rows. */
export const accountsOfGoogle = ({ sub, email }: { sub: string; email: string }) =>
  accountsWith({ sub, emailKey: keyOf(email) })

const linkedWith = (sub: Value) => sql`(${users.googleId} IS NULL OR ${users.googleId} = ${sub})`

/**
 * Records a login with Google and links the account if it is not linked yet. Linking removes its password and ends older
 * sessions: their owner never had to prove the address, which Google now proves to be the caller's.
 * @returns no row when the user is deactivated or linked with another Google account
 */
export const loginWithGoogle = statement(
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

/** Deletes a password reset that was issued before the account is linked, as linking removes the password. */
export const withdrawResetsOfUnlinked = statement((db, { userId }: Names<{ userId: number }>) =>
  db
    .delete(passwordResets)
    .where(
      sql`${passwordResets.userId} = ${userId} AND EXISTS (SELECT 1 FROM users WHERE id = ${userId} AND google_id IS NULL)`,
    ),
)

/** Links one's own account. Returns no row when it changed a moment ago or is linked with another Google account. */
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
/** Adds an account without a password, unless the Google account or its address was registered a moment before. */
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

/** The part of an address that can be a username. */
export function usernameFrom(email: string): string {
  const [local = ''] = email.normalize('NFKC').split('@')
  const allowed = local.replace(/[^\p{L}\p{Nd}.+\-_]/gu, '')
  return [...allowed].slice(0, USERNAME_LENGTH - SUFFIX_ROOM).join('') || 'user'
}

/**
 * `shown` with the first suffix (none, `-2`, `-3` …) that makes a free username. The inserting statement itself finds it, so
 * that simultaneous registrations never get the same name.
 */
const freeUsername = (key: Value, shown: Value) =>
  sql`(WITH RECURSIVE tried (n) AS (
    SELECT 1 UNION ALL SELECT n + 1 FROM tried
    WHERE EXISTS (SELECT 1 FROM users WHERE username_key = ${key} || CASE n WHEN 1 THEN '' ELSE '-' || n END)
  ) SELECT ${shown} || CASE n WHEN 1 THEN '' ELSE '-' || n END FROM tried ORDER BY n DESC LIMIT 1)`
