/** The project under another configuration, in a folder of its own, deployed to a stand-in for the platform. */
import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { expect } from 'vitest'
import { freePort } from '../../src/dev/free-port.ts'
import { Platform } from './platform.ts'

const LINKED = ['src', 'migrations', 'node_modules', 'public', 'package.json']
const TOKEN = 'a token of the stand-in'

export type Project = Awaited<ReturnType<typeof openProject>>

/** @param change what is different in wrangler.toml */
export async function openProject(change: (text: string) => string = text => text) {
  const folder = mkdtempSync(join(tmpdir(), 'learnmore-project-'))
  for (const name of LINKED) symlinkSync(resolve(name), join(folder, name))
  const configuration = change(readFileSync('wrangler.toml', 'utf8'))
  writeFileSync(join(folder, 'wrangler.toml'), configuration)
  const temporary = join(folder, 'tmp')
  mkdirSync(temporary)
  const platform = new Platform()
  const address = await platform.listen(await freePort())

  const deploy = async (args: string[] = [], variables: Record<string, string> = {}) => {
    const { CI: _, CLOUDFLARE_ACCOUNT_ID: __, ...env } = process.env
    // Its cache, too: there wrangler remembers the account, for the next who deploys from here.
    const own = { TMPDIR: temporary, WRANGLER_CACHE_DIR: temporary }
    const child = spawn('npm', ['run', '--silent', 'deploy', '--', ...args], {
      cwd: folder,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...env, CLOUDFLARE_API_BASE_URL: address, CLOUDFLARE_API_TOKEN: TOKEN, ...own, ...variables },
    })
    let said = ''
    for (const stream of [child.stdout, child.stderr]) stream.on('data', data => (said += data))
    const status = await new Promise<number | null>(done => child.on('close', done))
    expect(readFileSync(join(folder, 'wrangler.toml'), 'utf8'), 'nobody writes to it').toBe(configuration)
    return { status, said }
  }
  return {
    platform,
    folder,
    deploy,
    async mustDeploy(...given: Parameters<typeof deploy>): Promise<string> {
      const { status, said } = await deploy(...given)
      expect(status, said).toBe(0)
      return said
    },
    /** What commands have left of what they throw away. */
    leftovers: () => readdirSync(temporary).filter(name => name.startsWith('learnmore-')),
    close(): void {
      platform.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
