import { sql } from 'drizzle-orm'
import { index, integer, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import { flag } from './columns.ts'

export const users = sqliteTable(
  'users',
  {
    id: integer().primaryKey({ autoIncrement: true }),
    username: text().notNull(),
    /** The username as compared: NFKC, lower case (SQLite folds ASCII only). */
    usernameKey: text().notNull().unique(),
    email: text().notNull(),
    emailKey: text().notNull().unique(),
    /** `scrypt$N$r$p$salt$hash`; null for an account that only signs in with Google. */
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
    /** Claim `ver` of this user's tokens; raised by a password change, which thereby refuses every older token. */
    sessionVersion: integer().notNull().default(1),
    createdAt: integer().notNull(),
    updatedAt: integer().notNull(),
    lastLoginAt: integer(),
  },
  t => [index('users_active_staff').on(t.id).where(sql`${t.isStaff} = 1 AND ${t.isActive} = 1`)],
)

/** Refresh tokens that were logged out, until they would have expired anyway. */
export const revokedTokens = sqliteTable(
  'revoked_tokens',
  {
    jti: text().primaryKey(),
    expiresAt: integer().notNull(),
  },
  t => [index('revoked_tokens_expires_at').on(t.expiresAt)],
)

/** One-use password resets issued by staff. Only a hash of the token is kept. */
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
