/** Signatures of Standard Webhooks: https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md */

const PREFIX = 'whsec_'
const KEY_BYTES = 24

const toBase64 = (bytes: Uint8Array) => btoa(String.fromCharCode(...bytes))

/** A random secret: `whsec_` and 24 bytes in Base64. */
export const newSecret = () => PREFIX + toBase64(crypto.getRandomValues(new Uint8Array(KEY_BYTES)))

/**
 * The header `webhook-signature`: `v1,` and the HMAC-SHA256 of `id.timestamp.body` in Base64 for each secret, separated by spaces.
 * @param timestamp of the attempt, in Unix seconds
 */
export async function signatures(secrets: readonly string[], id: string, timestamp: number, body: string) {
  const content = new TextEncoder().encode(`${id}.${timestamp}.${body}`)
  const signed = await Promise.all(
    secrets.map(async secret => {
      const bytes = Uint8Array.from(atob(secret.slice(PREFIX.length)), character => character.charCodeAt(0))
      const key = await crypto.subtle.importKey('raw', bytes, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign'])
      return `v1,${toBase64(new Uint8Array(await crypto.subtle.sign('HMAC', key, content)))}`
    }),
  )
  return signed.join(' ')
}
