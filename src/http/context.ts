/** The context of every handler and middleware: the bindings, and the variables that earlier middleware has set. */
import type { Context } from 'hono'
import type { Usage } from '../db/client.ts'

export type AppEnv = {
  Bindings: Env
  Variables: { requestId: string; usage: Usage; userId?: number; tokenId?: number; bookmark?: () => string | null }
}
export type AppContext = Context<AppEnv>
