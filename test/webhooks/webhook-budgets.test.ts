import { env } from 'cloudflare:workers'
import { beforeAll, describe, expect, test } from 'vitest'
import { api } from '../../src/app.ts'
import { makeClassroom } from '../factories/classrooms.ts'
import { insert } from '../factories/rows.ts'
import type { TestUser } from '../factories/users.ts'
import { insertDelivery, makeWebhook } from '../factories/webhooks.ts'
import { cost } from '../helpers/counting.ts'
import { receive } from '../helpers/webhooks.ts'

let owner: TestUser
let staff: TestUser
let course: { id: number }
let hook: { id: number; url: string; secret: string }
let delivery: number
let doomed: number

beforeAll(async () => {
  ;({ owner, staff, course } = await makeClassroom())
  hook = await makeWebhook(owner, { course: course.id })
  doomed = (await makeWebhook(owner, { course: course.id })).id
  delivery = await insertDelivery(hook.id)
  receive(hook)
})

const HOOK = { url: 'https://receiver.school.edu/budget/', events: ['scan.recorded'] }

type Row = [operation: string, path: () => string, trips: number, body?: () => unknown]
const TABLE: Row[] = [
  ['GET /api/webhooks/', () => '/api/webhooks/', 1],
  ['GET /api/webhooks/{id}/', () => `/api/webhooks/${hook.id}/`, 1],
  ['GET /api/webhooks/{id}/deliveries/', () => `/api/webhooks/${hook.id}/deliveries/`, 1],
  ['POST /api/webhooks/', () => '/api/webhooks/', 2, () => ({ ...HOOK, course: course.id })],
  ['PUT /api/webhooks/{id}/', () => `/api/webhooks/${hook.id}/`, 2, () => ({ ...HOOK, url: hook.url })],
  ['POST /api/webhooks/{id}/rotate-secret/', () => `/api/webhooks/${hook.id}/rotate-secret/`, 2],
  ['POST /api/webhooks/{id}/test/', () => `/api/webhooks/${hook.id}/test/`, 2],
  [
    'POST /api/webhooks/{id}/deliveries/{delivery_id}/replay/',
    () => `/api/webhooks/${hook.id}/deliveries/${delivery}/replay/`,
    2,
  ],
  ['DELETE /api/webhooks/{id}/', () => `/api/webhooks/${doomed}/`, 2],
]

describe('round trips', () => {
  test.each(TABLE)('%s', async (operation, path, trips, body) => {
    const method = operation.split(' ')[0] ?? ''
    const { d1Trips, kvWrites } = await cost(method, path(), { as: owner, body: body?.() })
    expect({ d1Trips, kvWrites }).toEqual({ d1Trips: trips, kvWrites: 0 })
  })

  test('every operation is measured', () => {
    const described = api.contracts
      .filter(({ tag }) => tag === 'Webhooks')
      .map(({ method, path }) => `${method.toUpperCase()} ${path}`)
    expect(TABLE.map(([operation]) => operation).sort()).toEqual(described.sort())
  })
})

test('the rows of page 1 are the same with 50 times the webhooks and the deliveries', async () => {
  const measure = async () => ({
    owner: (await cost('GET', '/api/webhooks/?page_size=5', { as: owner })).rowsRead,
    staff: (await cost('GET', '/api/webhooks/?page_size=5', { as: staff })).rowsRead,
    deliveries: (await cost('GET', `/api/webhooks/${hook.id}/deliveries/?page_size=5`, { as: owner })).rowsRead,
  })
  const another = await insert('courses', {
    title: 'c',
    slug: 'c',
    instructor_id: staff.id,
    created_at: 0,
    updated_at: 0,
  })
  const grow = (times: number) =>
    env.DB.batch([
      env.DB.prepare(
        `INSERT INTO webhooks (owner_id, course_id, url, events, secret, created_at, updated_at, disabled_at)
         WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${10 * times})
         SELECT ${staff.id}, ${another}, 'https://receiver.school.edu/', '[]', '', 0, 0, 1 FROM n`,
      ),
      env.DB.prepare(
        `INSERT INTO webhook_deliveries (webhook_id, message_id, type, occurred_at, data, status, created_at, retry_until)
         WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${1_000 * times})
         SELECT ${hook.id}, i, 'scan.recorded', 0, '{}', 'delivered', ${Math.floor(Date.now() / 1000)}, 0 FROM n`,
      ),
    ])
  await grow(1)
  const before = await measure()
  await grow(49)
  const after = await measure()
  expect(after.owner).toBeLessThanOrEqual(before.owner * 1.1)
  expect(after.deliveries).toBeLessThanOrEqual(before.deliveries * 1.1)
  // The count of all webhooks of a school reads each of them, to 10,000.
  expect(after.staff - before.staff).toBeLessThanOrEqual(490 * 1.1)
})
