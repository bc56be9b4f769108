/** Personal access tokens, with which programs act for a person without the password. */
import * as z from 'zod'
import { sees } from '../../../access/courses.ts'
import { asViewer } from '../../../access/viewer.ts'
import { batch } from '../../../db/batch.ts'
import { hashOfSecret, newTokenSecret, personalToken } from '../../../http/access-tokens.ts'
import type { Api } from '../../../http/api.ts'
import { notFound, refuseWrong, ruleViolation, tokenNotValid } from '../../../http/errors.ts'
import { object, pathId } from '../../../http/fields.ts'
import { passGate } from '../../../http/gates.ts'
import { ownPasswordTries } from '../limits.ts'
import { problemsOfCredential, problemsOfPassword } from '../passwords/confirm-password.ts'
import { credentialsById } from '../queries.ts'
import {
  coursesFor,
  deleteToken,
  insertToken,
  recordTokenMade,
  recordTokenRevoked,
  TOKENS_AT_MOST,
  usableTokens,
} from './queries.ts'
import { NewPersonalToken, PersonalToken, TokenInput, toPersonalToken } from './schemas.ts'

const tag = 'Users & Profiles'
/** A year that has a leap day. */
const LONGEST_SECONDS = 366 * 86_400
const USUAL_SECONDS = 90 * 86_400

export function tokenRoutes(api: Api): void {
  api.route(
    {
      method: 'get',
      path: '/api/users/tokens/',
      tag,
      summary: 'List your personal access tokens',
      description: 'Those that can be used, the oldest first.',
      responses: { 200: z.array(PersonalToken) },
    },
    async ({ caller, db, now, json }) => {
      const [, rows] = await asViewer(db, caller, usableTokens({ ...caller, now }))
      return json(200, rows.map(toPersonalToken))
    },
  )

  api.route(
    {
      method: 'post',
      path: '/api/users/tokens/',
      idempotency: 'ignored',
      tag,
      summary: 'Make a personal access token',
      description:
        'For a program that acts for you, sent as Bearer like an access token. It may never do more than you may at that moment. It takes your password, because an access token can be stolen. A change of the password revokes all of them.',
      body: TokenInput,
      responses: { 201: NewPersonalToken },
      refuses: {
        400: 'Bad input; `password`, or the `id_token` of an account without one, is wrong or missing; a course that you do not see; or 50 tokens already',
        429: 'The daily quota; 5 tries a minute for a user',
      },
    },
    async ({ body, caller, db, env, now, json }) => {
      const { key, limit } = ownPasswordTries(caller.userId)
      await passGate(env, key, limit)
      const expiresAt = body.expires_at ?? now + USUAL_SECONDS
      const ids = [...new Set(body.courses ?? [])]
      const [viewer, [credentials], known] = await asViewer(
        db,
        caller,
        credentialsById({ id: caller.userId }),
        coursesFor({ ids, userId: caller.userId }),
      )
      if (!credentials) throw tokenNotValid()
      const { passwordHash, googleId } = credentials
      const seen = known.filter(course => sees(viewer, course, course.enrollment ?? undefined)).map(({ id }) => id)
      const unseen = ids.filter(id => !seen.includes(id))
      refuseWrong({
        expires_at: problemsOfExpiry(expiresAt, now),
        courses: unseen.length > 0 ? [`No such course: ${unseen.join(', ')}.`] : [],
        password: await problemsOfPassword(body.password, passwordHash),
        id_token: passwordHash === null ? await problemsOfCredential(env, body.id_token, googleId, now) : [],
      })
      const secret = newTokenSecret()
      const [[made], , usable] = await batch(
        db,
        insertToken({
          ...caller,
          secretHash: hashOfSecret(secret),
          name: body.name,
          canWrite: body.access === 'write',
          courses: body.courses && JSON.stringify(ids),
          expiresAt,
          now,
        }),
        recordTokenMade({ userId: viewer.id, now }),
        usableTokens({ ...caller, now }),
      )
      if (!made && usable.length < TOKENS_AT_MOST) throw tokenNotValid()
      if (!made) throw ruleViolation('too_many_tokens', `A user has at most ${TOKENS_AT_MOST} tokens.`)
      const token = personalToken(env.JWT_SECRET, { id: made.id, userId: viewer.id }, secret)
      return json(201, { ...toPersonalToken(made), token })
    },
  )

  api.route(
    {
      method: 'delete',
      path: '/api/users/tokens/{id}/',
      tag,
      summary: 'Revoke a personal access token',
      description: 'Its next request is refused.',
      params: object(() => ({ id: pathId() })),
      responses: { 204: null },
    },
    async ({ params, caller, db, now, empty }) => {
      const [viewer] = await asViewer(db, caller)
      const revocation = { id: params.id, userId: viewer.id, now }
      const [, [revoked]] = await batch(db, recordTokenRevoked(revocation), deleteToken(revocation))
      if (!revoked) throw notFound()
      return empty(204)
    },
  )
}

function problemsOfExpiry(expiresAt: number, now: number): string[] {
  if (expiresAt <= now) return ['This has passed.']
  return expiresAt > now + LONGEST_SECONDS ? ['A token is good for a year at most.'] : []
}
