/** An `Idempotency-Key` joins the batch of the write that it names: the key is in the database exactly when the write is. */
import { and, eq, lte, sql } from 'drizzle-orm'
import { rootCause } from './faults.ts'
import { type BatchGuard, isWrite } from './guard.ts'
import { idempotencyKeys as keys } from './schema/idempotency.ts'
import { type Names, type RowOf, type Statement, statement } from './statement.ts'

type Key = { userId: number; key: string }
type NewKey = Key & { fingerprint: string; now: number }

const isKey = ({ userId, key }: Names<Key>) => and(eq(keys.userId, userId), eq(keys.key, key))

export const storedKey = statement((db, key: Names<Key>) => db.select().from(keys).where(isKey(key)))
export type StoredKey = RowOf<typeof storedKey>

const claimKey = statement((db, { userId, key, fingerprint, now }: Names<NewKey>) =>
  db.insert(keys).values({ userId, key, fingerprint, changesBefore: sql`total_changes()`, createdAt: now }),
)
/** A batch that changed nothing but the key gives it back: a guard has refused the write. */
const releaseUnused = statement((db, key: Names<Key>) =>
  db.delete(keys).where(and(isKey(key), sql`${keys.changesBefore} + 1 = total_changes()`)),
)
export const releaseKey = statement((db, key: Names<Key>) => db.delete(keys).where(isKey(key)))

type Answer = NewKey & { status: number; body: string }
/** Also adds the key of a request that had nothing to write. */
export const keepAnswer = statement((db, { userId, key, fingerprint, now, status, body }: Names<Answer>) =>
  db
    .insert(keys)
    .values({ userId, key, fingerprint, changesBefore: 0, createdAt: now, status, body })
    .onConflictDoUpdate({ target: [keys.userId, keys.key], set: { status: sql`${status}`, body: sql`${body}` } }),
)

export const deleteExpiredKeys = statement((db, { before }: Names<{ before: number }>) =>
  db.delete(keys).where(lte(keys.createdAt, before)),
)

/** The key was used before: instead of the write, the request gets what is stored. */
export class KeyUsed extends Error {
  override name = 'KeyUsed'
}

/** The key of one request. `batch` lets it join the batches of the request. */
export class IdempotencyClaim implements BatchGuard {
  /** What an earlier request has stored; null for nothing, undefined while the database was not asked. */
  stored: StoredKey | null | undefined
  /** Whether this request has written, and its key with it. */
  isClaimed = false
  private readonly key: NewKey

  constructor(key: NewKey) {
    this.key = key
  }

  /**
   * Runs a batch together with the statements of the key: the first one looks it up, the first one that writes claims it.
   * @throws KeyUsed instead of a write, when the key was used before
   */
  async around(
    statements: readonly Statement[],
    run: (statements: readonly Statement[]) => Promise<D1Result[]>,
  ): Promise<D1Result[]> {
    const writes = statements.some(isWrite)
    if (writes && this.stored) throw new KeyUsed()
    const lookup = this.stored === undefined ? [storedKey(this.key)] : []
    const [claim, release] = writes && !this.isClaimed ? [[claimKey(this.key)], [releaseUnused(this.key)]] : [[], []]
    const results = await run([...lookup, ...claim, ...statements, ...release]).catch((error: unknown) => {
      throw isTaken(error) ? new KeyUsed() : error
    })
    const [found] = results
    if (lookup[0] && found) this.stored = lookup[0].rows(found)[0] ?? null
    const first = lookup.length + claim.length
    const isReleased = (results[first + statements.length]?.meta.changes ?? 0) > 0
    if (claim.length > 0) this.isClaimed = !isReleased
    return results.slice(first, first + statements.length)
  }
}

/** A simultaneous request has claimed the key. */
export const isTaken = (error: unknown) =>
  error instanceof Error && rootCause(error).message.includes('idempotency_keys')
