import { env } from 'cloudflare:workers'
import { afterEach, beforeEach, describe, expect, type MockInstance, test, vi } from 'vitest'
import { call } from '../helpers/client.ts'
import { counting } from '../helpers/counting.ts'

const broken = () => {
  throw new Error('the password is hunter2')
}
const hanging = () => new Promise<never>(() => {})
const database = (batch: () => Promise<never>) =>
  ({
    withSession: () => ({ prepare: (query: string) => env.DB.prepare(query), batch, getBookmark: () => null }),
  }) as unknown as D1Database
const kv = (get: () => Promise<never>) => ({ get }) as unknown as KVNamespace
const objects = (look: () => Promise<never>) => ({ getByName: () => ({ look }) }) as unknown as Env['ATTEMPTS']

const ready = (bindings: Partial<Env> = {}) => call('GET', '/api/health/ready/', { env: bindings })
const READY = { status: 'ok', database: 'ok', kv: 'ok', objects: 'ok' }

let now = Date.now()
let logged: MockInstance
beforeEach(() => {
  // What was found is kept for a second, so each test begins in another one.
  vi.useFakeTimers({ toFake: ['Date'] })
  vi.setSystemTime((now += 10_000))
  logged = vi.spyOn(console, 'error').mockImplementation(() => {})
})
afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
})

test('health asks no store: it is well when none answers', async () => {
  const down = { DB: database(broken), KV: kv(broken), ATTEMPTS: objects(broken), GATES: objects(broken) as never }
  const { status, body, headers } = await call('GET', '/api/health/', { env: down })
  expect([status, body, headers.get('Cache-Control')]).toEqual([200, { status: 'ok' }, 'no-store'])
})

describe('ready', () => {
  test('when every store answers; nothing is written', async () => {
    const { env: counted, counts } = counting()
    const { status, body, headers } = await ready(counted)
    expect([status, body, headers.get('Cache-Control')]).toEqual([200, READY, 'no-store'])
    expect(counts).toMatchObject({ d1Trips: 1, rowsWritten: 0, kvReads: 1, kvWrites: 0 })
  })

  test('without a schema it is not', async () => {
    const DB = database(() => Promise.reject(new Error('D1_ERROR: no such table: users')))
    expect((await ready({ DB })).status).toBe(503)
  })

  test.each([
    ['database', { DB: database(broken) }],
    ['kv', { KV: kv(broken) }],
    ['objects', { ATTEMPTS: objects(broken) }],
  ])('503 tells that it is the %s, and nothing more', async (store, bindings) => {
    const { status, body, text, headers } = await ready(bindings)
    expect([status, body]).toEqual([503, { ...READY, status: 'unavailable', [store]: 'down' }])
    expect(headers.get('Retry-After')).toBe('5')
    expect(text).not.toContain('hunter2')
    expect(logged).toHaveBeenCalledWith(expect.objectContaining({ event: 'store not ready', store }))
  })

  test('a store that hangs is down after a second', async () => {
    const before = performance.now()
    const { status, body } = await ready({
      DB: database(hanging),
      KV: kv(hanging),
      ATTEMPTS: objects(hanging),
    })
    expect([status, body]).toEqual([503, { status: 'unavailable', database: 'down', kv: 'down', objects: 'down' }])
    expect(performance.now() - before).toBeLessThan(1_900)
  })

  test('however many ask, the stores are asked once a second', async () => {
    const { env: counted, counts } = counting()
    const crowd = () => Promise.all(Array.from({ length: 50 }, () => ready(counted)))
    expect((await crowd()).map(({ status }) => status)).toEqual(Array(50).fill(200))
    expect([counts.d1Trips, counts.kvReads]).toEqual([1, 1])
    vi.setSystemTime((now += 1_000))
    await crowd()
    expect([counts.d1Trips, counts.kvReads]).toEqual([2, 2])
  })
})
