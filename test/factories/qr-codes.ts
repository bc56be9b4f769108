import { expect } from 'vitest'
import { call } from '../helpers/client.ts'
import type { TestUser } from './users.ts'

// biome-ignore lint/suspicious/noExplicitAny: the body of a code as answered
type Body = any

/** A code through the API. */
export async function makeCode(owner: TestUser, fields: Record<string, unknown>): Promise<Body> {
  const answer = await call('POST', '/api/qr-codes/codes/', { as: owner, body: fields })
  expect(answer.status, answer.text).toBe(201)
  return answer.body
}
