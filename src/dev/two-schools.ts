/**
 * `npm run two-schools -- [--port N] [--check]`: runs two schools from the same code on this machine, each a Worker with its
 * own database, namespace, objects, secrets and origin, and sends requests that show that neither has data of the other. Then
 * both serve until an interrupt; with `--check` they use temporary stores, and the exit code is the result.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { DEMO_PASSWORD } from './demo/people.ts'
import { freePort } from './free-port.ts'
import { compareSchools, type School } from './school-comparison.ts'

const { values } = parseArgs({ options: { port: { type: 'string', default: '8787' }, check: { type: 'boolean' } } })
const TIMEOUT_MS = 120_000

const temporaryFolder = values.check ? mkdtempSync(join(tmpdir(), 'learnmore-schools-')) : undefined
const north = await open('north', 0)
const south = await open('south', 1)
const servers = [north, south]
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => close(130))
// npm sends a signal to its shell alone, so a new parent process shows that the shell has ended.
const parent = process.ppid
setInterval(() => process.ppid !== parent && close(130), 500)

try {
  await Promise.all(servers.map(ready))
  const failures = await compareSchools(north, south, console.log)
  const isRight = failures.length === 0
  console.log(isRight ? '\nTwo schools, and nothing between them.' : `\n${failures.length} FAILED`)
  if (values.check || !isRight) await close(isRight ? 0 : 1)
} catch (error) {
  console.error(error)
  await close(1)
}
console.log(`\nBoth serve until Ctrl-C: ${north.origin}/api/docs/ and ${south.origin}/api/docs/`)
console.log(`Sign in as student1 with ${DEMO_PASSWORD}: it is somebody else in each.`)

type Running = School & { server: ChildProcess; output(): string }

/** Runs `npm start` as a developer would, but sets the origin of its links. */
async function open(name: string, place: number): Promise<Running> {
  const port = values.check ? await freePort() : Number(values.port) + place
  const origin = `http://localhost:${port}`
  // Both start at the same time and would choose the same port for their debuggers.
  const ports = ['--port', String(port), '--inspector-port', '0']
  const flags = ['--school', name, ...ports, '--var', `PUBLIC_ORIGIN:${origin}`]
  const store = temporaryFolder ? ['--persist-to', join(temporaryFolder, name)] : []
  console.log(`npm start -- ${[...flags, ...store].join(' ')}`)
  const run = new URL('./run.js', import.meta.url).pathname
  // The server gets its own process group, so that one signal ends it, and no terminal, so that it reads no keys.
  const server = spawn(process.execPath, [run, 'start', ...flags, ...store], {
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  })
  let output = ''
  for (const stream of [server.stdout, server.stderr]) stream.on('data', data => (output += data))
  return { name, origin, links: origin, server, output: () => output }
}

/** @throws an error with all output when the server does not answer in time */
async function ready({ name, origin, server, output }: Running): Promise<void> {
  for (const until = Date.now() + TIMEOUT_MS; Date.now() < until && server.exitCode === null; ) {
    const answer = await fetch(`${origin}/api/openapi.json`).catch(() => undefined)
    if (answer?.ok) return
    await new Promise(resolve => setTimeout(resolve, 200))
  }
  throw new Error(`${name} does not serve:\n${output()}`)
}

async function close(code: number): Promise<never> {
  await Promise.all(
    servers.map(async ({ server }) => {
      if (server.pid === undefined || server.exitCode !== null) return
      const closed = new Promise(resolve => server.on('close', resolve))
      process.kill(-server.pid, 'SIGTERM')
      await closed
    }),
  )
  if (temporaryFolder) rmSync(temporaryFolder, { recursive: true, force: true })
  return process.exit(code)
}
