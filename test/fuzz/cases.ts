/** Requests of an operation, drawn from what the OpenAPI document says of it. */
import fc from 'fast-check'
import { fitting, HOSTILE_TEXTS, hostileText, Raw, Ref, ref, type Schema, toJson, unfitting } from './values.ts'
import { ROLES, type Role } from './world.ts'

export type Operation = {
  method: string
  /** As documented, with `{names}`. */
  path: string
  name: string
  isPublic: boolean
  parameters: { name: string; in: 'path' | 'query'; required: boolean; schema: Schema }[]
  /** By media type. */
  request: Record<string, { schema: Schema }>
  // biome-ignore lint/suspicious/noExplicitAny: responses as the document has them
  responses: Record<string, any>
}

export type Case = {
  role: Role
  /** By the name of the parameter. */
  path: Record<string, unknown>
  query: [name: string, value: unknown][]
  headers: Record<string, string>
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
      isPublic: described.security.length === 0,
      parameters: described.parameters,
      request: described.requestBody?.content ?? {},
      responses: described.responses,
    })),
  )
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
  ['/api/users/', 'user'],
]
function kindOf({ path }: Operation, parameter: string): string {
  if (parameter !== 'id') return { enrollment_id: 'enrollment', slug: 'slug', uuid: 'shown' }[parameter] ?? parameter
  return PATHS.find(([start]) => path.startsWith(start))?.[1] ?? 'course'
}

const NO_IDS = [
  '0',
  '-1',
  '1.5',
  '1e3',
  '00',
  '+1',
  '999999999',
  '9007199254740993',
  '٣',
  'abc',
  'null',
  '%',
  '1;2',
  '1 ',
]
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

/** Fields that other objects have, or that only the server may set. */
const NOT_THEIRS = {
  id: 1,
  user: 1,
  user_id: 1,
  is_staff: true,
  is_superuser: true,
  password_hash: 'x',
  session_version: 9,
  deleted_at: null,
  created_at: 0,
  enrollment_count: 9,
  scan_count: 9,
  is_preview: true,
  passed: true,
  score_hundredths: 10_000,
  source: 'code',
  status: 'completed',
}

function bodyOf(operation: Operation): fc.Arbitrary<Body | undefined> {
  const [type] = Object.keys(operation.request)
  if (type === undefined) return fc.constantFrom(undefined, undefined, { json: {} }, { text: '{' }, { text: 'x' })
  if (!type.includes('json')) return file
  const { schema } = operation.request[type] as { schema: Schema }
  const fits = operation.name.includes('submit-response')
    ? fc.oneof(ref('answer') as fc.Arbitrary<unknown>, fitting(schema))
    : fitting(schema)
  return fc.oneof(
    { weight: 10, arbitrary: fits.map(json => ({ json })) },
    { weight: 7, arbitrary: unfitting(schema, fits).map(json => ({ json })) },
    { weight: 1, arbitrary: fits.map(json => ({ json: isPlain(json) ? { ...NOT_THEIRS, ...json } : json })) },
    { weight: 1, arbitrary: fc.constantFrom(...BROKEN.map(text => ({ text }))) },
    { weight: 1, arbitrary: fits.map(json => ({ text: `\ufeff${toJson(isPlain(json) ? {} : null)} ` })) },
  )
}
const isPlain = (json: unknown): json is object =>
  typeof json === 'object' && json !== null && !Array.isArray(json) && !(json instanceof Ref) && !(json instanceof Raw)

const BROKEN = [
  '',
  ' ',
  '{',
  'null',
  '[]',
  '"text"',
  '1',
  '{"a":1,}',
  "{'a':1}",
  '{"title":"a","title":"b","title":null}',
  '{"__proto__":{"isStaff":true}}',
  'NaN',
  '\u0000',
  '['.repeat(100_000),
  `{"title":"${'x'.repeat(1_100_000)}"}`,
  `--x\r\nContent-Disposition: form-data; name="title"\r\n\r\na\r\n--x--`,
]

const FILES = [
  'Python is typed. {T}',
  'Who? {=Guido ~Ada#no}\n\nPi? {#3.14:0.01}\n\nMatch {=a -> b =c -> d}\n\n',
  `${'{'.repeat(20_000)}`,
  `${'\\'.repeat(20_001)}{T}`,
  `::${':'.repeat(20_000)}`,
  `q {${'~a'.repeat(20_000)}`,
  `q {#${'1'.repeat(20_000)}}`,
  '// only a comment',
  '$CATEGORY: a/b\n\nq {T}',
  'type,text,correct_answer\ntrue_false,"=1+1",true\n',
  `type,text\n${'"'.repeat(20_001)}\n`,
  `type,text${',x'.repeat(5_000)}\n`,
  `type,text\n${'essay,Why?\n'.repeat(1_001)}`,
  '\ufefftype;text\nessay;Why?\n',
  'a\0b {T}',
]
const file: fc.Arbitrary<Body> = fc.oneof(fc.constantFrom(...FILES), hostileText).map(text => ({ text }))

const BOOKMARK = '00000001-00000002-00004f5a-a9d5dd5ab6dd48e8b5b1be94dfe5c9e2'
const HEADERS: Record<string, string>[] = [
  { 'If-None-Match': '*' },
  { 'If-None-Match': 'W/"x", "y"' },
  { 'If-Modified-Since': 'yesterday' },
  { Range: 'bytes=0-1' },
  { Range: 'bytes=9-1,a' },
  { 'X-D1-Bookmark': 'first-unconstrained' },
  { 'X-D1-Bookmark': "'; DROP TABLE users" },
  { 'X-D1-Bookmark': BOOKMARK },
  { 'X-Request-Id': 'x'.repeat(300) },
  { 'X-Request-Id': '<script>' },
  { 'X-HTTP-Method-Override': 'DELETE' },
  { 'X-Forwarded-For': '127.0.0.1', 'X-Forwarded-Host': 'evil.example', Forwarded: 'host=evil.example' },
  { 'CF-Connecting-IP': 'no address' },
  { 'CF-Connecting-IP': '::' },
  { Accept: 'text/html' },
  { 'Accept-Encoding': 'identity;q=0' },
  { Origin: 'https://evil.example' },
  { Upgrade: 'websocket', Connection: 'Upgrade' },
  { Cookie: 'sessionid=1; token=2' },
  { 'Content-Type': '' },
  { 'Content-Type': 'text/plain' },
  { 'Content-Type': 'text/csv' },
  { 'Content-Type': 'application/x-www-form-urlencoded' },
  { 'Content-Type': 'multipart/form-data; boundary=x' },
  { 'Content-Type': 'application/json; charset=utf-16' },
  { 'Content-Type': 'application/vnd.api+json' },
  { 'Content-Type': `application/json${';'.repeat(5_000)}` },
  { Authorization: 'Bearer' },
  { Authorization: 'Bearer x.y.z' },
  { Authorization: 'Bearer a b' },
  { Authorization: 'Basic YTpi' },
  { Authorization: 'Bearer eyJhbGciOiJub25lIn0.eyJ1c2VyX2lkIjoxLCJ2ZXIiOjF9.' },
  { Authorization: `Bearer ${'x'.repeat(8_000)}` },
  { Authorization: `Bearer ${'x '.repeat(4_000)}` },
]
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
    body: bodyOf(operation),
  }) as fc.Arbitrary<Case>
}
