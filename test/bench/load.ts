/** The load generator: calls over a bounded pool of connections, each timed as whoever made it felt it. */
import { Agent, type IncomingMessage, request } from 'node:http'

/** workerd closes an idle connection after 5 s; one about to be closed is not to be used. */
const IDLE_MS = 3_000
const TIMEOUT_MS = 60_000

// biome-ignore lint/suspicious/noExplicitAny: whatever JSON is served, looked at by the story
type Json = any
export type Answer = { status: number; body: Json; retryAfterMs: number }
export type Call = { token?: string; body?: object }

/** Calls to one origin. Status 0 is a call that was never answered. */
export class Client {
  private readonly agent: Agent
  private readonly origin: URL

  constructor(origin: URL, connections: number) {
    this.origin = origin
    this.agent = new Agent({ keepAlive: true, maxSockets: connections, timeout: IDLE_MS })
  }

  post = (path: string, call: Call = {}) => this.send('POST', path, { body: {}, ...call })
  get = (path: string, call: Call = {}) => this.send('GET', path, call)

  close(): void {
    this.agent.destroy()
  }

  private send(method: string, path: string, { token, body }: Call): Promise<Answer> {
    const text = body === undefined ? '' : JSON.stringify(body)
    const headers = {
      ...(token !== undefined && { Authorization: `Bearer ${token}` }),
      ...(body !== undefined && { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(text) }),
    }
    return new Promise(resolve => {
      const fail = (error: NodeJS.ErrnoException) =>
        resolve({ status: 0, body: error.code ?? error.message, retryAfterMs: 0 })
      const sent = request(new URL(path, this.origin), { method, headers, agent: this.agent }, response =>
        read(response).then(resolve, fail),
      )
      const timer = setTimeout(() => sent.destroy(new Error('no answer')), TIMEOUT_MS)
      sent.on('error', (error: NodeJS.ErrnoException) => {
        // Closed by the server while it lay idle, as this call was on its way: nobody has read it.
        const wasIdle = sent.reusedSocket && error.code === 'ECONNRESET'
        if (wasIdle) this.send(method, path, { token, body }).then(resolve, fail)
        else fail(error)
      })
      sent.on('close', () => clearTimeout(timer))
      sent.end(text)
    })
  }
}

async function read(response: IncomingMessage): Promise<Answer> {
  let text = ''
  for await (const chunk of response.setEncoding('utf8')) text += chunk
  const isJson = response.headers['content-type']?.includes('json') && text !== ''
  return {
    status: response.statusCode ?? 0,
    body: isJson ? JSON.parse(text) : text,
    retryAfterMs: Number(response.headers['retry-after'] ?? 0) * 1000,
  }
}

const TRIES = 5
const REPEATED = [0, 429, 500, 503]
const PAUSE_MS = 500

/** As a good client calls: again after a refusal for load, a failure or a broken connection. Counts by status. */
export async function insist(
  call: () => Promise<Answer>,
  repeated: Map<number, number>,
  atMost = TRIES,
): Promise<Answer> {
  for (let tries = 1; ; tries += 1) {
    const answer = await call()
    if (tries === atMost || !REPEATED.includes(answer.status)) return answer
    repeated.set(answer.status, (repeated.get(answer.status) ?? 0) + 1)
    await wait(Math.max(answer.retryAfterMs, PAUSE_MS) * (1 + Math.random()))
  }
}

/** How long calls took and when they were done. */
export class Timings {
  private readonly tookMs: number[] = []
  private readonly doneAtMs: number[] = []

  async time<T>(call: () => Promise<T>): Promise<T> {
    const before = performance.now()
    const result = await call()
    this.add(performance.now() - before)
    return result
  }

  add(ms: number): void {
    this.tookMs.push(ms)
    this.doneAtMs.push(performance.now())
  }

  addAll(others: Timings): void {
    for (const ms of others.tookMs) this.tookMs.push(ms)
    for (const at of others.doneAtMs) this.doneAtMs.push(at)
  }

  get count(): number {
    return this.tookMs.length
  }

  /** @param share between 0 and 1; the nearest rank */
  percentile = (share: number): number => nearestRank(this.tookMs, share)

  /** Calls done per second, of the middle nine tenths: neither the run-up nor the stragglers count. */
  get perSecond(): number {
    const span = nearestRank(this.doneAtMs, 0.95) - nearestRank(this.doneAtMs, 0.05)
    return (this.count * 0.9) / (span / 1000)
  }
}

function nearestRank(values: readonly number[], share: number): number {
  const sorted = values.toSorted((one, other) => one - other)
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN
}

/** As many calls as so many callers make in a time, each calling again as soon as it is answered. */
export async function sprint(
  { callers, seconds, timings }: { callers: number; seconds: number; timings: Timings },
  call: (turn: number) => Promise<unknown>,
): Promise<void> {
  let turn = 0
  const until = performance.now() + seconds * 1000
  const run = async () => {
    while (performance.now() < until) await timings.time(() => call(turn++))
  }
  await Promise.all(Array.from({ length: callers }, run))
}

/** Does a thing for every item, so many at once. */
export async function forEach<T>(items: readonly T[], atOnce: number, act: (item: T) => Promise<unknown>) {
  const waiting = items.values()
  const run = async () => {
    for (const item of waiting) await act(item)
  }
  await Promise.all(Array.from({ length: atOnce }, run))
}

export const wait = (ms: number) => new Promise<void>(resolve => setTimeout(resolve, Math.max(0, ms)))
