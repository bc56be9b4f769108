/** The one place that opens D1. */
import { storeTimeoutMs, withTimeout } from './timeout.ts'

/** A session of the database: each batch sees what the ones before it wrote. */
export type Db = Pick<D1DatabaseSession, 'prepare' | 'batch' | 'getBookmark'>

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

/** What went through a session so far: round trips, and rows as D1 counts and bills them. */
export type Usage = { trips: number; rowsRead: number; rowsWritten: number }
export const newUsage = (): Usage => ({ trips: 0, rowsRead: 0, rowsWritten: 0 })

type Waiting = Pick<Env, 'DB' | 'STORE_TIMEOUT_MS'>

/** A session that adds to `usage` what goes through it, and waits for nothing longer than `storeTimeoutMs`. */
export function openSession(env: Waiting, consistency: Consistency, usage: Usage): Db {
  const timeoutMs = storeTimeoutMs(env)
  if (consistency === 'primary') return metered(env.DB.withSession('first-primary'), usage, timeoutMs)
  if (consistency === 'any') return metered(env.DB.withSession('first-unconstrained'), usage, timeoutMs)
  return metered(env.DB.withSession(consistency.bookmark), usage, timeoutMs)
}

/** Counts and bounds batches, because nothing that is done is a statement alone (`batch.ts`). */
const metered = (session: D1DatabaseSession, usage: Usage, timeoutMs: number): Db => ({
  prepare: query => session.prepare(query),
  async batch<T>(statements: D1PreparedStatement[]) {
    usage.trips += 1
    const results = await withTimeout(timeoutMs, session.batch<T>(statements))
    for (const { meta } of results) {
      usage.rowsRead += meta.rows_read
      usage.rowsWritten += meta.rows_written
    }
    return results
  },
  getBookmark: () => session.getBookmark(),
})

/** The rows of a statement in words, which no builder writes: for cron. */
export async function rowsOf<Row>(env: Waiting, text: string): Promise<Row[]> {
  const session = openSession(env, 'primary', newUsage())
  const [result] = await session.batch<Row>([session.prepare(text)])
  return result?.results ?? []
}

/** For what no request waits for: cron, and the objects. */
export const backgroundDatabase = (env: Waiting): Db => openSession(env, 'primary', newUsage())
