/** What a newcomer does: `npm start` on an empty store, then the documentation's own calls. */
import { execFile, spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { Validator } from '@seriousme/openapi-schema-validator'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Server, startServer } from '../helpers/server.ts'

const PATIENCE_MS = 120_000
/** Of the demo's first question. */
const FIRST_CHOICE = 183_528_085_175_363

let origin: string
let server: Server

beforeAll(async () => {
  server = await startServer(['--var', 'PUBLIC_ORIGIN:https://learn.example'], PATIENCE_MS)
  origin = server.origin
})

afterAll(() => server?.stop())

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
