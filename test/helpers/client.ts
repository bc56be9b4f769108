import { createExecutionContext, waitOnExecutionContext } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { expect } from 'vitest'
import { app } from '../../src/app.ts'
import { ERROR_CODES } from '../../src/dev/error-codes.ts'
import type { ErrorCode } from '../../src/http/error-codes.ts'
import { furnishDesk } from './objects.ts'

// biome-ignore lint/suspicious/noExplicitAny: a test reads whatever JSON the route answered and asserts on it
type Json = any
export type Answer = { status: number; body: Json; text: string; headers: Headers }
export type CallOptions = {
  /** A user made by `makeUser`, or a token. */
  as?: { token: string } | string
  /** Sent as JSON, unless it is a string: then as it is. */
  body?: unknown
  headers?: Record<string, string>
  /** Bindings other than the runtime's own, for faults and counting. */
  env?: Partial<Env>
  /** Do not wait for what goes on after the response. */
  leave?: boolean
}

export const ORIGIN = 'http://learnmore.test'

/** One request through the whole app, in the real runtime. */
export async function call(method: string, path: string, options: CallOptions = {}): Promise<Answer> {
  const token = typeof options.as === 'string' ? options.as : options.as?.token
  const headers = new Headers(options.headers)
  if (token !== undefined) headers.set('Authorization', `Bearer ${token}`)
  if (!headers.has('CF-Connecting-IP')) headers.set('CF-Connecting-IP', freshAddress())
  if (options.body !== undefined && !headers.has('Content-Type')) headers.set('Content-Type', 'application/json')
  const body = typeof options.body === 'string' ? options.body : JSON.stringify(options.body)
  const quizId = STARTED_QUIZ.exec(path)?.[1]
  if (quizId !== undefined) await furnishDesk(Number(quizId), options.env)
  const ctx = createExecutionContext()
  const request = new Request(new URL(path, ORIGIN), { method, headers, body, redirect: 'manual' })
  const response = await app.fetch(request, { ...env, ...options.env }, ctx)
  const text = await response.text()
  if (!options.leave) await waitOnExecutionContext(ctx)
  const isJson = response.headers.get('Content-Type')?.includes('json') && text !== ''
  const parsed = isJson ? JSON.parse(text) : text
  if (response.status >= 400 && parsed.detail !== undefined) requireListed(response.status, parsed.code)
  return { status: response.status, body: parsed, text, headers: response.headers }
}

/** In whatever test, an error with a `detail` has a code, and the list of codes has it with this status. */
function requireListed(status: number, code: string): void {
  expect({ code, status: ERROR_CODES[code as ErrorCode]?.status }).toEqual({ code: expect.any(String), status })
}

/** Its starts pass the desk, an object with bindings of its own. */
const STARTED_QUIZ = /^\/api\/courses\/quizzes\/(\d{1,15})\/start-attempt\/?$/

let addresses = 0
/** An address nobody called from before, so that only a test about limits meets them. */
function freshAddress(): string {
  addresses += 1
  return `2001:db8:${(addresses >> 16).toString(16)}:${(addresses & 0xffff).toString(16)}::1`
}

/** How many answers there are of each status. */
export function tally(answers: Answer[]): Record<number, number> {
  const counts: Record<number, number> = {}
  for (const { status } of answers) counts[status] = (counts[status] ?? 0) + 1
  return counts
}

/** Everything a paginated list holds, page by page. */
export async function allPages(path: string, as?: CallOptions['as']): Promise<Json[]> {
  const results: Json[] = []
  for (let next: string | null = path; next !== null; ) {
    const answer = await call('GET', next, { as })
    expect(answer.status, answer.text).toBe(200)
    results.push(...answer.body.results)
    next = answer.body.next
  }
  return results
}

export const statusFor = (path: string, users: CallOptions['as'][], method = 'GET', body?: unknown) =>
  Promise.all(users.map(async as => (await call(method, path, { as, body })).status))
