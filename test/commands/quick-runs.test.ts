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

function run(command: string, ...args: string[]): Promise<{ status: number | null; said: string }> {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] })
  let said = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', data => (said += data))
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', status => resolve({ status, said }))
  })
}
