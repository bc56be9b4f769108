/** The origin of links: `PUBLIC_ORIGIN` when set, else that of the request, without a trailing slash. */
import type { AppContext } from './context.ts'

export const originOf = (c: AppContext) => (c.env.PUBLIC_ORIGIN || new URL(c.req.url).origin).replace(/\/$/, '')
