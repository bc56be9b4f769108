import { env } from 'cloudflare:workers'
import { afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { runCron } from '../../src/cron/run.ts'
import { flagExpired } from '../../src/features/qr-codes/codes/expiry.ts'
import { makeTaughtCourse } from '../factories/classrooms.ts'
import { makeCode } from '../factories/qr-codes.ts'
import { makeInstructor, makeStaff, type TestUser } from '../factories/users.ts'
import { call } from '../helpers/client.ts'
import { qrTallies } from '../helpers/counters.ts'
import { counting } from '../helpers/counting.ts'
import { at, change } from '../helpers/qr-codes.ts'

// Codes expire by themselves; cron only makes them quick to find. Lists and counts are right before it came and after.

let owner: TestUser
/** Teaches the course that the codes were made in; the owner no longer does. */
let heir: TestUser
let staff: TestUser
let course: { id: number }
let module: { id: number }
let batchId: number

const seconds = () => Math.floor(Date.now() / 1000)
const cron = () => runCron(env, Date.now())
const flagOf = (code: { id: number }) =>
  env.DB.prepare('SELECT is_expired FROM qr_codes WHERE id = ?').bind(code.id).first<number>('is_expired')
/** Ids and statuses of a list, whose count is that of its entries. */
async function listed(filters: Record<string, string | number | undefined>, as: TestUser) {
  const query = Object.entries(filters).flatMap(([name, value]) => (value === undefined ? [] : [`${name}=${value}`]))
  let next: string | null = `/api/qr-codes/codes/?${[...query, 'page_size=100'].join('&')}`
  const found: { id: number; status: string }[] = []
  while (next !== null) {
    const { status, body, text } = await call('GET', next, { as })
    expect(status, text).toBe(200)
    found.push(...body.results)
    if (body.next === null) expect(body.count, next).toBe(found.length)
    next = body.next
  }
  return found
}

beforeAll(async () => {
  ;({ owner, course, module } = await makeTaughtCourse())
  ;[heir, staff] = [await makeInstructor(), await makeStaff()]
  const { body } = await call('POST', '/api/qr-codes/batches/', {
    as: owner,
    body: { name: 'B', type: 'attendance', target_ids: [module.id] },
  })
  batchId = body.id
})
afterEach(() => vi.useRealTimers())

/** Adds codes as a condition of `i` describes them, past every rule. */
const insertCodes = (count: number, columns: string, values: string) =>
  env.DB.prepare(
    `INSERT INTO qr_codes (uuid, type, target_id, course_id, created_by, created_at, updated_at, ${columns})
     WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${count})
     SELECT hex(randomblob(16)), 'attendance', ?1, ?2, ?3, 0, 0, ${values} FROM n`,
  )
    .bind(module.id, course.id, owner.id)
    .run()

/** In which lists a code is: the same for its creator, in its batch, and for staff over all. */
async function listsWith(code: { id: number }): Promise<string[]> {
  const found: string[] = []
  for (const [as, batch] of [
    [owner, batchId],
    [staff, undefined],
  ] as const) {
    const lists: string[] = []
    for (const status of ['active', 'expired', 'revoked']) {
      const codes = await listed({ status, batch }, as)
      expect(codes.every(one => one.status === status)).toBe(true)
      if (codes.some(({ id }) => id === code.id)) lists.push(status)
    }
    found.push(lists.join())
  }
  return [...new Set(found)]
}

describe('a code', () => {
  const made = (fields: Record<string, unknown>) =>
    makeCode(owner, { type: 'attendance', target_id: module.id, batch: batchId, ...fields })

  test('expires at the second, whether cron was there or not, and is back at once with a new date', async () => {
    const code = await made({ expires_at: at(60) })
    const until = Date.parse(code.expires_at)
    vi.useFakeTimers({ toFake: ['Date'] })
    vi.setSystemTime(until - 1)
    expect(await listsWith(code)).toEqual(['active'])
    await cron()
    expect([await flagOf(code), await listsWith(code)]).toEqual([0, ['active']])
    vi.setSystemTime(until)
    expect([await flagOf(code), await listsWith(code)]).toEqual([0, ['expired']])
    await cron()
    expect([await flagOf(code), await listsWith(code)]).toEqual([1, ['expired']])
    const { body: kept } = await call('GET', `/api/qr-codes/codes/${code.id}/`, { as: owner })
    expect(kept).toMatchObject({ status: 'expired', updated_at: code.updated_at })

    // Asked by somebody whose clock is behind cron's.
    vi.setSystemTime(until - 1)
    expect([await flagOf(code), await listsWith(code)]).toEqual([1, ['active']])

    vi.setSystemTime(until + 5_000)
    await change(owner, code, { expires_at: at(60) })
    expect([await flagOf(code), await listsWith(code)]).toEqual([0, ['active']])
    await cron()
    expect(await listsWith(code)).toEqual(['active'])
    await change(owner, code, { status: 'expired' })
    expect([await flagOf(code), await listsWith(code)]).toEqual([1, ['expired']])
    await change(owner, code, { max_scans: 5 })
    expect([await flagOf(code), await listsWith(code)]).toEqual([1, ['expired']])
    await change(owner, code, { expires_at: null })
    expect([await flagOf(code), await listsWith(code)]).toEqual([0, ['active']])
  })

  test('born expired, alone or in a batch, is flagged from birth', async () => {
    const code = await made({ expires_at: at(-5) })
    expect([await flagOf(code), await listsWith(code)]).toEqual([1, ['expired']])
    const { body } = await call('POST', '/api/qr-codes/batches/', {
      as: owner,
      body: { name: 'Late', type: 'module', target_ids: [module.id], expires_at: at(-5) },
    })
    expect(await flagOf(body.qr_codes[0])).toBe(1)
  })

  test('revoked is revoked, expired or not; what it is afterwards its date says', async () => {
    const code = await made({ expires_at: at(60) })
    await change(owner, code, { status: 'revoked' })
    vi.useFakeTimers({ now: Date.parse(code.expires_at), toFake: ['Date'] })
    for (const happens of [async () => undefined, cron]) {
      await happens()
      expect(await listsWith(code)).toEqual(['revoked'])
    }
    await change(owner, code, { expires_at: at(-1) })
    expect(await listsWith(code)).toEqual(['revoked'])
    await change(owner, code, { status: 'active', expires_at: at(60) })
    expect([await flagOf(code), await listsWith(code)]).toEqual([0, ['active']])
  })

  test('that expired while its course was deleted is among the expired when it is back', async () => {
    const own = await makeTaughtCourse()
    const doomed = await makeCode(own.owner, { type: 'access', target_id: own.course.id, expires_at: at(60) })
    const expired = async () => (await listed({ status: 'expired' }, own.owner)).map(({ id }) => id)
    await call('DELETE', `/api/courses/${own.course.id}/`, { as: own.owner })
    vi.useFakeTimers({ now: Date.parse(doomed.expires_at), toFake: ['Date'] })
    await cron()
    expect([await flagOf(doomed), await expired()]).toEqual([1, []])
    await call('POST', `/api/courses/${own.course.id}/restore/`, { as: own.owner })
    expect(await expired()).toEqual([doomed.id])
  })
})

test('cron and new dates at the same moment: every code that got one is active', async () => {
  const codes = await Promise.all(
    Array.from({ length: 12 }, () => makeCode(owner, { type: 'module', target_id: module.id, expires_at: at(60) })),
  )
  vi.useFakeTimers({ now: Date.parse(codes[0].expires_at) + 1_000, toFake: ['Date'] })
  const flag = () => flagExpired(env, seconds())
  await Promise.all(codes.flatMap(code => [flag(), change(owner, code, { expires_at: at(60) }), flag()]))
  const active = (await listed({ status: 'active' }, owner)).map(({ id }) => id)
  expect(active).toEqual(expect.arrayContaining(codes.map(({ id }) => id)))
  expect(await Promise.all(codes.map(flagOf))).toEqual(codes.map(() => 0))
})

test('whatever is flagged, every list of everybody is what the dates say', async () => {
  // The codes of the tests above go on expiring, a minute after they were made.
  vi.useFakeTimers({ toFake: ['Date'] })
  const now = seconds()
  await insertCodes(
    400,
    'batch_id, is_revoked, is_live, deleted_at, expires_at, is_expired',
    `iif(i % 2, ${batchId}, NULL), i % 7 = 0, i % 11 > 0, iif(i % 11, NULL, ${now}),
     CASE WHEN i % 5 THEN ${now} + (i % 3 - 1) * 10000 END, i % 5 > 0 AND i / 5 % 2`,
  )
  await call('PATCH', `/api/courses/${course.id}/`, { as: staff, body: { instructor: heir.id } })
  // Somebody else's, flagged wrong.
  const strange = await makeTaughtCourse()
  for (const expires_at of [at(-5), at(3_600)]) {
    const { id } = await makeCode(strange.owner, { type: 'access', target_id: strange.course.id, expires_at })
    await env.DB.prepare('UPDATE qr_codes SET is_expired = 1 - is_expired WHERE id = ?').bind(id).run()
  }
  const check = async () => {
    const { results: rows } = await env.DB.prepare(
      `SELECT id, batch_id, course_id, created_by, iif(is_revoked, 'revoked', iif(expires_at <= ?, 'expired', 'active')) AS status
       FROM qr_codes WHERE is_live ORDER BY id DESC`,
    )
      .bind(seconds())
      .all()
    for (const [viewer, sees] of [
      // The course that is still theirs: what they made in the other one is its new instructor's to see.
      [owner, (row: Record<string, unknown>) => row['created_by'] === owner.id && row['course_id'] !== course.id],
      [heir, (row: Record<string, unknown>) => row['course_id'] === course.id],
      [staff, () => true],
    ] as const) {
      for (const batch of [undefined, batchId]) {
        for (const status of [undefined, 'active', 'expired', 'revoked']) {
          const wanted = rows.filter(
            row =>
              sees(row) &&
              (batch === undefined || row['batch_id'] === batch) &&
              (status === undefined || row['status'] === status),
          )
          const ids = (await listed({ status, batch }, viewer)).map(({ id }) => id)
          expect(ids, `${status}, ${batch}, as ${viewer.username}`).toEqual(wanted.map(({ id }) => id))
        }
      }
    }
  }
  await check()
  expect(await flagExpired(env, now)).toBeGreaterThan(20)
  await check()
})

test('cron takes a bounded number at a time, writes the flag and its indexes, and no more', async () => {
  vi.useFakeTimers({ toFake: ['Date'] })
  await flagExpired(env, seconds())
  await insertCodes(2_500, 'batch_id, expires_at', `${batchId}, 1000 + i`)
  const { kept: before } = await qrTallies()
  const run = async (statements?: number) => {
    const { env: counted, counts } = counting()
    const flagged = await flagExpired({ ...env, ...counted }, seconds(), statements)
    return { flagged, trips: counts.d1Trips, written: counts.rowsWritten }
  }
  // The row itself, four indexes that pages come from, and the one it was found by.
  expect(await run(2)).toEqual({ flagged: 2_000, trips: 2, written: 5 * 2_000 })
  expect(await run()).toEqual({ flagged: 500, trips: 1, written: 5 * 500 })
  expect(await run()).toEqual({ flagged: 0, trips: 1, written: 0 })
  const { kept, counted } = await qrTallies()
  expect(kept).toEqual(before)
  expect(kept).toEqual(counted)
})
