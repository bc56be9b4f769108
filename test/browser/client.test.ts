/** The TypeScript client in a real browser: its storages, and two tabs that share them. */
import { buildSync } from 'esbuild'
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Server, startServer } from '../helpers/server.ts'

let server: Server
let browser: Browser
let context: BrowserContext
let bundle: string

beforeAll(async () => {
  server = await startServer([], 120_000)
  browser = await chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: ['--headless', '--no-sandbox', '--disable-gpu'],
  })
  context = await browser.newContext()
  const contents = `export { LearnMore } from './client.ts'; export { indexedDbStorage, webStorage } from './browser-storage.ts'`
  const { outputFiles } = buildSync({
    stdin: { contents, resolveDir: 'client/src', loader: 'ts' },
    bundle: true,
    write: false,
    format: 'iife',
    globalName: 'client',
  })
  bundle = outputFiles[0]?.text ?? ''
})
afterAll(async () => {
  await browser?.close()
  await server?.stop()
})

/** A page of the server with the client in it. The script is given to the page, which allows none of others. */
async function tab(): Promise<Page> {
  const page = await context.newPage()
  await page.goto(`${server.origin}/`)
  await page.evaluate(`${bundle}; globalThis.client = client`)
  return page
}

const STORAGES = ['webStorage()', 'indexedDbStorage()']

test.each(STORAGES)('%s keeps, lists and deletes, for all tabs', async storage => {
  const [one, other] = [await tab(), await tab()]
  const act = (page: Page, code: string) =>
    page.evaluate(`(async () => { const storage = client.${storage}; return ${code} })()`)
  expect(await act(one, `storage.get('none')`)).toBeNull()
  await act(one, `(await storage.set('a.1', 'x'), await storage.set('a.2', 'y'), await storage.set('b', 'z'))`)
  expect(await act(other, `(await storage.keys('a.')).sort()`)).toEqual(['a.1', 'a.2'])
  expect(await act(other, `storage.get('a.2')`)).toBe('y')
  await act(other, `storage.delete('a.1')`)
  expect(await act(one, `storage.keys('a.')`)).toEqual(['a.2'])
})

test.each(STORAGES)('with %s an answer that a closed tab left unsent is sent by the next one', async storage => {
  const student = storage === STORAGES[0] ? 'student35' : 'student36'
  const make = `new client.LearnMore({ baseUrl: location.origin, storage: client.${storage}, maxRetries: 0 })`
  const first = await tab()
  const question = await first.evaluate(`(async () => {
    const learnmore = ${make}
    await learnmore.login('${student}', 'securepassword123')
    await learnmore.api.POST('/api/courses/{slug}/enroll/', { params: { path: { slug: 'introduction-to-programming' } } })
    globalThis.answers = await learnmore.startAttempt(2)
    return answers.attempt.questions.find(({ type }) => type === 'numeric').id
  })()`)
  await context.setOffline(true)
  await first.evaluate(`answers.save(${question}, { value: 3 })`)
  await first.close()
  await context.setOffline(false)

  const next = await tab()
  const resumed = await next.evaluate(`(async () => {
    const answers = await ${make}.startAttempt(2)
    await answers.flush()
    const again = await ${make}.startAttempt(2)
    return { pending: (await again.pending()).size, responses: again.attempt.responses }
  })()`)
  expect(resumed).toMatchObject({ pending: 0, responses: [{ question, response_data: { value: 3 } }] })
})
