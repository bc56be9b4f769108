/** What WebSockets of the API share. Browsers cannot set headers on one, so the token comes as a subprotocol. */
import { isPersonal } from './access-tokens.ts'
import { type Claims, readToken, requirePersonalToken } from './authentication.ts'
import type { AppContext } from './context.ts'
import { notAuthenticated, notForTokens, tokenNotValid } from './errors.ts'

/**
 * The claims of `Sec-WebSocket-Protocol: bearer, <access token>`.
 * @throws 401 without a valid access token, 403 for a personal access token
 */
export async function requireSocketClaims(c: AppContext): Promise<Claims> {
  const [scheme, token] = (c.req.header('Sec-WebSocket-Protocol') ?? '').split(',').map(part => part.trim())
  if (scheme !== 'bearer' || !token) throw notAuthenticated()
  if (isPersonal(token)) {
    requirePersonalToken(c, token)
    throw notForTokens()
  }
  const claims = await readToken(c.env, 'access', token)
  if (!claims) throw tokenNotValid()
  c.set('userId', claims.user_id)
  return claims
}
