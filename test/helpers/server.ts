/** `npm start` on a store of its own, as a process to talk to. */
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from '../../src/dev/free-port.ts'

/** `store`: the folder of its own that `--persist-to` names. */
export type Server = { origin: string; store: string; said(): string; stop(): Promise<void> }

/**
 * @param variables of the environment, beside those of this process
 * @throws when it does not serve in time, with all it said
 */
export async function startServer(
  flags: string[],
  patienceMs: number,
  variables: Record<string, string> = {},
): Promise<Server> {
  const store = mkdtempSync(join(tmpdir(), 'learnmore-store-'))
  const port = await freePort()
  const origin = `http://localhost:${port}`
  // Two that start at once would choose the same port for their debuggers.
  const ports = ['--port', String(port), '--inspector-port', '0']
  const args = ['start', '--', ...ports, '--persist-to', store, ...flags]
  // A group of its own, to be ended as one.
  const server = spawn('npm', args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
    env: { ...process.env, ...variables },
  })
  let said = ''
  for (const stream of [server.stdout, server.stderr]) stream.on('data', data => (said += data))
  const stop = async () => {
    if (server.pid && server.exitCode === null) {
      const gone = new Promise(resolve => server.on('close', resolve))
      process.kill(-server.pid, 'SIGTERM')
      await gone
    }
    rmSync(store, { recursive: true, force: true })
  }
  for (const end = Date.now() + patienceMs; Date.now() < end && server.exitCode === null; ) {
    const answer = await fetch(`${origin}/api/openapi.json`).catch(() => undefined)
    if (answer?.ok) return { origin, store, said: () => said, stop }
    await new Promise(resolve => setTimeout(resolve, 200))
  }
  await stop()
  throw new Error(`npm start does not serve:\n${said}`)
}
