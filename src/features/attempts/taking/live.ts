/** The live clock is a WebSocket, because an extension must reach a learner who only reads and sends nothing. */
import type { Hono } from 'hono'
import { ID_PATTERN } from '../../../http/api.ts'
import type { AppEnv } from '../../../http/context.ts'
import { notFound, throttled } from '../../../http/errors.ts'
import { pathId } from '../../../http/fields.ts'
import { lazy } from '../../../http/lazy.ts'
import { requireSocketClaims } from '../../../http/sockets.ts'
import { attemptObject } from '../session/client.ts'

const attemptId = lazy(() => pathId())

/**
 * `GET /api/courses/quiz-attempts/{id}/live/` is not in the OpenAPI document, because OpenAPI cannot describe WebSockets.
 * Opening one counts among the ten calls a second that an attempt takes.
 */
export function liveRoutes(app: Hono<AppEnv>): void {
  app.get(`/api/courses/quiz-attempts/:id${ID_PATTERN}/live`, async c => {
    const claims = await requireSocketClaims(c)
    const id = attemptId().safeParse(c.req.param('id'))
    if (!id.success || c.req.header('Upgrade')?.toLowerCase() !== 'websocket') throw notFound()
    const headers = { Upgrade: 'websocket', 'X-User-Id': String(claims.user_id) }
    const answer = await attemptObject(c.env, id.data).fetch(c.req.url, { headers })
    if (answer.status === 429) throw throttled(1)
    if (answer.status !== 101) throw notFound()
    return answer
  })
}
