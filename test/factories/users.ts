import { env } from 'cloudflare:workers'
import { expect } from 'vitest'
import { hashOfSecret, newTokenSecret, personalToken } from '../../src/http/access-tokens.ts'
import { issueToken } from '../../src/http/authentication.ts'
import { login, PASSWORD, register } from '../helpers/accounts.ts'
import { unique } from './rows.ts'

export type TestUser = { id: number; username: string; token: string }
export type UserFields = {
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

export type Account = { id: number; username: string; token: string; refresh: string }

/** Somebody who registered and logged in. */
export async function makeAccount(fields: Record<string, unknown> = {}): Promise<Account> {
  const username = unique('account')
  const registered = await register(username, fields)
  expect(registered.status, registered.text).toBe(201)
  const { body } = await login(username, (fields['password'] as string | undefined) ?? PASSWORD)
  return { id: body.user.id, username, token: body.access, refresh: body.refresh }
}

export type TokenFields = {
  access?: 'read' | 'write'
  courses?: number[] | null
  expiresAt?: number
  name?: string
  lastUsedOn?: string
}

/** A personal access token straight into the database. */
export async function makeToken(
  owner: { id: number },
  fields: TokenFields = {},
): Promise<{ id: number; token: string }> {
  const now = Math.floor(Date.now() / 1000)
  const secret = newTokenSecret()
  const row = await env.DB.prepare(
    `INSERT INTO access_tokens (user_id, secret_hash, name, can_write, courses, session_version, created_at, expires_at, last_used_on)
     SELECT id, ?, ?, ?, ?, session_version, ?, ?, ? FROM users WHERE id = ? RETURNING id`,
  )
    .bind(
      hashOfSecret(secret),
      fields.name ?? 'Script',
      fields.access === 'write' ? 1 : 0,
      fields.courses ? JSON.stringify(fields.courses) : null,
      now,
      fields.expiresAt ?? now + 86_400,
      fields.lastUsedOn ?? null,
      owner.id,
    )
    .first<{ id: number }>()
  const id = row?.id ?? 0
  return { id, token: personalToken(env.JWT_SECRET, { id, userId: owner.id }, secret) }
}
