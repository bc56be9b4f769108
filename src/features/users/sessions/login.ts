/** Letting somebody in. */

import { batch } from '../../../db/batch.ts'
import type { Db } from '../../../db/client.ts'
import type { Operation } from '../../../http/api.ts'
import { issueTokens } from '../../../http/authentication.ts'
import { recordActivity } from '../../activities/queries.ts'
import { hashPassword, isOutdated, isPassword } from '../passwords/hashing.ts'
import { credentialsByUsername, noteLogin, type SessionAccount } from '../queries.ts'
import { toUser } from '../schemas.ts'

/** The account, or null: the same work for a wrong password, an unknown or a deactivated user. */
export async function authenticate(
  db: Db,
  given: { username: string; password: string },
  now: number,
): Promise<SessionAccount | null> {
  const [[found]] = await batch(db, credentialsByUsername({ username: given.username }))
  const isRight = await isPassword(given.password, found?.passwordHash ?? null)
  if (!isRight || !found?.isActive) return null
  const anew = isOutdated(found.passwordHash) ? await hashPassword(given.password) : undefined
  const [[noted]] = await batch(db, noteLogin({ ...found, now }, { passwordHash: anew }))
  return noted ? found : null
}

type Entrance = Pick<Operation<never>, 'env' | 'db' | 'now' | 'later'>

/** What a login answers; the event is recorded after the response. */
export async function openedSession({ env, db, now, later }: Entrance, account: SessionAccount) {
  later(batch(db, recordActivity({ userId: account.id, type: 'login' }, now)))
  const { refresh, access } = await issueTokens(
    env,
    { userId: account.id, sessionVersion: account.sessionVersion },
    now,
  )
  return { refresh, access, user: toUser(account) }
}
