/** The README's benchmarks and its two schools, in their quick runs: all of each works, and nothing is written. */
import { spawn } from 'node:child_process'
import { expect, test } from 'vitest'

const QUICK = {
  'bench -- --quick': /\| answer +\|/,
  'bench:exam -- --quick': /lost answers\*\* +\| +\*\*0\*\*/,
  'bench:logins -- --quick': /refused: 0/,
  'bench:cost -- --quick': /dollars/i,
  'two-schools -- --check': /(ok {4}.*){15}Two schools, and nothing between them/s,
}

/** The exam alone lasts its minute, and there is more going on. */
const TIMEOUT_MS = 280_000

test.concurrent.each(Object.entries(QUICK))('npm run %s', { timeout: TIMEOUT_MS }, async (command, shows) => {
  const { status, said } = await run('npm', 'run', '--silent', ...command.split(' '))
  expect(status, said).toBe(0)
  expect(said).toMatch(shows)
})

test.concurrent('npm run bench:exam -- --starts', { timeout: TIMEOUT_MS }, async () => {
  const command = ['run', '--silent', 'bench:exam', '--', '--starts', '30', '--d1-ms', '5', '--json']
  const { status, stdout, said } = await run('npm', ...command)
  expect(status, said).toBe(0)
  const figures = JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '')
  expect(figures).toMatchObject({ learners: 30, d1_ms: 5, begun: 30, refused: 0, lost: 0, doubled: 0, wrong_ends: 0 })
  // One batch after the other, each with its time.
  expect(figures.start_d1_batches).toBeGreaterThan(0)
  expect(figures.all_begun_ms).toBeGreaterThanOrEqual(figures.start_d1_batches * 5)
  // The ends are asked by the attempts' objects: theirs go the same way.
  expect(figures.end_d1_batches).toBeGreaterThan(0)
})

type Ended = { status: number | null; stdout: string; said: string }

function run(command: string, ...args: string[]): Promise<Ended> {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] })
  let said = ''
  let stdout = ''
  child.stdout.on('data', data => (stdout += data))
  for (const stream of [child.stdout, child.stderr]) stream.on('data', data => (said += data))
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', status => resolve({ status, stdout, said }))
  })
}
