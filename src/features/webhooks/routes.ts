import { sees } from '../../access/courses.ts'
import { requireTeacher } from '../../access/teaching.ts'
import { asViewer } from '../../access/viewer.ts'
import { managesWebhooksOf, requireWebhook } from '../../access/webhooks.ts'
import { batch, batchOf } from '../../db/batch.ts'
import type { Api } from '../../http/api.ts'
import type { AppContext } from '../../http/context.ts'
import { forbidden, invalid, notFound, ruleViolation } from '../../http/errors.ts'
import { object, pathId, toDateTime } from '../../http/fields.ts'
import { pageBody, pageOf, pageQuery } from '../../http/pagination.ts'
import { wakeWebhooks } from '../../http/webhooks.ts'
import { courseById } from '../courses/queries.ts'
import { enrollmentOf } from '../enrollments/queries.ts'
import { RETRY_SECONDS } from './delivery/schedule.ts'
import { newSecret } from './delivery/signature.ts'
import { refusalOfDestination } from './destination.ts'
import { TEST_EVENT } from './events.ts'
import {
  deletingWebhook,
  deliveryById,
  disabling,
  enableWebhook,
  insertDelivery,
  insertWebhook,
  managedWebhooks,
  replayDelivery,
  rotateSecret,
  SECRET_OVERLAP_SECONDS,
  shownDeliveries,
  updateWebhook,
  WEBHOOKS_PER_COURSE,
  webhookById,
} from './queries.ts'
import {
  Delivery,
  DeliveryPage,
  RotatedSecret,
  toDelivery,
  toWebhook,
  Webhook,
  WebhookChange,
  WebhookCreated,
  WebhookInput,
  WebhookPage,
  webhookValues,
} from './schemas.ts'

const tag = 'Webhooks'
const params = object(() => ({ id: pathId() }))
const deliveryParams = object(() => ({ id: pathId(), delivery_id: pathId() }))
const DISABLED = 'The webhook is disabled.'

export function webhookRoutes(api: Api): void {
  api.route(
    {
      method: 'get',
      path: '/api/webhooks/',
      tag,
      summary: 'List webhooks',
      description: 'Those of the courses you teach; for staff all. Newest first.',
      query: object(() => pageQuery),
      responses: { 200: WebhookPage },
      refuses: { 403: 'Instructors only' },
    },
    async ({ query, caller, db, c, json }) => {
      const page = pageOf(query)
      const [viewer, rows, [total]] = await asViewer(
        db,
        caller,
        ...managedWebhooks({ viewerId: caller.userId, ...page }),
      )
      requireTeacher(viewer)
      return json(200, pageBody(c, page, total?.count ?? 0, rows.map(toWebhook)))
    },
  )

  api.route(
    {
      method: 'post',
      path: '/api/webhooks/',
      idempotency: 'ignored',
      tag,
      summary: 'Create a webhook',
      description:
        'Sends each event of a course that you teach, or for staff of all courses, to your server as it happens. The answer is the only one with the secret that signs the messages.',
      body: WebhookInput,
      responses: { 201: WebhookCreated },
      refuses: {
        400: `The course has ${WEBHOOKS_PER_COURSE} webhooks`,
        403: "Not the course's instructor; without a course, not staff",
      },
    },
    async ({ body, caller, db, now, c, json }) => {
      const courseId = body.course ?? null
      const [viewer, [course], [enrollment]] = await asViewer(
        db,
        caller,
        courseById({ id: courseId ?? 0 }),
        enrollmentOf({ userId: caller.userId, courseId: courseId ?? 0 }),
      )
      requireTeacher(viewer)
      if (courseId !== null && (!course || !sees(viewer, course, enrollment?.status))) {
        throw invalid({ course: ['No such course.'] })
      }
      if (!managesWebhooksOf(viewer, course)) throw forbidden()
      refuseDestination(c, body.url)
      const secret = newSecret()
      const { url, events, description = '' } = body
      const [[created]] = await batch(
        db,
        insertWebhook({ ownerId: viewer.id, courseId, url, events: [...new Set(events)], description, secret, now }),
      )
      if (!created) throw ruleViolation('too_many_webhooks', `A course has at most ${WEBHOOKS_PER_COURSE} webhooks.`)
      return json(201, { ...toWebhook(created), secret })
    },
  )

  api.route(
    {
      method: 'get',
      path: '/api/webhooks/{id}/',
      tag,
      summary: 'Get a webhook',
      description: 'Whether it is enabled, why not, and since when its receiver fails. Never its secret.',
      params,
      responses: { 200: Webhook },
    },
    async ({ params, caller, db, json }) => {
      const [viewer, [row]] = await asViewer(db, caller, webhookById({ id: params.id }))
      return json(200, toWebhook(requireWebhook(viewer, row)))
    },
  )

  api.route(
    {
      method: 'put',
      path: '/api/webhooks/{id}/',
      tag,
      summary: 'Update a webhook',
      description:
        'You become its owner. `is_enabled` pauses it, which gives up what it had to send, and enables it again; what happened meanwhile is not sent.',
      params,
      body: WebhookChange,
      responses: { 200: Webhook },
    },
    async ({ params, body, caller, db, now, c, json }) => {
      const [viewer, [row]] = await asViewer(db, caller, webhookById({ id: params.id }))
      const { id, courseId } = requireWebhook(viewer, row)
      if (body.course !== undefined && body.course !== courseId) {
        throw invalid({ course: ['A webhook stays with its course.'] })
      }
      if (body.url !== undefined) refuseDestination(c, body.url)
      const update = updateWebhook({ id, ownerId: viewer.id, now }, webhookValues(body))
      const {
        updated: [updated],
      } = await batchOf(db, {
        update,
        ...(body.is_enabled === true && { enable: enableWebhook({ id }) }),
        ...(body.is_enabled === false && disabling({ id, reason: 'paused', now })),
        updated: webhookById({ id }),
      })
      if (!updated) throw notFound()
      return json(200, toWebhook(updated))
    },
  )

  api.route(
    {
      method: 'delete',
      path: '/api/webhooks/{id}/',
      tag,
      summary: 'Delete a webhook',
      description: 'With its deliveries; what it had to send is given up.',
      params,
      responses: { 204: null },
    },
    async ({ params, caller, db, empty }) => {
      const [viewer, [row]] = await asViewer(db, caller, webhookById({ id: params.id }))
      const { id } = requireWebhook(viewer, row)
      await batch(db, ...deletingWebhook(id))
      return empty(204)
    },
  )

  api.route(
    {
      method: 'post',
      path: '/api/webhooks/{id}/rotate-secret/',
      idempotency: 'ignored',
      tag,
      summary: 'Rotate the secret of a webhook',
      description:
        'For 24 hours messages are signed with the old secret, too. The answer is the only one with the new one.',
      params,
      responses: { 200: RotatedSecret },
    },
    async ({ params, caller, db, now, json }) => {
      const [viewer, [row]] = await asViewer(db, caller, webhookById({ id: params.id }))
      const { id } = requireWebhook(viewer, row)
      const secret = newSecret()
      await batch(db, rotateSecret({ id, secret, now }))
      return json(200, { secret, previous_secret_until: toDateTime(now + SECRET_OVERLAP_SECONDS) })
    },
  )

  api.route(
    {
      method: 'post',
      path: '/api/webhooks/{id}/test/',
      tag,
      summary: 'Send a test message',
      description: 'Of the type `webhook.test`. The deliveries tell what came of it.',
      params,
      responses: { 202: Delivery },
      refuses: { 400: 'The webhook is disabled' },
    },
    async ({ params, caller, db, now, env, json, later }) => {
      const [viewer, [row]] = await asViewer(db, caller, webhookById({ id: params.id }))
      const { id: webhookId } = requireWebhook(viewer, row)
      const message = {
        webhookId,
        messageId: `msg_${crypto.randomUUID().replaceAll('-', '')}`,
        type: TEST_EVENT,
        data: { webhook: webhookId },
      }
      const [[delivery]] = await batch(db, insertDelivery({ ...message, now, retryUntil: now + RETRY_SECONDS }))
      if (!delivery) throw ruleViolation('webhook_disabled', DISABLED)
      later(wakeWebhooks(env, [webhookId]))
      return json(202, toDelivery(delivery))
    },
  )

  api.route(
    {
      method: 'get',
      path: '/api/webhooks/{id}/deliveries/',
      tag,
      summary: 'List the deliveries of a webhook',
      description: 'The newest 1,000 of the last 30 days, newest first.',
      params,
      query: object(() => pageQuery),
      responses: { 200: DeliveryPage },
    },
    async ({ params, query, caller, db, now, c, json }) => {
      const page = pageOf(query)
      const [viewer, [row], rows, [total]] = await asViewer(
        db,
        caller,
        webhookById({ id: params.id }),
        ...shownDeliveries({ webhookId: params.id, now, ...page }),
      )
      requireWebhook(viewer, row)
      return json(200, pageBody(c, page, total?.count ?? 0, rows.map(toDelivery)))
    },
  )

  api.route(
    {
      method: 'post',
      path: '/api/webhooks/{id}/deliveries/{delivery_id}/replay/',
      tag,
      summary: 'Send a message again',
      description: 'With the same `webhook-id`; one that waits for its next attempt is sent now.',
      params: deliveryParams,
      responses: { 202: Delivery },
      refuses: { 400: 'The webhook is disabled' },
    },
    async ({ params, caller, db, now, env, json, later }) => {
      const delivery = { webhookId: params.id, deliveryId: params.delivery_id }
      const [viewer, [row], [known]] = await asViewer(
        db,
        caller,
        webhookById({ id: params.id }),
        deliveryById(delivery),
      )
      const { id } = requireWebhook(viewer, row)
      if (!known) throw notFound()
      const [[replayed]] = await batch(db, replayDelivery({ ...delivery, now, retryUntil: now + RETRY_SECONDS }))
      if (!replayed) throw ruleViolation('webhook_disabled', DISABLED)
      later(wakeWebhooks(env, [id]))
      return json(202, toDelivery(replayed))
    },
  )
}

/** @throws 400 for a URL to which no message may be sent */
function refuseDestination(c: AppContext, url: string): void {
  const ownHosts = [c.req.url, c.env.PUBLIC_ORIGIN].flatMap(own => URL.parse(own)?.host ?? [])
  const refusal = refusalOfDestination(url, { ownHosts, allowHttp: c.env.WEBHOOK_ALLOW_HTTP === 'true' })
  if (refusal !== null) throw invalid({ url: [refusal] })
}
