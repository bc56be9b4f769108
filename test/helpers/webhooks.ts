import { runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { Webhook } from 'standardwebhooks'
import { expect, vi } from 'vitest'
import type { WebhookEndpoint } from '../../src/features/webhooks/delivery/endpoint.ts'

/** A message as a receiver got it; its signature was verified. */
export type Received = { id: string; type: string; timestamp: string; data: Record<string, unknown> }

type Hook = { id: number; url: string; secret: string }

/** A request to a receiver, with what it must answer. */
type Answering = (message: Received, init: RequestInit) => Response | Promise<Response>

const receivers = new Map<string, { hook: Hook; received: Received[]; answer: Answering }>()

/** Receives the messages of a webhook in the place of the network. Each must be signed with its secret. */
export function receive(hook: Hook, answer: Answering = () => new Response(null, { status: 204 })): Received[] {
  const received: Received[] = []
  receivers.set(hook.url, { hook, received, answer })
  if (!vi.isMockFunction(globalThis.fetch)) vi.spyOn(globalThis, 'fetch').mockImplementation(respond as typeof fetch)
  return received
}

async function respond(input: string, init: RequestInit): Promise<Response> {
  const receiver = receivers.get(input)
  if (!receiver) throw new TypeError(`Nobody is at ${input}`)
  const headers = Object.fromEntries(new Headers(init.headers))
  expect(init.redirect).toBe('manual')
  const body = new Webhook(receiver.hook.secret).verify(String(init.body), headers) as Omit<Received, 'id'>
  const message = { id: headers['webhook-id'] ?? '', ...body }
  receiver.received.push(message)
  return receiver.answer(message, init)
}

export const objectOfWebhook = ({ id }: { id: number }): DurableObjectStub<WebhookEndpoint> =>
  env.WEBHOOKS.getByName(String(id))

/** Lets a webhook's messages be due now, and has its object send them. */
export async function sendNow(hook: { id: number }): Promise<void> {
  await env.DB.prepare('UPDATE webhook_deliveries SET next_attempt_at = 0 WHERE webhook_id = ? AND next_attempt_at > 0')
    .bind(hook.id)
    .run()
  await runInDurableObject(objectOfWebhook(hook) as never, (object: WebhookEndpoint) => object.wake())
  await runDurableObjectAlarm(objectOfWebhook(hook) as never)
}

/** Waits until so many messages have arrived. */
export const arrived = (received: Received[], count: number) =>
  vi.waitUntil(() => received.length >= count, { timeout: 5_000, interval: 10 })
