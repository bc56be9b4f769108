/** LearnMore with everything counted that Cloudflare charges for, but for the processor's time. */
import worker, { AttemptSession, ExamRoom, Gate, QuizDesk, RegradeJob, WebhookEndpoint } from '../../../../src/index.ts'
import { countedDatabase, type DatabaseCounts } from '../../../helpers/counted-database.ts'
import { countedKv, type KvCounts } from '../../../helpers/counted-kv.ts'

export {
  CountedAttempt as AttemptSession,
  CountedDesk as QuizDesk,
  CountedGate as Gate,
  ExamRoom,
  RegradeJob,
  WebhookEndpoint,
}

export type Usage = DatabaseCounts &
  KvCounts & { objectRequests: number; objectRowsRead: number; objectRowsWritten: number }

const none = (): Usage => ({
  d1Trips: 0,
  rowsRead: 0,
  rowsWritten: 0,
  kvReads: 0,
  kvWrites: 0,
  objectRequests: 0,
  objectRowsRead: 0,
  objectRowsWritten: 0,
})
// One isolate runs the Worker and its objects here, so they share these.
const counts = none()
/** Rows are known once a cursor has been read, which may be later. */
let cursors: SqlStorageCursor<Record<string, SqlStorageValue>>[] = []

/** A day after: what all objects of a kind came to together, and what they had stored. */
export type Aftermath = { objects: number; bytes: number; usage: Usage }

type Measured = { aDayLater(): Promise<void>; storedBytes(): Promise<number> }
/** By name: a stub is good for the request that made it. */
const reached = {
  gates: new Set<string>(),
  attempts: new Set<string>(),
  desks: new Set<string>(),
  rooms: new Set<string>(),
}

const countedEnv = (env: Env): Env => ({
  ...env,
  DB: countedDatabase(env.DB, counts),
  KV: countedKv(env.KV, counts),
  GATES: countedObjects(env.GATES as never, reached.gates) as never,
  ATTEMPTS: countedObjects(env.ATTEMPTS as never, reached.attempts) as never,
  DESKS: countedObjects(env.DESKS as never, reached.desks) as never,
  ROOMS: countedObjects(env.ROOMS as never, reached.rooms) as never,
})

type Objects = { getByName(name: string, options?: object): object }

/** Each call on a stub is one request; a WebSocket is one too. */
function countedObjects(namespace: Objects, met: Set<string>): object {
  return {
    getByName(name: string, options?: object) {
      const stub = namespace.getByName(name, options)
      met.add(name)
      return new Proxy(stub, {
        get(target, property) {
          const method = Reflect.get(target, property)
          if (typeof method !== 'function') return method
          return (...values: unknown[]) => {
            counts.objectRequests += 1
            return Reflect.apply(method, target, values)
          }
        },
      })
    },
  }
}

let isWatching = false
/** While this looks at a store itself. */
let isQuiet = false
/** An object's rows; an alarm that is set is a row written, as Cloudflare counts. */
function watch({ storage }: DurableObjectState): void {
  if (isWatching) return
  isWatching = true
  const after = (owner: object, name: string, note: (result: unknown) => void) => {
    const before = Reflect.get(owner, name)
    Reflect.set(owner, name, function (this: unknown, ...values: unknown[]) {
      const result = Reflect.apply(before, this, values)
      if (!isQuiet) note(result)
      return result
    })
  }
  const sql = Object.getPrototypeOf(storage.sql)
  const kv = Object.getPrototypeOf(storage.kv)
  after(sql, 'exec', cursor => cursors.push(cursor as (typeof cursors)[number]))
  after(kv, 'get', () => (counts.objectRowsRead += 1))
  after(kv, 'put', () => (counts.objectRowsWritten += 1))
  after(Object.getPrototypeOf(storage), 'setAlarm', () => (counts.objectRowsWritten += 1))
}

/** What `deleteAll` deletes, at most: deletes are rows written. */
function storedRows({ storage }: DurableObjectState): number {
  isQuiet = true
  const tables = storage.sql.exec<{ name: string }>("SELECT name FROM sqlite_master WHERE type = 'table'").toArray()
  const rows = tables
    .filter(({ name }) => !name.startsWith('_cf_') && !name.startsWith('sqlite_'))
    .map(({ name }) => storage.sql.exec<{ n: number }>(`SELECT count(*) AS n FROM "${name}"`).one().n)
  const values = [...storage.kv.list()].length
  isQuiet = false
  return rows.reduce((sum, count) => sum + count, values)
}

const HOURS_25 = 90_000_000
const realNow = Date.now
async function laterBy(ms: number, act: () => Promise<void>): Promise<void> {
  Date.now = () => realNow() + ms
  await act().finally(() => {
    Date.now = realNow
  })
}

async function ring(object: { alarm(): Promise<void> }, ctx: DurableObjectState): Promise<void> {
  const rows = storedRows(ctx)
  await laterBy(HOURS_25, () => object.alarm())
  if (rows > 0 && storedRows(ctx) === 0) counts.objectRowsWritten += rows
}

class CountedGate extends Gate {
  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, countedEnv(env))
    watch(ctx)
  }
  override async alarm(): Promise<void> {
    counts.objectRequests += 1
    await super.alarm()
  }
  async aDayLater(): Promise<void> {
    await ring(this, this.ctx)
  }
  async storedBytes(): Promise<number> {
    return this.ctx.storage.sql.databaseSize
  }
}

class CountedAttempt extends AttemptSession {
  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, countedEnv(env))
    watch(ctx)
  }
  override async alarm(): Promise<void> {
    counts.objectRequests += 1
    await super.alarm()
  }
  async aDayLater(): Promise<void> {
    await ring(this, this.ctx)
  }
  async storedBytes(): Promise<number> {
    return this.ctx.storage.sql.databaseSize
  }
}

/** It stores nothing. */
class CountedDesk extends QuizDesk {
  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, countedEnv(env))
  }
}

/** Since it was last asked. */
function taken(): Usage {
  for (const cursor of cursors) {
    counts.objectRowsRead += cursor.rowsRead
    counts.objectRowsWritten += cursor.rowsWritten
  }
  cursors = []
  const usage = { ...counts }
  Object.assign(counts, none())
  return usage
}

const CONTROLS: Record<string, (env: Env) => Promise<unknown>> = {
  '/__usage': async () => taken(),
  '/__cron': async env => worker.scheduled({} as ScheduledController, countedEnv(env)),
  /** The alarms that ring a day after. Answers what each kind came to, and how much it had stored. */
  '/__a-day-later': async env => {
    const answer: Record<string, Aftermath> = {}
    const kinds = { gates: env.GATES, attempts: env.ATTEMPTS }
    for (const kind of ['gates', 'attempts'] as const) {
      const objects = reached[kind]
      taken()
      let bytes = 0
      for (const name of objects) {
        const object = kinds[kind].getByName(name) as unknown as Measured
        bytes += await object.storedBytes()
        await object.aDayLater()
      }
      answer[kind] = { objects: objects.size, bytes, usage: taken() }
    }
    return answer
  },
}

export default {
  async fetch(request: Request, env: Env, ctx: ExecutionContext): Promise<Response> {
    const control = CONTROLS[new URL(request.url).pathname]
    if (control) return Response.json((await control(env)) ?? null)
    const counted = countedEnv(env)
    // The daily quotas are looked at by themselves: the isolates of a day are not one.
    const quota = request.headers.has('X-With-Quota') ? '1000' : '0'
    return worker.fetch(request, { ...counted, RATE_LIMIT_USER_PER_DAY: quota, RATE_LIMIT_ANON_PER_DAY: '0' }, ctx)
  },
}
