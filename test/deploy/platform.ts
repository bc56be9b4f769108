/**
 * A stand-in for the platform's API, as far as wrangler and `npm run deploy` call it: accounts, D1 (each database an SQLite in
 * memory that is given statements split as the service splits them), KV namespaces, Workers with their bindings and secrets.
 */
import { randomUUID } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { DatabaseSync } from 'node:sqlite'
import { buffer } from 'node:stream/consumers'
import { PLATFORMS_SPLITTER, split } from './splitters.ts'

export type Binding = { type: string; name: string; [detail: string]: unknown }
/** What an upload brought, as far as it is not code. */
type Metadata = { bindings: Binding[]; keep_bindings?: string[]; [detail: string]: unknown }
export type Script = { metadata: Metadata; secrets: Record<string, string>; isOnWorkersDev: boolean; domains: string[] }
export type Database = {
  uuid: string
  name: string
  jurisdiction: string | null
  running_in_region: string
  read_replication: { mode: string }
  store: DatabaseSync
}
type Call = { method: string; path: string; query: URLSearchParams; request: Request }
type Answer = (call: Call, named: string) => unknown

/** What the platform refuses with. */
class Failure extends Error {
  readonly status: number
  readonly code: number

  constructor(status: number, code: number, message: string) {
    super(message)
    this.status = status
    this.code = code
  }
}

const HASH = /[0-9a-f]{32}/

export class Platform {
  accounts = [{ id: 'a'.repeat(32), name: 'First', type: 'standard', settings: {}, created_on: '2026-01-01T00:00:00Z' }]
  databases: Database[] = []
  namespaces: { id: string; title: string }[] = []
  scripts: Record<string, Script> = {}
  /** Every call as `PUT /accounts/:account/…`, in order. */
  calls: string[] = []
  /** The next uploads of a Worker to fail. */
  failingUploads = 0
  readonly #server = createServer((request, response) => void this.#answer(request, response))

  /** @returns the address for CLOUDFLARE_API_BASE_URL */
  async listen(port: number): Promise<string> {
    await new Promise<void>(resolve => this.#server.listen(port, '127.0.0.1', resolve))
    return `http://127.0.0.1:${port}/client/v4`
  }

  close(): void {
    this.#server.closeAllConnections()
    this.#server.close()
  }

  newDatabase(given: Record<string, string>, uuid: string = randomUUID()): Database {
    const { name, primary_location_hint: location = 'wnam', jurisdiction = null } = given
    if (name === undefined || this.databases.some(database => database.name === name))
      throw new Failure(400, 7502, `A database named ${name} already exists`)
    const database: Database = {
      uuid,
      name,
      jurisdiction,
      running_in_region: jurisdiction === 'eu' ? 'EEUR' : location.toUpperCase(),
      read_replication: { mode: 'disabled' },
      store: new DatabaseSync(':memory:'),
    }
    this.databases.push(database)
    return database
  }

  database(name: string): Database {
    const found = this.databases.find(database => database.name === name || database.uuid === name)
    if (!found) throw new Failure(404, 7404, `The database ${name} could not be found`)
    return found
  }

  script(name: string): Script {
    const found = this.scripts[name]
    if (!found) throw new Failure(404, 10007, 'This Worker does not exist on your account.')
    return found
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams: query } = new URL(request.url ?? '', 'http://localhost')
    const path = pathname
      .replace('/client/v4', '')
      .replace(new RegExp(`/accounts/${HASH.source}`), '/accounts/:account')
    const method = request.method ?? ''
    const headers = { 'Content-Type': request.headers['content-type'] ?? 'text/plain' }
    const body = await buffer(request)
    this.calls.push(`${method} ${path}`)
    let [status, result, errors] = [200, undefined as unknown, [] as object[]]
    try {
      result = await this.#result({
        method,
        path,
        query,
        request: new Request('http://x', { method: 'POST', headers, body }),
      })
    } catch (error) {
      status = error instanceof Failure ? error.status : 500
      errors = [{ code: error instanceof Failure ? error.code : 1, message: `${method} ${path}: ${error}` }]
    }
    response.writeHead(status, { 'Content-Type': 'application/json' })
    response.end(JSON.stringify({ success: status < 400, result: result ?? null, errors, messages: [] }))
  }

  async #result(call: Call): Promise<unknown> {
    for (const [pattern, answer] of Object.entries(this.#routes)) {
      const found = new RegExp(`^${pattern.replaceAll('*', '([^/]+)')}$`).exec(`${call.method} ${call.path}`)
      if (found) return answer(call, decodeURIComponent(found[1] ?? ''))
    }
    throw new Failure(404, 7003, 'unknown to this stand-in')
  }

  /** A star stands for what is named; the first that fits answers. */
  readonly #routes: Record<string, Answer> = {
    'GET /accounts': () => this.accounts,
    'GET /memberships': () => this.accounts.map(account => ({ id: account.id, account })),

    'GET /accounts/:account/d1/database': ({ query }) => page(this.databases.map(described), query),
    'POST /accounts/:account/d1/database': async ({ request }) =>
      described(this.newDatabase((await request.json()) as Record<string, string>)),
    'GET /accounts/:account/d1/database/*': (_, name) => described(this.database(name)),
    'PUT /accounts/:account/d1/database/*': async ({ request }, name) => {
      Object.assign(this.database(name), await request.json())
      return described(this.database(name))
    },
    'POST /accounts/:account/d1/database/*/query': async ({ request }, name) => {
      const { sql } = (await request.json()) as { sql: string }
      return execute(this.database(name).store, sql)
    },
    'POST /graphql': () => ({ viewer: { accounts: [] } }),

    'GET /accounts/:account/storage/kv/namespaces': ({ query }) => page(this.namespaces, query),
    'POST /accounts/:account/storage/kv/namespaces': async ({ request }) => {
      const { title } = (await request.json()) as { title: string }
      if (this.namespaces.some(namespace => namespace.title === title))
        throw new Failure(400, 10014, 'create namespace: a namespace with this account ID and title already exists')
      const namespace = { id: randomUUID().replaceAll('-', ''), title }
      this.namespaces.push(namespace)
      return namespace
    },

    'GET /accounts/:account/workers/services/*': (_, name) => {
      this.script(name)
      return {
        default_environment: { environment: 'production', script: { tag: name, last_deployed_from: 'wrangler' } },
      }
    },
    'GET /accounts/:account/workers/scripts/*/secrets': (_, name) =>
      Object.keys(this.script(name).secrets).map(secret => ({ name: secret, type: 'secret_text' })),
    'GET /accounts/:account/workers/scripts/*/settings': (_, name) => ({
      bindings: this.script(name).metadata.bindings,
    }),
    'PUT /accounts/:account/workers/scripts/*': ({ request }, name) => this.#upload(name, request),
    'POST /accounts/:account/workers/scripts/*/assets-upload-session': () => ({ jwt: 'uploaded', buckets: [] }),
    'GET /accounts/:account/workers/scripts/*/subdomain': (_, name) => ({
      enabled: this.script(name).isOnWorkersDev,
      previews_enabled: false,
    }),
    'POST /accounts/:account/workers/scripts/*/subdomain': async ({ request }, name) => {
      const { enabled } = (await request.json()) as { enabled: boolean }
      this.script(name).isOnWorkersDev = enabled
      return { enabled, previews_enabled: false }
    },
    'GET /accounts/:account/workers/scripts/*/deployments': () => ({ deployments: [] }),
    'GET /accounts/:account/workers/workers/*': (_, name) => ({
      name,
      subdomain: { enabled: this.script(name).isOnWorkersDev },
    }),
    'POST /accounts/:account/workers/scripts/*/domains/changeset': () => ({
      added: [],
      removed: [],
      updated: [],
      conflicting: [],
    }),
    'PUT /accounts/:account/workers/scripts/*/domains/records': async ({ request }, name) => {
      const { origins } = (await request.json()) as { origins: { hostname: string }[] }
      this.script(name).domains = origins.map(({ hostname }) => hostname)
    },
    'GET /accounts/:account/workers/subdomain': () => ({ subdomain: 'first' }),
    'PUT /accounts/:account/workers/scripts/*/schedules': () => ({ schedules: [] }),
  }

  async #upload(name: string, request: Request) {
    const metadata = JSON.parse(String((await request.formData()).get('metadata'))) as Metadata
    if (this.failingUploads > 0) {
      this.failingUploads -= 1
      throw new Failure(500, 10013, 'workers.api.error.unknown')
    }
    const before = this.scripts[name]
    const given = metadata.bindings.filter(({ type }) => type === 'secret_text')
    const kept = metadata.keep_bindings?.includes('secret_text') ? before?.secrets : {}
    const secrets = { ...kept, ...Object.fromEntries(given.map(({ name, text }) => [name, String(text)])) }
    this.scripts[name] = {
      metadata,
      secrets,
      isOnWorkersDev: before?.isOnWorkersDev ?? false,
      domains: before?.domains ?? [],
    }
    return { id: name, deployment_id: randomUUID(), startup_time_ms: 20, entry_point: 'index.js' }
  }
}

const described = ({ store, ...database }: Database) => database

function page<T>(all: T[], query: URLSearchParams): T[] {
  const size = Number(query.get('per_page') ?? 100)
  const start = (Number(query.get('page') ?? 1) - 1) * size
  return all.slice(start, start + size)
}

/** Statement after statement in one transaction, each as the service's splitter cut it. */
function execute(store: DatabaseSync, sql: string): object[] {
  store.exec('BEGIN')
  try {
    const answers = split(sql, PLATFORMS_SPLITTER).map(statement => ({
      results: store.prepare(statement).all(),
      success: true,
      meta: { duration: 0, rows_read: 0, rows_written: 0, changes: 0 },
    }))
    store.exec('COMMIT')
    return answers
  } catch (error) {
    store.exec('ROLLBACK')
    throw new Failure(400, 7500, `${error}`)
  }
}
