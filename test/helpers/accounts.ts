import { env } from 'cloudflare:workers'
import { expect } from 'vitest'
import { type Answer, type CallOptions, call, unique } from './client.ts'

export const PASSWORD = 'securepassword123'

export const registration = (username: string, fields: Record<string, unknown> = {}) => ({
  username,
  email: `${username}@example.com`,
  password: PASSWORD,
  password2: PASSWORD,
  first_name: 'John',
  last_name: 'Doe',
  ...fields,
})

export const register = (username: string, fields: Record<string, unknown> = {}, options: CallOptions = {}) =>
  call('POST', '/api/users/register/', { body: registration(username, fields), ...options })

export const login = (username: string, password = PASSWORD, options: CallOptions = {}): Promise<Answer> =>
  call('POST', '/api/users/login/', { body: { username, password }, ...options })

export const refresh = (token: string, options: CallOptions = {}) =>
  call('POST', '/api/users/token/refresh/', { body: { refresh: token }, ...options })

export const logout = (token: string, options: CallOptions = {}) =>
  call('POST', '/api/users/logout/', { body: { refresh: token }, ...options })

export type Account = { id: number; username: string; token: string; refresh: string }

/** Somebody who registered and logged in. */
export async function makeAccount(fields: Record<string, unknown> = {}): Promise<Account> {
  const username = unique('account')
  const registered = await register(username, fields)
  expect(registered.status, registered.text).toBe(201)
  const { body } = await login(username, (fields['password'] as string | undefined) ?? PASSWORD)
  return { id: body.user.id, username, token: body.access, refresh: body.refresh }
}

/** What is stored of a user. */
export const stored = (id: number) =>
  env.DB.prepare('SELECT * FROM users WHERE id = ?').bind(id).first<Record<string, unknown>>()

export const set = (id: number, assignment: string) =>
  env.DB.prepare(`UPDATE users SET ${assignment} WHERE id = ?`).bind(id).run()

const down = () => Promise.reject(new Error('KV is down'))
export const KV_DOWN: Partial<Env> = { KV: { get: down, put: down, delete: down } as unknown as KVNamespace }

/** How many answers there are of each status. */
export function tally(answers: Answer[]): Record<number, number> {
  const counts: Record<number, number> = {}
  for (const { status } of answers) counts[status] = (counts[status] ?? 0) + 1
  return counts
}

export const times = <T>(count: number, make: (index: number) => Promise<T>) =>
  Promise.all(Array.from({ length: count }, (_, index) => make(index)))
