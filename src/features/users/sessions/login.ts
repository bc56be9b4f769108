/** Logging a user in. */

import { batch } from '../../../db/batch.ts'
import type { Db } from '../../../db/client.ts'
import type { Operation } from '../../../http/api.ts'
import { issueTokens } from '../../../http/authentication.ts'
import { recordActivity } from '../../activities/queries.ts'
import { hashPassword, isOutdated, isPassword } from '../passwords/hashing.ts'
import { credentialsByUsername, recordLogin, type SessionAccount } from '../queries.ts'
import { toUser } from '../schemas.ts'

/** @returns the account, or null after the same work for a wrong password, an unknown or a deactivated user */
export async function authenticate(
  db: Db,
  sent: { username: string; password: string },
  now: number,
): Promise<SessionAccount | null> {
  const [[credentials]] = await batch(db, credentialsByUsername({ username: sent.username }))
  const isRight = await isPassword(sent.password, credentials?.passwordHash ?? null)
  if (!isRight || !credentials?.isActive) return null
  const rehashed = isOutdated(credentials.passwordHash) ? await hashPassword(sent.password) : undefined
  const [[recorded]] = await batch(db, recordLogin({ ...credentials, now }, { passwordHash: rehashed }))
  return recorded ? credentials : null
}

type LoginContext = Pick<Operation<never>, 'env' | 'db' | 'now' | 'later'>

/** The answer to a login. Records the event after the response. */
export async function openedSession({ env, db, now, later }: LoginContext, account: SessionAccount) {
  later(batch(db, recordActivity({ userId: account.id, type: 'login' }, now)))
  const { refresh, access } = await issueTokens(
    env,
    { userId: account.id, sessionVersion: account.sessionVersion },
    now,
  )
  return { refresh, access, user: toUser(account) }
}
