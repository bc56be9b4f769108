/** The exam room is a WebSocket, because those who watch an exam must see what happens without asking. */
import type { Hono } from 'hono'
import { requireManagedQuiz } from '../../../access/quizzes.ts'
import { asViewer } from '../../../access/viewer.ts'
import { ID_PATTERN, sessionFor } from '../../../http/api.ts'
import type { AppEnv } from '../../../http/context.ts'
import { notFound } from '../../../http/errors.ts'
import { pathId } from '../../../http/fields.ts'
import { lazy } from '../../../http/lazy.ts'
import { requireSocketClaims } from '../../../http/sockets.ts'
import { enrollmentForQuiz, quizById } from '../../quizzes/queries.ts'
import { examRoom } from './client.ts'
import type { Watcher } from './watchers.ts'

const quizId = lazy(() => pathId())

/** `GET /api/courses/quizzes/{id}/room/` is not in the OpenAPI document, because OpenAPI cannot describe WebSockets. */
export function roomRoutes(app: Hono<AppEnv>): void {
  app.get(`/api/courses/quizzes/:id${ID_PATTERN}/room`, async c => {
    const claims = await requireSocketClaims(c)
    const id = quizId().safeParse(c.req.param('id'))
    if (!id.success || c.req.header('Upgrade')?.toLowerCase() !== 'websocket') throw notFound()
    const caller = { userId: claims.user_id, sessionVersion: claims.ver }
    const [viewer, [quiz], [enrollment]] = await asViewer(
      sessionFor(c),
      caller,
      quizById({ id: id.data }),
      enrollmentForQuiz({ userId: caller.userId, quizId: id.data }),
    )
    requireManagedQuiz(viewer, quiz, enrollment?.status)
    const watcher: Watcher = { ...caller, expiresAt: claims.exp }
    const headers = { Upgrade: 'websocket', 'X-Watcher': JSON.stringify(watcher) }
    return examRoom(c.env, id.data).fetch(c.req.url, { headers })
  })
}
