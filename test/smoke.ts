/**
 * `npm run smoke -- http://localhost:8787`: replays the documentation's own curl calls against a running server and holds
 * every answer against the documentation. Of a call only the host, the token and ids that this run has made are replaced.
 */
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { type DocumentedCall, endpointOf, type Json, parseDocumentation } from './contract/documentation.ts'
import { differences } from './contract/shape.ts'

/** The documentation's examples that can be replayed so far, by their headings. */
const SECTIONS = ['Authentication Examples', 'Course Examples']
/** Of the other sections these. */
const TITLES = ['Create a Quiz (Instructor)']

type Answer = { status: number; body: Json | undefined }
type Fields = { [name: string]: Json }

const origin = (process.argv[2] ?? 'http://localhost:8787').replace(/\/$/, '')
const documentation = parseDocumentation(
  readFileSync(new URL('./contract/api-documentation.md', import.meta.url), 'utf8'),
)
let accessToken = ''
let isInstructor = false
let isSecondRun = false
let hasFailed = false
/** The course and the module that this run has made, whose ids the examples stand for. */
const made: { course?: Json; module?: Json } = {}

function replay(call: DocumentedCall): void {
  if (call.title.endsWith('(Instructor)') && !isInstructor) becomeInstructor()
  if (call.curl.includes('"module":')) makeModule()
  const answer = run(call.curl)
  if (call.title === 'Register a New User' && isTaken(answer)) {
    isSecondRun = true
    say('note', call, answer.status, 'newuser is here from an earlier run: going on with the documented password')
    return
  }
  // Enrolling again is no error: it answers the same enrollment, as 200.
  const repeats = isSecondRun && call.title === 'Enroll in a Course' && answer.status === 200
  hold(call, answer, repeats ? 200 : undefined)
  if (call.title === 'Create a New Course (Instructor)') made.course = (answer.body as Fields | undefined)?.['id']
  if (call.title === 'Login') accessToken = String((answer.body as Fields | undefined)?.['access'] ?? '')
}

/** Instructor calls need an instructor: newuser becomes one, as the documentation of the profile says. */
function becomeInstructor(): void {
  const call = { title: 'Update User Profile', method: 'PUT', path: '/api/users/profile/' }
  const body = { bio: 'Teaches Python', student_id: '', department: 'Computer Science', is_instructor: true }
  hold(call, send(call, body))
  isInstructor = true
}

/** A quiz needs a module of the caller's: one in the course that this run has created, as the documentation says. */
function makeModule(): void {
  if (made.module !== undefined) return
  const call = { title: 'Create a Module', method: 'POST', path: '/api/modules/' }
  const answer = send(call, { course: made.course ?? 0, title: 'Getting Started', order: 1, is_published: true })
  hold(call, answer)
  made.module = (answer.body as Fields | undefined)?.['id']
}

/** A call that the documentation describes without a curl of its own. */
const send = ({ method, path }: { method: string; path: string }, body: Fields) =>
  run(
    `curl -X ${method} https://example.com${path} -H "Authorization: Bearer token" -H "Content-Type: application/json" -d '${JSON.stringify(body)}'`,
  )

/** The call as a shell runs it. */
function run(curl: string): Answer {
  const command = curl
    .replaceAll('https://example.com', origin)
    .replace(/Bearer [^"]+/, `Bearer ${accessToken}`)
    .replace(/"module": \d+/, `"module": ${made.module}`)
  const { stdout, stderr } = spawnSync('sh', ['-c', `${command} --silent --show-error --write-out '\\n%{http_code}'`], {
    encoding: 'utf8',
  })
  if (stderr !== '') console.error(stderr.trim())
  const end = stdout.lastIndexOf('\n')
  const text = stdout.slice(0, end)
  return { status: Number(stdout.slice(end + 1)), body: text === '' ? undefined : parsed(text) }
}

function parsed(text: string): Json {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

const isTaken = ({ status, body }: Answer) => status === 400 && Array.isArray((body as Fields)['username'])

/** Says whether an answer is the documented one. */
function hold(call: Pick<DocumentedCall, 'title' | 'method' | 'path'>, answer: Answer, status?: number): void {
  const endpoint = endpointOf(documentation, call.method, call.path)
  const expected = status ?? endpoint.status
  const wrong = [
    ...(answer.status === expected ? [] : [`status: is ${answer.status}, documented as ${expected}`]),
    ...differences(documentation, endpoint.response, answer.body),
  ]
  hasFailed ||= wrong.length > 0
  say(wrong.length === 0 ? 'ok' : 'FAIL', call, answer.status)
  for (const line of wrong) console.log(`     ${line}`)
  if (answer.status !== expected) console.log(`     ${JSON.stringify(answer.body)?.slice(0, 500)}`)
}

function say(
  verdict: string,
  { title, method, path }: Pick<DocumentedCall, 'title' | 'method' | 'path'>,
  status: number,
  note = title,
): void {
  console.log(`${verdict.padEnd(4)} ${status} ${method.padEnd(4)} ${path}  ${note}`)
}

for (const call of documentation.calls.filter(
  ({ section, title }) => SECTIONS.includes(section) || TITLES.includes(title),
))
  replay(call)
if (hasFailed) process.exitCode = 1
