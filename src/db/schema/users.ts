import { sql } from 'drizzle-orm'
import { index, integer, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import { flag } from './columns.ts'

export const users = sqliteTable(
  'users',
  {
    id: integer().primaryKey({ autoIncrement: true }),
    username: text().notNull(),
    /** The form of the username for comparison: NFKC and lower case, because SQLite folds ASCII only. */
    usernameKey: text().notNull().unique(),
    email: text().notNull(),
    emailKey: text().notNull().unique(),
    /** `scrypt$N$r$p$salt$hash`; null for an account that signs in with Google only. */
    passwordHash: text(),
    /** Google's `sub`. */
    googleId: text().unique(),
    firstName: text().notNull().default(''),
    lastName: text().notNull().default(''),
    bio: text().notNull().default(''),
    studentId: text().notNull().default(''),
    department: text().notNull().default(''),
    profilePicture: text(),
    isInstructor: flag().default(false),
    isStaff: flag().default(false),
    isActive: flag().default(true),
    /** The claim `ver` of valid tokens. A password change raises it, which refuses all older tokens. */
    sessionVersion: integer().notNull().default(1),
    createdAt: integer().notNull(),
    updatedAt: integer().notNull(),
    lastLoginAt: integer(),
  },
  t => [index('users_active_staff').on(t.id).where(sql`${t.isStaff} = 1 AND ${t.isActive} = 1`)],
)

/** Refresh tokens after their logout, until they would have expired. */
export const revokedTokens = sqliteTable(
  'revoked_tokens',
  {
    jti: text().primaryKey(),
    expiresAt: integer().notNull(),
  },
  t => [index('revoked_tokens_expires_at').on(t.expiresAt)],
)

/** Password resets that staff issue, for one use each. The table holds only a hash of the token. */
export const passwordResets = sqliteTable(
  'password_resets',
  {
    tokenHash: text().primaryKey(),
    userId: integer()
      .notNull()
      .references(() => users.id),
    issuedBy: integer()
      .notNull()
      .references(() => users.id),
    expiresAt: integer().notNull(),
  },
  t => [index('password_resets_expires_at').on(t.expiresAt), index('password_resets_user').on(t.userId)],
)

/** Personal access tokens. The table holds only a hash of the secret. */
export const accessTokens = sqliteTable(
  'access_tokens',
  {
    id: integer().primaryKey({ autoIncrement: true }),
    userId: integer()
      .notNull()
      .references(() => users.id),
    secretHash: text().notNull(),
    name: text().notNull(),
    canWrite: flag(),
    /** A JSON list of the ids of the only courses that it reaches; null for all. */
    courses: text(),
    /** That of the user when the token was made: whatever ends the user's sessions ends their tokens. */
    sessionVersion: integer().notNull(),
    createdAt: integer().notNull(),
    expiresAt: integer().notNull(),
    /** A date, so that most uses write nothing. */
    lastUsedOn: text(),
  },
  t => [index('access_tokens_user').on(t.userId), index('access_tokens_expires_at').on(t.expiresAt)],
)
