/** The live clock is a WebSocket, because an extension must reach a learner who only reads and sends nothing. */
import type { Hono } from 'hono'
import { ID_PATTERN } from '../../../http/api.ts'
import { readToken } from '../../../http/authentication.ts'
import type { AppEnv } from '../../../http/context.ts'
import { notAuthenticated, notFound, throttled, tokenNotValid } from '../../../http/errors.ts'
import { pathId } from '../../../http/fields.ts'
import { lazy } from '../../../http/lazy.ts'
import { attemptObject } from '../session/client.ts'

const attemptId = lazy(() => pathId())

/**
 * `GET /api/courses/quiz-attempts/{id}/live/` is not in the OpenAPI document, because OpenAPI cannot describe WebSockets.
 * Browsers cannot set headers on one, so the token comes as a subprotocol: `bearer, <access token>`. Opening one counts among
 * the ten calls a second that an attempt takes.
 */
export function liveRoutes(app: Hono<AppEnv>): void {
  app.get(`/api/courses/quiz-attempts/:id${ID_PATTERN}/live`, async c => {
    const [scheme, token] = (c.req.header('Sec-WebSocket-Protocol') ?? '').split(',').map(part => part.trim())
    if (scheme !== 'bearer' || !token) throw notAuthenticated()
    const claims = await readToken(c.env, 'access', token)
    if (!claims) throw tokenNotValid()
    c.set('userId', claims.user_id)
    const id = attemptId().safeParse(c.req.param('id'))
    if (!id.success || c.req.header('Upgrade')?.toLowerCase() !== 'websocket') throw notFound()
    const headers = { Upgrade: 'websocket', 'X-User-Id': String(claims.user_id) }
    const answer = await attemptObject(c.env, id.data).fetch(c.req.url, { headers })
    if (answer.status === 429) throw throttled(1)
    if (answer.status !== 101) throw notFound()
    return answer
  })
}
