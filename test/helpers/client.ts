import { createExecutionContext, waitOnExecutionContext } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { app } from '../../src/app.ts'
import { issueToken } from '../../src/http/authentication.ts'

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
  const ctx = createExecutionContext()
  const request = new Request(new URL(path, ORIGIN), { method, headers, body, redirect: 'manual' })
  const response = await app.fetch(request, { ...env, ...options.env }, ctx)
  const text = await response.text()
  if (!options.leave) await waitOnExecutionContext(ctx)
  const isJson = response.headers.get('Content-Type')?.includes('json') && text !== ''
  return { status: response.status, body: isJson ? JSON.parse(text) : text, text, headers: response.headers }
}

let addresses = 0
/** An address nobody called from before, so that only a test about limits meets them. */
function freshAddress(): string {
  addresses += 1
  return `2001:db8:${(addresses >> 16).toString(16)}:${(addresses & 0xffff).toString(16)}::1`
}

let made = 0
/** Unique within the test file. */
export const unique = (prefix: string) => `${prefix}${++made}`

export type TestUser = { id: number; username: string; token: string }
type UserFields = {
  username?: string
  isInstructor?: boolean
  isStaff?: boolean
  isActive?: boolean
  firstName?: string
  lastName?: string
}

/** A user straight into the database (no password hash to compute), with an access token. */
export async function makeUser(fields: UserFields = {}): Promise<TestUser> {
  const username = fields.username ?? unique('user')
  const now = Math.floor(Date.now() / 1000)
  const row = await env.DB.prepare(
    `INSERT INTO users (username, username_key, email, email_key, first_name, last_name, is_instructor, is_staff, is_active, created_at, updated_at)
     VALUES (?, lower(?), ?, lower(?), ?, ?, ?, ?, ?, ?, ?) RETURNING id`,
  )
    .bind(
      username,
      username,
      `${username}@example.com`,
      `${username}@example.com`,
      fields.firstName ?? '',
      fields.lastName ?? '',
      fields.isInstructor ? 1 : 0,
      fields.isStaff ? 1 : 0,
      fields.isActive === false ? 0 : 1,
      now,
      now,
    )
    .first<{ id: number }>()
  const id = row?.id ?? 0
  return { id, username, token: await issueToken(env, 'access', { userId: id, sessionVersion: 1 }, now) }
}

export const makeInstructor = (fields: UserFields = {}) => makeUser({ ...fields, isInstructor: true })
export const makeStaff = (fields: UserFields = {}) => makeUser({ ...fields, isStaff: true })
