/**
 * `npm run smoke -- http://localhost:8787`: replays the documentation's own curl calls against a running server and holds
 * every answer against the documentation. Of a call only the host, the token and ids that this run has made are replaced.
 */
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { type DocumentedCall, endpointOf, type Json, parseDocumentation } from './system/contract/documentation.ts'
import { differences } from './system/contract/shape.ts'

type Answer = { status: number; body: Json | undefined }
type Fields = { [name: string]: Json }

const origin = (process.argv[2] ?? 'http://localhost:8787').replace(/\/$/, '')
const documentation = parseDocumentation(
  readFileSync(new URL('./system/contract/api-documentation.md', import.meta.url), 'utf8'),
)
let accessToken = ''
let isInstructor = false
let isSecondRun = false
let hasFailed = false
/** What this run has made, in place of what a documented call names. */
let made: [documented: RegExp, ours: string][] = []

function replay(call: DocumentedCall): void {
  if (call.title.endsWith('(Instructor)') && !isInstructor) becomeInstructor()
  if (call.title.startsWith('Create a Quiz')) prepareQuiz()
  if (call.title.startsWith('Generate a QR Code')) prepareCodes()
  const answer = run(call.curl)
  if (call.title === 'Register a New User' && isTaken(answer)) {
    isSecondRun = true
    say('note', call, answer.status, 'newuser is here from an earlier run: going on with the documented password')
    return
  }
  // Enrolling again is no error: it answers the same enrollment, as 200.
  const repeats = isSecondRun && call.title === 'Enroll in a Course' && answer.status === 200
  hold(call, answer, repeats ? 200 : undefined)
  if (call.title.startsWith('Create a Quiz')) addQuestion(answer.body as Fields | undefined)
  if (call.title === 'Start a Quiz Attempt') takeAttempt(answer.body as Fields | undefined)
  if (call.title.startsWith('Generate a QR Code')) renew(answer.body as Fields | undefined)
  if (call.title === 'Login') accessToken = String((answer.body as Fields | undefined)?.['access'] ?? '')
}

/** Instructor calls need an instructor: newuser becomes one, as the documentation of the profile says. */
function becomeInstructor(): void {
  send('Update User Profile', 'PUT', '/api/users/profile/', {
    bio: 'Teaches Python',
    student_id: '',
    department: 'Computer Science',
    is_instructor: true,
  })
  isInstructor = true
}

/** A quiz needs a module of the caller's. */
function prepareQuiz(): void {
  const course = send('Create Course', 'POST', '/api/courses/', { title: 'Examined', status: 'published' })
  const module = send('Create Module', 'POST', '/api/modules/', { course: course['id'] ?? null, title: 'Functions' })
  made = [[/"module": 1\b/, `"module": ${module['id']}`]]
}

/** The documentation shows questions and no way to make them. */
function addQuestion(quiz: Fields | undefined): void {
  const question = {
    type: 'multiple_choice',
    text: 'What is the correct way to create a function in Python?',
    choices: [
      { text: 'function myFunc():', is_correct: false },
      { text: 'def myFunc():', is_correct: true },
    ],
  }
  request('POST', `/api/quizzes/${quiz?.['id']}/questions/`, question)
  made.push([/quizzes\/1\//, `quizzes/${quiz?.['id']}/`])
}

function takeAttempt(attempt: Fields | undefined): void {
  const [asked] = (attempt?.['questions'] ?? []) as { id: number; choices: { id: number }[] }[]
  made.push(
    [/quiz-attempts\/10\//, `quiz-attempts/${attempt?.['id']}/`],
    [/"question": 1\b/, `"question": ${asked?.id}`],
    [/"selected_choice": 2\b/, `"selected_choice": ${asked?.choices[1]?.id}`],
  )
}

/** A code needs a batch and a module, and whoever scans it must be enrolled: newuser is. */
function prepareCodes(): void {
  const course = send('Create Course', 'POST', '/api/courses/', { title: 'Scanned', status: 'published' })
  const module = send('Create Module', 'POST', '/api/modules/', { course: course['id'] ?? null, title: 'Lecture 1' })
  send('Enroll', 'POST', `/api/courses/${course['slug']}/enroll/`, {})
  const batch = send('Create QR Code Batch', 'POST', '/api/qr-codes/batches/', {
    name: 'Spring Semester 2024',
    type: 'attendance',
    target_ids: [module['id'] ?? null],
  })
  made = [
    [/"batch": 1\b/, `"batch": ${batch['id']}`],
    [/"target_id": 1\b/, `"target_id": ${module['id']}`],
  ]
}

/** The documented code expired in 2023: it is given a new date, and scanned as itself. */
function renew(code: Fields | undefined): void {
  send('Update QR Code', 'PUT', `/api/qr-codes/codes/${code?.['id']}/`, { expires_at: '2036-06-30T23:59:59Z' })
  made.push([/"qr_code_uuid": "[^"]+"/, `"qr_code_uuid": "${code?.['uuid']}"`])
}

/** A call the documentation describes without an example, held against it too. */
function send(title: string, method: string, path: string, body: Json): Fields {
  const answer = request(method, path, body)
  hold({ title, method, path }, answer)
  return (answer.body ?? {}) as Fields
}

const request = (method: string, path: string, body: Json) =>
  run(
    `curl -X ${method} https://example.com${path} -H "Authorization: Bearer token" -H "Content-Type: application/json" -d '${JSON.stringify(body)}'`,
  )

/** The call as a shell runs it. */
function run(curl: string): Answer {
  const ours = made.reduce((text, [documented, own]) => text.replace(documented, own), curl)
  const command = ours.replaceAll('https://example.com', origin).replace(/Bearer [^"]+/, `Bearer ${accessToken}`)
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

for (const call of documentation.calls) replay(call)
if (hasFailed) process.exitCode = 1
