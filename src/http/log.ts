/** The log: one line a request, of what it was and what it cost. Nothing of what was in it: no path, query, header or body. */
import type { MiddlewareHandler } from 'hono'
import { routePath } from 'hono/route'
import { newUsage } from '../db/client.ts'
import { ID_PATTERN } from './api.ts'
import type { AppContext, AppEnv } from './context.ts'
import { describe } from './errors.ts'

/** Goes first, so that whatever refuses or breaks a request, it leaves its one line. */
export function logRequests(): MiddlewareHandler<AppEnv> {
  return async (c, next) => {
    const began = Date.now()
    c.set('usage', newUsage())
    await next()
    if (c.res.status >= 500) console.error({ ...lineOf(c, began), ...(c.error && describe(c.error)) })
    else if (tellsAll(c.env)) console.log(lineOf(c, began))
  }
}

/** Work that nobody asked for by a request: a line of its own when it is done. */
export function logDone(env: Pick<Env, 'LOG'>, line: { event: string } & Record<string, string | number | null>): void {
  if (tellsAll(env)) console.log(line)
}

/** With `LOG` set to `failures` only what broke is told. */
const tellsAll = (env: Pick<Env, 'LOG'>) => env.LOG !== 'failures'

function lineOf(c: AppContext, began: number) {
  const { trips, rowsRead, rowsWritten } = c.get('usage')
  // Of the handler that ran last.
  const route = routePath(c)
  return {
    event: 'request',
    request_id: c.get('requestId'),
    method: c.req.method,
    // The pattern, because a path may name what is nobody else's. What matched no route met middleware alone.
    route: route.endsWith('*') ? null : route.replaceAll(ID_PATTERN, ''),
    status: c.res.status,
    // A Worker's clock moves with its I/O only, so this is waiting, not computing.
    duration_ms: Date.now() - began,
    d1_trips: trips,
    d1_rows_read: rowsRead,
    d1_rows_written: rowsWritten,
    user_id: c.get('userId') ?? null,
  }
}
