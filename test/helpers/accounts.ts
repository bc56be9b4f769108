import { env } from 'cloudflare:workers'
import { type Answer, type CallOptions, call } from './client.ts'

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

/** What is stored of a user. */
export const stored = (id: number) =>
  env.DB.prepare('SELECT * FROM users WHERE id = ?').bind(id).first<Record<string, unknown>>()

export const set = (id: number, assignment: string) =>
  env.DB.prepare(`UPDATE users SET ${assignment} WHERE id = ?`).bind(id).run()

export const times = <T>(count: number, make: (index: number) => Promise<T>) =>
  Promise.all(Array.from({ length: count }, (_, index) => make(index)))
