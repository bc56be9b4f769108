/** What a newcomer does: `npm start` on an empty store, then the documentation's own calls. */
import { execFile, spawnSync } from 'node:child_process'
import { existsSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { Validator } from '@seriousme/openapi-schema-validator'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Server, startServer } from '../helpers/server.ts'

const TIMEOUT_MS = 120_000
/** Of the demo's first question. */
const FIRST_CHOICE = 183_528_085_175_363

let origin: string
let server: Server

/** Of its own: elsewhere wrangler remembers for a day that it has looked for updates. */
const folder = mkdtempSync(join(tmpdir(), 'learnmore-start-'))
const HOSTS_FILE = join(folder, 'hosts')
const WATCHED = { HOSTS_FILE, TMPDIR: folder, NODE_OPTIONS: `--import ${resolve('test/local/hosts.mjs')}` }
const SCHOOL = 'start-test'

beforeAll(async () => {
  server = await startServer(['--var', 'PUBLIC_ORIGIN:https://learn.example'], TIMEOUT_MS, WATCHED)
  origin = server.origin
})

afterAll(async () => {
  await server?.stop()
  for (const path of [folder, `.wrangler/schools/${SCHOOL}`]) rmSync(path, { recursive: true, force: true })
})

test('it tells where the reference is and who can sign in', () => {
  expect(server.said()).toContain(`The reference: ${origin}/api/docs/`)
  expect(server.said()).toMatch(/Demo logins: +admin \(staff\), jsmith .*password securepassword123/)
})

test('no host but this machine was connected to', () => {
  expect(existsSync(HOSTS_FILE) ? readFileSync(HOSTS_FILE, 'utf8') : '').toBe('')
  // It would have been seen.
  spawnSync('npx', ['node', '-e', "fetch('http://learnmore.invalid').catch(() => {})"], {
    env: { ...process.env, ...WATCHED },
  })
  expect(readFileSync(HOSTS_FILE, 'utf8')).toContain('learnmore.invalid')
})

test('there is no daily quota', async () => {
  const { RATE_LIMIT_ANON_PER_DAY } = parse(readFileSync('wrangler.toml', 'utf8'))
  const statuses = new Set<number>()
  for (let call = 0; call <= Number(RATE_LIMIT_ANON_PER_DAY) * 1.1; call += 1)
    statuses.add((await fetch(`${origin}/api/courses/catalog/?page_size=1`)).status)
  expect([...statuses]).toEqual([200])
})

test('a store of another version is refused in a sentence; settings that are there stay', async () => {
  const settings = `.wrangler/schools/${SCHOOL}/.dev.vars`
  mkdirSync(dirname(settings), { recursive: true })
  writeFileSync(settings, 'LOG="requests"\nRATE_LIMIT_USER_PER_DAY="7"')
  const store = join(folder, 'old')
  const old = join(folder, 'old.sql')
  writeFileSync(
    old,
    `CREATE TABLE d1_migrations (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT UNIQUE);
    INSERT INTO d1_migrations (name) VALUES ('0000_tables.sql'), ('0007_old.sql');
    CREATE TABLE users (id INTEGER PRIMARY KEY, username_key TEXT);`,
  )
  spawnSync('npx', ['wrangler', 'd1', 'execute', 'DB', '--local', '--persist-to', store, '--file', old])
  const { status, stdout, stderr } = await npm('start', '--', '--school', SCHOOL, '--persist-to', store)
  expect(status, stdout + stderr).toBe(1)
  expect(stderr).toContain(`The local database in ${store} was made by another version: 0007_old.sql, `)
  expect(stderr).toContain(`To begin anew, delete that folder: rm -r ${store}`)
  expect(stdout + stderr).not.toMatch(/at .*\.ts:\d/)
  const lines = parse(readFileSync(settings, 'utf8'))
  expect(lines).toMatchObject({ LOG: 'requests', RATE_LIMIT_USER_PER_DAY: '7', RATE_LIMIT_ANON_PER_DAY: '0' })
  expect(lines['JWT_SECRET']).toHaveLength(64)
})

test('the README’s tour is answered as it says, call by call', () => {
  const [, tour = ''] = /## A first tour\n+```sh\n(.*?)```/s.exec(readFileSync('README.md', 'utf8')) ?? []
  // Each call tells its status, beside whatever the tour does with the answer.
  const telling = `curl() { command curl -sS -w '%{stderr}%{http_code} %{url}\\n' "$@"; }`
  const { stdout, stderr } = spawnSync('bash', {
    input: `${telling}\n${tour.replaceAll('http://localhost:8787', origin)}`,
    encoding: 'utf8',
  })
  const said = stderr.trim().split('\n')
  const calls = tour.match(/\bcurl /g)?.length ?? 0
  // The login is written once and called twice.
  expect(said.length, `${stderr}\n${stdout}`).toBe(calls + 1)
  expect(said.pop(), 'the mistake').toMatch(/^400 /)
  expect(said.filter(line => !/^20[0-4] http/.test(line))).toEqual([])
})

test("the documentation's calls are answered as documented, the first time and again", async () => {
  for (const run of ['first', 'second']) {
    const { status, stdout, stderr } = await npm('run', '--silent', 'smoke', '--', origin)
    expect(status, `${run} run\n${stdout}${stderr}`).toBe(0)
    expect(stdout.match(/^ok /gm)?.length, stdout).toBeGreaterThanOrEqual(6)
    expect(stdout.includes('earlier run')).toBe(run === 'second')
  }
})

test('the API reference is served with its own scripts and styles', async () => {
  const page = await (await fetch(`${origin}/api/docs/`)).text()
  const assets = [...page.matchAll(/(?:src|href)="(\/api\/docs\/[^"]+)"/g)].map(([, path]) => path)
  expect(assets.length).toBeGreaterThanOrEqual(3)
  for (const path of assets) expect((await fetch(origin + path)).status, path).toBe(200)
})

test('the OpenAPI document is valid', async () => {
  const document = await read('/api/openapi.json')
  const { valid, errors } = await new Validator().validate(document)
  expect(errors).toBeUndefined()
  expect(valid).toBe(true)
})

test('the demo is there', async () => {
  const { results } = await read('/api/courses/catalog/?page_size=100')
  expect(results.at(-1)).toMatchObject({ id: 1, slug: 'introduction-to-programming', is_full: false, is_active: true })
  expect(results.filter((course: { is_full: boolean }) => course.is_full)).toHaveLength(1)
})

test('the demo has quizzes with every type of question, the same for everybody who runs it', async () => {
  const headers = { Authorization: `Bearer ${await login('admin')}` }
  const get = async (path: string) => (await fetch(origin + path, { headers })).json() as Promise<Json>
  const { results } = await get('/api/quizzes/?page_size=100')
  const demo = await Promise.all(
    results.filter(({ id }: Json) => id <= 6).map(({ id }: Json) => get(`/api/quizzes/${id}/`)),
  )
  expect(demo).toHaveLength(6)
  const types = demo.map(({ questions }) => new Set(questions.map(({ type }: Json) => type)).size)
  expect(Math.max(...types)).toBe(9)
  expect(demo.some(quiz => quiz.is_survey)).toBe(true)
  expect(demo.some(quiz => quiz.requires_access_code && quiz.time_limit_minutes === 45)).toBe(true)
  expect(demo.at(-1).questions[0].choices[0].id).toBe(FIRST_CHOICE)
})

test('the demo logins work, and the first staff user is made by one command', async () => {
  const staff = await login('admin')
  const users = (token: string) => fetch(`${origin}/api/users/`, { headers: { Authorization: `Bearer ${token}` } })
  expect((await users(staff)).status).toBe(200)
  const student = await login('student2')
  expect((await users(student)).status).toBe(403)
  const made = await makeStaff('Student2')
  expect(made.status, made.stdout + made.stderr).toBe(0)
  expect((await users(student)).status).toBe(200)
  const unknown = await makeStaff("x' OR 1=1 --")
  expect(unknown.status).toBe(1)
  expect(unknown.stderr).toContain('There is no user')
  expect((await users(await login('student3'))).status).toBe(403)
})

test('flags of wrangler dev are passed on', async () => {
  const catalog = await read('/api/courses/catalog/?page_size=1')
  expect(catalog.next).toBe('https://learn.example/api/courses/catalog/?page_size=1&page=2')
})

/** What stands as `NAME="value"` in a file. */
const parse = (text: string): Record<string, string> =>
  Object.fromEntries([...text.matchAll(/^(\w+) *= *"(.*)"$/gm)].map(([, name = '', value = '']) => [name, value]))

/** Beside this process, which so hears of connections that the server closes meanwhile. */
const npm = (...args: string[]) =>
  new Promise<{ status: number | string; stdout: string; stderr: string }>(resolve =>
    execFile('npm', args, (error, stdout, stderr) => resolve({ status: error?.code ?? 0, stdout, stderr })),
  )

const makeStaff = (username: string) =>
  npm('run', '--silent', 'make-staff', '--', username, '--persist-to', server.store)

async function login(username: string): Promise<string> {
  const answer = await fetch(`${origin}/api/users/login/`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ username, password: 'securepassword123' }),
  })
  expect(answer.status).toBe(200)
  return ((await answer.json()) as { access: string }).access
}

// biome-ignore lint/suspicious/noExplicitAny: whatever JSON is served, asserted on
type Json = any
const read = async (path: string): Promise<Json> => (await fetch(origin + path)).json()

test('the calls of docs/use are answered, as the instructor of the demo', async () => {
  const body = JSON.stringify({ username: 'jsmith', password: 'securepassword123' })
  const headers = { 'Content-Type': 'application/json' }
  const { access } = (await (await fetch(`${origin}/api/users/login/`, { method: 'POST', headers, body })).json()) as {
    access: string
  }
  const blocks = globSync('docs/use/*.md').flatMap(path =>
    [...readFileSync(path, 'utf8').matchAll(/^```sh\n(.*?)^```/gms)].map(([, block = '']) => ({ path, block })),
  )
  expect(blocks.length).toBeGreaterThanOrEqual(5)
  for (const { path, block } of blocks) {
    const calls = block
      .replaceAll('http://localhost:8787', origin)
      .replaceAll('$API', `${origin}/api`)
      .replaceAll(/\$TOKEN|\$TEACHER|<access token>/g, access)
    const telling = 'curl() { command curl -s -o /dev/null -w \'%{http_code}\\n\' "$@"; }'
    const { stdout } = spawnSync('bash', { input: `${telling}\n${calls}`, encoding: 'utf8' })
    // 412: the `ETag` of an example is nobody's.
    for (const status of stdout.trim().split('\n'))
      expect(['200', '201', '412'], `${path}: ${stdout}`).toContain(status)
  }
})
