/** Requests of an operation, drawn from what the OpenAPI document says of it. */
import fc from 'fast-check'
import { QUESTION_TYPES, type QuestionType } from '../../../src/features/quizzes/questions/question.ts'
import { EVENTS } from '../../../src/features/webhooks/events.ts'
import { inputs } from '../../factories/question-arbitraries.ts'
import { PASSWORD } from '../../helpers/accounts.ts'
import { BROKEN, FILES, GOOD_FILES, HEADERS, HOSTILE_TEXTS, NO_IDS, NOT_THEIRS, Raw } from './hostile.ts'
import { fitting, hostileText, Ref, ref, type Schema, toJson, unfitting } from './values.ts'
import { ROLES, type Role } from './world.ts'

export type Operation = {
  method: string
  /** As documented, with `{names}`. */
  path: string
  name: string
  /** In the OpenAPI document. */
  isListed: boolean
  isPublic: boolean
  parameters: { name: string; in: 'path' | 'query'; required: boolean; schema: Schema }[]
  /** By media type. */
  request: Record<string, { schema: Schema }>
  // biome-ignore lint/suspicious/noExplicitAny: responses as the document has them
  responses: Record<string, any>
}

type Parts = Pick<Operation, 'parameters' | 'responses'>
export const operation = (
  method: string,
  path: string,
  parameters: Parts['parameters'],
  responses: Parts['responses'],
): Operation => ({
  method,
  path,
  name: `${method} ${path}`,
  isListed: false,
  isPublic: true,
  parameters,
  request: {},
  responses,
})

export type Case = {
  role: Role
  /** By the name of the parameter. */
  path: Record<string, unknown>
  query: [name: string, value: unknown][]
  headers: Record<string, string>
  /** Of the media types that are taken, the one to send. */
  type?: string
  body?: Body
}
/** A file or broken JSON goes as its text. */
export type Body = { json: unknown } | { text: string }

// biome-ignore lint/suspicious/noExplicitAny: the document, of free depth
export function operationsOf(document: any): Operation[] {
  return Object.entries<Record<string, Schema>>(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, described]) => ({
      method: method.toUpperCase(),
      path,
      name: `${method.toUpperCase()} ${path}`,
      isListed: true,
      isPublic: described.security.length === 0,
      parameters: spelledOut(described.parameters, document),
      request: spelledOut(described.requestBody?.content ?? {}, document),
      responses: described.responses,
    })),
  )
}

/** The same with each component in the place of the reference to it. */
// biome-ignore lint/suspicious/noExplicitAny: the document, of free depth
function spelledOut(part: any, document: any): any {
  if (Array.isArray(part)) return part.map(entry => spelledOut(entry, document))
  if (typeof part !== 'object' || part === null) return part
  if (typeof part.$ref !== 'string')
    return Object.fromEntries(Object.entries(part).map(([name, value]) => [name, spelledOut(value, document)]))
  const { $ref, ...rest } = part
  return { ...spelledOut(document.components.schemas[$ref.split('/').at(-1)], document), ...rest }
}

/** What the `{id}` of a path is of; the longest beginning counts. */
const PATHS: [start: string, kind: string][] = [
  ['/api/courses/quiz-attempts/', 'attempt'],
  ['/api/courses/question-responses/', 'response'],
  ['/api/courses/quizzes/', 'quiz'],
  ['/api/courses/', 'course'],
  ['/api/modules/', 'module'],
  ['/api/module-progress/', 'progress'],
  ['/api/quizzes/', 'quiz'],
  ['/api/questions/', 'question'],
  ['/api/regrades/', 'regrade'],
  ['/api/qr-codes/', 'code'],
  ['/api/users/tokens/', 'token'],
  ['/api/users/', 'user'],
  ['/api/webhooks/', 'webhook'],
]
export function kindOf({ path }: Operation, parameter: string): string {
  if (parameter !== 'id') return { enrollment_id: 'enrollment', uuid: 'shown', page: 'uuid' }[parameter] ?? parameter
  return PATHS.find(([start]) => path.startsWith(start))?.[1] ?? 'course'
}

// Two would be another path.
const hostileSegments = HOSTILE_TEXTS.filter(text => text.length > 0 && text.length < 300 && !text.includes('..'))
const anyPlace = (kind: string) =>
  fc.oneof(
    { weight: 20, arbitrary: ref(kind) as fc.Arbitrary<unknown> },
    { weight: 2, arbitrary: fc.constantFrom(...NO_IDS) },
    { weight: 1, arbitrary: fc.constantFrom(...hostileSegments) },
  )

const queryValue = (schema: Schema, name: string) => fitting(schema, name)
const hostileQuery = fc.oneof(
  hostileText,
  fc.constantFrom('', '-1', '0', '1e3', '99999999999999999999', '%zz', '2', '+1'),
)

/** Each parameter absent, fitting, hostile, empty or twice. */
function queryOf(operation: Operation): fc.Arbitrary<[string, unknown][]> {
  const known = operation.parameters.filter(parameter => parameter.in === 'query')
  if (known.length === 0) return fc.constant([])
  const one = fc.constantFrom(...known).chain(({ name, schema }) => {
    const fits = name.startsWith('page') ? fc.constantFrom('1', '2', '100') : queryValue(schema, name)
    return fc.oneof({ weight: 5, arbitrary: fits }, { weight: 1, arbitrary: hostileQuery }).map(value => [name, value])
  }) as fc.Arbitrary<[string, unknown]>
  const required = known.filter(parameter => parameter.required)
  const base = fc.tuple(...required.map(({ name, schema }) => queryValue(schema, name).map(value => [name, value])))
  return fc
    .tuple(
      fc.oneof({ weight: 8, arbitrary: base }, { weight: 1, arbitrary: fc.constant([]) }),
      fc.array(one, { maxLength: 3 }),
    )
    .map(([base, more]) => [...(base as [string, unknown][]), ...more])
}

function bodyOf(operation: Operation): fc.Arbitrary<Body | undefined> {
  const [type] = Object.keys(operation.request)
  if (type === undefined) return fc.constantFrom(undefined, undefined, { json: {} }, { text: '{' }, { text: 'x' })
  if (!type.includes('json')) return file
  const { schema } = operation.request[type] as { schema: Schema }
  const fits = fc.oneof(fitting(schema), ...meaningful(operation))
  return fc.oneof(
    { weight: 10, arbitrary: fits.map(json => ({ json })) },
    { weight: 7, arbitrary: unfitting(schema, fits).map(json => ({ json })) },
    { weight: 1, arbitrary: fits.map(json => ({ json: isPlain(json) ? { ...NOT_THEIRS, ...json } : json })) },
    { weight: 1, arbitrary: fc.constantFrom(...BROKEN.map(text => ({ text }))) },
    { weight: 1, arbitrary: fits.map(json => ({ text: `\ufeff${toJson(isPlain(json) ? {} : null)} ` })) },
  )
}

const question = fc.oneof(...QUESTION_TYPES.map((type: QuestionType) => inputs(type) as fc.Arbitrary<unknown>))

/** Bodies whose parts depend on each other, which a schema cannot say: these get further than to be refused. */
function meaningful({ name }: Operation): fc.Arbitrary<unknown>[] {
  if (name.endsWith('/submit-response/')) return Array.from({ length: 4 }, () => ref('answer'))
  if (name.endsWith('/questions/') || /^P\w+ \/api\/questions\/{id}\/$/.test(name)) return [question, question]
  const body = DEPENDENT[name]
  return body ? [fc.record(body)] : []
}
const password = fc.constant(PASSWORD)
const names = {
  username: fc.nat(9_999_999).map(number => `fuzz${number}`),
  first_name: fc.constant(''),
  last_name: fc.constant('Doe'),
}
const hook = {
  url: fc.constantFrom('https://receiver.school.edu/', 'https://receiver.school.edu:8443/a', 'https://127.1/'),
  events: fc.constantFrom(['enrollment.created'], [...EVENTS]),
}
const DEPENDENT: Record<string, Record<string, fc.Arbitrary<unknown>>> = {
  'POST /api/webhooks/': { ...hook, course: ref('course') },
  'PUT /api/webhooks/{id}/': { ...hook, is_enabled: fc.boolean() },
  'POST /api/quizzes/': {
    module: ref('module'),
    title: fc.constant('Exam'),
    questions: fc.array(question, { maxLength: 4 }),
  },
  'PUT /api/courses/{id}/': {
    title: fc.constant('Course'),
    status: fc.constantFrom('published', 'archived', 'draft'),
    max_students: fc.nat(3),
  },
  'POST /api/courses/{id}/enrollments/': { users: fc.array(ref('username'), { minLength: 1, maxLength: 3 }) },
  'POST /api/courses/question-responses/{id}/grade-essay/': { score: fc.constantFrom(0, 2.5, 10) },
  'PUT /api/quizzes/{id}/': { module: ref('its module'), title: fc.constant('Exam'), is_published: fc.boolean() },
  'PUT /api/modules/{id}/': { course: ref('its course'), title: fc.constant('Module'), is_published: fc.boolean() },
  'POST /api/quizzes/{id}/questions/reorder/': { order: ref('order') },
  'POST /api/users/register/': {
    ...names,
    email: fc.nat(9_999_999).map(number => `${number}@example.org`),
    password,
    password2: password,
  },
  'POST /api/users/login/': { username: ref('username'), password },
  'POST /api/users/tokens/': { name: fc.constant('Script'), access: fc.constantFrom('read', 'write'), password },
  'POST /api/users/password/change/': { old_password: password, new_password: password },
  'POST /api/users/password/reset/': { token: ref('reset'), new_password: password },
}

const isPlain = (json: unknown): json is object =>
  typeof json === 'object' && json !== null && !Array.isArray(json) && !(json instanceof Ref) && !(json instanceof Raw)

const file: fc.Arbitrary<Body> = fc
  .oneof(
    { weight: 2, arbitrary: fc.constantFrom(...GOOD_FILES) },
    { weight: 2, arbitrary: fc.constantFrom(...FILES) },
    { weight: 1, arbitrary: hostileText },
  )
  .map(text => ({ text }))

const headers = fc.oneof(
  { weight: 5, arbitrary: fc.constant({}) },
  { weight: 1, arbitrary: fc.constantFrom(...HEADERS) },
)

/** Those who may do more, more often. */
const ASKING: Role[] = [...ROLES, 'owner', 'owner', 'learner', 'learner', 'staff']

export function casesOf(operation: Operation): fc.Arbitrary<Case> {
  const path = operation.parameters.filter(parameter => parameter.in === 'path')
  return fc.record({
    role: fc.constantFrom(...ASKING),
    path: fc.record(Object.fromEntries(path.map(({ name }) => [name, anyPlace(kindOf(operation, name))]))),
    query: queryOf(operation),
    headers,
    type: fc.constantFrom(undefined, ...Object.keys(operation.request)),
    body: bodyOf(operation),
  }) as fc.Arbitrary<Case>
}
