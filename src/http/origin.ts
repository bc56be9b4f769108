/** Where links point: `PUBLIC_ORIGIN` when set, else where the request came in. */
import type { AppContext } from './context.ts'

export const originOf = (c: AppContext) => (c.env.PUBLIC_ORIGIN || new URL(c.req.url).origin).replace(/\/$/, '')
