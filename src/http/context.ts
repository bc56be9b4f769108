/** What every handler and middleware is given: the bindings, and what the ones before it found out. */
import type { Context } from 'hono'
import type { Usage } from '../db/client.ts'

export type AppEnv = {
  Bindings: Env
  Variables: { requestId: string; usage: Usage; userId?: number; bookmark?: () => string | null }
}
export type AppContext = Context<AppEnv>
