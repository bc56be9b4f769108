import { createExecutionContext, waitOnExecutionContext } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { expect, test } from 'vitest'
import { app } from '../../src/app.ts'

test('the document is served', async () => {
  const ctx = createExecutionContext()
  const response = await app.fetch(new Request('http://learnmore.test/api/openapi.json'), env, ctx)
  await waitOnExecutionContext(ctx)
  expect(response.status).toBe(200)
  expect(await response.json()).toMatchObject({ openapi: '3.1.0' })
})
