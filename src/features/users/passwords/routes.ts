import { asViewer, requireStaff } from '../../../access/viewer.ts'
import { batch } from '../../../db/batch.ts'
import { addressOf } from '../../../http/address.ts'
import type { Api } from '../../../http/api.ts'
import { issueTokens } from '../../../http/authentication.ts'
import { invalid, notFound, refuseWrong, ruleViolation, tokenNotValid } from '../../../http/errors.ts'
import { object, pathId, toDateTime } from '../../../http/fields.ts'
import { behindGates, passGate } from '../../../http/gates.ts'
import { guessesOf, ownPasswordTries } from '../limits.ts'
import { changePassword, credentialsById, managedUserById } from '../queries.ts'
import { Done, PasswordChangeInput, PasswordReset, PasswordResetInput, Tokens } from '../schemas.ts'
import { problemsOfCredential, problemsOfPassword } from './confirm-password.ts'
import { hashPassword, isSamePassword } from './hashing.ts'
import { deleteReset, deleteResetsOf, insertReset, ownerOfReset, redeemReset } from './queries.ts'
import { hashOf, newResetToken, RESET_TTL_SECONDS } from './resets.ts'
import { similarityProblems } from './rules.ts'

const tag = 'Users & Profiles'
const SAME_PASSWORD = 'This is the old password.'
const STALE_TOKEN = 'This token was used, has expired or never was one.'

export function passwordRoutes(api: Api): void {
  api.route(
    {
      method: 'post',
      path: '/api/users/password/change/',
      idempotency: 'ignored',
      tag,
      summary: 'Change your password',
      description:
        'Every older token is refused from then on; the answer has new ones. It takes the old password, because an access token can be stolen; an account made by signing in with Google has none, and takes a fresh credential of Google instead.',
      body: PasswordChangeInput,
      responses: { 200: Tokens },
      refuses: {
        400: 'Bad input; `old_password`, or the `id_token` of an account without a password, is wrong or missing; `new_password` is the old one',
        429: '5 tries a minute for a user',
      },
    },
    async ({ body, caller, db, env, now, json }) => {
      const { key, limit } = ownPasswordTries(caller.userId)
      await passGate(env, key, limit)
      const [viewer, [credentials]] = await asViewer(db, caller, credentialsById({ id: caller.userId }))
      if (!credentials) throw tokenNotValid()
      const { passwordHash } = credentials
      refuseWrong({
        old_password: await problemsOfPassword(body.old_password, passwordHash),
        id_token:
          passwordHash === null ? await problemsOfCredential(env, body.id_token, credentials.googleId, now) : [],
        new_password: [
          ...(passwordHash !== null && isSamePassword(body.new_password, body.old_password) ? [SAME_PASSWORD] : []),
          ...similarityProblems(body.new_password, credentials),
        ],
      })
      const hash = await hashPassword(body.new_password)
      const [[changed]] = await batch(
        db,
        changePassword({ ...viewer, passwordHash: hash, now }),
        deleteResetsOf({ userId: viewer.id }),
      )
      if (!changed) throw tokenNotValid()
      return json(200, await issueTokens(env, { userId: viewer.id, ...changed }, now))
    },
  )

  api.route(
    {
      method: 'post',
      path: '/api/users/{id}/password-reset/',
      idempotency: 'ignored',
      tag,
      summary: 'Issue a password reset',
      description:
        'For somebody who forgot their password: a token of 24 hours to hand on, good for one use at `POST /api/users/password/reset/`. It withdraws an earlier one. Staff only.',
      params: object(() => ({ id: pathId(5) })),
      responses: { 201: PasswordReset },
      refuses: { 400: 'The user is deactivated', 403: 'Staff only' },
    },
    async ({ params, caller, db, now, json }) => {
      const [viewer, [user]] = await asViewer(db, caller, managedUserById({ id: params.id }))
      requireStaff(viewer)
      if (!user) throw notFound()
      const token = newResetToken()
      const expiresAt = now + RESET_TTL_SECONDS
      const [, [issued]] = await batch(
        db,
        deleteResetsOf({ userId: user.id }),
        insertReset({ tokenHash: hashOf(token), userId: user.id, issuedBy: viewer.id, expiresAt }),
      )
      if (!issued) throw ruleViolation('user_deactivated', 'This user is deactivated.')
      return json(201, { token, expires_at: toDateTime(expiresAt) })
    },
  )

  api.route(
    {
      method: 'post',
      path: '/api/users/password/reset/',
      tag,
      summary: 'Set a password by a reset token',
      description: 'Every older token of the user is refused from then on.',
      access: 'public',
      body: PasswordResetInput,
      responses: { 200: Done },
      refuses: {
        400: 'Bad input; the token was used, has expired or never was one',
        429: 'The daily quota; 100 wrong tokens a minute for an address',
      },
    },
    async ({ body, db, env, c, now, json }) => {
      const tokenHash = hashOf(body.token)
      const owner = await behindGates(
        env,
        [guessesOf(addressOf(c))],
        async () => (await batch(db, ownerOfReset({ tokenHash, now })))[0][0],
        account => account === undefined,
      )
      if (!owner) throw invalid({ token: [STALE_TOKEN] })
      refuseWrong({ new_password: similarityProblems(body.new_password, owner) })
      const hash = await hashPassword(body.new_password)
      const [[redeemed]] = await batch(
        db,
        redeemReset({ userId: owner.id, tokenHash, passwordHash: hash, now }),
        deleteReset({ tokenHash }),
      )
      if (!redeemed) throw invalid({ token: [STALE_TOKEN] })
      return json(200, { detail: 'The password has been changed.' })
    },
  )
}
