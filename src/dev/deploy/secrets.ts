/** The two secrets without which a deployment refuses every request: made once, never shown, never replaced. */
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ask, fail } from '../wrangler.ts'

export const SECRETS = ['JWT_SECRET', 'RECEIPT_SECRET'] as const
const LEAST_BYTES = 32

export const newSecret = (): string => randomBytes(48).toString('base64url')

/**
 * Publishes with those secrets that the deployment does not have yet, from the environment or new ones.
 * @param publish is given the flags that bring them
 */
export async function withSecrets(flags: string[], publish: (flags: string[]) => Promise<void>): Promise<void> {
  const there = await deployedSecrets(flags)
  const missing = SECRETS.filter(name => !there.includes(name))
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

/** Ends this process where the environment brings a secret that the Worker would refuse. */
export function checkGivenSecrets(): void {
  for (const name of SECRETS) {
    const value = process.env[name]
    if (value && Buffer.byteLength(value) < LEAST_BYTES)
      fail(`${name} in the environment is shorter than ${LEAST_BYTES} bytes.`)
  }
}

/** Of a Worker that does not exist yet there are none. */
async function deployedSecrets(flags: string[]): Promise<string[]> {
  const { code, stdout, stderr } = await ask('secret', 'list', ...flags)
  if (code === 0) return (JSON.parse(stdout) as { name: string }[]).map(({ name }) => name)
  if (/Worker ".*" not found/.test(stdout + stderr)) return []
  return fail(`wrangler secret list\n${stdout}${stderr}`)
}
