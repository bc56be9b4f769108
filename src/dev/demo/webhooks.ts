/** The demo's webhook: it worked for a week, then its receiver failed for three days, which disabled it. */
import { createHash } from 'node:crypto'
import type { webhookDeliveries, webhooks } from '../../db/schema/webhooks.ts'

const DAY_SECONDS = 86_400
const DELIVERED = 6
const FAILED = 3

type Seat = { id: number; userId: number; courseId: number; status: string }
type World = { course: { id: number; instructorId: number }; seats: readonly Seat[]; now: number }
type Delivery = typeof webhookDeliveries.$inferInsert

export function demoWebhooks({ course, seats, now }: World): {
  webhooks: (typeof webhooks.$inferInsert)[]
  deliveries: Delivery[]
} {
  const createdAt = now - 12 * DAY_SECONDS
  const failingSince = now - 4 * DAY_SECONDS
  const disabledAt = failingSince + 3 * DAY_SECONDS
  const webhook = {
    id: 1,
    ownerId: course.instructorId,
    courseId: course.id,
    url: 'https://portal.example.org/learnmore/',
    events: ['enrollment.created', 'course.completed'],
    description: 'The campus portal',
    // Random enough for a demo, and the same in every run.
    secret: `whsec_${createHash('sha256').update('demo webhook').digest('base64').slice(0, 32)}`,
    createdAt,
    updatedAt: createdAt,
    failingSince,
    disabledAt,
    disabledReason: 'failing' as const,
  }
  const deliveries = seats
    .filter(({ courseId }) => courseId === course.id)
    .slice(0, DELIVERED + FAILED)
    .map(({ id, userId, courseId }, place): Delivery => {
      const isDelivered = place < DELIVERED
      const occurredAt = (isDelivered ? createdAt : failingSince) + (place + 1) * 3_600
      return {
        id: place + 1,
        webhookId: webhook.id,
        messageId: `msg_${createHash('sha256').update(`demo message ${place}`).digest('hex').slice(0, 32)}`,
        type: 'enrollment.created',
        occurredAt,
        data: JSON.stringify({ enrollment: id, course: courseId, user: userId, status: 'active' }),
        status: isDelivered ? 'delivered' : 'failed',
        attemptCount: isDelivered ? 1 + (place % 2) : 26,
        createdAt: occurredAt,
        lastAttemptAt: isDelivered ? occurredAt + 1 : disabledAt,
        nextAttemptAt: null,
        retryUntil: occurredAt + 3 * DAY_SECONDS,
        responseStatus: isDelivered ? 204 : 503,
      }
    })
  return { webhooks: [webhook], deliveries }
}
