import { describe, expect, test } from 'vitest'
import { makeUser } from '../factories/users.ts'
import { call, ORIGIN } from '../helpers/client.ts'

// What a browser is answered beside the API, and what a program is.

const BROWSER = 'text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8'
const get = (path: string, accept?: string, options = {}) =>
  call('GET', path, { headers: { ...(accept !== undefined && { Accept: accept }) }, ...options })
const PROGRAMS = [
  undefined,
  '*/*',
  'application/json',
  'application/json, text/plain, */*',
  'text/html;q=0.1, application/json',
  '',
]

describe.each(['/', '/api/', '/api'])('%s', path => {
  test('is a page to a browser, which leads to the reference and runs nothing', async () => {
    const { status, text, headers } = await get(path, BROWSER)
    expect([status, headers.get('Content-Type')]).toEqual([200, 'text/html; charset=UTF-8'])
    expect(text).toContain('<a href="/api/docs/">API reference</a>')
    expect(text).not.toMatch(/<script|\son\w+=|style="/)
    expect(headers.get('Vary')).toContain('Accept')
    const policy = headers.get('Content-Security-Policy')
    expect(policy).toContain("default-src 'none'; script-src 'self'; style-src 'self'")
    expect(policy).not.toMatch(/unsafe|google/)
  })

  test.each(PROGRAMS)('is an index to a program that accepts %j', async accept => {
    const { status, body, headers } = await get(path, accept)
    expect([status, body]).toEqual([
      200,
      { name: 'LearnMore API', documentation: `${ORIGIN}/api/docs/`, openapi: `${ORIGIN}/api/openapi.json` },
    ])
    expect(headers.get('Vary')).toContain('Accept')
  })

  test('points where the deployment is reached', async () => {
    const { body } = await get(path, '*/*', { env: { PUBLIC_ORIGIN: 'https://learn.example' } })
    expect(body.documentation).toBe('https://learn.example/api/docs/')
  })
})

test.each(['/docs', '/docs/'])('%s leads to the reference', async path => {
  for (const accept of [BROWSER, '*/*']) {
    const { status, headers } = await get(path, accept)
    expect([status, headers.get('Location')]).toEqual([302, '/api/docs/'])
  }
})

describe.each(['/nothing', '/api/nothing/here/', '/api/courses/abc/', '/q', '/<script>alert(1)</script>'])(
  '%s',
  path => {
    test('leads back, to a browser', async () => {
      const { status, text, headers } = await get(path, BROWSER)
      expect([status, headers.get('Content-Type')]).toEqual([404, 'text/html; charset=UTF-8'])
      expect(text).toContain('<a href="/">')
      expect(text).not.toContain('alert(1)')
      expect(headers.get('Vary')).toContain('Accept')
    })

    test.each(PROGRAMS)('is the documented 404 to a program that accepts %j', async accept => {
      const { status, body, headers } = await get(path, accept)
      expect([status, body]).toEqual([404, { detail: 'Not found.', code: 'not_found' }])
      expect(headers.get('Vary')).toContain('Accept')
    })
  },
)

test('errors of operations are JSON, whoever asks', async () => {
  const user = await makeUser()
  const said = async (method: string, path: string, as?: { token: string }) => {
    const { status, body } = await call(method, path, { as, headers: { Accept: BROWSER } })
    return [status, body]
  }
  expect(await said('GET', '/api/courses/987654/', user)).toEqual([404, { detail: 'Not found.', code: 'not_found' }])
  expect(await said('GET', '/api/courses/')).toEqual([
    401,
    { detail: 'Authentication credentials were not provided.', code: 'not_authenticated' },
  ])
  expect(await said('GET', '/api/users/login/')).toEqual([
    405,
    { detail: 'Method "GET" not allowed.', code: 'method_not_allowed' },
  ])
  expect(await said('POST', '/api/nothing/')).toEqual([404, { detail: 'Not found.', code: 'not_found' }])
})
