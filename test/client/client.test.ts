import { createExecutionContext, waitOnExecutionContext } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { LearnMore, type LearnMoreOptions } from '../../client/src/client.ts'
import { AttemptClock } from '../../client/src/clock.ts'
import { LearnMoreError } from '../../client/src/errors.ts'
import { memoryLocks } from '../../client/src/locks.ts'
import { type ClientStorage, memoryStorage } from '../../client/src/storage.ts'
import { app } from '../../src/app.ts'
import { issueToken } from '../../src/http/authentication.ts'
import { makeHall } from '../factories/classrooms.ts'
import { QUESTIONS } from '../factories/questions.ts'
import { makeUser, type TestUser } from '../factories/users.ts'
import { PASSWORD, register } from '../helpers/accounts.ts'
import { call, ORIGIN } from '../helpers/client.ts'
import { furnishDesk } from '../helpers/objects.ts'

// The TypeScript client against the real Worker: what no generator knows.

/** The network between client and Worker: what went over it, and what befalls it. */
class Network {
  readonly sent: { path: string; status: number | null; body: string }[] = []
  /** Answers in place of the Worker, or throws as a lost connection does; null lets the request through. */
  befall: (request: Request, count: number) => Response | 'lost before' | 'lost after' | null = () => null

  fetch = async (request: Request): Promise<Response> => {
    // Time passes with each call, so that an attempt's ten calls a second are kept to.
    vi.setSystemTime(Date.now() + 150)
    const { pathname } = new URL(request.url)
    const entry = { path: pathname, status: null as number | null, body: await request.clone().text() }
    this.sent.push(entry)
    const befallen = this.befall(request, this.sent.filter(({ path }) => path === pathname).length)
    if (befallen === 'lost before') throw new TypeError('network')
    if (befallen instanceof Response) {
      entry.status = befallen.status
      return befallen
    }
    const ctx = createExecutionContext()
    const answer = await app.fetch(request, env, ctx)
    await waitOnExecutionContext(ctx)
    entry.status = answer.status
    if (befallen === 'lost after') throw new TypeError('network')
    return answer
  }

  count = (path: string, status?: number) =>
    this.sent.filter(call => call.path === path && (status === undefined || call.status === status)).length
}

beforeAll(() => {
  vi.useFakeTimers({ toFake: ['Date'] })
})
afterAll(() => {
  vi.useRealTimers()
})

const waits: number[] = []
const sleep = async (ms: number) => void waits.push(ms)

function made(options: Partial<LearnMoreOptions> = {}) {
  const network = new Network()
  return { network, learnmore: new LearnMore({ baseUrl: ORIGIN, fetch: network.fetch, sleep, ...options }) }
}

/** A client in which a user is signed in, without the password's hash to compute. */
async function signedIn(user: TestUser, options: Partial<LearnMoreOptions> = {}) {
  const { network, learnmore } = made(options)
  const now = Math.floor(Date.now() / 1000)
  const refresh = await issueToken(env, 'refresh', { userId: user.id, sessionVersion: 1 }, now)
  const { data } = await learnmore.api.GET('/api/health/')
  expect(data).toBeDefined()
  await learnmore.session.keep({ access: user.token, refresh, user: { id: user.id } as never })
  return { network, learnmore }
}
const refused = (
  status: number,
  headers: Record<string, string> = {},
  body: unknown = { detail: 'x', code: 'throttled' },
) => Response.json(body, { status, headers })
const stale = () => refused(401, {}, { detail: 'x', code: 'token_not_valid' })

const REFRESH = '/api/users/token/refresh/'

describe('signing in', () => {
  test('once for all tabs, and out again; wrong credentials are an error with its code', async () => {
    const { body } = await register('ClientUser')
    const storage = memoryStorage()
    const { learnmore } = made({ storage })
    await expect(learnmore.login(body.username, 'a wrong password')).rejects.toMatchObject({
      status: 401,
      code: 'no_active_account',
    })
    expect(await learnmore.login(body.username, PASSWORD)).toMatchObject({ id: body.id })
    const tab = made({ storage }).learnmore
    expect((await tab.api.GET('/api/users/me/')).data).toMatchObject({ id: body.id })
    expect(await tab.session.user()).toMatchObject({ id: body.id })
    await learnmore.logout()
    expect((await tab.api.GET('/api/users/me/')).error).toMatchObject({ code: 'not_authenticated' })
  })

  test('ten calls that are refused at once refresh once, and so do those of two tabs', async () => {
    const user = await makeUser()
    const [storage, locks] = [memoryStorage(), memoryLocks()]
    const { learnmore, network } = await signedIn(user, { storage, locks })
    const other = made({ storage, locks })
    network.befall = other.network.befall = request =>
      request.headers.get('Authorization') === `Bearer ${user.token}` ? stale() : null
    const answers = await Promise.all(
      [learnmore, other.learnmore].flatMap(tab => Array.from({ length: 10 }, () => tab.api.GET('/api/users/me/'))),
    )
    expect(answers.map(({ response }) => response.status)).toEqual(Array(20).fill(200))
    expect(network.count('/api/users/me/', 401)).toBe(10)
    expect(network.count(REFRESH) + other.network.count(REFRESH)).toBe(1)
  })

  test('the body is sent again with the new token', async () => {
    const user = await makeUser()
    const { learnmore, network } = await signedIn(user)
    network.befall = (request, count) => (request.method === 'PUT' && count === 1 ? stale() : null)
    const { data } = await learnmore.api.PUT('/api/users/profile/', { body: { bio: 'Reads' } })
    expect(data?.bio).toBe('Reads')
    expect(network.count(REFRESH, 200)).toBe(1)
  })

  test('when the refresh token is refused too, the session has ended, and the sign-in is asked for once', async () => {
    let asked = 0
    const user = await makeUser()
    const { learnmore } = await signedIn(user, { onSignedOut: () => (asked += 1) })
    await env.DB.prepare('UPDATE users SET session_version = 2 WHERE id = ?').bind(user.id).run()
    const answers = await Promise.all([1, 2, 3].map(() => learnmore.api.GET('/api/users/me/')))
    expect(answers.map(({ response }) => response.status)).toEqual([401, 401, 401])
    expect(asked).toBe(1)
    expect(await learnmore.session.access()).toBeNull()
  })

  test('a refresh without network keeps the session', async () => {
    const { learnmore, network } = await signedIn(await makeUser())
    network.befall = request => (request.url.endsWith(REFRESH) ? 'lost before' : stale())
    await expect(learnmore.api.GET('/api/users/me/')).rejects.toThrow('network')
    expect(await learnmore.session.access()).not.toBeNull()
  })
})

describe('patience', () => {
  const waited = async (act: () => Promise<unknown>) => {
    waits.length = 0
    await act()
    return waits
  }

  test('waits as Retry-After says, for 429 with every request', async () => {
    const { learnmore, network } = await signedIn(await makeUser({ isInstructor: true }))
    network.befall = (_, count) => (count <= 2 ? refused(429, { 'Retry-After': String(count * 3) }) : null)
    const answer = await waited(() => learnmore.api.POST('/api/courses/', { body: { title: 'Patient' } }))
    expect(answer).toEqual([3_000, 6_000])
    expect(network.count('/api/courses/', 201)).toBe(1)
  })

  test('a wait that is too long is for the caller', async () => {
    const { learnmore, network } = await signedIn(await makeUser())
    network.befall = () => refused(429, { 'Retry-After': '40000' })
    const { error, response } = await learnmore.api.GET('/api/users/me/')
    expect([response.status, error]).toEqual([429, { detail: 'x', code: 'throttled' }])
    expect(network.count('/api/users/me/')).toBe(1)
  })

  test('after 503 and a lost connection it repeats what is safe to repeat, and nothing else', async () => {
    const { learnmore, network } = await signedIn(await makeUser({ isInstructor: true }))
    const once = (what: Response | 'lost after') => (_: Request, count: number) => (count === 1 ? what : null)
    network.befall = once(refused(503, { 'Retry-After': '2' }))
    expect((await learnmore.api.GET('/api/users/me/')).response.status).toBe(200)
    network.befall = once('lost after')
    expect((await learnmore.api.PUT('/api/users/profile/', { body: { bio: 'x' } })).response.status).toBe(200)
    await expect(learnmore.api.POST('/api/courses/', { body: { title: 'Once' } })).rejects.toThrow('network')
    expect(network.count('/api/courses/')).toBe(1)
    network.befall = () => refused(503, { 'Retry-After': '2' })
    expect((await learnmore.api.POST('/api/modules/', { body: { course: 1, title: 'Once' } })).response.status).toBe(
      503,
    )
    expect(network.count('/api/modules/')).toBe(1)
  })

  test('it ends: a connection that stays lost is an error', async () => {
    const { learnmore, network } = await signedIn(await makeUser(), { maxRetries: 2 })
    network.befall = () => 'lost before'
    await expect(learnmore.api.GET('/api/users/me/')).rejects.toThrow('network')
    expect(network.count('/api/users/me/')).toBe(3)
  })
})

describe('the answers of an attempt', () => {
  let learner: TestUser
  let quiz: number
  let essays: number[]
  const SUBMIT = /submit-response\/$/

  beforeAll(async () => {
    const hall = await makeHall({ time_limit_minutes: 30 }, [QUESTIONS.essay, QUESTIONS.essay])
    learner = hall.learner
    quiz = hall.quiz.id
    essays = hall.quiz.questions.map(({ id }) => id)
    await furnishDesk(quiz)
  })

  /** Opens the attempt in another tab: the same device, unless told otherwise. */
  async function tab(device: { storage: ClientStorage; locks: ReturnType<typeof memoryLocks> }) {
    const { learnmore, network } = await signedIn(learner, { ...device, maxRetries: 0 })
    const dropped: string[] = []
    // Only what a test flushes is sent again.
    const options = {
      retryMs: 1_000_000,
      onDropped: ({ error }: { error: LearnMoreError }) => void dropped.push(error.code ?? ''),
    }
    const answers = await learnmore.startAttempt(quiz, options)
    await answers.flush().catch(() => {})
    return { network, answers, dropped, learnmore }
  }
  const device = () => ({ storage: memoryStorage(), locks: memoryLocks() })
  const question = (place: number) => essays[place] ?? 0
  const essay = (text: string) => ({ essay_text: text })
  async function keptByServer(): Promise<Record<number, string>> {
    vi.setSystemTime(Date.now() + 150)
    const { body } = await call('POST', `/api/courses/quizzes/${quiz}/start-attempt/`, { as: learner })
    return Object.fromEntries(
      body.responses.map(({ question, response_data }: { question: number; response_data: { essay_text: string } }) => [
        question,
        response_data.essay_text,
      ]),
    )
  }
  const isSubmit = (request: Request) => SUBMIT.test(new URL(request.url).pathname)

  test('survive a lost network and a closed tab', async () => {
    const mine = device()
    const closed = await tab(mine)
    closed.network.befall = request => (isSubmit(request) ? 'lost before' : null)
    await closed.answers.save(question(0), essay('written offline'), 12)
    await closed.answers.save(question(0), essay('written offline, twice'), 20)
    await expect(closed.answers.flush()).rejects.toThrow('network')
    await expect(closed.answers.complete()).rejects.toThrow('network')
    expect([...(await closed.answers.pending())]).toEqual([[question(0), essay('written offline, twice')]])
    expect(await keptByServer()).toEqual({})
    closed.answers.close()

    const opened = await tab(mine)
    expect(await opened.answers.pending()).toEqual(new Map())
    expect(await keptByServer()).toEqual({ [question(0)]: 'written offline, twice' })
    opened.answers.close()
  })

  test('when only the answer to an answer was lost, it is sent again and changes nothing', async () => {
    const { answers, network, dropped } = await tab(device())
    network.befall = request => (isSubmit(request) ? 'lost after' : null)
    await answers.save(question(0), essay('sent'))
    await expect(answers.flush()).rejects.toThrow('network')
    network.befall = () => null
    await answers.flush()
    expect(await answers.pending()).toEqual(new Map())
    expect((await keptByServer())[question(0)]).toBe('sent')
    expect(dropped).toEqual([])
    answers.close()
  })

  test('in two tabs: the later answer stands, whichever tab it is from', async () => {
    const mine = device()
    const [one, other] = [await tab(mine), await tab(mine)]
    for (const text of ['a', 'b', 'c']) {
      await one.answers.save(question(1), essay(`one ${text}`))
      await one.answers.flush()
    }
    await other.answers.save(question(1), essay('other'))
    await other.answers.flush()
    expect((await keptByServer())[question(1)]).toBe('other')
    await Promise.all([one.answers.save(question(1), essay('last')), other.answers.flush()])
    await Promise.all([one.answers.flush(), other.answers.flush()])
    expect((await keptByServer())[question(1)]).toBe('last')
    expect([...one.dropped, ...other.dropped]).toEqual([])
    one.answers.close()
    other.answers.close()
  })

  test('on two devices: an older copy replaces none newer, its learner is told, and the next answer counts on', async () => {
    const [phone, laptop] = [await tab(device()), await tab(device())]
    for (const text of ['a', 'b', 'c']) {
      await laptop.answers.save(question(1), essay(`laptop ${text}`))
      await laptop.answers.flush()
    }
    await phone.answers.save(question(1), essay('phone, behind'))
    await phone.answers.flush()
    expect(phone.dropped).toEqual(['answer_outdated'])
    expect((await keptByServer())[question(1)]).toBe('laptop c')
    await phone.answers.save(question(1), essay('phone, now'))
    await phone.answers.flush()
    expect((await keptByServer())[question(1)]).toBe('phone, now')
    phone.answers.close()
    laptop.answers.close()
  })

  test('what was typed while another answer was on its way is sent after it', async () => {
    const { answers, network } = await tab(device())
    let typed: Promise<void> | undefined
    network.befall = request => {
      if (isSubmit(request)) typed ??= answers.save(question(0), essay('second'))
      return null
    }
    await answers.save(question(0), essay('first'))
    await answers.flush()
    await typed
    await answers.flush()
    expect((await keptByServer())[question(0)]).toBe('second')
    answers.close()
  })

  test('429 and 503 keep them; what does not fit is dropped and told', async () => {
    const { answers, network, dropped } = await tab(device())
    for (const status of [429, 503, 500]) {
      network.befall = request => (isSubmit(request) ? refused(status, { 'Retry-After': '1' }) : null)
      await answers.save(question(0), essay(`kept through ${status}`))
      await expect(answers.flush()).rejects.toMatchObject({ status })
      expect((await answers.pending()).size).toBe(1)
    }
    network.befall = () => null
    await answers.flush()
    await answers.save(question(0), { selected_answer: true })
    await answers.flush()
    expect(dropped).toEqual([''])
    expect((await keptByServer())[question(0)]).toBe('kept through 500')
    answers.close()
  })

  test('the clock is the server’s and a stopwatch, not that of the device', async () => {
    const { answers } = await tab(device())
    const left = answers.clock.remaining() ?? 0
    expect(left).toBeGreaterThan(1_700)
    expect(left).toBeLessThanOrEqual(1_800)
    let elapsed = 1_000
    const clock = new AttemptClock(60, () => elapsed)
    elapsed += 10_000
    expect(clock.remaining()).toBe(50)
    clock.set(300)
    elapsed += 400_000
    expect(clock.remaining()).toBe(0)
    expect(new AttemptClock(null).remaining()).toBeNull()
    answers.close()
  })

  test('nothing in the client reads the clock of the device', () => {
    const sources = import.meta.glob<string>(['../../client/src/*.ts', '!**/schema.ts'], {
      query: '?raw',
      import: 'default',
      eager: true,
    })
    expect(Object.keys(sources).length).toBeGreaterThan(7)
    for (const [file, source] of Object.entries(sources)) expect(source, file).not.toMatch(/\bDate\b/)
  })

  test('handing in sends everything first, and clears the device; later answers are dropped and told', async () => {
    const mine = device()
    const { answers, dropped, network } = await tab(mine)
    network.befall = request => (isSubmit(request) && network.sent.length < 4 ? 'lost before' : null)
    await answers.save(question(0), essay('handed in'))
    network.befall = () => null
    expect(await answers.complete()).toMatchObject({ status: 'completed' })
    expect(await mine.storage.keys('learnmore.answers.')).toEqual([])
    await answers.save(question(0), essay('too late'))
    await answers.flush()
    expect(dropped).toEqual(['attempt_over'])
  })

  test('a start that is refused is an error with its code', async () => {
    const { learnmore } = await signedIn(await makeUser())
    await expect(learnmore.startAttempt(quiz)).rejects.toMatchObject({ status: 403, code: 'enrollment_required' })
    await expect(learnmore.startAttempt(999_999)).rejects.toThrow(LearnMoreError)
  })
})
