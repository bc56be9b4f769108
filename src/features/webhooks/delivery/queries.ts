/** All SQL of sending messages. */
import { and, asc, eq, sql } from 'drizzle-orm'
import { ownerMayHear } from '../../../access/webhooks.ts'
import { outbox, webhookDeliveries, webhooks } from '../../../db/schema/webhooks.ts'
import { type Names, type RowOf, statement, type Value } from '../../../db/statement.ts'
import { SHOWN_AT_MOST, SHOWN_SECONDS } from '../queries.ts'

/** Messages that are taken out of the outbox at once. */
const TAKEN_AT_MOST = 500
const oldestOf = (id: Value) =>
  sql`(SELECT id FROM outbox WHERE webhook_id = ${id} ORDER BY id LIMIT ${sql.raw(String(TAKEN_AT_MOST))})`

type Taking = { id: number; now: number; retryUntil: number }
const insertTaken = statement((db, { id, now, retryUntil }: Names<Taking>) =>
  db.insert(webhookDeliveries).select(
    sql`SELECT NULL, w.id, 'msg_' || lower(hex(randomblob(16))), o.type, o.occurred_at, o.data, 'pending', 0, ${now}, NULL,
        ${now}, ${retryUntil}, NULL, NULL
      FROM outbox o JOIN webhooks w ON w.id = o.webhook_id WHERE o.id IN ${oldestOf(id)} ORDER BY o.id`,
  ),
)
const deleteTaken = statement((db, { id }: Names<{ id: number }>) =>
  db.delete(outbox).where(sql`${outbox.id} IN ${oldestOf(id)}`),
)

/** Moves the oldest messages of a webhook from the outbox to its deliveries, each with an id of its own; drops those of none. */
export const takeMessages = (taking: Taking) => ({ insert: insertTaken(taking), delete: deleteTaken(taking) })

export const endpointById = statement((db, { id }: Names<{ id: number }>) =>
  db
    .select({
      url: webhooks.url,
      secret: webhooks.secret,
      previousSecret: webhooks.previousSecret,
      previousSecretUntil: webhooks.previousSecretUntil,
      failingSince: webhooks.failingSince,
      disabledAt: webhooks.disabledAt,
      ownerMayHear: sql<boolean>`${ownerMayHear(sql`"webhooks"."owner_id"`, sql`"webhooks"."course_id"`)}`
        .mapWith(Boolean)
        .as('owner_may_hear'),
    })
    .from(webhooks)
    .where(eq(webhooks.id, id)),
)
export type Endpoint = RowOf<typeof endpointById>

/** The oldest messages that are due. */
export const dueDeliveries = statement((db, { id, now, limit }: Names<{ id: number; now: number; limit: number }>) =>
  db
    .select({
      id: webhookDeliveries.id,
      messageId: webhookDeliveries.messageId,
      type: webhookDeliveries.type,
      occurredAt: webhookDeliveries.occurredAt,
      data: webhookDeliveries.data,
      attemptCount: webhookDeliveries.attemptCount,
      retryUntil: webhookDeliveries.retryUntil,
    })
    .from(webhookDeliveries)
    .where(
      and(
        eq(webhookDeliveries.webhookId, id),
        sql`${webhookDeliveries.nextAttemptAt} IS NOT NULL AND ${webhookDeliveries.nextAttemptAt} <= ${now}`,
      ),
    )
    .orderBy(asc(webhookDeliveries.id))
    .limit(sql`${limit}` as never),
)
export type DueDelivery = RowOf<typeof dueDeliveries>

export type Attempted = {
  id: number
  status: 'pending' | 'delivered' | 'failed'
  attemptedAt: number
  nextAttemptAt: number | null
  responseStatus: number | null
  error: 'timeout' | 'connection' | 'refused_url' | null
}

export const recordAttempts = statement((db, { attempts }: Names<{ attempts: readonly Attempted[] }>) =>
  db
    .update(webhookDeliveries)
    .set({
      status: sql`j.value->>'status'`,
      attemptCount: sql`${webhookDeliveries.attemptCount} + 1`,
      lastAttemptAt: sql`j.value->>'attemptedAt'`,
      nextAttemptAt: sql`j.value->>'nextAttemptAt'`,
      responseStatus: sql`j.value->>'responseStatus'`,
      error: sql`j.value->>'error'`,
    })
    .from(sql`json_each(${attempts}) j`)
    .where(sql`${webhookDeliveries.id} = j.value->>'id'`),
)

export const setFailingSince = statement((db, { id, since }: Names<{ id: number; since: number | null }>) =>
  db
    .update(webhooks)
    .set({ failingSince: sql`${since}` })
    .where(eq(webhooks.id, id)),
)

/** When the next message is due, in Unix seconds: 0 while the outbox holds one, null when there is none. */
export const nextDue = statement((db, { id }: Names<{ id: number }>) =>
  db
    .select({
      at: sql<number | null>`CASE WHEN EXISTS (SELECT 1 FROM outbox WHERE webhook_id = ${id}) THEN 0 ELSE
        (SELECT min(next_attempt_at) FROM webhook_deliveries WHERE webhook_id = ${id} AND next_attempt_at IS NOT NULL) END`.as(
        'at',
      ),
    })
    .from(sql`(SELECT 1)`),
)

/** Webhooks with messages that should be on their way: an object that lost its alarm does not send them. */
export const overdueWebhooks = statement((db, { before, limit }: Names<{ before: number; limit: number }>) =>
  db
    .select({ id: sql<number>`id`.as('id') })
    .from(
      sql`(SELECT DISTINCT webhook_id AS id FROM outbox UNION SELECT w.id FROM webhooks w WHERE EXISTS (
        SELECT 1 FROM webhook_deliveries WHERE webhook_id = w.id AND next_attempt_at IS NOT NULL AND next_attempt_at <= ${before}))`,
    )
    .limit(sql`${limit}` as never),
)

/** Deletes the oldest deliveries that are no longer shown because of their age: ids are in the order of creation. */
export const deleteOldDeliveries = statement((db, { now, limit }: Names<{ now: number; limit: number }>) =>
  db
    .delete(webhookDeliveries)
    .where(
      sql`${webhookDeliveries.id} IN (SELECT id FROM webhook_deliveries ORDER BY id LIMIT ${limit})
        AND ${webhookDeliveries.createdAt} <= ${now} - ${SHOWN_SECONDS} AND ${webhookDeliveries.nextAttemptAt} IS NULL`,
    )
    .returning({ id: webhookDeliveries.id }),
)

/** Deletes deliveries that are no longer shown because their webhook has newer ones. */
export const deleteSurplusDeliveries = statement((db, { limit }: Names<{ limit: number }>) =>
  db
    .delete(webhookDeliveries)
    .where(
      sql`${webhookDeliveries.id} IN (
        SELECT d.id FROM webhooks w CROSS JOIN webhook_deliveries d ON d.webhook_id = w.id
        WHERE d.id <= (SELECT id FROM webhook_deliveries WHERE webhook_id = w.id ORDER BY id DESC LIMIT 1 OFFSET ${SHOWN_AT_MOST})
          AND d.next_attempt_at IS NULL
        LIMIT ${limit})`,
    )
    .returning({ id: webhookDeliveries.id }),
)
