/** The pages as people meet them: on a phone of 360 × 740, on a projector, on paper; and the reference at a desk. */
import { mkdirSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import axe from 'axe-core'
import { type Browser, type BrowserContext, chromium, type Page, type Route } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { type Server, startServer } from '../helpers/server.ts'

const SCREENSHOTS = '.wrangler/screenshots'
const PHONE = { viewport: { width: 360, height: 740 }, deviceScaleFactor: 2, isMobile: true, hasTouch: true }
const PASSWORD = 'securepassword123'
const BUDGET_BYTES = 15 * 1024

// biome-ignore lint/suspicious/noExplicitAny: whatever JSON is served, asserted on
type Body = any
type Session = { access: string; refresh: string; user: { id: number; username: string } }

const TIMEOUT_MS = 120_000

let server: Server
let browser: Browser
let context: BrowserContext
let teacher: Session
let learner: Session
let course: Body
let module: Body

beforeAll(async () => {
  mkdirSync(SCREENSHOTS, { recursive: true })
  const unlimited = ['--var', 'RATE_LIMIT_USER_PER_DAY:0', '--var', 'RATE_LIMIT_ANON_PER_DAY:0']
  server = await startServer(unlimited, TIMEOUT_MS)
  browser = await chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  })
  teacher = await login('jsmith')
  learner = await login('student2')
  course = await post(teacher, '/api/courses/', {
    title: 'Marine Biology',
    description: 'Life in **salt** water.',
    status: 'published',
  })
  module = await post(teacher, '/api/modules/', {
    course: course.id,
    title: 'Tides & <b>Pools</b>',
    is_published: true,
    content: TEXT,
  })
  await post(learner, `/api/courses/${course.slug}/enroll/`)
})
afterEach(() => context?.close())
afterAll(async () => {
  await browser?.close()
  await server?.stop()
})

const TEXT = `# What lives between the tides

A *tide pool* is **never** the same twice. Read [the guide](https://example.com/guide), not [this](javascript:alert(1)).

- Limpets hold on
- Crabs hide
  - under \`weed\`

1. Look
2. Do not touch

> Leave only footprints.

\`\`\`
<script>kept("as text")</script>
\`\`\`

<script>document.body.dataset.hacked = 'yes'</script>
<img src=x onerror="document.body.dataset.hacked = 'yes'">The end.`

async function request(
  method: string,
  as: Session | null,
  path: string,
  body?: object,
): Promise<{ status: number; body: Body }> {
  const answer = await fetch(server.origin + path, {
    method,
    headers: { 'Content-Type': 'application/json', ...(as && { Authorization: `Bearer ${as.access}` }) },
    body: body && JSON.stringify(body),
  })
  return { status: answer.status, body: await answer.json().catch(() => null) }
}
async function post(as: Session | null, path: string, body?: object): Promise<Body> {
  const answer = await request('POST', as, path, body)
  expect(answer.status, JSON.stringify(answer.body)).toBeLessThan(300)
  return answer.body
}
const login = (username: string): Promise<Session> => post(null, '/api/users/login/', { username, password: PASSWORD })
const makeCode = (fields: object = {}) =>
  post(teacher, '/api/qr-codes/codes/', { type: 'attendance', target_id: module.id, ...fields })
const scansOf = async (code: { id: number }) =>
  (await request('GET', teacher, `/api/qr-codes/scans/?qr_code=${code.id}`)).body

/** What the page keeps of who is signed in. */
const signedIn = (session: Session) => ({
  content: `localStorage.setItem('learnmore.session', ${JSON.stringify(JSON.stringify(session))})`,
})

/** A phone, or another screen, on which somebody may be signed in already. */
async function opened(
  path: string,
  { as, dark = false, ...options }: { as?: Session; dark?: boolean; viewport?: { width: number; height: number } } = {},
): Promise<Page> {
  context = await browser.newContext({
    ...PHONE,
    ...(options.viewport && { ...options, isMobile: options.viewport.width < 600 }),
    colorScheme: dark ? 'dark' : 'light',
    locale: 'en-US',
    timezoneId: 'UTC',
  })
  if (as) await context.addInitScript(signedIn(as))
  const page = await context.newPage()
  page.on('console', message => {
    if (message.type() === 'error' && /Content Security Policy/.test(message.text())) throw new Error(message.text())
  })
  await page.goto(server.origin + path)
  return page
}

const outcome = async (page: Page) => {
  await page.locator('#outcome.good, #outcome.bad, #outcome.wait').waitFor()
  return [
    (await page.locator('#outcome').getAttribute('class'))?.split(' ').pop(),
    await page.locator('#outcome h2').textContent(),
  ]
}
const said = (page: Page) => page.locator('#outcome p').first().textContent()

/** Nothing wrong for axe (WCAG 2.2 A and AA), and nothing to scroll sideways. */
async function inspect(page: Page, name: string): Promise<void> {
  await page.screenshot({ path: `${SCREENSHOTS}/${name}.png`, fullPage: true })
  await page.evaluate(axe.source)
  const violations = await page.evaluate(
    `axe.run({ runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] })
      .then(({ violations }) => violations.map(({ id, nodes }) => id + ': ' + nodes.map(node => node.html).join(' ')))`,
  )
  expect(violations, name).toEqual([])
  const overflow = await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth')
  expect(overflow, name).toBe(0)
}

async function signIn(page: Page, username: string): Promise<void> {
  await page.getByLabel('Username').fill(username)
  await page.getByLabel('Password').fill(PASSWORD)
  await page.getByRole('button', { name: 'Sign in' }).click()
}

const CLOSED = ['limit', 'rotating']

describe.each([false, true])('on a phone, dark mode %s', dark => {
  const name = (what: string) => `${what}-${dark ? 'dark' : 'light'}`

  test('from the sign-in to the outcome, and on to the text', async () => {
    const code = await makeCode()
    const page = await opened(`/q/${code.uuid}`, { dark })
    expect(await page.locator('h1').textContent()).toBe('Marine Biology - Tides & <b>Pools</b>')
    expect(await page.locator('#sign-in').isVisible()).toBe(true)
    await inspect(page, name('sign-in'))
    const opening = Date.now()
    await page.waitForTimeout(1_200)
    await signIn(page, 'student2')
    expect(await outcome(page)).toEqual(['good', 'You are marked present'])
    expect(await page.evaluate('document.activeElement?.textContent')).toBe('You are marked present')
    await inspect(page, name('present'))
    const { results } = await scansOf(code)
    // The moment counts, not the login.
    expect(results).toHaveLength(1)
    expect(Date.parse(results[0].scanned_at)).toBeLessThanOrEqual(opening)
    await page.getByRole('button', { name: 'Open the module' }).click()
    await page.locator('#text h2').first().waitFor()
    await inspect(page, name('text'))
    const links = await page.locator('#text a').evaluateAll(all => all.map(link => link.getAttribute('href')))
    expect(links).toEqual(['https://example.com/guide'])
    expect(await page.locator('#text p').first().textContent()).toMatch(/Read the guide, not this\.$/)
    expect(await page.locator('#text :is(script, img)').count()).toBe(0)
    expect(await page.locator('#text pre').textContent()).toContain('<script>kept("as text")</script>')
    expect(await page.locator('body').getAttribute('data-hacked')).toBeNull()
    // The session is kept for the next code.
    const next = await makeCode({ type: 'module' })
    await page.goto(`${server.origin}/q/${next.uuid}`)
    expect(await outcome(page)).toEqual(['good', 'Module opened'])
    await page.getByRole('button', { name: 'Sign out' }).click()
    await page.locator('#sign-in').waitFor()
    expect(await page.evaluate(`localStorage.getItem('learnmore.session')`)).toBeNull()
  })

  test.each([
    ['expired', { expires_at: '2023-01-01T00:00:00Z' }, 'This QR code has expired.'],
    ['revoked', {}, 'This QR code has been revoked.'],
  ])('over for everybody, and said so without any sign-in: %s', async (why, fields, message) => {
    const code = await makeCode(fields)
    if (why === 'revoked') await request('PATCH', teacher, `/api/qr-codes/codes/${code.id}/`, { status: 'revoked' })
    const page = await opened(`/q/${code.uuid}`, { dark, viewport: { width: 390, height: 844 } })
    expect(await outcome(page)).toEqual(['bad', 'Closed'])
    expect(await said(page)).toBe(message)
    expect(await page.getByLabel('Username').isVisible()).toBe(false)
    await inspect(page, name(why))
    // Who is signed in is recorded as refused, and cannot help it by trying again.
    await context.addInitScript(signedIn(learner))
    await page.reload()
    await page.getByRole('heading', { name: 'Not recorded' }).waitFor()
    expect(await said(page)).toBe(message)
    expect(await page.getByRole('button', { name: 'Try again' }).count()).toBe(0)
    expect((await scansOf(code)).results).toMatchObject([{ is_valid: false, validation_message: message }])
  })

  test.each([
    ['limit', { max_scans: 1 }, 'This QR code has reached its scan limit.'],
    ['rotating', { rotating: true }, 'This QR code changes all the time. Scan the one on display now.'],
  ])('closed to all but who was recorded before: %s', async (why, fields, message) => {
    const code = await makeCode(fields)
    // Somebody else each time: five logins a minute are all there are.
    const username = `student${20 + 2 * CLOSED.indexOf(why) + (dark ? 1 : 0)}`
    await request('POST', teacher, `/api/courses/${course.id}/enrollments/`, { users: [username, 'student9'] })
    if (why === 'limit') await post(await loginOnce('student9'), '/api/qr-codes/scans/', { qr_code_uuid: code.uuid })
    const page = await opened(`/q/${code.uuid}`, { dark })
    expect(await outcome(page)).toEqual(['bad', 'Closed'])
    expect(await said(page)).toBe(message)
    await page.getByText('Recorded before? Sign in').click()
    await inspect(page, name(`${why}-sign-in`))
    await signIn(page, username)
    await page.getByRole('heading', { name: 'Not recorded' }).waitFor()
    expect(await said(page)).toBe(message)
    expect(await page.getByRole('button', { name: 'Try again' }).count()).toBe(0)
    await inspect(page, name(why))
    if (why !== 'limit') return
    await context.addInitScript(signedIn(await loginOnce('student9')))
    await page.reload()
    expect(await outcome(page)).toEqual(['good', 'You are marked present'])
  })

  test('not enrolled: after the sign-in the outcome has the focus, and trying again helps once enrolled', async () => {
    const code = await makeCode()
    const username = dark ? 'student25' : 'student24'
    const page = await opened(`/q/${code.uuid}`, { dark, viewport: { width: 390, height: 844 } })
    await signIn(page, username)
    expect(await outcome(page)).toEqual(['bad', 'Not recorded'])
    expect(await said(page)).toBe('You are not enrolled in this course.')
    expect(await page.evaluate('document.activeElement?.textContent')).toBe('Not recorded')
    await inspect(page, name('not-enrolled'))
    await request('POST', teacher, `/api/courses/${course.id}/enrollments/`, { users: [username] })
    await page.getByRole('button', { name: 'Try again' }).click()
    await page.locator('#outcome.good').waitFor()
    expect(await outcome(page)).toEqual(['good', 'You are marked present'])
  })

  test.each([
    ['full', { max_students: 1 }, 'This course is full.'],
    ['ended', { start_date: '2020-01-01', end_date: '2020-06-30' }, 'This course has ended.'],
    ['draft', { status: 'draft' }, 'This course is not open for enrollment.'],
  ])('an access code to a course that is %s says so first', async (why, fields, message) => {
    const made = await post(teacher, '/api/courses/', { title: `By code, ${why}`, status: 'published', ...fields })
    if (why === 'full') await post(learner, `/api/courses/${made.slug}/enroll/`)
    const page = await opened(`/q/${(await makeCode({ type: 'access', target_id: made.id })).uuid}`, { dark })
    expect(await outcome(page)).toEqual(['bad', 'Closed'])
    expect(await said(page)).toBe(message)
    expect(await page.getByText('Enrolled already? Sign in').isVisible()).toBe(true)
  })

  test('a course that has not begun says when it does', async () => {
    const fields = { title: 'Winter School', status: 'published', start_date: '2199-12-01' }
    const made = await post(teacher, '/api/courses/', fields)
    const page = await opened(`/q/${(await makeCode({ type: 'access', target_id: made.id })).uuid}`, { dark })
    expect(await page.locator('.note').textContent()).toBe('The course has not begun: it begins on 1 December 2199.')
    expect(await page.getByLabel('Username').isVisible()).toBe(true)
    await inspect(page, name('not-begun'))
  })

  test('a scan repeated on another day says the day, by the calendar of the phone', async () => {
    const code = await makeCode()
    const page = await opened(`/q/${code.uuid}`, { dark, as: learner })
    expect(await outcome(page)).toEqual(['good', 'You are marked present'])
    expect(await said(page)).toMatch(/^At \d/)
    const { results } = await scansOf(code)
    const repeated = { ...results[0], scanned_at: '2020-11-22T23:30:00Z' }
    const tell = (status: number) =>
      page.route('**/api/qr-codes/scans/', route => route.fulfill({ status, json: repeated }))
    await tell(200)
    await page.reload()
    await page.locator('#outcome.good').waitFor()
    expect(await said(page)).toBe('Already, on November 22, 2020 at 11:30 PM.')
    await inspect(page, name('already'))
    // Kept on the phone, and sent another day.
    await page.unroute('**/api/qr-codes/scans/')
    await tell(201)
    await page.reload()
    await page.locator('#outcome.good').waitFor()
    expect(await said(page)).toBe('On November 22, 2020 at 11:30 PM.')
  })

  test('an access code lets in and shows the course', async () => {
    const restricted = await post(teacher, '/api/courses/', {
      title: 'By Invitation',
      status: 'published',
      enrollment_type: 'restricted',
    })
    await post(teacher, '/api/modules/', {
      course: restricted.id,
      title: 'Welcome',
      is_published: true,
      content: 'Hello.',
    })
    const code = await makeCode({ type: 'access', target_id: restricted.id })
    const page = await opened(`/q/${code.uuid}`, { dark, as: learner })
    expect(await outcome(page)).toEqual(['good', 'You are in'])
    await page.getByRole('button', { name: 'See the course' }).click()
    await page.getByRole('button', { name: 'Welcome' }).click()
    await page.getByText('Hello.').waitFor()
    await page.goBack().catch(() => {})
    await page.goto(`${server.origin}/q/${code.uuid}`)
    await outcome(page)
    await page.getByRole('button', { name: 'See the course' }).click()
    await page.getByRole('button', { name: 'Welcome' }).waitFor()
    await inspect(page, name('access'))
  })

  test('a certificate is shown to anybody', async () => {
    const { results } = (await request('GET', teacher, '/api/enrollments/?status=completed&page_size=1')).body
    const [enrollment] = results
    const code = await makeCode({ type: 'certificate', target_id: enrollment.id })
    const page = await opened(`/q/${code.uuid}`, { dark })
    expect(await page.locator('h1').textContent()).toBe(enrollment.course_title)
    expect(await page.locator('time').getAttribute('datetime')).toBe(enrollment.completed_at.slice(0, 10))
    expect(await page.locator('.outcome.good h2').first().textContent()).toBe('This certificate stands')
    await inspect(page, name('certificate'))
    await page.getByText('Record that you verified it').click()
    await inspect(page, name('certificate-sign-in'))
    // Another code of it, because what names the first one may be 30 seconds old.
    const revoked = await makeCode({ type: 'certificate', target_id: enrollment.id })
    await request('PATCH', teacher, `/api/qr-codes/codes/${revoked.id}/`, { status: 'revoked' })
    const refused = await opened(`/q/${revoked.uuid}`, { dark })
    expect(await refused.locator('.outcome.bad h2').first().textContent()).toBe('This certificate does not stand')
  })

  test('a code that is not there', async () => {
    const page = await opened(`/q/${crypto.randomUUID()}`, { dark })
    expect(await page.locator('h1').textContent()).toBe('No such code')
    await inspect(page, name('not-found'))
  })

  test('offline, then online: kept, sent by itself, once, as of the opening', async () => {
    const code = await makeCode({ type: 'module' })
    context = await browser.newContext({ ...PHONE, colorScheme: dark ? 'dark' : 'light' })
    await context.addInitScript(signedIn(learner))
    const page = await context.newPage()
    // The network dies between the page and the scan.
    await page.route('**/api/**', route => route.abort())
    await page.goto(`${server.origin}/q/${code.uuid}`)
    const opening = Date.now()
    await context.setOffline(true)
    await page.locator('#outcome.wait').waitFor()
    await inspect(page, name('offline'))
    expect((await scansOf(code)).count).toBe(0)
    await page.waitForTimeout(1_200)
    await page.unroute('**/api/**')
    await context.setOffline(false)
    await page.locator('#outcome.good').waitFor()
    await page.waitForTimeout(300)
    const { count, results } = await scansOf(code)
    expect(count).toBe(1)
    expect(Date.parse(results[0].scanned_at)).toBeLessThanOrEqual(opening)
    expect(await page.evaluate(`localStorage.getItem('learnmore.scans')`)).toBe('[]')
  })

  test('a page that was closed meanwhile: the scan goes out with the next one', async () => {
    const [lost, next] = [await makeCode({ type: 'module' }), await makeCode({ type: 'module' })]
    const page = await opened('/q/none', { dark, as: learner })
    await page.route('**/api/**', route => route.abort())
    await page.goto(`${server.origin}/q/${lost.uuid}`)
    await page.locator('#outcome.wait').waitFor()
    await page.close()
    const another = await context.newPage()
    await another.goto(`${server.origin}/q/${next.uuid}`)
    await another.locator('#outcome.good').waitFor()
    expect((await scansOf(next)).count).toBe(1)
    // Sent after the one that somebody looks at.
    await expect.poll(async () => (await scansOf(lost)).count).toBe(1)
  })

  test('a wrong password, no network at the sign-in', async () => {
    const page = await opened(`/q/${(await makeCode()).uuid}`, { dark })
    await page.getByLabel('Username').fill(dark ? 'student5' : 'student6')
    await page.getByLabel('Password').fill('wrong password')
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.getByText('Username or password is wrong.').waitFor()
    await inspect(page, name('wrong-password'))
    await context.setOffline(true)
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.getByText('There is no network.').waitFor()
  })
})

describe('on a phone in a bad network', () => {
  test('an answer that never comes holds up neither the next code nor what it says', async () => {
    const [lost, next] = [await makeCode({ type: 'module' }), await makeCode({ type: 'module' })]
    const page = await opened('/q/none', { as: learner })
    await page.clock.install()
    let asked = 0
    await page.route('**/api/qr-codes/scans/', () => void (asked += 1))
    await page.goto(`${server.origin}/q/${lost.uuid}`)
    await expect.poll(() => asked).toBe(1)
    const another = await context.newPage()
    await another.goto(`${server.origin}/q/${next.uuid}`)
    expect(await outcome(another)).toEqual(['good', 'Module opened'])
    // The first gives up in time, and says that the scan is kept.
    await page.clock.runFor(21_000)
    await page.locator('#outcome.wait').waitFor()
    await page.unroute('**/api/qr-codes/scans/')
    await page.clock.runFor(16_000)
    await page.locator('#outcome.good').waitFor()
    expect([(await scansOf(lost)).count, (await scansOf(next)).count]).toEqual([1, 1])
  })

  test('signed out elsewhere while reading: that is what is said', async () => {
    const page = await opened(`/q/${(await makeCode({ type: 'module' })).uuid}`, { as: learner })
    await outcome(page)
    await page.route('**/api/{modules,users}/**', route => route.fulfill({ status: 401, json: { detail: 'x' } }))
    await page.getByRole('button', { name: 'Open the module' }).click()
    await page.getByText('You are signed out.').waitFor()
  })
})

const sessions = new Map<string, Promise<Session>>()
/** Five logins a minute are all there are. */
function loginOnce(username: string): Promise<Session> {
  const known = sessions.get(username) ?? login(username)
  sessions.set(username, known)
  return known
}

describe('the display', () => {
  const PROJECTOR = { viewport: { width: 1280, height: 720 } }

  test('shows a code that changes and is good when shown, and who has arrived', async () => {
    const code = await makeCode({ rotating: true })
    const display = await opened(`/q/${code.uuid}/display`, { ...PROJECTOR, as: teacher })
    const image = display.locator('#image')
    const shown = async () => new URL((await image.getAttribute('src')) ?? '', server.origin).searchParams.get('c')
    await image.waitFor()
    const first = await shown()
    expect(first).toMatch(/^[\w-]{16}$/)
    // What the phone's camera then opens.
    const other = await browser.newContext(PHONE)
    await other.addInitScript(signedIn(learner))
    const learners = await other.newPage()
    await learners.goto(`${server.origin}/q/${code.uuid}?c=${await shown()}`)
    expect(await outcome(learners)).toEqual(['good', 'You are marked present'])
    await other.close()
    await display.locator('#names li').waitFor({ timeout: 10_000 })
    expect(await display.locator('#count').textContent()).toBe('1')
    await inspect(display, 'display-light')
    const box = await display.locator('.code').boundingBox()
    expect(box && box.x + box.width / 2, 'the code is in the middle of the wall').toBeCloseTo(1280 / 2, 0)
    await expect.poll(shown, { timeout: 17_000 }).not.toBe(first)
  })

  test('goes on for a minute without a network', async () => {
    const code = await makeCode({ rotating: true })
    context = await browser.newContext(PROJECTOR)
    await context.addInitScript(signedIn(teacher))
    const display = await context.newPage()
    await display.clock.install()
    await display.goto(`${server.origin}/q/${code.uuid}/display`)
    await display.waitForLoadState('networkidle')
    const source = () => display.locator('#image').getAttribute('src')
    const first = await source()
    await context.setOffline(true)
    await display.clock.runFor(40_000)
    expect(await source()).not.toBe(first)
    expect(await display.evaluate(`document.getElementById('image').naturalWidth`)).toBeGreaterThan(0)
    expect(await display.locator('#image').isVisible()).toBe(true)
    // Without a code that is good, none is better than one that is refused.
    await display.clock.runFor(45_000)
    expect(await display.locator('#image').isVisible()).toBe(false)
  })

  test('an answer that was long on its way shows no code before its time', async () => {
    const code = await makeCode({ rotating: true })
    context = await browser.newContext(PROJECTOR)
    await context.addInitScript(signedIn(teacher))
    const display = await context.newPage()
    await display.clock.install()
    const [now, next] = ['now-now-now-now-', 'next-next-next-n']
    const codes = [
      { code: now, starts_in_ms: -3_000 },
      { code: next, starts_in_ms: 12_000 },
    ]
    const { body } = await request('GET', teacher, `/api/qr-codes/display/${code.uuid}/`)
    const asked = Promise.withResolvers<Route>()
    await display.route('**/api/qr-codes/display/**', route => asked.resolve(route))
    await display.goto(`${server.origin}/q/${code.uuid}/display`)
    const held = await asked.promise
    // Eight seconds, of which nobody can say whether the question or the answer took them.
    await display.clock.runFor(8_000)
    await held.fulfill({ json: { ...body, codes } })
    const source = () => display.locator('#image').getAttribute('src')
    await expect.poll(source).toContain(now)
    // A code is taken 5 seconds before its time.
    await display.clock.runFor(6_500)
    expect(await source()).toContain(now)
    await display.clock.runFor(2_500)
    expect(await source()).toContain(next)
  })

  test('is for its instructor alone, and says nothing to others', async () => {
    const code = await makeCode({ rotating: true })
    const page = await opened(`/q/${code.uuid}/display`, { ...PROJECTOR, as: learner, dark: true })
    await page.getByText('This display is for the instructor of the course.').waitFor()
    expect(await page.content()).not.toContain('Marine')
    await inspect(page, 'display-refused-dark')
  })

  test('in the dark, without a session', async () => {
    const code = await makeCode({ rotating: true })
    const page = await opened(`/q/${code.uuid}/display`, { ...PROJECTOR, dark: true })
    await inspect(page, 'display-sign-in-dark')
    await signIn(page, 'jsmith')
    await page.locator('#image').waitFor()
    await inspect(page, 'display-dark')
  })
})

describe('the print sheet', () => {
  test('eight codes to an A4 page', async () => {
    const batch = await post(teacher, '/api/qr-codes/batches/', {
      name: 'Autumn field trips',
      type: 'attendance',
      target_ids: Array.from({ length: 20 }, () => module.id),
      expires_at: '2036-06-30T23:59:59Z',
    })
    const page = await opened(`/qr-codes/batches/${batch.id}/print`, {
      as: teacher,
      viewport: { width: 1000, height: 1200 },
    })
    await page.locator('figure').nth(19).waitFor()
    await inspect(page, 'print-screen-light')
    await page.waitForLoadState('networkidle')
    const pdf = await page.pdf({ path: `${SCREENSHOTS}/print.pdf`, preferCSSPageSize: true })
    const pages = pdf.toString('latin1').match(/\/Type\s*\/Page\b/g) ?? []
    expect(pages).toHaveLength(3)
    await page.emulateMedia({ media: 'print' })
    await page.screenshot({ path: `${SCREENSHOTS}/print-paper.png`, fullPage: true })
    expect(await page.locator('.toolbar').isVisible()).toBe(false)
  })

  test.each([390, 360])('is to be read on a phone of %i', async width => {
    const fields = { name: 'At the pools', type: 'attendance', target_ids: [module.id, module.id] }
    const batch = await post(teacher, '/api/qr-codes/batches/', fields)
    const page = await opened(`/qr-codes/batches/${batch.id}/print`, { as: teacher, viewport: { width, height: 844 } })
    await page.locator('figure').nth(1).waitFor()
    await inspect(page, `print-phone-${width}`)
    const edges = await page.evaluate(
      `['.brand span', 'h1', '#go', '#sheet'].map(of => document.querySelector(of).getBoundingClientRect().left)`,
    )
    expect(edges, 'header and sheet begin at one edge').toEqual([16, 16, 16, 16])
    const name = await page.locator('figcaption strong').first().boundingBox()
    expect(name?.width, 'the name has room beside its code').toBeGreaterThan(90)
    const code = await page.locator('#sheet img').first().boundingBox()
    expect(code?.width, 'and the code can be scanned off the screen').toBeGreaterThan(120)
  })

  test('codes that rotate are not for paper', async () => {
    const fields = { name: 'At the door', type: 'attendance', target_ids: [module.id], rotating: true }
    const batch = await post(teacher, '/api/qr-codes/batches/', fields)
    const page = await opened(`/qr-codes/batches/${batch.id}/print`, { as: teacher })
    await page.getByText('Codes that rotate are left out').waitFor()
    expect(await page.locator('figure').count()).toBe(0)
  })

  test('without a session, then of a batch that is not there', async () => {
    const page = await opened('/qr-codes/batches/999999/print', { dark: true })
    await inspect(page, 'print-sign-in-dark')
    await context.addInitScript(signedIn(teacher))
    await page.reload()
    await page.getByText('There is no active code in this batch').waitFor()
    await inspect(page, 'print-none-dark')
  })
})

test('the scan page with all it loads is under 15 KiB compressed, and there soon on slow 3G', async () => {
  const code = await makeCode()
  context = await browser.newContext(PHONE)
  const page = await context.newPage()
  const cdp = await context.newCDPSession(page)
  await cdp.send('Network.enable')
  await cdp.send('Network.emulateNetworkConditions', {
    offline: false,
    latency: 400,
    downloadThroughput: 50_000,
    uploadThroughput: 50_000,
  })
  let bytes = 0
  const bodies: Promise<unknown>[] = []
  page.on('response', response => {
    bodies.push(response.body().then(body => (bytes += gzipSync(body).byteLength)))
  })
  const start = Date.now()
  await page.goto(`${server.origin}/q/${code.uuid}`)
  await page.locator('#sign-in').waitFor()
  expect(Date.now() - start).toBeLessThan(5_000)
  await page.waitForLoadState('networkidle')
  await Promise.all(bodies)
  expect(bodies.length).toBeGreaterThanOrEqual(3)
  expect(bytes).toBeLessThan(BUDGET_BYTES)
  console.log(`The scan page with all it loads: ${(bytes / 1024).toFixed(1)} KiB compressed.`)
})

test('the API reference shows every operation, and tries one out', async () => {
  const { paths } = (await request('GET', null, '/api/openapi.json')).body
  const operations = Object.values<Body>(paths).flatMap(path => Object.keys(path))
  const page = await opened('/api/docs/', { viewport: { width: 1200, height: 900 } })
  await page
    .locator('.opblock')
    .nth(operations.length - 1)
    .waitFor()
  expect(await page.locator('.opblock').count()).toBe(operations.length)
  await page.screenshot({ path: `${SCREENSHOTS}/reference.png` })
  const catalog = page.locator('.opblock', { hasText: 'List published courses' })
  await catalog.locator('button.opblock-summary-control').click()
  await catalog.getByRole('button', { name: 'Execute' }).click()
  await catalog.getByText('"introduction-to-programming"').first().waitFor()
})

describe.each([false, true])('beside the API, dark mode %s', dark => {
  const name = (what: string) => `${what}-${dark ? 'dark' : 'light'}`

  test.each([360, 390, 1200])('the front door leads to the reference, at a width of %i', async width => {
    const page = await opened('/', { dark, viewport: { width, height: 800 } })
    await inspect(page, name(`front-door-${width}`))
    await page.getByRole('link', { name: 'API reference' }).click()
    await page.locator('.opblock').first().waitFor()
    expect(new URL(page.url()).pathname).toBe('/api/docs/')
    const ground = await page.evaluate('getComputedStyle(document.documentElement).backgroundColor')
    expect(ground).toBe(dark ? 'rgb(28, 32, 34)' : 'rgba(0, 0, 0, 0)')
    await page.screenshot({ path: `${SCREENSHOTS}/${name(`reference-${width}`)}.png` })
  })

  test('what is not there leads back', async () => {
    const page = await opened('/no/such/page', { dark })
    expect(await page.locator('h1').textContent()).toBe('Nothing is here')
    await inspect(page, name('nothing-here'))
    await page.getByRole('link', { name: 'To the start' }).click()
    await page.getByRole('link', { name: 'API reference' }).waitFor()
  })
})

test('the icon that browsers ask for by themselves is an icon', async () => {
  const answer = await fetch(`${server.origin}/favicon.ico`)
  expect([answer.status, answer.headers.get('Content-Type')]).toEqual([
    200,
    expect.stringMatching(/^image\/(x-icon|vnd\.microsoft\.icon)/),
  ])
  const bytes = new Uint8Array(await answer.arrayBuffer())
  // One image, 32 by 32, and behind the directory of 22 bytes a PNG.
  expect([...bytes.slice(0, 8)]).toEqual([0, 0, 1, 0, 1, 0, 32, 32])
  expect([...bytes.slice(22, 26)]).toEqual([0x89, 0x50, 0x4e, 0x47])
})

test('/docs leads to the reference, and the system turning dark turns it dark', async () => {
  const page = await opened('/docs', { viewport: { width: 1200, height: 900 } })
  await page.locator('.opblock').first().waitFor()
  expect(new URL(page.url()).pathname).toBe('/api/docs/')
  const isDark = () => page.evaluate(`document.documentElement.classList.contains('dark-mode')`)
  expect(await isDark()).toBe(false)
  await page.emulateMedia({ colorScheme: 'dark' })
  await expect.poll(isDark).toBe(true)
})
