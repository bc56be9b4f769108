import { asViewer } from '../../../access/viewer.ts'
import { batch } from '../../../db/batch.ts'
import { addressOf } from '../../../http/address.ts'
import type { Api } from '../../../http/api.ts'
import { failedOn, invalid, ruleViolation, tokenNotValid, unavailable, userInactive } from '../../../http/errors.ts'
import { behindGates, passGate } from '../../../http/gates.ts'
import { isSameMailbox, keyOf } from '../keys.ts'
import { googleAccount, guessesOf, loginTries, ownPasswordTries, registrationsOf } from '../limits.ts'
import { problemsOfPassword } from '../passwords/confirm-password.ts'
import { credentialsById } from '../queries.ts'
import { GoogleInput, GoogleLinkInput, Session, toUser, User } from '../schemas.ts'
import { openedSession } from '../sessions/login.ts'
import { NOT_VALID, readCredential } from './credential.ts'
import {
  accountByGoogleId,
  accountsOfGoogle,
  insertGoogleAccount,
  linkGoogle,
  loginWithGoogle,
  withdrawResetsOfUnlinked,
} from './queries.ts'

const tag = 'Authentication'
const LINK_FIRST = 'Sign in with your password first, then link.'

export function googleRoutes(api: Api): void {
  api.route(
    {
      method: 'post',
      path: '/api/users/google-auth/',
      tag,
      summary: 'Sign in with Google',
      description:
        'Logs in, or makes an account without a password. An account of the same address is linked where Google runs the mailbox (`@gmail.com`, Workspace); its former password, resets and sessions then end, because nobody ever proved the address for them.',
      access: 'public',
      quota: 'free',
      body: GoogleInput,
      responses: { 200: Session },
      refuses: {
        400: 'Bad input; or the address has an account that must be linked by its owner: sign in with the password, then `POST /api/users/google-link/`',
        401: '`id_token` is not a valid credential for this server, or says something else than the body; or the user is inactive',
        429: '5 tries a minute for an address and Google account; 100 refused ones a minute for an address, but for Google accounts that signed in there within 30 days; 500 new accounts a day for an address',
      },
    },
    async ({ body, db, env, c, now, json, later }) => {
      const address = addressOf(c)
      const account = googleAccount(body.google_id)
      const credential = await behindGates(
        env,
        [guessesOf(address, account), loginTries(env, address, account)],
        async () => {
          const claims = await readCredential(env, body.id_token, now)
          const agrees = claims?.sub === body.google_id && keyOf(claims.email) === keyOf(body.email)
          return agrees ? claims : null
        },
        claims => claims === null,
      )
      if (!credential) throw tokenNotValid()
      const [accounts] = await batch(db, accountsOfGoogle(credential))
      const existing = accounts.find(({ googleId }) => googleId === credential.sub) ?? accounts[0]
      if (!existing) {
        const created = await behindGates(
          env,
          [registrationsOf(address)],
          async () => {
            const newcomer = {
              ...credential,
              firstName: body.first_name,
              lastName: body.last_name,
              profilePicture: body.profile_picture || null,
            }
            const [, [account]] = await batch(
              db,
              insertGoogleAccount(newcomer, now),
              accountByGoogleId({ sub: credential.sub }),
            )
            return account
          },
          account => account !== undefined,
        )
        if (!created) throw ruleViolation('link_required', LINK_FIRST)
        return json(200, await openedSession({ env, db, now, later }, created))
      }
      const mayLink = credential.isAuthoritative && isSameMailbox(existing.email, credential.email)
      const mayLogIn = existing.googleId === credential.sub || (existing.googleId === null && mayLink)
      if (!mayLogIn) throw ruleViolation('link_required', LINK_FIRST)
      if (!existing.isActive) throw userInactive()
      const [, [loggedIn]] = await batch(
        db,
        withdrawResetsOfUnlinked({ userId: existing.id }),
        loginWithGoogle({ userId: existing.id, sub: credential.sub, now }),
      ).catch(refuseConflict)
      if (!loggedIn) throw unavailable()
      return json(200, await openedSession({ env, db, now, later }, loggedIn))
    },
  )

  api.route(
    {
      method: 'post',
      path: '/api/users/google-link/',
      idempotency: 'ignored',
      tag,
      summary: 'Link a Google account',
      description: 'From then on it signs in to this account, so it takes the password. Safe to repeat.',
      body: GoogleLinkInput,
      responses: { 200: User },
      refuses: {
        400: '`password` is wrong or missing; `id_token` is not a valid credential for this server; or either account is linked with another',
        429: '5 tries a minute for a user',
      },
    },
    async ({ body, caller, db, env, c, now, json }) => {
      const { key, limit } = ownPasswordTries(caller.userId)
      await passGate(env, key, limit)
      const [, [credentials]] = await asViewer(db, caller, credentialsById({ id: caller.userId }))
      const problems = await problemsOfPassword(body.password, credentials?.passwordHash ?? null)
      if (problems.length > 0) throw invalid({ password: problems })
      const credential = await behindGates(
        env,
        [guessesOf(addressOf(c))],
        () => readCredential(env, body.id_token, now),
        claims => claims === null,
      )
      if (!credential) throw invalidToken(NOT_VALID)
      const [[linked]] = await batch(db, linkGoogle({ ...caller, sub: credential.sub, now })).catch(error => {
        throw failedOn(error, 'users.google_id')
          ? invalidToken('This Google account is linked with another user.')
          : error
      })
      if (!linked) throw invalidToken('Another Google account is linked already.')
      return json(200, toUser(linked))
    },
  )
}

const invalidToken = (message: string) => invalid({ id_token: [message] })

/** The Google account was linked elsewhere at the same moment; a retry finds the user it is linked with. */
function refuseConflict(error: unknown): never {
  throw failedOn(error, 'users.google_id') ? unavailable() : error
}
