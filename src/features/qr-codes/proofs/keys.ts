/** Seals what a phone sends back. `JWT_SECRET` yields one HMAC key for each purpose, so that no seal serves another purpose. */
import { isLong } from '../../../http/authentication.ts'

type Secrets = Pick<Env, 'JWT_SECRET' | 'JWT_SECRET_PREVIOUS'>
export type Purpose = 'qr ticket' | 'qr rotating code'

const encoder = new TextEncoder()
const keys = new Map<string, Promise<CryptoKey>>()

/** HKDF (RFC 5869) with the purpose as its info. */
function keyFor(secret: string, purpose: Purpose): Promise<CryptoKey> {
  const name = `${purpose}\0${secret}`
  let key = keys.get(name)
  if (!key) {
    key = derive(secret, purpose)
    keys.set(name, key)
  }
  return key
}

async function derive(secret: string, purpose: Purpose): Promise<CryptoKey> {
  const base = await crypto.subtle.importKey('raw', encoder.encode(secret), 'HKDF', false, ['deriveKey'])
  const hkdf = { name: 'HKDF', hash: 'SHA-256', salt: new Uint8Array(32), info: encoder.encode(`learnmore ${purpose}`) }
  return crypto.subtle.deriveKey(hkdf, base, { name: 'HMAC', hash: 'SHA-256', length: 256 }, false, ['sign'])
}

/** @returns the first `bytes` of the message's HMAC, in base64url */
export const seal = (env: Secrets, purpose: Purpose, message: string, bytes: number) =>
  sealWith(env.JWT_SECRET, purpose, message, bytes)

async function sealWith(secret: string, purpose: Purpose, message: string, bytes: number): Promise<string> {
  const mac = await crypto.subtle.sign('HMAC', await keyFor(secret, purpose), encoder.encode(message))
  return base64url(new Uint8Array(mac).subarray(0, bytes))
}

/** Whether the seal fits the message. Seals by the previous secret count too, so that an operator can rotate it in class. */
export async function isSealed(
  env: Secrets,
  purpose: Purpose,
  message: string,
  sealed: string,
  bytes: number,
): Promise<boolean> {
  const secrets = [env.JWT_SECRET, env.JWT_SECRET_PREVIOUS].filter(isLong)
  for (const secret of secrets) if (isSame(await sealWith(secret, purpose, message, bytes), sealed)) return true
  return false
}

/** Compares in constant time, so that the duration does not reveal where the first difference is. */
function isSame(one: string, other: string): boolean {
  const [a, b] = [encoder.encode(one), encoder.encode(other)]
  return a.byteLength === b.byteLength && crypto.subtle.timingSafeEqual(a, b)
}

export const base64url = (bytes: Uint8Array) =>
  btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replace(/=+$/, '')
