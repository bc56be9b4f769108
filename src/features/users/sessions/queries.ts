/** All SQL of logging out. */
import { eq } from 'drizzle-orm'
import type { Db } from '../../../db/client.ts'
import { revokedTokens } from '../../../db/schema/users.ts'

/** Safe to repeat. */
export const revoke = (db: Db, jti: string, expiresAt: number) =>
  db.insert(revokedTokens).values({ jti, expiresAt }).onConflictDoNothing()

export const revocationOf = (db: Db, jti: string) =>
  db.select({ jti: revokedTokens.jti }).from(revokedTokens).where(eq(revokedTokens.jti, jti))
