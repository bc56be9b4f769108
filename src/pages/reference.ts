/** The API reference: the OpenAPI document, and Swagger UI over it from the Worker's own assets. */
import type { Api } from '../http/api.ts'
import { openApiDocument } from '../http/openapi.ts'
import { DOCUMENT_HEADERS } from './headers.ts'

const INFO = {
  title: 'LearnMore API',
  version: '1.0.0',
  description:
    'A learning platform at the edge: accounts, courses, enrollment, modules, quizzes, progress, analytics and QR codes.',
}
const CACHE = { 'Cache-Control': 'public, max-age=300' }

export function referenceRoutes({ app, contracts }: Api): void {
  // Built on its first request and kept for the life of the isolate.
  let document: string | undefined

  app.get('/api/openapi.json', c => {
    document ??= JSON.stringify(openApiDocument(INFO, contracts))
    return c.body(document, 200, { ...CACHE, 'Content-Type': 'application/json' })
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
<title>${INFO.title}</title>
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
