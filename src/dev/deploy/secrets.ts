/** The two secrets without which a Worker refuses every request. Deploying sets them once and never shows or replaces them. */
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { capture, fail } from '../wrangler.ts'

export const SECRETS = ['JWT_SECRET', 'RECEIPT_SECRET'] as const
const MIN_BYTES = 32

export const newSecret = (): string => randomBytes(48).toString('base64url')

/**
 * Publishes with the secrets that the deployment does not have yet, from the environment or new ones.
 * @param publish called with the flags that set them
 */
export async function withSecrets(flags: string[], publish: (flags: string[]) => Promise<void>): Promise<void> {
  const deployed = await deployedSecrets(flags)
  const missing = SECRETS.filter(name => !deployed.includes(name))
  if (missing.length === 0) return publish([])
  const secrets = Object.fromEntries(missing.map(name => [name, process.env[name] || newSecret()]))
  const folder = mkdtempSync(join(tmpdir(), 'learnmore-secrets-'))
  const remove = () => rmSync(folder, { recursive: true, force: true })
  process.on('exit', remove)
  const file = join(folder, 'secrets.json')
  writeFileSync(file, JSON.stringify(secrets), { mode: 0o600 })
  await publish(['--secrets-file', file])
  remove()
  console.log(`\nSet ${missing.join(' and ')}. Nobody can read them back, and a later deployment does not change them.`)
}

/** Ends this process if the environment has a secret that the Worker would refuse. */
export function checkGivenSecrets(): void {
  for (const name of SECRETS) {
    const value = process.env[name]
    if (value && Buffer.byteLength(value) < MIN_BYTES)
      fail(`${name} in the environment is shorter than ${MIN_BYTES} bytes.`)
  }
}

/** The names of the secrets that the Worker has; none before its first deployment. */
async function deployedSecrets(flags: string[]): Promise<string[]> {
  const { code, stdout, stderr } = await capture('secret', 'list', ...flags)
  if (code === 0) return (JSON.parse(stdout) as { name: string }[]).map(({ name }) => name)
  if (/Worker ".*" not found/.test(stdout + stderr)) return []
  return fail(`wrangler secret list\n${stdout}${stderr}`)
}
