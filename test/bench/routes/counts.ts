/** What one call does in D1, as the Worker itself counted it. */
import { LEARNER, STAFF, TAUGHT, TEACHER } from './campus.ts'
import { type Call, sent } from './fire.ts'
import type { Route } from './measured.ts'

type Counts = { d1Trips: number; rowsRead: number; rowsWritten: number }
export type Counted = Map<string, Counts>

/** Whatever a call began to do after its answer is over by then. */
const SETTLE_MS = 50

async function count(origin: URL, call: Call): Promise<{ status: number; counts: Counts }> {
  const { headers, body } = sent(call)
  const response = await fetch(new URL(call.path, origin), {
    method: call.method,
    headers: { ...headers, 'X-Count': '1' },
    ...(body !== '' && { body }),
  })
  const text = await response.text()
  if (response.ok) call.answered?.(text)
  return { status: response.status, counts: JSON.parse(response.headers.get('X-Counts') ?? '{}') }
}

/** Of every route, the second call: the first may find something cold. */
export async function countAll(origin: URL, routes: readonly Route[]): Promise<Counted> {
  const counted: Counted = new Map()
  for (const route of routes) {
    for (const call of await route.prepare(2)) {
      const { status, counts } = await count(origin, call)
      if (status > 299) throw new Error(`${call.method} ${call.path} answered ${status}`)
      counted.set(route.name, counts)
      await new Promise(resolve => setTimeout(resolve, SETTLE_MS))
    }
  }
  return counted
}

/** Page 1 of every list and every statistic that the reference describes, by each filter it offers, for whoever may. */
export async function countLists(origin: URL, tokenOf: (id: number) => Promise<string>): Promise<Counted> {
  const counted: Counted = new Map()
  const reference = (await (await fetch(new URL('/api/openapi.json', origin))).json()) as Reference
  const viewers = { instructor: await tokenOf(TEACHER), staff: await tokenOf(STAFF), learner: await tokenOf(LEARNER) }
  for (const [path, { get }] of Object.entries(reference.paths)) {
    const filters = (get?.parameters ?? []).filter(({ in: where }) => where === 'query')
    const isList = filters.some(({ name }) => name === 'page') || /analytics\/$|enrolled\/$/.test(path)
    if (!get || !isList) continue
    const queries = [
      filters.flatMap(({ name, required }) => (required ? [`${name}=${valueFor(name)}`] : [])).join('&'),
      ...filters.flatMap(filter => variants(filter).map(value => `${filter.name}=${value}`)),
    ]
    for (const query of queries) {
      for (const [viewer, token] of Object.entries(viewers)) {
        const asked = path.replace('{id}', String(QUIZ)) + (query && `?${query}`)
        const { status, counts } = await count(origin, { method: 'GET', path: asked, token })
        if (status === 200) counted.set(`${asked}, ${viewer}`, counts)
        // 404: the id is that of a quiz, and other lists have ids of their own.
        else if (status !== 403 && status !== 404) throw new Error(`${asked} answered ${status} to the ${viewer}`)
      }
    }
  }
  return counted
}

type Filter = { name: string; in: string; required: boolean; schema: { enum?: string[]; type?: string } }
type Reference = { paths: Record<string, { get?: { parameters: Filter[] } }> }

const [COURSE = 1] = TAUGHT
const QUIZ = COURSE * 10 + 1
const VALUES: Record<string, string> = {
  course: `${COURSE}`,
  module: `${COURSE * 10 + 1}`,
  quiz: `${QUIZ}`,
  user: `${LEARNER}`,
  q: 'rarities',
  start_date: '2020-01-01',
  is_valid: 'true',
  is_published: 'true',
  is_survey: 'false',
}
const valueFor = (name: string) => VALUES[name]

/** Every value of a choice, one of anything else that is known here. */
function variants({ name, required, schema }: Filter): (string | undefined)[] {
  if (required || name === 'page' || name === 'page_size') return []
  if (schema.enum) return schema.enum
  const value = valueFor(name)
  return value === undefined ? [] : [value]
}
