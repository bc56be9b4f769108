/** All SQL of accounts. Columns are named everywhere: a row of users holds a password hash. */
import { and, desc, eq, or, type SQL, sql } from 'drizzle-orm'
import type { Db } from '../../db/client.ts'
import { users } from '../../db/schema/users.ts'
import type { Page } from '../../http/pagination.ts'
import { keyOf } from './keys.ts'

const accountColumns = {
  id: users.id,
  username: users.username,
  email: users.email,
  firstName: users.firstName,
  lastName: users.lastName,
  bio: users.bio,
  studentId: users.studentId,
  department: users.department,
  isInstructor: users.isInstructor,
  createdAt: users.createdAt,
  updatedAt: users.updatedAt,
}
const managedColumns = {
  ...accountColumns,
  isStaff: users.isStaff,
  isActive: users.isActive,
  lastLoginAt: users.lastLoginAt,
}
/** Enough to let somebody in. */
export const sessionColumns = { ...accountColumns, isActive: users.isActive, sessionVersion: users.sessionVersion }

const selectAccounts = (db: Db) => db.select(accountColumns).from(users).$dynamic()
export type AccountRow = Awaited<ReturnType<typeof selectAccounts>>[number]
const selectManaged = (db: Db) => db.select(managedColumns).from(users).$dynamic()
export type ManagedRow = Awaited<ReturnType<typeof selectManaged>>[number]

export const accountById = (db: Db, id: number) => selectAccounts(db).where(eq(users.id, id))

/** Who has the username or the address already; at most two. */
export const takenBy = (db: Db, { username, email }: { username: string; email: string }) =>
  db
    .select({ usernameKey: users.usernameKey, emailKey: users.emailKey })
    .from(users)
    .where(or(eq(users.usernameKey, keyOf(username)), eq(users.emailKey, keyOf(email))))

type Values = Partial<typeof users.$inferInsert>
/** What somebody registers with. */
export type NewAccount = Pick<typeof users.$inferInsert, 'username' | 'email' | 'firstName' | 'lastName'>
export type ProfileValues = Pick<Values, 'bio' | 'studentId' | 'department' | 'isInstructor'>
export type RoleValues = Pick<Values, 'isInstructor' | 'isStaff' | 'isActive'>

export const insertAccount = (db: Db, account: NewAccount, passwordHash: string, now: number) =>
  db
    .insert(users)
    .values({
      ...account,
      usernameKey: keyOf(account.username),
      emailKey: keyOf(account.email),
      passwordHash,
      createdAt: now,
      updatedAt: now,
    })
    .returning(accountColumns)

const withCredentials = (db: Db) =>
  db
    .select({ ...sessionColumns, passwordHash: users.passwordHash, googleId: users.googleId })
    .from(users)
    .$dynamic()
export type Credentials = Awaited<ReturnType<typeof withCredentials>>[number]
export type SessionAccount = Omit<Credentials, 'passwordHash' | 'googleId'>

export const credentialsByUsername = (db: Db, username: string) =>
  withCredentials(db).where(eq(users.usernameKey, keyOf(username)))
export const credentialsById = (db: Db, id: number) => withCredentials(db).where(eq(users.id, id))

/** As they were read: active, and with the same password. */
const unchanged = (user: Pick<Credentials, 'id' | 'sessionVersion'>) =>
  and(eq(users.id, user.id), eq(users.isActive, true), eq(users.sessionVersion, user.sessionVersion))

/** Notes a login, with the same password hashed anew if need be. No row: deactivated or changed a moment ago. */
export const noteLogin = (db: Db, user: Credentials, now: number, passwordHash?: string) =>
  db.update(users).set({ lastLoginAt: now, passwordHash }).where(unchanged(user)).returning({ id: users.id })

/** Sets a password and refuses every older token. No row: deactivated or changed a moment ago. */
export const changePassword = (db: Db, user: Pick<Credentials, 'id' | 'sessionVersion'>, hash: string, now: number) =>
  db
    .update(users)
    .set({ passwordHash: hash, sessionVersion: sql`${users.sessionVersion} + 1`, updatedAt: now })
    .where(unchanged(user))
    .returning({ sessionVersion: users.sessionVersion })

export const updateProfile = (db: Db, id: number, values: ProfileValues, now: number) =>
  db
    .update(users)
    .set({ ...values, updatedAt: now })
    .where(eq(users.id, id))
    .returning(accountColumns)

/** The page of users that staff list, newest first; a filter names at most one of them. */
export function managedUsers(db: Db, filter: { username?: string; email?: string }, { limit, offset }: Page) {
  const matches = and(
    filter.username === undefined ? undefined : eq(users.usernameKey, keyOf(filter.username)),
    filter.email === undefined ? undefined : eq(users.emailKey, keyOf(filter.email)),
  )
  const total = matches
    ? sql<number>`(SELECT count(*) FROM ${users} WHERE ${matches})`
    : sql<number>`(SELECT value FROM totals WHERE name = 'users')`
  return {
    rows: selectManaged(db).where(matches).orderBy(desc(users.id)).limit(limit).offset(offset),
    count: db.select({ count: total.as('count') }).from(sql`(SELECT 1)`),
  }
}

export const managedUserById = (db: Db, id: number) => selectManaged(db).where(eq(users.id, id))

/**
 * Changes roles. Decided inside the statement: the last active staff user stays that, though two be changed at once; no
 * row then. Deactivation also ends the sessions, so that they do not come back with the account.
 */
export const updateRoles = (db: Db, id: number, values: RoleValues, now: number) =>
  db
    .update(users)
    .set({
      ...values,
      ...(values.isActive === false && { sessionVersion: sql`${users.sessionVersion} + ${users.isActive}` }),
      updatedAt: now,
    })
    .where(and(eq(users.id, id), staysManaged(id, values)))
    .returning(managedColumns)

function staysManaged(id: number, { isStaff, isActive }: RoleValues): SQL | undefined {
  if (isStaff !== false && isActive !== false) return undefined
  return sql`(${users.isStaff} = 0 OR ${users.isActive} = 0
    OR EXISTS (SELECT 1 FROM users other WHERE other.is_staff = 1 AND other.is_active = 1 AND other.id <> ${id}))`
}
