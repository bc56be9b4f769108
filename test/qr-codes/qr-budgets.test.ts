import { env } from 'cloudflare:workers'
import { afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { api } from '../../src/app.ts'
import { runCron } from '../../src/cron/run.ts'
import { enrolled, makeCourse, makeModule } from '../factories/courses.ts'
import { makeCode } from '../factories/qr-codes.ts'
import { unique } from '../factories/rows.ts'
import { makeInstructor, makeStaff, makeUser, type TestUser } from '../factories/users.ts'
import { type CallOptions, call } from '../helpers/client.ts'
import { type Counts, counting } from '../helpers/counting.ts'

// What QR codes may cost: a read one round trip, a write two; the rows of page 1 do not grow with the owner's codes,
// scans and batches, nor with other people's.

let owner: TestUser
let other: TestUser
let staff: TestUser
let learner: TestUser
/** Scans a little and then no more. */
let visitor: TestUser
let course: { id: number; slug: string }
let module: { id: number }
let batchId: number
// biome-ignore lint/suspicious/noExplicitAny: a code as answered
let code: any

/** Enough for a full page of every list. */
const BASE = 3

beforeAll(async () => {
  ;[owner, other, staff, learner] = [
    await makeInstructor(),
    await makeInstructor(),
    await makeStaff(),
    await makeUser(),
  ]
  course = await makeCourse(owner)
  module = await makeModule(owner, course.id)
  await enrolled(learner, course)
  const { body } = await call('POST', '/api/qr-codes/batches/', {
    as: owner,
    body: { name: 'B', type: 'attendance', target_ids: [module.id] },
  })
  batchId = body.id
  code = await makeCode(owner, { type: 'module', target_id: module.id })
  visitor = await makeUser()
  await enrolled(visitor, course)
  for (const _ of [1, 2, 3])
    await call('POST', '/api/qr-codes/scans/', { as: visitor, body: { qr_code_uuid: code.uuid } })
  await grow(BASE)
})

const NUMBERS = (count: number) => `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${count})`
/** Every status, in no order; a few dates for all of them, as a term has. */
const EXPIRY = `CASE i % 3 WHEN 0 THEN NULL WHEN 1 THEN 1000 + i % 7 ELSE 4000000000 + i % 7 END`

/** Codes in the batch, the newest of all. */
async function growBatch(count: number, expiresAt: number | null): Promise<void> {
  const at = unique('b')
  await env.DB.prepare(
    `INSERT INTO qr_codes (uuid, batch_id, type, target_id, course_id, created_by, expires_at, created_at, updated_at)
     ${NUMBERS(count)} SELECT '${at}-' || i, ?, 'attendance', ?, ?, ?, ?, 0, 0 FROM n`,
  )
    .bind(batchId, module.id, course.id, owner.id, expiresAt)
    .run()
}

/** Adds `times` × (20 courses with a code each, 80 codes in and 40 out of the batch, 40 of another's, 400 scans, 40 batches with a code each). */
async function grow(times: number): Promise<void> {
  const at = unique('g')
  const codes = (creator: number, batch: number | null, count: number, as: string) =>
    env.DB.prepare(
      `INSERT INTO qr_codes (uuid, batch_id, type, target_id, course_id, created_by, is_revoked, expires_at, created_at, updated_at)
       ${NUMBERS(count)} SELECT '${at}-${as}-' || i, ?, 'attendance', ?, ?, ?, i % 5 = 0, ${EXPIRY}, 0, 0 FROM n`,
    ).bind(batch, module.id, course.id, creator)
  const scans = (codeId: number, userId: number, count: number) =>
    env.DB.prepare(
      `INSERT INTO qr_scans (qr_code_id, course_id, user_id, scanned_at, is_valid, validation_message)
       ${NUMBERS(count)} SELECT ?, ?, ?, 0, i % 3 > 0, 'Grown' FROM n`,
    ).bind(codeId, course.id, userId)
  const others = await makeUser()
  await env.DB.batch([
    env.DB.prepare(
      `INSERT INTO courses (title, slug, instructor_id, created_at, updated_at)
       ${NUMBERS(20 * times)} SELECT 'C', '${at}-' || i, ?, 0, 0 FROM n`,
    ).bind(others.id),
    env.DB.prepare(
      `INSERT INTO qr_codes (uuid, type, target_id, course_id, created_by, created_at, updated_at)
       SELECT slug, 'access', id, id, instructor_id, 0, 0 FROM courses WHERE instructor_id = ?`,
    ).bind(others.id),
    codes(owner.id, batchId, 80 * times, 'in'),
    codes(owner.id, null, 40 * times, 'out'),
    codes(other.id, null, 40 * times, 'other'),
    scans(code.id, others.id, 400 * times),
    env.DB.prepare(
      `INSERT INTO qr_batches (name, type, created_by, created_at, updated_at)
       ${NUMBERS(40 * times)} SELECT 'B', CASE i % 4 WHEN 0 THEN 'access' WHEN 1 THEN 'module' ELSE 'attendance' END, ?, 0, 0 FROM n`,
    ).bind(owner.id),
    env.DB.prepare(
      `INSERT INTO qr_codes (uuid, batch_id, type, target_id, course_id, created_by, is_revoked, created_at, updated_at)
       SELECT '${at}-batch-' || id, id, 'attendance', ?1, ?2, ?3, 1, 0, 0 FROM qr_batches b
       WHERE created_by = ?3 AND NOT EXISTS (SELECT 1 FROM qr_codes q WHERE q.batch_id = b.id)`,
    ).bind(module.id, course.id, owner.id),
  ])
}

async function cost(method: string, path: string, options: CallOptions = {}): Promise<Counts> {
  const { env: counted, counts } = counting()
  const { status, text } = await call(method, path, { ...options, env: counted })
  expect(status, `${method} ${path}: ${text}`).toBeLessThan(300)
  return counts
}

type Row = [method: string, path: () => string, trips: number, as: () => TestUser, body?: () => unknown]
const [asOwner, asOther, asStaff, asLearner] = [() => owner, () => other, () => staff, () => learner]

const VIEWERS = [asOwner, asOther, asStaff]
const LISTS: Row[] = [
  '/api/qr-codes/codes/',
  '/api/qr-codes/codes/?status=active',
  '/api/qr-codes/codes/?status=expired',
  '/api/qr-codes/codes/?status=revoked',
  '/api/qr-codes/scans/',
  '/api/qr-codes/scans/?is_valid=true',
  '/api/qr-codes/scans/?is_valid=false',
  '/api/qr-codes/batches/',
  '/api/qr-codes/batches/?type=attendance',
  '/api/qr-codes/batches/?type=certificate',
]
  .flatMap(path => VIEWERS.map((as): Row => ['GET', () => path, 1, as]))
  .concat([
    ['GET', () => `/api/qr-codes/codes/?batch=${batchId}`, 1, asOwner],
    ['GET', () => `/api/qr-codes/codes/?batch=${batchId}&status=active`, 1, asOwner],
    ['GET', () => `/api/qr-codes/codes/?batch=${batchId}&status=active`, 1, asStaff],
    ['GET', () => `/api/qr-codes/codes/?batch=${batchId}&status=expired`, 1, asOwner],
    ['GET', () => `/api/qr-codes/codes/?batch=${batchId}&status=expired`, 1, asStaff],
    ['GET', () => `/api/qr-codes/codes/?batch=${batchId}&status=revoked`, 1, asOwner],
    ['GET', () => `/api/qr-codes/scans/?qr_code=${code.id}`, 1, asOwner],
    ['GET', () => `/api/qr-codes/scans/?qr_code=${code.id}&is_valid=false`, 1, asStaff],
    ['GET', () => `/api/qr-codes/scans/?user=${visitor.id}`, 1, asOwner],
    ['GET', () => `/api/qr-codes/codes/${code.id}/`, 1, asOwner],
    ['GET', () => `/api/qr-codes/display/${code.uuid}/`, 1, asOwner],
    ['GET', () => `/media/qr_codes/${code.uuid}.png`, 1, asOwner],
    ['GET', () => `/q/${code.uuid}`, 1, asOwner],
  ])

const OTHERS: Row[] = [
  ['POST', () => '/api/qr-codes/codes/', 2, asOwner, () => ({ type: 'access', target_id: course.id, batch: null })],
  ['POST', () => '/api/qr-codes/batches/', 2, asOwner, () => ({ name: 'B', type: 'access', target_ids: [course.id] })],
  ['POST', () => '/api/qr-codes/scans/', 2, asLearner, () => ({ qr_code_uuid: code.uuid })],
  ['PATCH', () => `/api/qr-codes/codes/${code.id}/`, 2, asOwner, () => ({ max_scans: null })],
  ['PUT', () => `/api/qr-codes/codes/${code.id}/`, 2, asOwner, () => ({ status: 'active' })],
]

describe('round trips and KV', () => {
  test.each([...LISTS, ...OTHERS].map((row, i) => [i, row] as const))(
    '%i',
    async (_, [method, path, trips, as, body]) => {
      const { d1Trips, kvWrites } = await cost(method, path(), { as: as(), body: body?.(), leave: true })
      expect({ d1Trips, kvWrites }, path()).toEqual({ d1Trips: trips, kvWrites: 0 })
    },
  )

  test('an export takes one for every 1,000 scans; a deletion two', async () => {
    const { body } = await call('GET', `/api/qr-codes/scans/?qr_code=${code.id}`, { as: owner })
    const { d1Trips } = await cost('GET', `/api/qr-codes/scans/export/?qr_code=${code.id}`, { as: owner })
    expect(d1Trips).toBe(Math.ceil(body.count / 1_000))
    const doomed = await makeCode(owner, { type: 'module', target_id: module.id })
    expect((await cost('DELETE', `/api/qr-codes/codes/${doomed.id}/`, { as: owner })).d1Trips).toBe(2)
  })
})

afterEach(() => void vi.restoreAllMocks())

test('the rows of page 1, and of a scan, are the same with 50 times the data', async () => {
  // Without the cache, so that each opening of a page reads its rows.
  vi.spyOn(caches, 'open').mockRejectedValue(new Error('no cache'))
  const measure = async (): Promise<Record<string, number>> => {
    const rows: Record<string, number> = {}
    for (const [method, path, , as] of LISTS) {
      rows[`${path()} as ${VIEWERS.indexOf(as)}`] = (await cost(method, path(), { as: as() })).rowsRead
    }
    const scans = [1, 2].map(() =>
      cost('POST', '/api/qr-codes/scans/', { as: learner, body: { qr_code_uuid: code.uuid } }),
    )
    for (const as of [asOther, asOwner]) {
      const path = `/api/qr-codes/scans/export/?${as === asOwner ? `user=${visitor.id}` : ''}`
      rows[`${path} as ${VIEWERS.indexOf(as)}`] = (await cost('GET', path, { as: as() })).rowsRead
    }
    rows['a scan'] = (await Promise.all(scans))[1]?.rowsRead ?? 0
    return rows
  }
  const cron = () => runCron(env, Date.now())
  await cron()
  const before = await measure()
  const check = async (when: string) => {
    const after = await measure()
    for (const [list, rows] of Object.entries(before)) {
      // A teacher's own batches are counted: three rows each, in index order, up to 10,000.
      if (list.includes('/batches/') && list.endsWith('as 0')) {
        expect.soft(after[list], `${list}, ${when}`).toBeLessThanOrEqual(rows + 3 * 2 * 40 * 50 * BASE)
        continue
      }
      expect.soft(after[list], `${list}, ${when}`).toBeLessThanOrEqual(Math.ceil(rows * 1.1))
      expect.soft(rows, list).toBeGreaterThan(0)
    }
  }
  await grow(49 * BASE)
  await cron()
  await check('50 times the data')
  // A page of the others is behind all of these.
  await growBatch(5_000, null)
  await check('the newest are active')
  await growBatch(5_000, 1_000)
  await cron()
  await check('the newest have expired')
}, 120_000)

test('every described operation of QR codes is measured', () => {
  const measured = [...LISTS, ...OTHERS].map(
    ([method, path]) =>
      `${method} ${path()
        .replace(/\?.*/, '')
        .replace(/\/\d+\//, '/{id}/')
        .replace(code.uuid, '{uuid}')}`,
  )
  const described = api.contracts
    .filter(({ tag }) => tag === 'QR Codes')
    .map(({ method, path }) => `${method.toUpperCase()} ${path}`)
    .filter(operation => !operation.startsWith('DELETE') && !operation.includes('export'))
  expect([...new Set(measured)]).toEqual(expect.arrayContaining(described))
})
