import { index, integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import { users } from './users.ts'

/**
 * The `Idempotency-Key`s of users for 24 hours. The batch of the write adds the row, so that the key is there exactly when the
 * write is; the answer follows.
 */
export const idempotencyKeys = sqliteTable(
  'idempotency_keys',
  {
    userId: integer()
      .notNull()
      .references(() => users.id),
    key: text().notNull(),
    /** A hash over method, path and body of the request. */
    fingerprint: text().notNull(),
    /** SQLite's count of changes when the batch began, by which its last statement knows whether anything was written. */
    changesBefore: integer().notNull(),
    createdAt: integer().notNull(),
    /** The answer; null while the request is under way, and for ever when its answer was lost. */
    status: integer(),
    body: text(),
  },
  t => [primaryKey({ columns: [t.userId, t.key] }), index('idempotency_keys_created_at').on(t.createdAt)],
)
