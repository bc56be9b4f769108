/** The caller, from a signed token that takes no I/O to verify. `asViewer` checks the account together with the data. */

import { sign, verify } from 'hono/jwt'
import * as z from 'zod'
import { isPersonal, readPersonalToken, type TokenClaims } from './access-tokens.ts'
import type { AppContext } from './context.ts'
import { notAuthenticated, tokenNotValid } from './errors.ts'
import { object } from './fields.ts'

export const ACCESS_TOKEN_TTL_SECONDS = 30 * 60
export const REFRESH_TOKEN_TTL_SECONDS = 24 * 60 * 60
/** HS256 needs a key at least as long as its output (RFC 7518, 3.2). */
const MIN_SECRET_BYTES = 32

const ALGORITHM = 'HS256'

type TokenType = 'access' | 'refresh'

const claimsSchema = object(() => ({
  token_type: z.enum(['access', 'refresh']),
  exp: z.int(),
  iat: z.int(),
  jti: z.string().min(1).max(64),
  user_id: z.int().positive(),
  ver: z.int().positive(),
}))
export type Claims = z.output<typeof claimsSchema>

/** Somebody who is signed in. */
export type SessionCaller = { userId: number; sessionVersion: number }

/** What of a course an operation is about. */
export type CourseThing =
  | 'course'
  | 'slug'
  | 'module'
  | 'quiz'
  | 'question'
  | 'attempt'
  | 'response'
  | 'regrade'
  | 'progress'
  | 'code'
/** A program with somebody's personal access token, and what it is about to do. */
export type TokenCaller = {
  userId: number
  token: {
    id: number
    secretHash: string
    needs: 'read' | 'write'
    /** Null where the operation is about no course. */
    about: { kind: CourseThing; key: number | string } | null
    /** The task goes on after the response. */
    later(task: Promise<unknown>): void
  }
}
export type Caller = SessionCaller | TokenCaller

export const isToken = (caller: Caller): caller is TokenCaller => 'token' in caller

export type Secrets = Pick<Env, 'JWT_SECRET' | 'JWT_SECRET_PREVIOUS'>

/** @throws when the secret is missing or too short; the message tells the operator what to do */
export const requireSecret = (env: Secrets): void => requireLong('JWT_SECRET', env.JWT_SECRET)

/** `requireSecret` for any secret that signs. */
export function requireLong(name: string, secret: string | undefined): void {
  if (isLong(secret)) return
  throw new Error(
    `${name} is missing or shorter than ${MIN_SECRET_BYTES} bytes, so every request is refused. ` +
      `Set it: \`npx wrangler secret put ${name}\` for a deployment, a line in .dev.vars locally.`,
  )
}

/** Counts bytes only where the number of characters, each at least one byte, does not decide: every request asks. */
export const isLong = (secret = '') =>
  secret.length >= MIN_SECRET_BYTES || new TextEncoder().encode(secret).byteLength >= MIN_SECRET_BYTES

/** An access and a refresh token for a user's current session version. */
export async function issueTokens(env: Secrets, user: SessionCaller, nowSeconds: number) {
  const [access, refresh] = await Promise.all([
    issueToken(env, 'access', user, nowSeconds),
    issueToken(env, 'refresh', user, nowSeconds),
  ])
  return { refresh, access }
}

export function issueToken(env: Secrets, type: TokenType, user: SessionCaller, nowSeconds: number): Promise<string> {
  const ttl = type === 'access' ? ACCESS_TOKEN_TTL_SECONDS : REFRESH_TOKEN_TTL_SECONDS
  const claims: Claims = {
    token_type: type,
    exp: nowSeconds + ttl,
    iat: nowSeconds,
    jti: crypto.randomUUID(),
    user_id: user.userId,
    ver: user.sessionVersion,
  }
  return sign(claims, env.JWT_SECRET, ALGORITHM)
}

/** The present and the previous secret, as far as they are set. */
const secretsOf = (env: Secrets) => [env.JWT_SECRET, env.JWT_SECRET_PREVIOUS].filter(isLong)

/**
 * Never throws or logs, because a verifier's messages carry the token. A token signed with the previous secret still counts,
 * so that rotating the secret logs nobody out.
 * @returns the claims of a valid token of the given type, else null
 */
export async function readToken(env: Secrets, type: TokenType, token: string): Promise<Claims | null> {
  for (const secret of secretsOf(env)) {
    // `iat` is not compared with the clock: two edge machines may differ by a second.
    const payload = await verify(token, secret, { alg: ALGORITHM, iat: false }).catch(() => null)
    // The schema also refuses a token without `exp`, which the verifier would accept for ever.
    const claims = claimsSchema.safeParse(payload)
    if (claims.success) return claims.data.token_type === type ? claims.data : null
  }
  return null
}

const bearerToken = (c: AppContext) => /^Bearer +(\S+) *$/i.exec(c.req.header('Authorization') ?? '')?.[1]

/** @throws 401 unless this server has sealed the token */
export function requirePersonalToken(c: AppContext, token: string): TokenClaims {
  const claims = readPersonalToken(secretsOf(c.env), token)
  if (!claims) throw tokenNotValid()
  return claims
}

/**
 * @returns whose the token is, and of a personal access token which one it is
 * @throws 401 without a valid access token
 */
export async function requireCaller(
  c: AppContext,
): Promise<SessionCaller | (Pick<TokenCaller, 'userId'> & { token: Pick<TokenCaller['token'], 'id' | 'secretHash'> })> {
  const token = bearerToken(c)
  if (token === undefined) throw notAuthenticated()
  if (isPersonal(token)) {
    const { userId, ...own } = requirePersonalToken(c, token)
    return { userId, token: own }
  }
  const claims = await readToken(c.env, 'access', token)
  if (!claims) throw tokenNotValid()
  return { userId: claims.user_id, sessionVersion: claims.ver }
}

/** @returns the caller of a public route; null without a usable token, which a personal access token is not */
export async function optionalCaller(c: AppContext): Promise<SessionCaller | null> {
  const token = bearerToken(c)
  const claims = token === undefined ? null : await readToken(c.env, 'access', token)
  return claims && { userId: claims.user_id, sessionVersion: claims.ver }
}
