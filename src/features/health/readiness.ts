/** Whether the stores answer, each asked at once and none for long; nothing is written. */
import { sql } from 'drizzle-orm'
import { batch } from '../../db/batch.ts'
import { users } from '../../db/schema/users.ts'
import { type Names, statement } from '../../db/statement.ts'
import { withTimeout } from '../../db/timeout.ts'
import type { Operation } from '../../http/api.ts'
import { describe } from '../../http/errors.ts'
import { attemptObject } from '../attempts/session/client.ts'

const TIMEOUT_MS = 1_000
/** Anybody may ask as often as they like: an isolate asks its stores once a second. */
const CACHE_MS = 1_000
/** No attempt has this id, so its object only ever says so. */
const NOBODYS_ATTEMPT = 0

// A table, so that a database nobody migrated is not ready.
const anybody = statement((db, _: Names<object>) =>
  db
    .select({ one: sql`1`.as('one') })
    .from(users)
    .limit(1),
)

type Store = 'database' | 'kv' | 'objects'
export type Readiness = Record<Store, 'ok' | 'down'>

let latest: { at: number; readiness: Promise<Readiness> } | undefined

export async function readiness(operation: Pick<Operation<never>, 'env' | 'db'>): Promise<Readiness> {
  const now = Date.now()
  // A clock that was set back must not keep a result for long.
  if (!latest || Math.abs(now - latest.at) >= CACHE_MS) latest = { at: now, readiness: askStores(operation) }
  // Whoever began to ask may be gone, and the answer with them.
  return withTimeout(2 * TIMEOUT_MS, latest.readiness).catch(() => ALL_DOWN)
}

const ALL_DOWN: Readiness = { database: 'down', kv: 'down', objects: 'down' }

async function askStores({ env, db }: Pick<Operation<never>, 'env' | 'db'>): Promise<Readiness> {
  const [database, kv, objects] = await Promise.all([
    answers('database', () => batch(db, anybody({}))),
    answers('kv', () => env.KV.get('health')),
    answers('objects', () => attemptObject(env, NOBODYS_ATTEMPT).look()),
  ])
  return { database, kv, objects }
}

async function answers(store: Store, ask: () => Promise<unknown>): Promise<'ok' | 'down'> {
  try {
    await withTimeout(TIMEOUT_MS, ask())
    return 'ok'
  } catch (error) {
    console.error({ event: 'store not ready', store, ...describe(error) })
    return 'down'
  }
}
