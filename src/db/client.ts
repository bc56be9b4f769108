/** The one place that opens D1. */
import type { BatchGuard } from './guard.ts'
import type { OnOutbox } from './outbox.ts'
import { storeTimeoutMs, withTimeout } from './timeout.ts'

/** A session of the database: each batch sees what the ones before it wrote. */
export type Db = Pick<D1DatabaseSession, 'prepare' | 'batch' | 'getBookmark'> & {
  /** Joins the batches of the request: its `Idempotency-Key`, or its `If-Match`. */
  readonly guard?: BatchGuard
  /** Hears of webhooks that have messages after a batch. */
  readonly onOutbox?: OnOutbox
}

/**
 * Where the first query of a session may run. `primary`: every earlier write is visible.
 * `any`: the nearest replica, however far behind. A bookmark: the nearest replica that has caught up with it.
 */
export type Consistency = 'primary' | 'any' | { bookmark: string }

// Four hexadecimal groups; anything else would be an error from D1, so it counts as none.
const BOOKMARK = /^[0-9a-f]{8,16}-[0-9a-f]{8,16}-[0-9a-f]{8,16}-[0-9a-f]{32}$/

/** The bookmark a client sent, if it has the shape of one. */
export const bookmarkFrom = (header: string | undefined): { bookmark: string } | undefined =>
  header !== undefined && BOOKMARK.test(header) ? { bookmark: header } : undefined

/** The use of a session so far: round trips, and rows as D1 counts and bills them. */
export type Usage = { trips: number; rowsRead: number; rowsWritten: number }
export const newUsage = (): Usage => ({ trips: 0, rowsRead: 0, rowsWritten: 0 })

export function addUsage(sum: Usage, more: Usage): void {
  sum.trips += more.trips
  sum.rowsRead += more.rowsRead
  sum.rowsWritten += more.rowsWritten
}

type Waiting = Pick<Env, 'DB' | 'STORE_TIMEOUT_MS'>

/**
 * A session that adds its use to `usage`, and waits for no batch longer than `storeTimeoutMs`. A batch that caused events calls
 * `onOutbox`; sessions whose batches cannot cause any need none.
 */
export function openSession(env: Waiting, consistency: Consistency, usage: Usage, onOutbox?: OnOutbox): Db {
  return { ...metered(sessionOf(env.DB, consistency), usage, storeTimeoutMs(env)), ...(onOutbox && { onOutbox }) }
}

function sessionOf(database: D1Database, consistency: Consistency): D1DatabaseSession {
  if (consistency === 'primary') return database.withSession('first-primary')
  if (consistency === 'any') return database.withSession('first-unconstrained')
  return database.withSession(consistency.bookmark)
}

/** Counts and bounds batches only, because no statement runs outside of one (`batch.ts`). */
const metered = (session: D1DatabaseSession, usage: Usage, timeoutMs: number): Db => ({
  prepare: query => session.prepare(query),
  async batch<T>(statements: D1PreparedStatement[]) {
    usage.trips += 1
    const results = await withTimeout(timeoutMs, session.batch<T>(statements))
    for (const { meta } of results)
      addUsage(usage, { trips: 0, rowsRead: meta.rows_read, rowsWritten: meta.rows_written })
    return results
  },
  getBookmark: () => session.getBookmark(),
})

/** Runs a statement given as text, for cron. @returns its rows */
export async function rowsOf<Row>(env: Waiting, text: string): Promise<Row[]> {
  const session = openSession(env, 'primary', newUsage())
  const [result] = await session.batch<Row>([session.prepare(text)])
  return result?.results ?? []
}

/** A session for cron and for the objects, whose use no request reports. */
export const backgroundDatabase = (env: Waiting, onOutbox?: OnOutbox): Db =>
  openSession(env, 'primary', newUsage(), onOutbox)
