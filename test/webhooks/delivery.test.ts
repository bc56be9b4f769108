import { createScheduledController, runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { Webhook } from 'standardwebhooks'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import worker from '../../src/index.ts'
import { makeTaughtCourse } from '../factories/classrooms.ts'
import { enrolled, makeCourse } from '../factories/courses.ts'
import { makeInstructor, makeStaff, makeUser, type TestUser } from '../factories/users.ts'
import { makeWebhook } from '../factories/webhooks.ts'
import { allPages, call, statusFor } from '../helpers/client.ts'
import { failing, LOST, OVERLOADED } from '../helpers/objects.ts'
import { arrived, objectOfWebhook, type Received, receive, sendNow } from '../helpers/webhooks.ts'

// Every retry has the longest delay, so that none comes before a test asks for it.
beforeEach(() => {
  vi.spyOn(Math, 'random').mockReturnValue(0.999)
})
afterEach(() => vi.restoreAllMocks())

const DAY = 86_400
const now = () => Math.floor(Date.now() / 1000)
const ok = () => new Response(null, { status: 204 })
const untilAborted = (_: Received, { signal }: RequestInit) =>
  new Promise<Response>((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason)))
const status = (code: number) => () => new Response('an answer of the receiver', { status: code })

async function hooked(fields: Record<string, unknown> = {}) {
  const { owner, course } = await makeTaughtCourse()
  const hook = await makeWebhook(owner, { course: course.id, events: ['enrollment.created'], ...fields })
  return { owner, course, hook, act: async () => enrolled(await makeUser(), course) }
}
const shown = async (hook: { id: number }, as: TestUser) =>
  (await call('GET', `/api/webhooks/${hook.id}/`, { as })).body
const deliveriesOf = (hook: { id: number }, as: TestUser) => allPages(`/api/webhooks/${hook.id}/deliveries/`, as)
const eventually = <T>(check: () => Promise<T>) => vi.waitFor(check, { timeout: 5_000, interval: 20 })
/** Waits for the first delivery to be as described. */
const delivery = (hook: { id: number }, as: TestUser, fields: object) =>
  eventually(async () => {
    const [first] = await deliveriesOf(hook, as)
    expect(first).toMatchObject(fields)
    return first
  })
const set = (table: string, hook: { id: number }, values: string) =>
  env.DB.prepare(`UPDATE ${table} SET ${values} WHERE ${table === 'webhooks' ? 'id' : 'webhook_id'} = ?`)
    .bind(hook.id)
    .run()

describe('what a receiver answers', () => {
  test.each([500, 404, 302, 400])('%i: it is sent again with the same id, until it is taken', async code => {
    const { owner, hook, act } = await hooked()
    let answer: () => Response = () =>
      code === 302 ? new Response(null, { status: 302, headers: { Location: 'https://evil.com/' } }) : status(code)()
    const received = receive(hook, () => answer())
    await act()
    const first = await delivery(hook, owner, {
      status: 'pending',
      attempt_count: 1,
      response_status: code,
      error: null,
    })
    expect(Date.parse(first.next_attempt_at) - Date.parse(first.last_attempt_at)).toBeLessThanOrEqual(5_000)
    expect((await shown(hook, owner)).failing_since).toMatch(/Z$/)
    answer = ok
    await sendNow(hook)
    await delivery(hook, owner, {
      status: 'delivered',
      attempt_count: 2,
      response_status: 204,
      next_attempt_at: null,
      message_id: received[0]?.id,
    })
    expect(new Set(received.map(({ id }) => id)).size).toBe(1)
    expect(received).toHaveLength(2)
    expect(await shown(hook, owner)).toMatchObject({ is_enabled: true, failing_since: null })
  })

  test('a receiver that cannot be reached', async () => {
    const { owner, hook, act } = await hooked()
    receive(hook, () => {
      throw new TypeError('Network connection lost.')
    })
    await act()
    await delivery(hook, owner, { status: 'pending', response_status: null, error: 'connection' })
  })

  test('410 disables the webhook and gives up what it had to send', async () => {
    const { owner, hook, act } = await hooked()
    const received = receive(hook, status(500))
    await act()
    await delivery(hook, owner, { attempt_count: 1 })
    receive(hook, status(410))
    await act()
    await eventually(async () =>
      expect(await shown(hook, owner)).toMatchObject({
        is_enabled: false,
        disabled_reason: 'gone',
        disabled_at: expect.stringMatching(/Z$/),
      }),
    )
    await act()
    await sendNow(hook)
    const deliveries = await deliveriesOf(hook, owner)
    expect(deliveries).toHaveLength(2)
    for (const one of deliveries) expect(one).toMatchObject({ status: 'failed', next_attempt_at: null })
    expect(received.length).toBeLessThanOrEqual(2)
  })

  test('3 days of failure disable it; one success before that does not let it come to this', async () => {
    const { owner, hook, act } = await hooked()
    receive(hook, status(503))
    await act()
    await delivery(hook, owner, { attempt_count: 1 })
    await set('webhooks', hook, `failing_since = ${now() - 3 * DAY + 60}`)
    await sendNow(hook)
    expect(await shown(hook, owner)).toMatchObject({ is_enabled: true })
    await set('webhooks', hook, `failing_since = ${now() - 3 * DAY - 1}`)
    await sendNow(hook)
    expect(await shown(hook, owner)).toMatchObject({ is_enabled: false, disabled_reason: 'failing' })
    const enabled = await call('PATCH', `/api/webhooks/${hook.id}/`, { as: owner, body: { is_enabled: true } })
    expect(enabled.body).toMatchObject({
      is_enabled: true,
      disabled_at: null,
      disabled_reason: null,
      failing_since: null,
    })
    const received = receive(hook)
    await act()
    await arrived(received, 1)
  })

  test('a message is given up after 3 days, while others are taken', async () => {
    const { owner, hook, act } = await hooked()
    let first: string | undefined
    receive(hook, ({ id }) => {
      first ??= id
      return id === first ? status(500)() : ok()
    })
    await act()
    const { created_at } = await delivery(hook, owner, { attempt_count: 1 })
    const { retry_until: until } =
      (await env.DB.prepare('SELECT retry_until FROM webhook_deliveries WHERE webhook_id = ?')
        .bind(hook.id)
        .first<{ retry_until: number }>()) ?? {}
    expect(until).toBe(Date.parse(created_at) / 1000 + 3 * DAY)
    await set('webhook_deliveries', hook, `retry_until = ${now() - 1}`)
    await act()
    await sendNow(hook)
    await eventually(async () => {
      const deliveries = await deliveriesOf(hook, owner)
      expect(deliveries.map(({ status }: { status: string }) => status)).toEqual(['delivered', 'failed'])
    })
    expect(await shown(hook, owner)).toMatchObject({ is_enabled: true, failing_since: null })
  })
})

describe('signatures', () => {
  test('after a rotation messages are signed with both secrets for 24 hours', async () => {
    const { owner, hook, act } = await hooked()
    const rotated = await call('POST', `/api/webhooks/${hook.id}/rotate-secret/`, { as: owner })
    expect(rotated.status).toBe(200)
    const { secret, previous_secret_until } = rotated.body
    expect(secret).toMatch(/^whsec_/)
    expect(secret).not.toBe(hook.secret)
    expect(Date.parse(previous_secret_until)).toBeGreaterThan(Date.now() + 23.9 * 3_600_000)
    const verifies = async () => {
      const sent = new Promise<RequestInit | undefined>(resolve => {
        receive(hook)
        vi.mocked(fetch).mockImplementationOnce(async (_, init) => {
          resolve(init)
          return ok()
        })
      })
      await act()
      const init = await sent
      const headers = Object.fromEntries(new Headers(init?.headers))
      return [hook.secret, secret, `whsec_${btoa('another')}`].map(candidate => {
        try {
          return Boolean(new Webhook(candidate).verify(String(init?.body), headers))
        } catch {
          return false
        }
      })
    }
    expect(await verifies()).toEqual([true, true, false])
    await set('webhooks', hook, `previous_secret_until = ${now() - 1}`)
    expect(await verifies()).toEqual([false, true, false])
  })
})

describe('rights', () => {
  test('a course that was handed over is not heard of; its new instructor may take the webhook over', async () => {
    const { owner, course, hook, act } = await hooked()
    const [staff, heir] = [await makeStaff(), await makeInstructor()]
    const received = receive(hook)
    await call('PATCH', `/api/courses/${course.id}/`, { as: staff, body: { instructor: heir.id } })
    await act()
    await eventually(async () =>
      expect(await shown(hook, heir)).toMatchObject({ is_enabled: false, disabled_reason: 'not_allowed' }),
    )
    expect(received).toEqual([])
    expect(await statusFor(`/api/webhooks/${hook.id}/`, [owner])).toEqual([404])
    const body = { is_enabled: true }
    expect((await call('PATCH', `/api/webhooks/${hook.id}/`, { as: heir, body })).body).toMatchObject({
      owner: heir.id,
    })
    await act()
    await arrived(received, 1)
  })

  test.each([
    ['whose account is inactive', 'is_active = 0'],
    ['who is no instructor any more', 'is_instructor = 0'],
  ])('nor does somebody hear %s', async (_, change) => {
    const { owner, hook, act } = await hooked()
    const received = receive(hook, status(500))
    await act()
    await arrived(received, 1)
    await env.DB.prepare(`UPDATE users SET ${change} WHERE id = ?`).bind(owner.id).run()
    // A retry asks, too.
    await sendNow(hook)
    expect(received).toHaveLength(1)
    const staff = await makeStaff()
    expect(await shown(hook, staff)).toMatchObject({ is_enabled: false, disabled_reason: 'not_allowed' })
  })

  test('nor staff of old of all courses', async () => {
    const [staff, other] = [await makeStaff(), await makeStaff()]
    const { course } = await makeTaughtCourse()
    const hook = await makeWebhook(staff, { course: null, events: ['enrollment.created'] })
    const received = receive(hook)
    await enrolled(await makeUser(), course)
    await arrived(received, 1)
    await env.DB.prepare('UPDATE users SET is_staff = 0, is_instructor = 1 WHERE id = ?').bind(staff.id).run()
    await enrolled(await makeUser(), course)
    await eventually(async () => expect(await shown(hook, other)).toMatchObject({ disabled_reason: 'not_allowed' }))
    expect(received).toHaveLength(1)
  })
})

test('a URL that the rules have come to refuse is not called', async () => {
  const { owner, hook, act } = await hooked()
  const received = receive({ ...hook, url: 'https://169.254.169.254/' })
  await set('webhooks', hook, "url = 'https://169.254.169.254/'")
  await act()
  await delivery(hook, owner, { status: 'pending', error: 'refused_url', response_status: null })
  expect(received).toEqual([])
})

describe('test messages and replays', () => {
  test('a test message arrives, and is told among the deliveries', async () => {
    const { owner, hook } = await hooked()
    const received = receive(hook)
    const answer = await call('POST', `/api/webhooks/${hook.id}/test/`, { as: owner })
    expect(answer.status).toBe(202)
    expect(answer.body).toMatchObject({
      status: 'pending',
      attempt_count: 0,
      payload: { type: 'webhook.test', data: { webhook: hook.id } },
    })
    await arrived(received, 1)
    expect(received[0]).toEqual({ id: answer.body.message_id, ...answer.body.payload })
    await delivery(hook, owner, { id: answer.body.id, status: 'delivered' })
  })

  test('a replay sends the message again with its id, delivered, failed or waiting', async () => {
    const { owner, hook, act } = await hooked()
    const received = receive(hook)
    await act()
    const { id } = await delivery(hook, owner, { status: 'delivered' })
    const replay = () => call('POST', `/api/webhooks/${hook.id}/deliveries/${id}/replay/`, { as: owner })
    const answer = await replay()
    expect(answer.status).toBe(202)
    expect(answer.body).toMatchObject({ id, status: 'pending', attempt_count: 0 })
    await arrived(received, 2)
    await delivery(hook, owner, { status: 'delivered', attempt_count: 1 })
    for (const state of [
      "status = 'failed', next_attempt_at = NULL",
      `status = 'pending', next_attempt_at = ${now() + DAY}`,
    ]) {
      await set('webhook_deliveries', hook, state)
      const count = received.length
      expect((await replay()).status).toBe(202)
      await arrived(received, count + 1)
      await delivery(hook, owner, { status: 'delivered' })
    }
    expect(new Set(received.map(message => message.id)).size).toBe(1)
  })

  test('of a disabled webhook neither; nor what it has not', async () => {
    const { owner, hook, act } = await hooked()
    receive(hook)
    await act()
    const { id } = await delivery(hook, owner, { status: 'delivered' })
    const other = await makeWebhook(owner, { course: (await makeCourse(owner)).id })
    for (const [webhook, delivery] of [
      [hook.id, 999_999],
      [other.id, id],
      [999_999, id],
    ]) {
      const answer = await call('POST', `/api/webhooks/${webhook}/deliveries/${delivery}/replay/`, { as: owner })
      expect(answer.status).toBe(404)
    }
    await call('PATCH', `/api/webhooks/${hook.id}/`, { as: owner, body: { is_enabled: false } })
    for (const action of ['test', `deliveries/${id}/replay`]) {
      const answer = await call('POST', `/api/webhooks/${hook.id}/${action}/`, { as: owner })
      expect([answer.status, answer.body]).toEqual([
        400,
        { detail: 'The webhook is disabled.', code: 'webhook_disabled' },
      ])
    }
  })
})

describe('the list of deliveries', () => {
  test('the newest 1,000 of 30 days; cron deletes the others, but nothing that is to be sent', async () => {
    const { owner, hook } = await hooked()
    const series = (count: number, createdAt: number, state: string) =>
      env.DB.prepare(
        `INSERT INTO webhook_deliveries (webhook_id, message_id, type, occurred_at, data, status, created_at, next_attempt_at, retry_until)
         WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${count})
         SELECT ${hook.id}, 'msg_' || i, 'enrollment.created', ${createdAt}, '{}', ${state}, ${now() + DAY} FROM n`,
      )
    const delivered = (createdAt: number) => `'delivered', ${createdAt}, NULL`
    const old = now() - 31 * DAY
    await env.DB.batch([
      series(10, old, delivered(old)),
      series(2, old, `'pending', ${old}, ${now() + DAY}`),
      series(1_100, now() - 60, delivered(now() - 60)),
    ])
    const list = async (query: string) =>
      (await call('GET', `/api/webhooks/${hook.id}/deliveries/${query}`, { as: owner })).body
    expect(await list('?page_size=1')).toMatchObject({ count: 1_000 })
    const all = await allPages(`/api/webhooks/${hook.id}/deliveries/?page_size=100`, owner)
    expect(new Set(all.map(({ id }) => id)).size).toBe(1_000)
    expect(all.map(({ id }) => id)).toEqual(all.map(({ id }) => id).sort((a, b) => b - a))
    await worker.scheduled(createScheduledController(), env)
    const count = (where: string) =>
      env.DB.prepare(`SELECT count(*) AS n FROM webhook_deliveries WHERE webhook_id = ${hook.id} AND ${where}`).first(
        'n',
      )
    expect(await count("status = 'delivered'")).toBe(1_000)
    expect(await count("status = 'pending'")).toBe(2)
    expect(await list('?page_size=1')).toMatchObject({ count: 1_000 })
  })
})

describe('when something breaks', () => {
  test('cron wakes what nobody has woken', async () => {
    const { course, hook } = await hooked()
    const received = receive(hook)
    const WEBHOOKS = {
      getByName: () => ({ wake: () => Promise.reject(new Error(LOST)) }),
    } as unknown as typeof env.WEBHOOKS
    const error = vi.spyOn(console, 'error').mockImplementation(() => {})
    const enroll = await call('POST', `/api/courses/${course.slug}/enroll/`, {
      as: await makeUser(),
      env: { WEBHOOKS },
    })
    expect(enroll.status).toBe(201)
    expect(error).toHaveBeenCalledWith(expect.objectContaining({ event: 'webhook not woken', webhook: hook.id }))
    expect(received).toEqual([])
    await worker.scheduled(createScheduledController(), env)
    await arrived(received, 1)
    // A message whose object has lost its alarm.
    await set('webhook_deliveries', hook, `status = 'pending', next_attempt_at = ${now() - 600}`)
    await worker.scheduled(createScheduledController(), env)
    await arrived(received, 2)
  })

  test('a round that fails is tried again; what was sent but not recorded comes again with its id', async () => {
    const { owner, hook, act } = await hooked()
    const received = receive(hook)
    const error = vi.spyOn(console, 'error').mockImplementation(() => {})
    const withDatabase = (DB: D1Database) =>
      runInDurableObject(objectOfWebhook(hook) as never, object => {
        // biome-ignore lint/suspicious/noExplicitAny: the environment of an object is its own business, but for faults
        ;(object as any).env = { ...env, DB }
      })
    await withDatabase(failing(1, OVERLOADED).DB)
    await act()
    await vi.waitUntil(() => error.mock.calls.length > 0, { timeout: 5_000 })
    expect(received).toEqual([])
    const alarm = await runInDurableObject(objectOfWebhook(hook) as never, (_, ctx) => ctx.storage.getAlarm())
    expect(alarm).toBeGreaterThan(Date.now() + 20_000)
    // The reading batch passes, the writing one fails.
    let batches = 0
    const { DB } = failing(0)
    const second = new Proxy(DB, {
      get(target, property) {
        if (property !== 'withSession') return Reflect.get(target, property)
        return (at: string) => {
          const session = target.withSession(at)
          return new Proxy(session, {
            get(inner, name) {
              if (name !== 'batch') return Reflect.get(inner, name).bind(inner)
              return (statements: D1PreparedStatement[]) =>
                ++batches === 2 ? Promise.reject(new Error(OVERLOADED)) : inner.batch(statements)
            },
          })
        }
      },
    })
    await withDatabase(second)
    await sendNow(hook)
    await arrived(received, 1)
    await sendNow(hook)
    await arrived(received, 2)
    await delivery(hook, owner, { status: 'delivered', attempt_count: 1 })
    expect(new Set(received.map(({ id }) => id)).size).toBe(1)
  })

  test('a dead receiver delays nobody else’s, and what is about one learner arrives in order', async () => {
    const { owner, course, hook } = await hooked({ events: ['enrollment.created', 'enrollment.dropped'] })
    const dead = await makeWebhook(owner, { course: course.id })
    const hanging = receive(dead, untilAborted)
    const received = receive(hook, async () => {
      await scheduler.wait(10)
      return ok()
    })
    const learners = await Promise.all(Array.from({ length: 8 }, () => makeUser()))
    const startedAt = Date.now()
    await Promise.all(
      learners.map(async learner => {
        await enrolled(learner, course)
        await call('POST', `/api/courses/${course.slug}/unenroll/`, { as: learner })
        await enrolled(learner, course)
      }),
    )
    await arrived(received, 24)
    expect(Date.now() - startedAt).toBeLessThan(5_000)
    expect(hanging.length).toBeLessThanOrEqual(5)
    for (const learner of learners) {
      const types = received.filter(({ data }) => data['user'] === learner.id).map(({ type }) => type)
      expect(types).toEqual(['enrollment.created', 'enrollment.dropped', 'enrollment.created'])
    }
  })
})
