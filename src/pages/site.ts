/** The start page, and the page of an unknown address. A browser gets HTML, a program JSON. */
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
    app.get(path, c => (isBrowser(c) ? c.html(startPage, 200, HEADERS) : c.json(index(originOf(c)))))
  }
  app.get('/docs', c => c.redirect(REFERENCE))
}

/** Answers an unknown path. Requests that change something come from programs, so they get JSON. */
export const answerNotFound = (c: AppContext) =>
  isBrowser(c) && ['GET', 'HEAD'].includes(c.req.method) ? c.html(notFoundPage, 404, HEADERS) : onError(notFound(), c)

/** Whether the client asks for HTML. A client that accepts anything, as curl does, gets JSON. */
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

const startPage = page({
  title: 'API for online learning',
  body: html`<main><section class="card"><h1>Online learning, as an API</h1>
<p>Accounts, courses, quizzes with a clock, progress, analytics and QR codes.</p>
<ul class="links">
<li><a href="${REFERENCE}">API reference</a></li>
<li><a href="/api/openapi.json">OpenAPI document</a></li>
<li><a href="/api/health/ready/">Health</a></li>
</ul></section></main>`,
})

const notFoundPage = page({
  title: 'Not found',
  body: html`<main><section class="card"><h1>Nothing is here</h1>
<p>The address is mistyped, or what was here is gone.</p>
<ul class="links">
<li><a href="/">To the start</a></li>
<li><a href="${REFERENCE}">API reference</a></li>
</ul></section></main>`,
})
