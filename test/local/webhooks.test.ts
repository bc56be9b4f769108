/** Messages of webhooks on their way to real servers on this machine, which answer as receivers do and as they should not. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Webhook } from 'standardwebhooks'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { freePort } from '../../src/dev/free-port.ts'
import { type Server, startServer } from '../helpers/server.ts'

const TIMEOUT_MS = 120_000
const PASSWORD = 'securepassword123'
const GIGABYTE = 1024 ** 3

// biome-ignore lint/suspicious/noExplicitAny: whatever JSON is answered
type Json = any
type Received = { path: string; headers: Record<string, string>; body: string; at: number }

let server: Server
let teacher: string
let receiver: ReturnType<typeof createServer>
let origin: string
const received: Received[] = []
let bytesSent = 0
let isGigabyteOver = false

/** By path, what the receiver does with a message. */
const ANSWERS: Record<string, (response: ServerResponse, earlier: number) => void> = {
  '/takes': response => response.writeHead(204).end(),
  '/fails-once': (response, earlier) => response.writeHead(earlier === 0 ? 500 : 200).end('an answer'),
  '/gone': response => response.writeHead(410).end(),
  '/redirects': response => response.writeHead(307, { Location: `${origin}/trap` }).end(),
  '/trap': response => response.writeHead(204).end(),
  '/hangs': () => {},
  '/closes': response => response.destroy(),
  '/breaks-off': response => {
    response.writeHead(200, { 'Content-Length': '100' })
    response.write('half', () => response.destroy())
  },
  '/trickles': response => {
    response.flushHeaders()
  },
  '/gigabyte': sendGigabyte,
}

function sendGigabyte(response: ServerResponse): void {
  const chunk = Buffer.alloc(1024 * 1024, 'x')
  response.writeHead(200, { 'Content-Length': String(GIGABYTE) })
  response.on('close', () => (isGigabyteOver = true))
  const more = () => {
    if (response.destroyed || bytesSent >= GIGABYTE) return
    bytesSent += chunk.length
    response.write(chunk, more)
  }
  more()
}

async function receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
  let body = ''
  for await (const part of request) body += part
  const path = request.url ?? ''
  const earlier = received.filter(message => message.path === path).length
  received.push({ path, headers: request.headers as Record<string, string>, body, at: Date.now() })
  ANSWERS[path]?.(response, earlier)
}

beforeAll(async () => {
  receiver = createServer((request, response) => void receive(request, response).catch(() => response.destroy()))
  await new Promise<void>(resolve => receiver.listen(0, 'localhost', resolve))
  origin = `http://localhost:${(receiver.address() as AddressInfo).port}`
  server = await startServer(['--var', 'WEBHOOK_ALLOW_HTTP:true'], TIMEOUT_MS)
  teacher = await login('jsmith')
})
afterAll(async () => {
  await server?.stop()
  receiver?.closeAllConnections()
  receiver?.close()
})

async function call(
  method: string,
  path: string,
  token?: string,
  body?: object,
): Promise<{ status: number; body: Json }> {
  const answer = await fetch(server.origin + path, {
    method,
    headers: { 'Content-Type': 'application/json', ...(token && { Authorization: `Bearer ${token}` }) },
    ...(body && { body: JSON.stringify(body) }),
  })
  const text = await answer.text()
  return { status: answer.status, body: text === '' ? null : JSON.parse(text) }
}

async function login(username: string): Promise<string> {
  return (await call('POST', '/api/users/login/', undefined, { username, password: PASSWORD })).body.access
}

async function makeWebhook(url: string): Promise<Json> {
  const body = { url, events: ['enrollment.created', 'enrollment.dropped'], course: 1 }
  const answer = await call('POST', '/api/webhooks/', teacher, body)
  expect(answer.status, JSON.stringify(answer.body)).toBe(201)
  return answer.body
}

/** Sends a test message, and waits for its delivery to be as described. */
async function delivery(url: string, expected: object): Promise<{ webhook: Json; delivery: Json }> {
  const webhook = await makeWebhook(url)
  await call('POST', `/api/webhooks/${webhook.id}/test/`, teacher)
  const delivery = await vi.waitFor(
    async () => {
      const { body } = await call('GET', `/api/webhooks/${webhook.id}/deliveries/`, teacher)
      expect(body.results).toEqual([expect.objectContaining(expected)])
      return body.results[0]
    },
    { timeout: 30_000, interval: 100 },
  )
  return { webhook, delivery }
}

test('an enrollment arrives within 5 seconds, signed as Standard Webhooks says', async () => {
  const webhook = await makeWebhook(`${origin}/takes`)
  const learner = await login('student33')
  const enroll = await call('POST', '/api/courses/introduction-to-programming/enroll/', learner)
  expect(enroll.status, JSON.stringify(enroll.body)).toBe(201)
  const answeredAt = Date.now()
  const message = await vi.waitUntil(() => received.find(({ path }) => path === '/takes'), { timeout: 5_000 })
  expect(message.at - answeredAt).toBeLessThan(5_000)
  const payload = new Webhook(webhook.secret).verify(message.body, message.headers)
  expect(payload).toEqual({
    type: 'enrollment.created',
    timestamp: expect.stringMatching(/Z$/),
    data: { enrollment: enroll.body.id, course: 1, user: enroll.body.user, status: 'active' },
  })
  expect(message.headers).toMatchObject({ 'content-type': 'application/json', 'user-agent': 'LearnMore-Webhooks' })
  const changed = { ...message.headers, 'webhook-id': 'msg_other' }
  expect(() => new Webhook(webhook.secret).verify(message.body, changed)).toThrow()
})

test.concurrent('a failure is tried again within seconds', async () => {
  await delivery(`${origin}/fails-once`, { status: 'delivered', attempt_count: 2, response_status: 200 })
  const messages = received.filter(({ path }) => path === '/fails-once')
  expect(new Set(messages.map(({ headers }) => headers['webhook-id'])).size).toBe(1)
  expect(new Set(messages.map(({ body }) => body)).size).toBe(1)
})

test.concurrent('410 disables the webhook', async () => {
  const { webhook } = await delivery(`${origin}/gone`, { status: 'failed', response_status: 410 })
  const { body } = await call('GET', `/api/webhooks/${webhook.id}/`, teacher)
  expect(body).toMatchObject({ is_enabled: false, disabled_reason: 'gone' })
})

test.concurrent('a redirect is not followed', async () => {
  await delivery(`${origin}/redirects`, { status: 'pending', response_status: 307 })
  expect(received.some(({ path }) => path === '/trap')).toBe(false)
})

test.concurrent('a receiver that hangs is left after 10 seconds', async () => {
  const startedAt = Date.now()
  await delivery(`${origin}/hangs`, { status: 'pending', error: 'timeout', response_status: null })
  expect(Date.now() - startedAt).toBeGreaterThan(9_000)
})

test.concurrent('one that closes the connection, and one that is not there', async () => {
  await Promise.all(
    [`${origin}/closes`, `http://localhost:${await freePort()}/`].map(url =>
      delivery(url, { status: 'pending', error: 'connection', response_status: null }),
    ),
  )
})

test.concurrent('nothing of an answer but its status is waited for, nor read', async () => {
  await Promise.all(
    ['/breaks-off', '/trickles', '/gigabyte'].map(path =>
      delivery(origin + path, { status: 'delivered', attempt_count: 1, response_status: 200 }),
    ),
  )
  await vi.waitUntil(() => isGigabyteOver, { timeout: 10_000 })
  expect(bytesSent).toBeLessThan(GIGABYTE / 10)
})

test('nothing but localhost by http', async () => {
  const { port } = new URL(origin)
  for (const host of ['127.0.0.1', '[::1]', '0x7f.1', 'localhost.', 'user@localhost']) {
    const body = { url: `http://${host}:${port}/takes`, events: ['enrollment.created'], course: 1 }
    expect((await call('POST', '/api/webhooks/', teacher, body)).status, host).toBe(400)
  }
  const own = { url: `${server.origin}/api/webhooks/`, events: ['enrollment.created'], course: 1 }
  expect((await call('POST', '/api/webhooks/', teacher, own)).body).toEqual({
    url: ['A webhook cannot call this server itself.'],
  })
})
