/** All SQL of logging out. */

import { eq } from 'drizzle-orm'
import { revokedTokens } from '../../../db/schema/users.ts'
import { type Names, statement } from '../../../db/statement.ts'

/** Safe to repeat. */
export const revoke = statement((db, { jti, expiresAt }: Names<{ jti: string; expiresAt: number }>) =>
  db.insert(revokedTokens).values({ jti, expiresAt }).onConflictDoNothing(),
)

export const revocationOf = statement((db, { jti }: Names<{ jti: string }>) =>
  db.select({ jti: revokedTokens.jti }).from(revokedTokens).where(eq(revokedTokens.jti, jti)),
)
