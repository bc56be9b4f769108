/**
 * Codes expire without a write, so no index can find the expired ones. Lists find codes by a flag, which is written with the
 * date, and by the cron job once the date has passed. The date alone decides the status: lists also look at the codes whose
 * flag is behind their date, which are as many as have expired since the last run of the cron job.
 */
import { type SQL, sql } from 'drizzle-orm'
import { batch } from '../../../db/batch.ts'
import { backgroundDatabase } from '../../../db/client.ts'
import { repeated } from '../../../db/faults.ts'
import { qrCodes } from '../../../db/schema/qr-codes.ts'
import { type Names, statement, type Value } from '../../../db/statement.ts'

const CODES_PER_STATEMENT = 1_000
/** A run ends after this many statements; the next one continues where it stopped. */
const STATEMENTS_PER_RUN = 50

/** @param expiresAt and now in Unix seconds */
export const hasPassed = (expiresAt: number | null | undefined, now: number) => expiresAt != null && expiresAt <= now

/** Ids of the codes `q`, not revoked, that have this status by their date and another one by their flag. */
export const codesWithStaleFlag = (status: 'active' | 'expired', now: Value): SQL =>
  sql`SELECT q.id FROM qr_codes q INDEXED BY qr_codes_by_expiry WHERE q.is_live = 1 AND q.is_revoked = 0
    AND ${status === 'expired' ? sql`q.is_expired = 0 AND q.expires_at <= ${now}` : sql`q.is_expired = 1 AND q.expires_at > ${now}`}`

/**
 * Flags the codes that have expired. Each statement decides by the dates in the rows, so a code that gets a new date at the
 * same moment ends active, whichever comes first. Flags deleted codes too, because they may be restored.
 * @param now Unix seconds
 * @returns the number of codes flagged
 */
export async function flagExpired(env: Env, now: number, statements = STATEMENTS_PER_RUN): Promise<number> {
  const db = backgroundDatabase(env)
  const flagNext = () => batch(db, flagSome({ now }))
  let count = 0
  for (let left = statements; left > 0; left -= 1) {
    const [flagged] = await repeated(flagNext)
    count += flagged.length
    if (flagged.length < CODES_PER_STATEMENT) break
  }
  return count
}

/** Returns ids, because `meta.changes` may count rows that triggers wrote. */
const flagSome = statement((db, { now }: Names<{ now: number }>) =>
  db
    .update(qrCodes)
    .set({ isExpired: true })
    .where(
      sql`${qrCodes.id} IN (SELECT id FROM qr_codes INDEXED BY qr_codes_by_expiry
          WHERE is_revoked = 0 AND is_expired = 0 AND expires_at <= ${now} LIMIT ${CODES_PER_STATEMENT})`,
    )
    .returning({ id: qrCodes.id }),
)
