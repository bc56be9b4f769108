/**
 * Codes expire by themselves, and no index can know what the time is. So each has a flag, by which lists find it: written along
 * with its date, and by cron when the date has passed. What a code is, its date alone says; a list also looks at the codes
 * whose flag is behind their date, of which there are as many as expired since cron was here.
 */
import { type SQL, sql } from 'drizzle-orm'
import { batch } from '../../../db/batch.ts'
import { backgroundDatabase } from '../../../db/client.ts'
import { repeated } from '../../../db/faults.ts'
import { qrCodes } from '../../../db/schema/qr-codes.ts'
import { type Names, statement, type Value } from '../../../db/statement.ts'

const CODES_PER_STATEMENT = 1_000
/** A run ends after this many statements; the next one goes on where it stopped. */
const STATEMENTS_PER_RUN = 50

/** @param expiresAt and now in Unix seconds */
export const hasPassed = (expiresAt: number | null | undefined, now: number) => expiresAt != null && expiresAt <= now

/** Ids of the codes `q`, not revoked, that have expired without being flagged so, or are flagged without having expired. */
export const behindTheirDate = (status: 'active' | 'expired', now: Value): SQL =>
  sql`SELECT q.id FROM qr_codes q INDEXED BY qr_codes_by_expiry WHERE q.is_live = 1 AND q.is_revoked = 0
    AND ${status === 'expired' ? sql`q.is_expired = 0 AND q.expires_at <= ${now}` : sql`q.is_expired = 1 AND q.expires_at > ${now}`}`

/**
 * Flags what has expired by now. Each statement decides by the dates it finds, so a code that gets a new one at this moment
 * is active, whichever comes first. Deleted codes too: they may come back.
 * @param now Unix seconds
 * @returns how many were flagged
 */
export async function flagExpired(env: Env, now: number, statements = STATEMENTS_PER_RUN): Promise<number> {
  const db = backgroundDatabase(env)
  const flagging = () => batch(db, flagSome({ now }))
  let count = 0
  for (let left = statements; left > 0; left -= 1) {
    const [flagged] = await repeated(flagging)
    count += flagged.length
    if (flagged.length < CODES_PER_STATEMENT) break
  }
  return count
}

/** RETURNING, because `meta.changes` may count what triggers wrote. */
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
