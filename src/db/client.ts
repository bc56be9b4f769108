/** The one place that opens D1. */
import { drizzle } from 'drizzle-orm/d1'

export type Db = ReturnType<typeof database>

/**
 * Where a session's first query may run. `primary`: nobody fails to see what was just written.
 * `any`: the nearest replica, however far behind. A bookmark: the nearest replica that has caught up with it.
 */
export type Consistency = 'primary' | 'any' | { bookmark: string }

// Four hexadecimal groups; anything else would be an error from D1, so it counts as none.
const BOOKMARK = /^[0-9a-f]{8,16}-[0-9a-f]{8,16}-[0-9a-f]{8,16}-[0-9a-f]{32}$/

/** The bookmark a client sent, if it has the shape of one. */
export const bookmarkFrom = (header: string | undefined): { bookmark: string } | undefined =>
  header !== undefined && BOOKMARK.test(header) ? { bookmark: header } : undefined

export function openSession(binding: D1Database, consistency: Consistency): D1DatabaseSession {
  if (consistency === 'primary') return binding.withSession('first-primary')
  if (consistency === 'any') return binding.withSession('first-unconstrained')
  return binding.withSession(consistency.bookmark)
}

/** Drizzle over a session or the plain binding. */
export function database(source: D1Database | D1DatabaseSession) {
  // drizzle-orm has no type for a session; of a database it only calls `prepare` and `batch`, which a session has too.
  return drizzle(source as D1Database, { casing: 'snake_case' })
}
