/** The commands of all documents: run here as far as they go without an account, or named with what runs them. */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { documents } from '../helpers/documents.ts'

const RUN_ELSEWHERE: Record<string, string> = {
  'npm ci': '.ci/run',
  'npm start': 'start.test.ts, with flags',
  'npm run check': '.ci/run',
  'npm run make-staff': 'start.test.ts',
  'npm run two-schools': 'quick-runs.test.ts, with --check',
  'npm run deploy': 'below, as a dry run',
  'git pull': 'git',
  'curl https://<your host>/api/health/ready/': 'health.test.ts',
}

const folder = mkdtempSync(join(tmpdir(), 'learnmore-commands-'))
const SCHOOL = 'commands-test'
afterAll(() => {
  for (const made of [folder, `.wrangler/schools/${SCHOOL}`, `.wrangler/deployments/learnmore-${SCHOOL}`])
    rmSync(made, { recursive: true, force: true })
})

const run = (command: string, ...args: string[]) => {
  const { status, stdout, stderr } = spawnSync(command, args, { encoding: 'utf8' })
  return { status, said: stdout + stderr }
}
const mustRun = (command: string, ...args: string[]): string => {
  const { status, said } = run(command, ...args)
  expect(status, `${command} ${args.join(' ')}\n${said}`).toBe(0)
  return said
}

/** What stands between ```sh and ```, a command each; start.test.ts runs the tour of the README. */
const commands = [...documents()]
  // Their calls are made by start.test.ts.
  .filter(([path]) => !path.startsWith('docs/use/'))
  .flatMap(([, text]) => [...text.matchAll(/^ *```sh\n(.*?)^ *```/gms)].map(([, block = '']) => block))
  .filter(block => !block.includes('API=http'))
  .flatMap(block => block.split('\n'))
  .flatMap(line => line.replace(/\s#.*|^#.*|\|$/g, '').split('&&'))
  .map(command => command.trim())
  .filter(command => command !== '' && !command.startsWith('node -e'))
const ofWrangler = commands.filter(command => command.startsWith('npx wrangler '))

test('each is run somewhere', () => {
  const others = commands.filter(command => !ofWrangler.includes(command))
  expect(ofWrangler.length).toBeGreaterThan(5)
  expect(others.length).toBeGreaterThan(5)
  const known = Object.keys(RUN_ELSEWHERE)
  expect(
    others.filter(command => !known.some(start => command === start || command.startsWith(`${start} -- `))),
  ).toEqual([])
})

test('wrangler has each of its commands, with the options that are named', () => {
  const subcommands = Map.groupBy(
    ofWrangler,
    command => /^npx wrangler ([a-z\d -]+?)(?= [A-Z<]| --|$)/.exec(command)?.[1] ?? '',
  )
  for (const [subcommand, uses] of subcommands) {
    const help = mustRun('npx', 'wrangler', ...subcommand.split(' '), '--help')
    for (const option of uses.join(' ').match(/--[a-z-]+/g) ?? []) expect(help, subcommand).toContain(option)
  }
})

test('a school is deployed by one command, shown by a dry run; its backup is executed on another database', () => {
  const said = mustRun('npm', 'run', '--silent', 'deploy', '--', '--school', SCHOOL, '--dry-run')
  expect(said).toContain(`learnmore-${SCHOOL}`)
  const { name, main, d1_databases } = JSON.parse(readFileSync(`.wrangler/schools/${SCHOOL}/wrangler.json`, 'utf8'))
  expect([name, main]).toEqual([`learnmore-${SCHOOL}`, '../../../src/index.ts'])
  expect(d1_databases).toMatchObject([{ binding: 'DB', database_name: `learnmore-${SCHOOL}` }])
  const escaping = run('npm', 'run', '--silent', 'deploy', '--', '--school', '../north', '--dry-run')
  expect(escaping).toEqual({ status: 2, said: expect.stringContaining('A school is named by') })

  const d1 = (where: string[], ...args: string[]) => mustRun('npx', 'wrangler', 'd1', ...args, '--local', ...where)
  const school = ['--config', `.wrangler/schools/${SCHOOL}/wrangler.json`]
  const other = ['--persist-to', join(folder, 'other')]
  const insert = `INSERT INTO users (username, username_key, email, email_key, created_at, updated_at)
    VALUES ('O''Neil 🎓', 'o''neil 🎓', 'a@b.c', 'a@b.c', 0, 0)`
  d1(school, 'migrations', 'apply', 'DB')
  d1(school, 'execute', 'DB', '--command', insert)
  const file = join(folder, 'backup.sql')
  mustRun('npm', 'run', '--silent', 'backup', '--', file, '--school', SCHOOL)
  d1(other, 'migrations', 'apply', 'DB')
  d1(other, 'execute', 'DB', '--file', file)
  expect(d1(other, 'execute', 'DB', '--json', '--command', 'SELECT username FROM users')).toContain("O'Neil 🎓")
})
