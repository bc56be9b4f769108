import { env } from 'cloudflare:workers'
import { expect } from 'vitest'
import type { TestUser } from '../factories/users.ts'
import { call } from './client.ts'

export const get = (list: string, as: TestUser | undefined, query = '') =>
  call('GET', `/api/analytics/${list}/${query}`, { as })
/** The first page's rows. */
export const results = async (list: string, as: TestUser, query = '') => {
  const { status, body, text } = await get(list, as, query)
  expect(status, text).toBe(200)
  return body.results
}
export const run = (query: string, ...values: unknown[]) =>
  env.DB.prepare(query)
    .bind(...values)
    .run()
