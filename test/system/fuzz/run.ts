/** Sends a case and holds its answer to the laws. */

import { type Answer, type CallOptions, call } from '../../helpers/client.ts'
import { counting } from '../../helpers/counting.ts'
import type { Body, Case, Operation } from './cases.ts'
import type { Laws } from './laws.ts'
import { isSecret } from './secrets.ts'
import { toJson } from './values.ts'
import { type Asker, add, quizOf, type Role, resolve, type World } from './world.ts'

/** Quotas off, so that only what a request asks decides; instructors are made by staff. */
const BINDINGS: Partial<Env> = {
  RATE_LIMIT_ANON_PER_DAY: '0',
  RATE_LIMIT_USER_PER_DAY: '0',
  INSTRUCTOR_SIGNUP: 'closed',
  GOOGLE_CLIENT_ID: '',
}

/** What anybody may do with a thing of others that they see: it changes their own alone. */
const OWN = /enroll\/$|start-attempt|(submit-response|complete|timeout|abandon)\/$|module-progress|scans|verify/

/** About one of so many requests comes from a program, with a personal access token of its role. */
const BY_PROGRAM = 7

export type Request = {
  method: string
  path: string
  options: CallOptions
  isAnonymous: boolean
  /** Would change what is not the caller's to change. */
  isForeign: boolean
}

export function requestOf(
  world: World,
  operation: Operation,
  { role, path, query, headers, type, body }: Case,
): Request {
  const isRead = operation.method === 'GET'
  const asker: Asker = { role, isRead }
  const id = resolve(world, asker, path['id'])
  asker.of = operation.path.includes('quiz-attempts/{id}') ? quizOf(world, id) : id
  const settled = (value: unknown) => resolve(world, asker, value)
  const text = (value: unknown) =>
    encodeURIComponent(
      String(settled(value) ?? '')
        .slice(0, 3_000)
        .toWellFormed(),
    )
  const place = operation.path.replace(/\{(\w+)\}/g, (_, name: string) => text(path[name]))
  const search = query.map(([name, value]) => `${name}=${text(value)}`).join('&')
  // By chance, and the same again when it is repeated.
  const isProgram = operation.isListed && !operation.isPublic && (place.length + search.length) % BY_PROGRAM === 0
  const as = role === 'anonymous' ? undefined : (isProgram ? world.programs : world.users)[role]
  const sent = isRead ? undefined : body && textOf(body, settled)
  return {
    method: operation.method,
    isForeign: !isRead && asker.touched === true && !OWN.test(operation.path),
    path: search ? `${place}?${search}` : place,
    // A forged header of the name takes the place of the caller's own.
    isAnonymous: as === undefined || 'Authorization' in headers,
    options: {
      as: 'Authorization' in headers ? undefined : as,
      // One address, because each has objects of its own that count its guesses.
      headers: {
        'CF-Connecting-IP': '192.0.2.1',
        ...(sent !== undefined && { 'Content-Type': type ?? Object.keys(operation.request)[0] ?? 'application/json' }),
        ...headers,
      },
      body: sent,
      env: BINDINGS,
    },
  }
}

const textOf = (body: Body, settled: (value: unknown) => unknown) =>
  'text' in body ? body.text : toJson(settled(body.json))

export type Outcome = { request: Request; answer: Answer; broken: string[] }

export async function run(
  world: World,
  laws: Laws,
  operation: Operation,
  made: Case,
  isSampled: boolean,
): Promise<Outcome> {
  const request = requestOf(world, operation, made)
  const { method, path, options, isAnonymous } = request
  const counted = counting()
  const answer = await call(method, path, { ...options, env: { ...BINDINGS, ...counted.env } })
  const sent = {
    world: world.number,
    role: isAnonymous ? ('anonymous' as const) : made.role,
    request: `${path} ${options.body ?? ''}`,
    isAnonymous,
  }
  const broken = laws.broken(operation, sent, answer)
  if (request.isForeign && answer.status < 300) broken.push("nobody changes what is another's")
  if (answer.status >= 400 && counted.counts.rowsWritten > 0) broken.push('what is refused changes nothing')
  if (isSampled && (answer.status >= 400 || method === 'GET')) {
    const again = await call(method, path, options)
    const isSame = again.status === answer.status || [again.status, answer.status].includes(429)
    if (!isSame) broken.push(`asked again, it answers ${again.status}`)
  }
  if (answer.status < 300) remember(world, operation, made.role, answer)
  return { request, answer, broken }
}

/** What was made is there to be asked for. */
const MADE: Record<string, string> = {
  'POST /api/courses/': 'course',
  'POST /api/modules/': 'module',
  'POST /api/quizzes/': 'quiz',
  'POST /api/quizzes/{id}/questions/': 'question',
  'POST /api/courses/quizzes/{id}/start-attempt/': 'attempt',
  'POST /api/courses/{slug}/enroll/': 'enrollment',
  'POST /api/questions/{id}/regrade/': 'regrade',
  'POST /api/users/tokens/': 'token',
  'POST /api/qr-codes/codes/': 'code',
  'POST /api/qr-codes/batches/': 'batch',
}
function remember(world: World, { name }: Operation, role: Role, { body, text }: Answer): void {
  if (name === 'POST /api/users/{id}/password-reset/') add(world, 'reset', body.token)
  // The former token is good no more.
  if (name === 'POST /api/users/password/change/' && role !== 'anonymous') world.users[role].token = body.access
  const kind = MADE[name]
  // What was made of a secret by chance, of an id as a number, is not for everybody to ask for.
  if (kind === undefined || isSecret(text)) return
  add(world, kind, body.id, undefined, kind === 'attempt' ? body.quiz : undefined)
  // Whoever enrolls with the rival, or scans for them, tells them who they are.
  if (role === 'rival') return
  if (body.slug) add(world, 'slug', body.slug)
  if (body.uuid) add(world, 'uuid', body.uuid)
}

/** Everything that a developer needs to ask the same again. */
export function report({ name }: Operation, { role }: Case, { request, answer, broken }: Outcome): string {
  const cut = (text: unknown, length: number) => {
    const all = typeof text === 'string' ? text : JSON.stringify(text)
    return all.length > length ? `${all.slice(0, length)}… (${all.length} characters)` : all
  }
  return [
    `${name} as ${role}`,
    ...broken.map(law => `  broken: ${law}`),
    `  sent: ${request.method} ${cut(request.path, 500)}`,
    `  headers: ${cut(request.options.headers ?? {}, 500)}`,
    `  body: ${cut(request.options.body ?? '', 2_000)}`,
    `  answered: ${answer.status} ${cut(answer.text, 2_000)}`,
  ].join('\n')
}
