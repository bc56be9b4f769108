/** Checks whether the stores answer: all at the same time, with a short timeout and without a write. */
import { sql } from 'drizzle-orm'
import { batch } from '../../db/batch.ts'
import { users } from '../../db/schema/users.ts'
import { type Names, statement } from '../../db/statement.ts'
import { withTimeout } from '../../db/timeout.ts'
import type { Operation } from '../../http/api.ts'
import { describe } from '../../http/errors.ts'
import { attemptObject } from '../attempts/session/client.ts'

const TIMEOUT_MS = 1_000
/** Anybody may ask as often as they like, so an isolate asks its stores at most once a second. */
const CACHE_MS = 1_000
/** No attempt has this id, so its object answers that it is unknown. */
const UNUSED_ATTEMPT_ID = 0

// Reads a table, so that a database without migrations is not ready.
const anyUser = statement((db, _: Names<object>) =>
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
  // A clock that was set back does not keep a result for long.
  if (!latest || Math.abs(now - latest.at) >= CACHE_MS) latest = { at: now, readiness: askStores(operation) }
  // The request that began the check may have ended, after which its promise never settles.
  return withTimeout(2 * TIMEOUT_MS, latest.readiness).catch(() => ALL_DOWN)
}

const ALL_DOWN: Readiness = { database: 'down', kv: 'down', objects: 'down' }

async function askStores({ env, db }: Pick<Operation<never>, 'env' | 'db'>): Promise<Readiness> {
  const [database, kv, objects] = await Promise.all([
    answers('database', () => batch(db, anyUser({}))),
    answers('kv', () => env.KV.get('health')),
    answers('objects', () => attemptObject(env, UNUSED_ATTEMPT_ID).look()),
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
