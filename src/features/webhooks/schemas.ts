import * as z from 'zod'
import { dateTime, description, id, list, object, toDateTime, toOptionalDateTime, within } from '../../http/fields.ts'
import { paginated } from '../../http/pagination.ts'
import { EVENTS, TEST_EVENT } from './events.ts'
import type { DeliveryRow, WebhookRow } from './queries.ts'

const URL_LENGTH = 2_000

const url = () =>
  within(URL_LENGTH).meta({ description: 'https, of a public host', examples: ['https://campus.example.org/hooks/'] })
const course = () =>
  id()
    .nullable()
    .meta({ description: 'null: all courses, for staff only', examples: [1] })
const events = () =>
  list(z.enum(EVENTS), EVENTS.length, { min: 1 }).meta({ examples: [['enrollment.created', 'attempt.ended']] })

const inputFields = () => ({
  url: url(),
  events: events(),
  course: course().optional(),
  description: description()
    .optional()
    .meta({ examples: ['The campus portal'] }),
})
export const WebhookInput = object(inputFields)
export const WebhookChange = object(() => ({
  ...inputFields(),
  is_enabled: z
    .boolean()
    .optional()
    .meta({ description: 'true also enables a webhook that was disabled', examples: [true] }),
}))
export type WebhookInput = z.output<typeof WebhookInput>

const webhookFields = () => ({
  id: id(),
  url: z.string().meta({ examples: ['https://campus.example.org/hooks/'] }),
  events: z.array(z.string()).meta({ examples: [['enrollment.created', 'attempt.ended']] }),
  course: course(),
  description: z.string().meta({ examples: ['The campus portal'] }),
  owner: id().meta({ description: 'Who saved it last, by whose rights it is sent', examples: [2] }),
  is_enabled: z.boolean().meta({ examples: [true] }),
  disabled_at: dateTime()
    .nullable()
    .meta({ examples: [null] }),
  disabled_reason: z
    .enum(['paused', 'gone', 'failing', 'not_allowed'])
    .nullable()
    .meta({
      description:
        'paused by a user; gone: the receiver answered 410; failing for 3 days; not_allowed: its owner no longer manages the course',
      examples: [null],
    }),
  failing_since: dateTime()
    .nullable()
    .meta({ description: 'Of the first failure since the last success', examples: [null] }),
  created_at: dateTime(),
  updated_at: dateTime(),
})
export const Webhook = object(webhookFields).meta({ id: 'Webhook' })
export const WebhookPage = paginated(Webhook)

const secret = () =>
  z.string().meta({ description: 'Shown only here', examples: ['whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD'] })
export const WebhookCreated = object(() => ({ ...webhookFields(), secret: secret() })).meta({ id: 'WebhookCreated' })
export const RotatedSecret = object(() => ({
  secret: secret(),
  previous_secret_until: dateTime().meta({ description: 'Until then messages are signed with both' }),
})).meta({ id: 'RotatedSecret' })

export const Delivery = object(() => ({
  id: id(),
  message_id: z.string().meta({ description: 'The header `webhook-id`', examples: ['msg_8f14e45fceea167a5a36dedd'] }),
  payload: object(() => ({
    type: z.enum([...EVENTS, TEST_EVENT]),
    timestamp: dateTime(),
    data: z
      .record(z.string(), z.union([z.int(), z.string(), z.boolean(), z.null()]))
      .meta({ description: 'Ids and states', examples: [{ enrollment: 1, course: 1, user: 7, status: 'active' }] }),
  })),
  status: z.enum(['pending', 'delivered', 'failed']),
  attempt_count: z.int().meta({ examples: [1] }),
  created_at: dateTime(),
  last_attempt_at: dateTime().nullable(),
  next_attempt_at: dateTime()
    .nullable()
    .meta({ examples: [null] }),
  response_status: z
    .int()
    .nullable()
    .meta({ description: 'Of the last answer', examples: [204] }),
  error: z
    .enum(['timeout', 'connection', 'refused_url'])
    .nullable()
    .meta({ description: 'Why the last attempt got no answer', examples: [null] }),
})).meta({ id: 'WebhookDelivery' })
export const DeliveryPage = paginated(Delivery)

export const webhookValues = ({ url, events, description }: Partial<WebhookInput>) => ({
  url,
  events: events && [...new Set(events)],
  description,
})

export const toWebhook = (row: WebhookRow): z.input<typeof Webhook> => ({
  id: row.id,
  url: row.url,
  events: row.events,
  course: row.courseId,
  description: row.description,
  owner: row.ownerId,
  is_enabled: row.disabledAt === null,
  disabled_at: toOptionalDateTime(row.disabledAt),
  disabled_reason: row.disabledReason,
  failing_since: toOptionalDateTime(row.failingSince),
  created_at: toDateTime(row.createdAt),
  updated_at: toDateTime(row.updatedAt),
})

export const toDelivery = (row: DeliveryRow): z.input<typeof Delivery> => ({
  id: row.id,
  message_id: row.messageId,
  payload: {
    type: row.type as (typeof EVENTS)[number],
    timestamp: toDateTime(row.occurredAt),
    data: JSON.parse(row.data),
  },
  status: row.status,
  attempt_count: row.attemptCount,
  created_at: toDateTime(row.createdAt),
  last_attempt_at: toOptionalDateTime(row.lastAttemptAt),
  next_attempt_at: toOptionalDateTime(row.nextAttemptAt),
  response_status: row.responseStatus,
  error: row.error,
})
