import { sql } from 'drizzle-orm'
import { index, integer, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import { courses } from './courses.ts'
import { users } from './users.ts'

/** Endpoints of other systems that hear of events in a course or, for staff, in all courses. */
export const webhooks = sqliteTable(
  'webhooks',
  {
    id: integer().primaryKey({ autoIncrement: true }),
    /** The user who saved it last. Messages are sent only while this user manages the course. */
    ownerId: integer()
      .notNull()
      .references(() => users.id),
    /** Null for all courses. */
    courseId: integer().references(() => courses.id),
    url: text().notNull(),
    /** A JSON list of event types, which the triggers search for a type in its quotes. */
    events: text({ mode: 'json' }).$type<string[]>().notNull(),
    description: text().notNull().default(''),
    /** `whsec_` and the key in Base64. As it is, because a signature needs the key itself; a hash could not sign. */
    secret: text().notNull(),
    /** The secret before the last rotation, which signs along until then. */
    previousSecret: text(),
    previousSecretUntil: integer(),
    createdAt: integer().notNull(),
    updatedAt: integer().notNull(),
    /** When the receiver began to fail; null since its last success. */
    failingSince: integer(),
    disabledAt: integer(),
    disabledReason: text({ enum: ['paused', 'gone', 'failing', 'not_allowed'] }),
  },
  t => [
    /** Not a partial index: SQLite would scan that to find any enabled webhook, which reads a row even when there is none. */
    index('webhooks_enabled').on(t.disabledAt, t.courseId),
    index('webhooks_of_course').on(t.courseId),
  ],
)

/**
 * Messages that no endpoint has taken yet. Triggers write a row for each webhook that subscribed to the event, in the transaction
 * of the event; the webhook's object moves it to `webhook_deliveries`.
 */
export const outbox = sqliteTable(
  'outbox',
  {
    id: integer().primaryKey(),
    webhookId: integer().notNull(),
    type: text().notNull(),
    occurredAt: integer().notNull(),
    /** The `data` of the message, a JSON object of ids and states. */
    data: text().notNull(),
  },
  t => [index('outbox_by_webhook').on(t.webhookId)],
)

/** Messages that are to be sent, and those of the last 30 days that were. */
export const webhookDeliveries = sqliteTable(
  'webhook_deliveries',
  {
    id: integer().primaryKey({ autoIncrement: true }),
    webhookId: integer()
      .notNull()
      .references(() => webhooks.id),
    /** The header `webhook-id`: the same for every attempt and replay. */
    messageId: text().notNull(),
    type: text().notNull(),
    occurredAt: integer().notNull(),
    data: text().notNull(),
    status: text({ enum: ['pending', 'delivered', 'failed'] })
      .notNull()
      .default('pending'),
    attemptCount: integer().notNull().default(0),
    createdAt: integer().notNull(),
    lastAttemptAt: integer(),
    /** Null once it is delivered or failed. */
    nextAttemptAt: integer(),
    /** After this no further attempt is made. */
    retryUntil: integer().notNull(),
    /** The status of the last answer; null without an answer. */
    responseStatus: integer(),
    /** Why the last attempt got no answer. */
    error: text({ enum: ['timeout', 'connection', 'refused_url'] }),
  },
  t => [
    index('webhook_deliveries_by_webhook').on(t.webhookId),
    index('webhook_deliveries_due').on(t.webhookId, t.nextAttemptAt).where(sql`${t.nextAttemptAt} IS NOT NULL`),
  ],
)
