/** The API reference: the OpenAPI document, and Swagger UI over it, both from the Worker's own assets. */
import type { Api } from '../http/api.ts'
import { DOCUMENT_HEADERS } from './headers.ts'

const CACHE = { 'Cache-Control': 'public, max-age=300' }

export function referenceRoutes({ app }: Api): void {
  app.get('/api/openapi.json', async c => {
    const document = await c.env.ASSETS.fetch(new URL('/api/docs/openapi.json', c.req.url))
    return c.body(await document.text(), 200, { ...CACHE, 'Content-Type': 'application/json' })
  })

  app.get('/api/docs', c =>
    c.html(PAGE, 200, {
      ...CACHE,
      ...DOCUMENT_HEADERS,
      // Swagger UI styles its elements inline and draws its icons from data URLs.
      'Content-Security-Policy':
        "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    }),
  )
}

const PAGE = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>LearnMore API</title>
<meta name="color-scheme" content="light dark">
<link rel="stylesheet" href="/api/docs/swagger-ui.css">
<link rel="icon" href="/q/assets/icon.svg" type="image/svg+xml">
<script src="/api/docs/reference.js"></script>
</head>
<body>
<div id="reference"></div>
<script src="/api/docs/swagger-ui-bundle.js"></script>
</body>
</html>
`
