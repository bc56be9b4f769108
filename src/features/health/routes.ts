import * as z from 'zod'
import type { Api } from '../../http/api.ts'
import { object } from '../../http/fields.ts'
import { readiness } from './readiness.ts'

const tag = 'Health'
const RETRY_AFTER_SECONDS = 5

const Alive = object(() => ({ status: z.literal('ok') })).meta({ id: 'Alive' })
const store = z.enum(['ok', 'down'])
const stores = { database: store, kv: store, objects: store }
const Ready = object(() => ({ status: z.literal('ok'), ...stores })).meta({ id: 'Ready' })
const NotReady = object(() => ({ status: z.literal('unavailable'), ...stores })).meta({ id: 'NotReady' })

/** For monitors and load balancers, and for a deployment that checks whether it succeeded. */
export function healthRoutes(api: Api): void {
  api.route(
    {
      method: 'get',
      path: '/api/health/',
      tag,
      summary: 'Tell that the service runs',
      description: 'Asks nothing of any store.',
      access: 'public',
      quota: 'free',
      responses: { 200: Alive },
    },
    ({ json }) => json(200, { status: 'ok' }),
  )

  api.route(
    {
      method: 'get',
      path: '/api/health/ready/',
      tag,
      summary: 'Tell whether every store answers',
      description: 'The database, KV and the Durable Objects, each within a second. An answer may be a second old.',
      access: 'public',
      quota: 'free',
      responses: { 200: Ready, 503: NotReady },
    },
    async ({ env, db, c, json }) => {
      const stores = await readiness({ env, db })
      if (Object.values(stores).every(state => state === 'ok')) return json(200, { status: 'ok', ...stores })
      c.header('Retry-After', String(RETRY_AFTER_SECONDS))
      return json(503, { status: 'unavailable', ...stores })
    },
  )
}
