/** Running wrangler, which alone knows where the stores are, here and in the account. */
import { type ChildProcess, type StdioOptions, spawn } from 'node:child_process'
import { parseArgs } from 'node:util'

export type Outcome = { code: number; stdout: string; stderr: string }

/** Nothing is sent or fetched but what a command is for: no metrics, no look for updates (with the banner), no `Request.cf`. */
const QUIET = { WRANGLER_SEND_METRICS: 'false', WRANGLER_HIDE_BANNER: 'true', CLOUDFLARE_CF_FETCH_ENABLED: 'false' }

/** Found on the PATH that npm gives its scripts. */
const start = (args: string[], stdio: StdioOptions): ChildProcess =>
  spawn('wrangler', args, { stdio, env: { ...QUIET, ...process.env } })

/** Runs a command in silence; what it said and how it ended. */
export async function ask(...args: string[]): Promise<Outcome> {
  const child = start(args, ['ignore', 'pipe', 'pipe'])
  const outcome: Outcome = { code: 1, stdout: '', stderr: '' }
  child.stdout?.setEncoding('utf8').on('data', text => (outcome.stdout += text))
  child.stderr?.setEncoding('utf8').on('data', text => (outcome.stderr += text))
  outcome.code = await ended(child)
  return outcome
}

/** Runs a command in silence and ends this process, with all that it said, when it fails. */
export async function must(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await ask(...args)
  if (code === 0) return stdout
  process.stderr.write(`wrangler ${args.join(' ')}\n${stdout}${stderr}`)
  return process.exit(code)
}

/** Ends this process with a sentence that says what to do. */
export function fail(message: string): never {
  console.error(message)
  return process.exit(1)
}

/** Runs a command in this terminal, with signals passed on; its exit code. */
export async function hand(...args: string[]): Promise<number> {
  const child = start(args, 'inherit')
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
  for (const signal of signals) process.on(signal, () => child.kill(signal))
  // npm passes a signal to its shell alone, which dies without a word: being handed to another parent is how one knows.
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

/** Of what an npm script was given, the flags that say which store is meant; the others are left to their own command. */
export function storeFlags(args: string[]) {
  const { values, positionals } = parseArgs({ args, strict: false, options: STORE_FLAGS })
  const textOf = (name: keyof typeof STORE_FLAGS) => (typeof values[name] === 'string' ? values[name] : undefined)
  const given = { config: textOf('config'), env: textOf('env'), 'persist-to': textOf('persist-to') }
  const flags = Object.entries(given).flatMap(([name, value]) => (value === undefined ? [] : [`--${name}`, value]))
  return { flags, positionals, values: given }
}

/** An option that is not wrangler's, and the arguments without it; of several the last counts. */
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
