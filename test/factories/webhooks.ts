import { expect } from 'vitest'
import { EVENTS } from '../../src/features/webhooks/events.ts'
import { call } from '../helpers/client.ts'
import { insert, unique, type Values } from './rows.ts'
import type { TestUser } from './users.ts'

// biome-ignore lint/suspicious/noExplicitAny: the body of a webhook as answered
type Body = any

/** A webhook through the API, of all events unless said otherwise, at an address of its own. */
export async function makeWebhook(owner: TestUser, fields: Record<string, unknown>): Promise<Body> {
  const body = { url: `https://receiver.school.edu/${unique('hook')}/`, events: [...EVENTS], ...fields }
  const answer = await call('POST', '/api/webhooks/', { as: owner, body })
  expect(answer.status, answer.text).toBe(201)
  return answer.body
}

/** A delivery as it stands in the end; delivered unless said otherwise. */
export const insertDelivery = (webhook: number, values: Values = {}) =>
  insert('webhook_deliveries', {
    webhook_id: webhook,
    message_id: unique('msg_'),
    type: 'enrollment.created',
    occurred_at: 0,
    data: '{}',
    status: 'delivered',
    created_at: Math.floor(Date.now() / 1000),
    retry_until: 0,
    ...values,
  })
