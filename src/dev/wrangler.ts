/** Runs wrangler, which alone knows where the local stores and those in the account are. */
import { type ChildProcess, type StdioOptions, spawn } from 'node:child_process'
import { parseArgs } from 'node:util'

export type Outcome = { code: number; stdout: string; stderr: string }

/** Turns off all requests that a command does not need: metrics, the check for updates (with the banner), `Request.cf`. */
const QUIET = { WRANGLER_SEND_METRICS: 'false', WRANGLER_HIDE_BANNER: 'true', CLOUDFLARE_CF_FETCH_ENABLED: 'false' }

/** npm puts wrangler on the PATH of its scripts. */
const start = (args: string[], stdio: StdioOptions): ChildProcess =>
  spawn('wrangler', args, { stdio, env: { ...QUIET, ...process.env } })

/** Runs a command without printing its output. */
export async function capture(...args: string[]): Promise<Outcome> {
  const child = start(args, ['ignore', 'pipe', 'pipe'])
  const outcome: Outcome = { code: 1, stdout: '', stderr: '' }
  child.stdout?.setEncoding('utf8').on('data', text => (outcome.stdout += text))
  child.stderr?.setEncoding('utf8').on('data', text => (outcome.stderr += text))
  outcome.code = await ended(child)
  return outcome
}

/** Runs a command without printing its output; when it fails, prints all of it and ends this process. @returns stdout */
export async function captureOrExit(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await capture(...args)
  if (code === 0) return stdout
  process.stderr.write(`wrangler ${args.join(' ')}\n${stdout}${stderr}`)
  return process.exit(code)
}

/** Ends this process with a message. */
export function fail(message: string): never {
  console.error(message)
  return process.exit(1)
}

/** Runs a command in this terminal and forwards signals to it. @returns its exit code */
export async function runInTerminal(...args: string[]): Promise<number> {
  const child = start(args, 'inherit')
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
  for (const signal of signals) process.on(signal, () => child.kill(signal))
  // npm sends a signal to its shell alone, which ends silently, so a new parent process shows that the shell has ended.
  const parent = process.ppid
  const watch = setInterval(() => process.ppid !== parent && child.kill('SIGTERM'), 500)
  return ended(child).finally(() => clearInterval(watch))
}

const ended = (child: ChildProcess) =>
  new Promise<number>(resolve => {
    child.on('error', error => {
      console.error(`wrangler does not start (${error.message}). Run this by its npm script, after \`npm ci\`.`)
      resolve(1)
    })
    child.on('close', (code, signal) => resolve(code ?? (signal === null ? 1 : 0)))
  })

const STORE_FLAGS = {
  config: { type: 'string', short: 'c' },
  env: { type: 'string', short: 'e' },
  'persist-to': { type: 'string' },
} as const

/** Picks the flags that select a store from the arguments of an npm script; the command parses the others itself. */
export function storeFlags(args: string[]) {
  const { values, positionals } = parseArgs({ args, strict: false, options: STORE_FLAGS })
  const textOf = (name: keyof typeof STORE_FLAGS) => (typeof values[name] === 'string' ? values[name] : undefined)
  const selected = { config: textOf('config'), env: textOf('env'), 'persist-to': textOf('persist-to') }
  const flags = Object.entries(selected).flatMap(([name, value]) => (value === undefined ? [] : [`--${name}`, value]))
  return { flags, positionals, values: selected }
}

/** The value of an option that wrangler does not have, the last one if repeated, and the arguments without it. */
export function takeOption(
  args: string[],
  name: string,
  short?: string,
): { value: string | undefined; rest: string[] } {
  const { tokens } = parseArgs({
    args,
    strict: false,
    tokens: true,
    options: { [name]: { type: 'string', ...(short && { short }) } },
  })
  let value: string | undefined
  const taken = new Set<number>()
  for (const token of tokens) {
    if (token.kind !== 'option' || token.name !== name) continue
    value = token.value ?? ''
    taken.add(token.index)
    if (token.value !== undefined && !token.inlineValue) taken.add(token.index + 1)
  }
  return { value, rest: args.filter((_, index) => !taken.has(index)) }
}
