/** All SQL of accounts. Columns are named everywhere: a row of users holds a password hash. */

import { and, desc, eq, or, sql } from 'drizzle-orm'
import { users } from '../../db/schema/users.ts'
import { type Builder, type Given, type Names, partialStatement, statement, type Value } from '../../db/statement.ts'
import { countFor, type Page } from '../../http/pagination.ts'
import { asJsonFlag, insertActs } from '../audit/queries/acts.ts'
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
/** Enough to log a user in. */
export const sessionColumns = { ...accountColumns, isActive: users.isActive, sessionVersion: users.sessionVersion }

const selectAccounts = (db: Builder) => db.select(accountColumns).from(users).$dynamic()
export type AccountRow = Awaited<ReturnType<typeof selectAccounts>>[number]
const selectManaged = (db: Builder) => db.select(managedColumns).from(users).$dynamic()
export type ManagedRow = Awaited<ReturnType<typeof selectManaged>>[number]

export const accountById = statement((db, { id }: Names<{ id: number }>) => selectAccounts(db).where(eq(users.id, id)))

const holdersOfKeys = statement((db, { usernameKey, emailKey }: Names<{ usernameKey: string; emailKey: string }>) =>
  db
    .select({ usernameKey: users.usernameKey, emailKey: users.emailKey })
    .from(users)
    .where(or(eq(users.usernameKey, usernameKey), eq(users.emailKey, emailKey))),
)
/** The users who have the username or the address; at most two rows. */
export const usersWithNames = ({ username, email }: { username: string; email: string }) =>
  holdersOfKeys({ usernameKey: keyOf(username), emailKey: keyOf(email) })

type Values = Partial<typeof users.$inferInsert>
/** The values that a registration sets. */
export type NewAccount = Pick<typeof users.$inferInsert, 'username' | 'email' | 'firstName' | 'lastName'>
export type ProfileValues = Pick<Values, 'bio' | 'studentId' | 'department' | 'isInstructor'>
/** The forms in which names and addresses are compared. */
type Keys = Pick<typeof users.$inferInsert, 'usernameKey' | 'emailKey'>
export type RoleValues = Pick<Values, 'isInstructor' | 'isStaff' | 'isActive'>

type Insert = { account: NewAccount; passwordHash: string; now: number }

const insertKeyedAccount = partialStatement(
  (db, { passwordHash, now }: Names<Omit<Insert, 'account'>>, account: Given<NewAccount & Keys>) =>
    db
      .insert(users)
      .values({ ...account, passwordHash, createdAt: now, updatedAt: now })
      .returning(accountColumns),
)
export const insertAccount = ({ account, ...rest }: Insert) =>
  insertKeyedAccount(rest, {
    ...account,
    usernameKey: keyOf(account.username),
    emailKey: keyOf(account.email),
  })

const withCredentials = (db: Builder) =>
  db
    .select({ ...sessionColumns, passwordHash: users.passwordHash, googleId: users.googleId })
    .from(users)
    .$dynamic()
export type Credentials = Awaited<ReturnType<typeof withCredentials>>[number]
export type SessionAccount = Omit<Credentials, 'passwordHash' | 'googleId'>

const credentialsByKey = statement((db, { usernameKey }: Names<{ usernameKey: string }>) =>
  withCredentials(db).where(eq(users.usernameKey, usernameKey)),
)
export const credentialsByUsername = ({ username }: { username: string }) =>
  credentialsByKey({ usernameKey: keyOf(username) })

export const credentialsById = statement((db, { id }: Names<{ id: number }>) =>
  withCredentials(db).where(eq(users.id, id)),
)

type AsRead = Pick<Credentials, 'id' | 'sessionVersion'>
/** The user is active and has the same password as when the row was read. */
const unchanged = ({ id, sessionVersion }: Names<AsRead>) =>
  and(eq(users.id, id), eq(users.isActive, true), eq(users.sessionVersion, sessionVersion))

/** Records a login, with a new hash if given. Returns no row when the user changed or was deactivated a moment ago. */
export const recordLogin = partialStatement(
  (db, user: Names<AsRead & { now: number }>, rehashed: Given<{ passwordHash?: string }>) =>
    db
      .update(users)
      .set({ lastLoginAt: sql`${user.now}`, ...rehashed })
      .where(unchanged(user))
      .returning({ id: users.id }),
)

/** Sets a password and ends every older token. Returns no row when the user changed or was deactivated a moment ago. */
export const changePassword = statement((db, user: Names<AsRead & { passwordHash: string; now: number }>) =>
  db
    .update(users)
    .set({
      passwordHash: sql`${user.passwordHash}`,
      sessionVersion: sql`${users.sessionVersion} + 1`,
      updatedAt: sql`${user.now}`,
    })
    .where(unchanged(user))
    .returning({ sessionVersion: users.sessionVersion }),
)

export const updateProfile = partialStatement(
  (db, { id, now }: Names<{ id: number; now: number }>, values: Given<ProfileValues>) =>
    db
      .update(users)
      .set({ ...values, updatedAt: sql`${now}` })
      .where(eq(users.id, id))
      .returning(accountColumns),
)

type Filter = { username?: string; email?: string }
const keysOf = ({ username, email }: Filter) => ({
  usernameKey: username === undefined ? undefined : keyOf(username),
  emailKey: email === undefined ? undefined : keyOf(email),
})
const matchesKeys = ({ usernameKey, emailKey }: Given<Partial<Keys>>) =>
  and(usernameKey && eq(users.usernameKey, usernameKey), emailKey && eq(users.emailKey, emailKey))

const managedUsersWith = partialStatement((db, { limit, offset, before }: Names<Page>, keys: Given<Partial<Keys>>) =>
  selectManaged(db)
    .where(and(matchesKeys(keys), sql`${users.id} < ${before}`))
    .orderBy(desc(users.id))
    .limit(limit)
    .offset(offset),
)
const countManagedUsersWith = partialStatement((db, _: Names<object>, keys: Given<Partial<Keys>>) => {
  const matches = matchesKeys(keys)
  const count = matches
    ? sql<number>`(SELECT count(*) FROM ${users} WHERE ${matches})`
    : sql<number>`(SELECT value FROM totals WHERE name = 'users')`
  return db.select({ count: count.as('count') }).from(sql`(SELECT 1)`)
})

/** The users for staff, newest first, and their count; each filter matches at most one. */
export const managedUsers = (page: Page, filter: Filter) =>
  [managedUsersWith(page, keysOf(filter)), countFor(page, countManagedUsersWith({}, keysOf(filter)))] as const

export const managedUserById = statement((db, { id }: Names<{ id: number }>) =>
  selectManaged(db).where(eq(users.id, id)),
)

/** The last active staff user must stay that: each statement that changes roles decides it, even for two changes at once. */
const keepsStaff = (id: Value, { isStaff, isActive }: Given<RoleValues>) =>
  sql`((${isStaff ?? users.isStaff} AND ${isActive ?? users.isActive}) OR ${users.isStaff} = 0 OR ${users.isActive} = 0
    OR EXISTS (SELECT 1 FROM users other WHERE other.is_staff = 1 AND other.is_active = 1 AND other.id <> ${id}))`

/** Records the roles that `updateRoles` and `updateProfile` will change. */
export const recordRoles = partialStatement(
  (db, { id, actorId, now }: Names<{ id: number; actorId: number; now: number }>, values: Given<RoleValues>) => {
    const before = [users.isInstructor, users.isStaff, users.isActive] as const
    const after = [
      values.isInstructor ?? users.isInstructor,
      values.isStaff ?? users.isStaff,
      values.isActive ?? users.isActive,
    ] as const
    const asJson = ([isInstructor, isStaff, isActive]: readonly [Value, Value, Value]) =>
      sql`json_object('is_instructor', ${asJsonFlag(isInstructor)}, 'is_staff', ${asJsonFlag(isStaff)},
        'is_active', ${asJsonFlag(isActive)})`
    const act = {
      actorId,
      action: 'user.roles_changed',
      now,
      targetId: users.id,
      userId: users.id,
      old: asJson(before),
      new: asJson(after),
    } as const
    const isChanged = sql.join(
      before.map((column, place) => sql`${column} <> ${after[place]}`),
      sql` OR `,
    )
    return insertActs(
      db,
      act,
      sql`FROM ${users} WHERE ${users.id} = ${id} AND (${isChanged}) AND ${keepsStaff(id, values)}`,
    )
  },
)

/**
 * Changes roles, and returns no row for the last active staff user, who would not stay that. Deactivation also ends the
 * sessions, so that reactivation does not revive them.
 */
export const updateRoles = partialStatement(
  (db, { id, now }: Names<{ id: number; now: number }>, values: Given<RoleValues>) => {
    const { isActive } = values
    return db
      .update(users)
      .set({
        ...values,
        ...(isActive && { sessionVersion: sql`${users.sessionVersion} + (${users.isActive} AND NOT ${isActive})` }),
        updatedAt: sql`${now}`,
      })
      .where(sql`${users.id} = ${id} AND ${keepsStaff(id, values)}`)
      .returning(managedColumns)
  },
)
