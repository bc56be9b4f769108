/** What is beside the API: the front door, and a way back from where nothing is. A browser gets a page, a program JSON. */
import { accepts } from 'hono/accepts'
import { html } from 'hono/html'
import type { Api } from '../http/api.ts'
import type { AppContext } from '../http/context.ts'
import { notFound, onError } from '../http/errors.ts'
import { originOf } from '../http/origin.ts'
import { page } from './document.ts'
import { pageHeaders } from './headers.ts'

const HEADERS = pageHeaders({ GOOGLE_CLIENT_ID: '' })
const REFERENCE = '/api/docs/'

export function sitePages({ app }: Api): void {
  for (const path of ['/', '/api']) {
    app.get(path, c => (isBrowser(c) ? c.html(frontDoor, 200, HEADERS) : c.json(index(originOf(c)))))
  }
  app.get('/docs', c => c.redirect(REFERENCE))
}

/** Of a path that nothing is at. What is sent to it, a program sends. */
export const nothingHere = (c: AppContext) =>
  isBrowser(c) && ['GET', 'HEAD'].includes(c.req.method) ? c.html(lost, 404, HEADERS) : onError(notFound(), c)

/** Whether a page is asked for. Who takes anything, as curl does, gets JSON. */
function isBrowser(c: AppContext): boolean {
  c.header('Vary', 'Accept', { append: true })
  const supports = ['application/json', 'text/html']
  return accepts(c, { header: 'Accept', supports, default: 'application/json' }) === 'text/html'
}

const index = (origin: string) => ({
  name: 'LearnMore API',
  documentation: `${origin}${REFERENCE}`,
  openapi: `${origin}/api/openapi.json`,
})

const frontDoor = page({
  title: 'API for online learning',
  body: html`<main><section class="card"><h1>Online learning, as an API</h1>
<p>Accounts, courses, quizzes with a clock, progress, analytics and QR codes.</p>
<ul class="links">
<li><a href="${REFERENCE}">API reference</a></li>
<li><a href="/api/openapi.json">OpenAPI document</a></li>
<li><a href="/api/health/ready/">Health</a></li>
</ul></section></main>`,
})

const lost = page({
  title: 'Not found',
  body: html`<main><section class="card"><h1>Nothing is here</h1>
<p>The address is mistyped, or what was here is gone.</p>
<ul class="links">
<li><a href="/">To the start</a></li>
<li><a href="${REFERENCE}">API reference</a></li>
</ul></section></main>`,
})
