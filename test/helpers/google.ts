import { sign } from 'hono/jwt'
import { type Answer, type CallOptions, call } from './client.ts'

export const CLIENT_ID = 'learnmore.apps.googleusercontent.com'
const KEY_ID = 'a key of the tests'
const PUBLIC_EXPONENT = new Uint8Array([1, 0, 1])

type Claims = Record<string, unknown>
export type Publisher = {
  /** Bindings under which this publisher is Google. */
  env: Partial<Env>
  jwks: string
  /** A credential as Google would issue it, with other claims where given (undefined: without it). */
  credential(claims?: Claims, header?: { kid?: string; alg?: 'RS256' | 'RS512' }): Promise<string>
}

/** Keys of our own, published where Google's are. */
export async function publisher(keyId = KEY_ID): Promise<Publisher> {
  const pairs = { RS256: await keyPair('SHA-256'), RS512: await keyPair('SHA-512') }
  const publicKey = await jwkOf(pairs.RS256.publicKey, keyId, 'RS256')
  const jwks = JSON.stringify({ keys: [publicKey] })
  return {
    jwks,
    env: { GOOGLE_CLIENT_ID: CLIENT_ID, GOOGLE_JWKS_URL: `data:application/json,${encodeURIComponent(jwks)}` },
    async credential(claims = {}, { kid = keyId, alg = 'RS256' } = {}) {
      const now = Math.floor(Date.now() / 1000)
      const said = {
        iss: 'https://accounts.google.com',
        aud: CLIENT_ID,
        sub: crypto.randomUUID(),
        email: 'somebody@gmail.com',
        email_verified: true,
        iat: now,
        exp: now + 600,
        ...claims,
      }
      return sign(said, (await jwkOf(pairs[alg].privateKey, kid, alg)) as never, alg)
    },
  }
}

async function keyPair(hash: string): Promise<CryptoKeyPair> {
  const algorithm = { name: 'RSASSA-PKCS1-v1_5', hash, modulusLength: 2048, publicExponent: PUBLIC_EXPONENT }
  return (await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])) as CryptoKeyPair
}

const jwkOf = async (key: CryptoKey, kid: string, alg: string) => ({
  ...(await crypto.subtle.exportKey('jwk', key)),
  kid,
  alg,
})

export type Person = { email: string; sub: string }

/** A sign-in with what the credential says, or something else in the body. */
export async function signIn(
  google: Publisher,
  person: Person & Claims,
  said: Claims = {},
  options: CallOptions = {},
): Promise<Answer> {
  const { sub, email } = person
  const body = {
    google_id: sub,
    email,
    first_name: 'John',
    last_name: 'Doe',
    id_token: await google.credential(person),
  }
  return call('POST', '/api/users/google-auth/', {
    ...options,
    body: { ...body, ...said },
    env: { ...google.env, ...options.env },
  })
}

/** One sign-in with a credential that Google would have issued. */
export const googleSignIn = async ({ email }: { email: string }): Promise<Answer> =>
  signIn(await publisher(), { email, sub: crypto.randomUUID() })
