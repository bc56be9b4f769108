/** Turns on D1's read replicas through Cloudflare's API, because wrangler cannot. */

const BASE_URL = process.env['CLOUDFLARE_API_BASE_URL'] ?? 'https://api.cloudflare.com/client/v4'

/**
 * Turns on the replicas of a database if there is a token for the API. Never throws.
 * @param account the account id from the configuration, if it has one
 * @returns the message for the operator: that the replicas are on, or how to turn them on by hand
 */
export async function turnOnReplicas(token: string | undefined, account: string | undefined, database: string) {
  const byHand = 'dash.cloudflare.com → Storage & databases → D1 → the database → Settings → Read replication'
  if (token === undefined) return `Left to do, once: turn read replication on (${byHand}).`
  const call = async (path: string, init: RequestInit = {}) => {
    const headers = { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' }
    const answer = await fetch(`${BASE_URL}${path}`, { ...init, headers, signal: AbortSignal.timeout(30_000) })
    if (!answer.ok) throw new Error(`${answer.status} for ${path}`)
    return ((await answer.json()) as { result: unknown }).result
  }
  try {
    const owner = process.env['CLOUDFLARE_ACCOUNT_ID'] ?? account ?? (await onlyAccount(call))
    const path = `/accounts/${owner}/d1/database/${database}`
    const { read_replication: before } = (await call(path)) as { read_replication?: { mode: string } }
    if (before?.mode !== 'auto')
      await call(path, { method: 'PUT', body: JSON.stringify({ read_replication: { mode: 'auto' } }) })
    return 'Read replication is on.'
  } catch (error) {
    return `Read replication could not be turned on (${error}). Left to do, once: ${byHand}.`
  }
}

async function onlyAccount(call: (path: string) => Promise<unknown>): Promise<string> {
  const [account, ...others] = (await call('/accounts')) as { id: string }[]
  if (!account || others.length > 0) throw new Error('which account is not known: set CLOUDFLARE_ACCOUNT_ID')
  return account.id
}
