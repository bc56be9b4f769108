import { asViewer } from '../../../access/viewer.ts'
import { batch } from '../../../db/batch.ts'
import { addressOf } from '../../../http/address.ts'
import type { Api } from '../../../http/api.ts'
import { issueToken, readToken } from '../../../http/authentication.ts'
import { failedOn, invalid, tokenNotValid, wrongCredentials } from '../../../http/errors.ts'
import { behindGates, passGate } from '../../../http/gates.ts'
import { keyOf } from '../keys.ts'
import { guessesAt, guessesOf, loginTries, refreshesOf, registrationsOf, takenNamesOf } from '../limits.ts'
import { hashPassword } from '../passwords/hashing.ts'
import { insertAccount, usersWithNames } from '../queries.ts'
import { AccessToken, LoginInput, newAccount, RefreshInput, RegisterInput, Session, toUser, User } from '../schemas.ts'
import { deny, isDenied } from './denylist.ts'
import { authenticate, openedSession } from './login.ts'
import { revocationOf, revoke } from './queries.ts'

const tag = 'Authentication'
const USERNAME_TAKEN = 'A user with that username already exists.'
const EMAIL_TAKEN = 'A user with that email address already exists.'

export function sessionRoutes(api: Api): void {
  api.route(
    {
      method: 'post',
      path: '/api/users/register/',
      tag,
      summary: 'Register',
      description: 'Usernames and addresses are unique whatever their case. The names may be empty.',
      access: 'public',
      quota: 'free',
      body: RegisterInput,
      responses: { 201: User },
      refuses: {
        400: 'Bad input, by field; a username or address that is taken; a password that is too weak',
        429: '500 registrations a day, 100 names or addresses that are taken a minute for an address',
      },
    },
    async ({ body, db, env, c, now, json }) => {
      const address = addressOf(c)
      const created = await behindGates(
        env,
        [registrationsOf(address)],
        async () => {
          // The answer that a name is taken reveals an account, so asking counts as a guess.
          const taken = await behindGates(
            env,
            [takenNamesOf(address)],
            async () => (await batch(db, usersWithNames(body)))[0],
            users => users.length > 0,
          )
          refuseTaken(
            taken.some(({ usernameKey }) => usernameKey === keyOf(body.username)),
            taken.some(({ emailKey }) => emailKey === keyOf(body.email)),
          )
          const hash = await hashPassword(body.password)
          const [[account]] = await batch(
            db,
            insertAccount({ account: newAccount(body), passwordHash: hash, now }),
          ).catch(refuseConflict)
          return account
        },
        account => account !== undefined,
      )
      if (!created) throw invalid({ username: [USERNAME_TAKEN] })
      return json(201, toUser(created))
    },
  )

  api.route(
    {
      method: 'post',
      path: '/api/users/login/',
      tag,
      summary: 'Log in',
      description: 'The access token is good for 30 minutes, the refresh token for a day.',
      access: 'public',
      quota: 'free',
      body: LoginInput,
      responses: { 200: Session },
      refuses: {
        401: 'Wrong password, unknown or deactivated user: always the same',
        429: '5 tries a minute for an address and username; 100 wrong ones a minute for an address, 100 an hour for an account, both but for addresses and accounts that logged in together within 30 days',
      },
    },
    async ({ body, db, env, c, now, json, later }) => {
      const address = addressOf(c)
      const account = await behindGates(
        env,
        // The gate of the address comes first: once it refuses, made-up names store nothing in the others.
        [guessesOf(address, body.username), loginTries(env, address, body.username), guessesAt(body.username, address)],
        () => authenticate(db, body, now),
        authenticated => authenticated === null,
      )
      if (!account) throw wrongCredentials()
      return json(200, await openedSession({ env, db, now, later }, account))
    },
  )

  api.route(
    {
      method: 'post',
      path: '/api/users/logout/',
      idempotency: 'ignored',
      tag,
      summary: 'Log out',
      description:
        'Ends the refresh token, which is all it takes. Safe to repeat. An access token sent along must be of the same user.',
      access: 'public',
      quota: 'free',
      body: RefreshInput,
      responses: { 205: null },
      refuses: {
        400: 'No refresh token, or one of another user than the access token’s',
        401: 'Not a valid refresh token',
        429: '60 uses a minute for a user',
      },
    },
    async ({ body, caller, db, env, now, empty, later }) => {
      const claims = await readToken(env, 'refresh', body.refresh)
      if (!claims) throw tokenNotValid()
      if (caller && caller.userId !== claims.user_id) throw invalid({ refresh: ['This token is another user’s.'] })
      const { key, limit } = refreshesOf(claims.user_id)
      await passGate(env, key, limit)
      await batch(db, revoke({ jti: claims.jti, expiresAt: claims.exp }))
      later(deny(env.KV, claims, now))
      return empty(205)
    },
  )

  api.route(
    {
      method: 'post',
      path: '/api/users/token/refresh/',
      tag,
      summary: 'Refresh the access token',
      access: 'public',
      quota: 'free',
      body: RefreshInput,
      responses: { 200: AccessToken },
      refuses: {
        401: 'Expired, logged out, from before a password change, or not a refresh token; or the user is inactive',
        429: '60 uses a minute for a user',
      },
    },
    async ({ body, db, env, now, json }) => {
      const claims = await readToken(env, 'refresh', body.refresh)
      if (!claims) throw tokenNotValid()
      const { key, limit } = refreshesOf(claims.user_id)
      await passGate(env, key, limit)
      if (await isDenied(env.KV, claims.jti)) throw tokenNotValid()
      const user = { userId: claims.user_id, sessionVersion: claims.ver }
      const [, [revoked]] = await asViewer(db, user, revocationOf({ jti: claims.jti }))
      if (revoked) throw tokenNotValid()
      return json(200, { access: await issueToken(env, 'access', user, now) })
    },
  )
}

/** @throws 400 that names the taken fields */
function refuseTaken(username: boolean, email: boolean): void {
  if (!username && !email) return
  throw invalid({ ...(username && { username: [USERNAME_TAKEN] }), ...(email && { email: [EMAIL_TAKEN] }) })
}

/** Two simultaneous registrations may both find the name free; the unique index admits only one. */
function refuseConflict(error: unknown): never {
  refuseTaken(failedOn(error, 'users.username_key'), failedOn(error, 'users.email_key'))
  throw error
}
