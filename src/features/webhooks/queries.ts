/** The SQL of webhooks and of the list of their deliveries; `delivery/queries.ts` has that of sending. */
import { and, desc, eq, isNull, type SQL, sql } from 'drizzle-orm'
import { coursesTaughtBy } from '../../access/teaching.ts'
import { isStaff, staffViewer } from '../../access/viewer.ts'
import { distinctly } from '../../db/columns.ts'
import { courses } from '../../db/schema/courses.ts'
import { outbox, webhookDeliveries, webhooks } from '../../db/schema/webhooks.ts'
import { type Builder, type Given, type Names, partialStatement, type RowOf, statement } from '../../db/statement.ts'
import type { Page } from '../../http/pagination.ts'

const columns = {
  id: webhooks.id,
  ownerId: webhooks.ownerId,
  courseId: webhooks.courseId,
  url: webhooks.url,
  events: webhooks.events,
  description: webhooks.description,
  createdAt: webhooks.createdAt,
  updatedAt: webhooks.updatedAt,
  failingSince: webhooks.failingSince,
  disabledAt: webhooks.disabledAt,
  disabledReason: webhooks.disabledReason,
}
const selected = distinctly({
  ...columns,
  instructorId: courses.instructorId,
})

const selectWebhooks = (db: Builder) =>
  db
    .select(selected)
    .from(webhooks)
    .leftJoin(courses, and(eq(courses.id, webhooks.courseId), isNull(courses.deletedAt)))
    .$dynamic()

export const webhookById = statement((db, { id }: Names<{ id: number }>) =>
  selectWebhooks(db).where(eq(webhooks.id, id)),
)

type Viewing = { viewerId: number } & Page

/** The count of a list stops here. */
const COUNTED_AT_MOST = 10_000

const taught = ({ viewerId }: Names<Viewing>) =>
  sql`SELECT w.id FROM ${coursesTaughtBy(viewerId)} c CROSS JOIN webhooks w WHERE w.course_id = c.id AND NOT ${isStaff(viewerId)}`
const all = ({ viewerId }: Names<Viewing>, limit: SQL) =>
  sql`SELECT w.id FROM ${staffViewer(viewerId)} v CROSS JOIN webhooks w ORDER BY w.id DESC LIMIT ${limit}`

const managedPage = statement((db, viewing: Names<Viewing>) => {
  const { limit, offset } = viewing
  const ids = sql`SELECT id FROM (${taught(viewing)} UNION SELECT * FROM (${all(viewing, sql`${offset} + ${limit}`)}))
    ORDER BY id DESC LIMIT ${limit} OFFSET ${offset}`
  return selectWebhooks(db).where(sql`${webhooks.id} IN (${ids})`).orderBy(desc(webhooks.id))
})
const managedCount = statement((db, viewing: Names<Viewing>) =>
  db
    .select({ count: sql<number>`count(*)`.as('count') })
    .from(sql`(SELECT * FROM (${taught(viewing)}) UNION ALL SELECT * FROM (${all(viewing, sql`${COUNTED_AT_MOST}`)}))`),
)

/** A page of the webhooks that the viewer manages, newest first, and their count. */
export const managedWebhooks = (viewing: Viewing) => [managedPage(viewing), managedCount(viewing)] as const

/** Each event of a course is sent to each of its webhooks. */
export const WEBHOOKS_PER_COURSE = 20

type NewWebhook = {
  ownerId: number
  courseId: number | null
  url: string
  events: readonly string[]
  description: string
  secret: string
  now: number
}

/** Returns no row when the course, or the whole school, has as many webhooks as it may. */
export const insertWebhook = statement((db, webhook: Names<NewWebhook>) => {
  const { ownerId, courseId, url, events, description, secret, now } = webhook
  return db
    .insert(webhooks)
    .select(
      sql`SELECT NULL, ${ownerId}, ${courseId}, ${url}, ${events}, ${description}, ${secret}, NULL, NULL, ${now}, ${now}, NULL, NULL, NULL
        WHERE (SELECT count(*) FROM webhooks WHERE course_id IS ${courseId}) < ${sql.raw(String(WEBHOOKS_PER_COURSE))}`,
    )
    .returning(columns)
})
export type WebhookRow = RowOf<typeof insertWebhook>

type Change = { url?: string; events?: readonly string[]; description?: string }

/** Who saves a webhook becomes its owner. */
export const updateWebhook = partialStatement(
  (db, { id, ownerId, now }: Names<{ id: number; ownerId: number; now: number }>, change: Given<Change>) =>
    db
      .update(webhooks)
      .set({ ...change, ownerId: sql`${ownerId}`, updatedAt: sql`${now}` } as never)
      .where(eq(webhooks.id, id)),
)

export const enableWebhook = statement((db, { id }: Names<{ id: number }>) =>
  db
    .update(webhooks)
    .set({ disabledAt: null, disabledReason: null, failingSince: null })
    .where(and(eq(webhooks.id, id), sql`${webhooks.disabledAt} IS NOT NULL`)),
)

type Disabling = { id: number; reason: NonNullable<WebhookRow['disabledReason']>; now: number }

const disableWebhook = statement((db, { id, reason, now }: Names<Disabling>) =>
  db
    .update(webhooks)
    .set({ disabledAt: sql`${now}`, disabledReason: sql`${reason}` })
    .where(and(eq(webhooks.id, id), isNull(webhooks.disabledAt))),
)
const failPending = statement((db, { id }: Names<{ id: number }>) =>
  db
    .update(webhookDeliveries)
    .set({ status: 'failed', nextAttemptAt: null })
    .where(and(eq(webhookDeliveries.webhookId, id), sql`${webhookDeliveries.nextAttemptAt} IS NOT NULL`)),
)
const clearOutbox = statement((db, { id }: Names<{ id: number }>) => db.delete(outbox).where(eq(outbox.webhookId, id)))

/** Disables a webhook and gives up the messages that it had to send. */
export const disabling = ({ id, reason, now }: Disabling) => ({
  disable: disableWebhook({ id, reason, now }),
  failPending: failPending({ id }),
  clearOutbox: clearOutbox({ id }),
})

export const SECRET_OVERLAP_SECONDS = 86_400

export const rotateSecret = statement((db, { id, secret, now }: Names<{ id: number; secret: string; now: number }>) =>
  db
    .update(webhooks)
    .set({
      previousSecret: webhooks.secret as never,
      previousSecretUntil: sql`${now} + ${SECRET_OVERLAP_SECONDS}`,
      secret: sql`${secret}`,
    })
    .where(eq(webhooks.id, id)),
)

const deleteDeliveries = statement((db, { id }: Names<{ id: number }>) =>
  db.delete(webhookDeliveries).where(eq(webhookDeliveries.webhookId, id)),
)
const deleteRow = statement((db, { id }: Names<{ id: number }>) => db.delete(webhooks).where(eq(webhooks.id, id)))

export const deletingWebhook = (id: number) =>
  [clearOutbox({ id }), deleteDeliveries({ id }), deleteRow({ id })] as const

/** A webhook shows this many of its newest deliveries, for this long. */
export const SHOWN_AT_MOST = 1_000
export const SHOWN_SECONDS = 30 * 86_400

const deliveryColumns = {
  id: webhookDeliveries.id,
  messageId: webhookDeliveries.messageId,
  type: webhookDeliveries.type,
  occurredAt: webhookDeliveries.occurredAt,
  data: webhookDeliveries.data,
  status: webhookDeliveries.status,
  attemptCount: webhookDeliveries.attemptCount,
  createdAt: webhookDeliveries.createdAt,
  lastAttemptAt: webhookDeliveries.lastAttemptAt,
  nextAttemptAt: webhookDeliveries.nextAttemptAt,
  responseStatus: webhookDeliveries.responseStatus,
  error: webhookDeliveries.error,
}
type Shown = { webhookId: number; now: number }
const shownIds = ({ webhookId, now }: Names<Shown>) =>
  sql`SELECT id FROM webhook_deliveries WHERE webhook_id = ${webhookId} AND created_at > ${now} - ${SHOWN_SECONDS}
    ORDER BY id DESC LIMIT ${SHOWN_AT_MOST}`

const deliveriesPage = statement((db, { webhookId, now, limit, offset }: Names<Shown & Page>) =>
  db
    .select(deliveryColumns)
    .from(webhookDeliveries)
    .where(
      sql`${webhookDeliveries.id} IN (SELECT id FROM (${shownIds({ webhookId, now })}) ORDER BY id DESC LIMIT ${limit} OFFSET ${offset})`,
    )
    .orderBy(desc(webhookDeliveries.id)),
)
const deliveriesCount = statement((db, shown: Names<Shown>) =>
  db.select({ count: sql<number>`count(*)`.as('count') }).from(sql`(${shownIds(shown)})`),
)

export const shownDeliveries = (shown: Shown & Page) => [deliveriesPage(shown), deliveriesCount(shown)] as const

type Delivery = { webhookId: number; deliveryId: number }
export const deliveryById = statement((db, { webhookId, deliveryId }: Names<Delivery>) =>
  db
    .select(deliveryColumns)
    .from(webhookDeliveries)
    .where(and(eq(webhookDeliveries.id, deliveryId), eq(webhookDeliveries.webhookId, webhookId))),
)
export type DeliveryRow = RowOf<typeof deliveryById>

type Scheduling = { now: number; retryUntil: number }

/** Makes a delivery due, whatever came of it. Its message keeps its id, by which the receiver knows it. */
export const replayDelivery = statement(
  (db, { webhookId, deliveryId, now, retryUntil }: Names<Delivery & Scheduling>) =>
    db
      .update(webhookDeliveries)
      .set({ status: 'pending', attemptCount: 0, nextAttemptAt: sql`${now}`, retryUntil: sql`${retryUntil}` })
      .where(
        and(
          eq(webhookDeliveries.id, deliveryId),
          sql`EXISTS (SELECT 1 FROM webhooks WHERE id = ${webhookId} AND disabled_at IS NULL)`,
        ),
      )
      .returning(deliveryColumns),
)

type Message = { webhookId: number; messageId: string; type: string; data: object }

/** A message that no event caused, due at once. */
export const insertDelivery = statement((db, message: Names<Message & Scheduling>) => {
  const { webhookId, messageId, type, data, now, retryUntil } = message
  return db
    .insert(webhookDeliveries)
    .select(
      sql`SELECT NULL, id, ${messageId}, ${type}, ${now}, ${data}, 'pending', 0, ${now}, NULL, ${now}, ${retryUntil}, NULL, NULL
        FROM webhooks WHERE id = ${webhookId} AND disabled_at IS NULL`,
    )
    .returning(deliveryColumns)
})
