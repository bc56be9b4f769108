/** The map: middleware in order, then every feature. Each route needs a login unless its contract says `access: 'public'`. */
import type { MiddlewareHandler } from 'hono'
import { cors } from 'hono/cors'
import { methodNotAllowed } from 'hono/method-not-allowed'
import { requestId } from 'hono/request-id'
import { secureHeaders } from 'hono/secure-headers'
import { gradeRoutes } from './features/analytics/grades/routes.ts'
import { quizAnalyticsRoutes } from './features/analytics/quizzes/routes.ts'
import { analyticsRoutes } from './features/analytics/routes.ts'
import { requireReceiptSecret } from './features/attempts/receipts/receipt.ts'
import { attemptRoutes } from './features/attempts/routes.ts'
import { auditRoutes } from './features/audit/routes.ts'
import { catalogRoutes } from './features/courses/catalog/routes.ts'
import { courseRoutes } from './features/courses/routes.ts'
import { rosterRoutes } from './features/enrollments/roster/routes.ts'
import { enrollmentRoutes } from './features/enrollments/routes.ts'
import { healthRoutes } from './features/health/routes.ts'
import { moduleRoutes } from './features/modules/routes.ts'
import { progressRoutes } from './features/progress/routes.ts'
import { qrCodeRoutes } from './features/qr-codes/routes.ts'
import { exchangeRoutes } from './features/quizzes/exchange/routes.ts'
import { questionRoutes } from './features/quizzes/questions/routes.ts'
import { quizRoutes } from './features/quizzes/routes.ts'
import { userRoutes } from './features/users/routes.ts'
import { webhookRoutes } from './features/webhooks/routes.ts'
import { createApi } from './http/api.ts'
import { requireSecret } from './http/authentication.ts'
import { onError, methodNotAllowed as refuseMethod } from './http/errors.ts'
import { logRequests } from './http/log.ts'
import { shareMedia } from './pages/headers.ts'
import { qrPages } from './pages/qr/routes.ts'
import { referenceRoutes } from './pages/reference.ts'
import { answerNotFound, sitePages } from './pages/site.ts'

/** Pages send the headers that protect documents (`pages/headers.ts`). Data goes without them, to spare phones the bytes. */
const NOT_FOR_DATA = {
  crossOriginOpenerPolicy: false,
  originAgentCluster: false,
  referrerPolicy: false,
  xDnsPrefetchControl: false,
  xDownloadOptions: false,
  xPermittedCrossDomainPolicies: false,
  xXssProtection: false,
} as const

export const api = createApi()
export const { app } = api

app.onError(onError)
app.notFound(answerNotFound)

app.use(requestId())
app.use(logRequests())
shareMedia(app)
app.use(secureHeaders(NOT_FOR_DATA))
app.use((c, next) => crossOrigin(c.env.CORS_ORIGINS)(c, next))
app.use(async (c, next) => {
  await next()
  // Not by `c.header`, which from here on makes a new Response for each header.
  const { headers } = c.res
  if (!headers.has('Cache-Control')) headers.set('Cache-Control', 'no-store')
  if (!headers.has('Content-Security-Policy')) headers.set('Content-Security-Policy', NOTHING_TO_RENDER)
  const bookmark = c.get('bookmark')?.()
  // A cached answer would hand an old bookmark to a caller who has a newer one.
  if (bookmark && !headers.get('Cache-Control')?.startsWith('public')) headers.set('X-D1-Bookmark', bookmark)
})
app.use(
  methodNotAllowed({
    app,
    onMethodNotAllowed: (c, methods) => onError(refuseMethod(c.req.method, methods), c) as Response,
  }),
)
app.use((c, next) => {
  requireSecret(c.env)
  requireReceiptSecret(c.env)
  return next()
})

userRoutes(api)
courseRoutes(api)
catalogRoutes(api)
enrollmentRoutes(api)
rosterRoutes(api)
moduleRoutes(api)
quizRoutes(api)
questionRoutes(api)
exchangeRoutes(api)
progressRoutes(api)
attemptRoutes(api)
quizAnalyticsRoutes(api)
analyticsRoutes(api)
gradeRoutes(api)
qrCodeRoutes(api)
auditRoutes(api)
webhookRoutes(api)
qrPages(api)
healthRoutes(api)
referenceRoutes(api)
sitePages(api)
api.mount()

const NOTHING_TO_RENDER = "default-src 'none'; frame-ancestors 'none'"

/** Bearer tokens and no cookies, so any origin may call unless `CORS_ORIGINS` lists some. */
function crossOrigin(origins: string): MiddlewareHandler {
  const known = crossOrigins.get(origins)
  if (known) return known
  const made = cors({
    origin: origins === '*' ? '*' : origins.split(',').map(origin => origin.trim()),
    allowHeaders: [
      'Authorization',
      'Content-Type',
      'Idempotency-Key',
      'If-Match',
      'If-None-Match',
      'X-D1-Bookmark',
      'X-Request-Id',
    ],
    exposeHeaders: [
      'X-Request-Id',
      'Retry-After',
      'ETag',
      'X-D1-Bookmark',
      'Content-Disposition',
      'Idempotent-Replayed',
    ],
    maxAge: 86_400,
  })
  crossOrigins.set(origins, made)
  return made
}
/** A deployment has one. */
const crossOrigins = new Map<string, MiddlewareHandler>()
