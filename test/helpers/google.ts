import { sign } from 'hono/jwt'
import { type Answer, call } from './client.ts'

const CLIENT_ID = 'learnmore.apps.googleusercontent.com'
const KEY_ID = 'a key of the tests'

/** One sign-in with a credential that Google would have issued: signed by a key of ours, published where Google's are. */
export async function googleSignIn(person: { email: string; sub?: string }): Promise<Answer> {
  const { sub = crypto.randomUUID(), email } = person
  const algorithm = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256', modulusLength: 2048, publicExponent: PUBLIC_EXPONENT }
  const keys = (await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])) as CryptoKeyPair
  const jwkOf = async (key: CryptoKey) => ({
    ...(await crypto.subtle.exportKey('jwk', key)),
    kid: KEY_ID,
    alg: 'RS256',
  })
  const now = Math.floor(Date.now() / 1000)
  const claims = {
    iss: 'https://accounts.google.com',
    aud: CLIENT_ID,
    sub,
    email,
    email_verified: true,
    iat: now,
    exp: now + 600,
  }
  const credential = await sign(claims, (await jwkOf(keys.privateKey)) as never, 'RS256')
  const jwks = JSON.stringify({ keys: [await jwkOf(keys.publicKey)] })
  return call('POST', '/api/users/google-auth/', {
    body: { google_id: sub, email, first_name: 'John', last_name: 'Doe', id_token: credential },
    env: { GOOGLE_CLIENT_ID: CLIENT_ID, GOOGLE_JWKS_URL: `data:application/json,${encodeURIComponent(jwks)}` },
  })
}

const PUBLIC_EXPONENT = new Uint8Array([1, 0, 1])
