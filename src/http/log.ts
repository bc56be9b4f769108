/** The log: one line per request with its route and its cost, never its content: no path, query, header or body. */
import type { MiddlewareHandler } from 'hono'
import { routePath } from 'hono/route'
import { newUsage } from '../db/client.ts'
import { ID_PATTERN } from './api.ts'
import type { AppContext, AppEnv } from './context.ts'
import { describe } from './errors.ts'

/** Comes first in the chain, so that a request logs its line whatever refuses or breaks it. */
export function logRequests(): MiddlewareHandler<AppEnv> {
  return async (c, next) => {
    const startedAt = Date.now()
    c.set('usage', newUsage())
    await next()
    if (c.res.status >= 500) console.error({ ...lineOf(c, startedAt), ...(c.error && describe(c.error)) })
    else if (logsEverything(c.env)) console.log(lineOf(c, startedAt))
  }
}

/** Logs finished work that no request asked for. */
export function logDone(env: Pick<Env, 'LOG'>, line: { event: string } & Record<string, string | number | null>): void {
  if (logsEverything(env)) console.log(line)
}

/** With `LOG` set to `failures`, only failures are logged. */
const logsEverything = (env: Pick<Env, 'LOG'>) => env.LOG !== 'failures'

function lineOf(c: AppContext, startedAt: number) {
  const { trips, rowsRead, rowsWritten } = c.get('usage')
  // The route of the handler that ran last.
  const route = routePath(c)
  return {
    event: 'request',
    request_id: c.get('requestId'),
    method: c.req.method,
    // The pattern, because a path may hold private values. It ends in `*` when only middleware matched the path.
    route: route.endsWith('*') ? null : route.replaceAll(ID_PATTERN, ''),
    status: c.res.status,
    // A Worker's clock moves only with its I/O, so this measures waiting, not computing.
    duration_ms: Date.now() - startedAt,
    d1_trips: trips,
    d1_rows_read: rowsRead,
    d1_rows_written: rowsWritten,
    user_id: c.get('userId') ?? null,
  }
}
