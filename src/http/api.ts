/**
 * One description of an operation, its contract, yields the route, the validation, the types and the OpenAPI document.
 * A response of the wrong shape or with an undocumented status does not compile. Callers must be logged in unless the
 * contract says `access: 'public'`.
 */
import { type Hook, zValidator } from '@hono/zod-validator'
import { Hono, type MiddlewareHandler } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { etag, RETAINED_304_HEADERS } from 'hono/etag'
import type { ContentfulStatusCode, StatusCode } from 'hono/utils/http-status'
import type * as z from 'zod'
import { bookmarkFrom, type Consistency, type Db, openSession } from '../db/client.ts'
import type { Revised } from '../db/precondition.ts'
import { addressOf } from './address.ts'
import { type Caller, type CourseThing, optionalCaller, requireCaller, type SessionCaller } from './authentication.ts'
import type { AppContext, AppEnv } from './context.ts'
import {
  bodyTooLarge,
  describe,
  fieldErrors,
  invalid,
  notForTokens,
  notFound,
  ruleViolation,
  unsupportedMediaType,
} from './errors.ts'
import { partial } from './fields.ts'
import { type IdempotentRequest, idempotentRequest } from './idempotency.ts'
import { lazy } from './lazy.ts'
import { countRequest, quotaFor } from './quotas.ts'
import { revisionGuard, whileUnchanged, withETag } from './revisions.ts'
import { wakeWebhooks } from './webhooks.ts'

/** Reasons to refuse, for the API reference: 403 and rules of the domain. The rest follows from the contract. */
export type Refusals = Partial<Record<400 | 401 | 403 | 404 | 429, string>>

export type Contract = {
  method: 'get' | 'post' | 'put' | 'delete'
  /** The documented path, with its trailing slash and `{names}`. The path without the slash reaches the same handler. */
  path: string
  tag: string
  summary: string
  description?: string
  /** `public`: callers need no login, and an unusable token counts as none. */
  access?: 'public'
  /** What a personal access token must be for: without it, the operation refuses every one with 403. */
  token?: 'read' | 'write'
  /**
   * What the operation is about: the kind, and the field of path, query or body that names it. By its course a token for some
   * courses is let in; without it, or where the field is absent, only tokens for all courses are.
   */
  about?: readonly [kind: CourseThing, field: string]
  /** `free`: the daily quotas neither count nor refuse it, because it has a gate of its own or costs little. */
  quota?: 'free'
  /** `any`: D1 may answer reads from a replica that is behind. */
  consistency?: 'any'
  /**
   * `ignored`: its body or its answer holds a secret, so an `Idempotency-Key` does nothing. `object`: its handler gives the key to the
   * object that acts, and the database knows nothing of it.
   */
  idempotency?: 'ignored' | 'object'
  /** The table of the row that `{id}` names: its details carry an `ETag`, and its changes heed `If-Match`. */
  revised?: Revised
  /** How long any cache may keep the answer; without it, no cache may. */
  cache?: { seconds: number; tag: string }
  params?: z.ZodObject
  query?: z.ZodObject
  body?: z.ZodObject
  /**
   * The body is a file instead of JSON. A query with `formatParameter` names the format of the file, whose media type may
   * then be a generic one.
   */
  upload?: { types: readonly string[]; limitBytes: number; formatParameter?: string }
  /** Media types of an answer that is a file; its schema is then a string. */
  download?: readonly string[]
  /** The body's schema for each status; null means an empty body. */
  responses: { [status: number]: z.ZodType | null }
  refuses?: Refusals
  /** The body of a 400 that says of many at once what is wrong with each; beside the forms that every 400 may have. */
  refusedRows?: z.ZodType
}

type Out<S> = S extends z.ZodType ? z.output<S> : undefined
/** A field omitted from a PUT keeps its value; PATCH takes the same fields, all optional. */
type BodyOf<C extends Contract> = C['method'] extends 'put' ? Partial<Out<C['body']>> : Out<C['body']>
type Status<C extends Contract> = keyof C['responses'] & number
type BodyFor<C extends Contract, S extends Status<C>> = C['responses'][S] extends z.ZodType
  ? z.input<C['responses'][S]>
  : never

/** Media types that clients send for files of unknown format. Windows sends Excel's for every CSV. */
export const GENERIC_TYPES = ['application/octet-stream', 'application/vnd.ms-excel']

/** The file's bytes, and its media type as the contract names it; null where only the query names the format. */
export type Upload = { type: string | null; bytes: Uint8Array }
export type Download = { type: string; name: string; text: string }

export type Operation<C extends Contract> = {
  params: Out<C['params']>
  query: Out<C['query']>
  body: BodyOf<C>
  upload: C['upload'] extends object ? Upload : undefined
  caller: C['access'] extends 'public' ? SessionCaller | null : C['token'] extends string ? Caller : SessionCaller
  db: Db
  env: Env
  /** The caller's `Idempotency-Key`, for acts that are not written by `db`. */
  key: IdempotentRequest | null
  c: AppContext
  /** Unix seconds: one instant for all decisions about the request. */
  now: number
  /** @param revision of the row, for the `ETag` */
  json<S extends Status<C> & ContentfulStatusCode>(status: S, body: BodyFor<C, S>, revision?: number): Response
  empty(status: Status<C>): Response
  /** Browsers save the file and never show it, because users wrote its content. */
  file(download: C['download'] extends readonly string[] ? Download : never): Response
  /** The task goes on after the response; a failure is logged and never sent to the client. */
  later(task: Promise<unknown>): void
}
export type Handler<C extends Contract> = (operation: Operation<C>) => Promise<Response> | Response

const BODY_LIMIT_BYTES = 1024 * 1024

export function createApi() {
  // The router ignores a trailing slash, so both forms of a path reach one route.
  const app = new Hono<AppEnv>({ strict: false })
  const contracts: Contract[] = []
  const handlers = new Map<Contract, Handler<Contract>>()

  return {
    app,
    contracts,
    /** Registers an operation with its handler. */
    route<const C extends Contract>(contract: C, handler: Handler<C>): void {
      contracts.push(contract)
      handlers.set(contract, handler as unknown as Handler<Contract>)
    },
    /** Serves the registered operations: fixed path segments before `{names}`, whatever the order of registration. */
    mount(): void {
      const inOrder = [...handlers].map(([contract, handler]) => ({ contract, handler, key: sortKey(contract) }))
      inOrder.sort((one, other) => (one.key < other.key ? -1 : 1))
      for (const { contract, handler } of inOrder) {
        const path = routePath(contract)
        const maxSize = contract.upload?.limitBytes ?? BODY_LIMIT_BYTES
        const middleware = [bodyLimit({ maxSize, onError: refuseTooLarge }), ...caching(contract)]
        const serve = (method: string, served: Contract) => {
          const validators = lazy(() => validatorsOf(served))
          app.on(method, [path], ...middleware, c => answer(c, served, validators(), handler))
        }
        serve(contract.method.toUpperCase(), contract)
        if (contract.method === 'put')
          serve('PATCH', { ...contract, ...(contract.body && { body: partial(contract.body) }) })
      }
    },
  }
}

/** An id is digits, so that a method that `/users/login/` lacks does not fall through to `/users/{id}/`. */
export const ID_PATTERN = '{[0-9]+}'
const routePath = ({ path }: Contract) =>
  path
    .replace(/\{((?:\w+_)?id)\}/g, `:$1${ID_PATTERN}`)
    .replace(/\{(\w+)\}/g, ':$1')
    .replace(/(.)\/$/, '$1')

// `~` sorts after every letter and digit.
const sortKey = (contract: Contract) => contract.path.replaceAll('{', '~')

const refuseTooLarge = (): never => {
  throw bodyTooLarge()
}

export type Api = ReturnType<typeof createApi>

/** Refuses in this order: 413 (in earlier middleware), 415 and malformed JSON, 401, 429, then the form of path, query, body. */
async function answer(
  c: AppContext,
  contract: Contract,
  validators: readonly MiddlewareHandler<AppEnv>[],
  handler: Handler<Contract>,
): Promise<Response> {
  if (contract.body) await readJson(c)
  const upload = contract.upload ? await readUpload(c, contract.upload) : undefined
  const caller = contract.access === 'public' ? await optionalCaller(c) : await requireCaller(c)
  if (caller) c.set('userId', caller.userId)
  if (caller && 'token' in caller) {
    if (contract.token === undefined) throw notForTokens()
    c.set('tokenId', caller.token.id)
  }
  if (contract.quota !== 'free') await countAgainstQuota(c)
  for (const validate of validators) await validate(c, proceed)
  const now = Math.floor(Date.now() / 1000)
  const key = caller && takesKey(contract) ? await idempotentRequest(c, caller.userId, now) : null
  const later = (task: Promise<unknown>) => c.executionCtx.waitUntil(task.catch(error => logLateFailure(c, error)))
  const { revised, method } = contract
  const guard = revised && method !== 'get' ? revisionGuard(c, revised, Number(c.req.param('id'))) : null
  const guarded = (session: Db): Db => (key ? key.joined(session) : guard ? { ...session, guard } : session)
  let db: Db | undefined
  const run = async () =>
    handler({
      params: c.req.valid('param' as never),
      query: c.req.valid('query' as never),
      body: c.req.valid('json' as never),
      upload: upload as never,
      caller: (caller && 'token' in caller
        ? { ...caller, token: { ...caller.token, ...useOf(c, contract), later } }
        : caller) as SessionCaller,
      // Opened on first use, because answering an attempt uses no database.
      get db() {
        db ??= guarded(open(c, contract))
        return db
      },
      env: c.env,
      key,
      c,
      now,
      json: (status, body, revision) =>
        revision === undefined
          ? c.json(body as object, status as ContentfulStatusCode)
          : withETag(c, body as object, status as 200 | 201, revision),
      empty: status => c.body(null, status as StatusCode),
      file: ({ type, name, text }: Download) =>
        c.body(text, 200, {
          'Content-Type': `${type}; charset=utf-8`,
          'Content-Disposition': `attachment; filename="${name}"`,
        }),
      later,
    })
  if (guard) return whileUnchanged(guard, () => open(c, contract), run)
  return key && contract.idempotency !== 'object' ? key.answer(run) : run()
}

/** Whether an `Idempotency-Key` makes the operation safe to repeat. */
export const takesKey = ({ method, access, idempotency }: Contract) =>
  method === 'post' && access !== 'public' && idempotency !== 'ignored'

/** What a token is used for, from the validated request. */
function useOf(c: AppContext, { token: needs, about }: Contract) {
  if (!about) return { needs, about: null }
  const [kind, field] = about
  const places = ['param', 'query', 'json'].map(
    place => c.req.valid(place as never) as Record<string, unknown> | undefined,
  )
  const key = places.find(values => values?.[field] !== undefined)?.[field]
  return { needs, about: key === undefined ? null : { kind, key } }
}

/** Opens a database session that has caught up with the client's bookmark, if it sent one. */
export const sessionFor = (c: AppContext, otherwise: Consistency = 'primary') =>
  openSession(c.env, bookmarkFrom(c.req.header('X-D1-Bookmark')) ?? otherwise, c.get('usage'), webhookIds =>
    c.executionCtx.waitUntil(wakeWebhooks(c.env, webhookIds)),
  )

function open(c: AppContext, contract: Contract): Db {
  const session = sessionFor(c, contract.consistency)
  c.set('bookmark', () => session.getBookmark())
  return session
}

const hasNoBody = (c: AppContext) => c.req.raw.body === null || c.req.header('Content-Length') === '0'

/** A request without a body counts as an empty file. */
async function readUpload(c: AppContext, { types, formatParameter }: NonNullable<Contract['upload']>): Promise<Upload> {
  if (hasNoBody(c)) return { type: types[0] ?? null, bytes: new Uint8Array() }
  const mediaType = c.req.header('Content-Type')?.split(';', 1)[0]?.trim().toLowerCase() ?? ''
  const type = types.find(known => known === mediaType) ?? null
  const isFormatNamed = formatParameter !== undefined && c.req.query(formatParameter) !== undefined
  if (type === null && !(isFormatNamed && ['', ...GENERIC_TYPES].includes(mediaType))) throw unsupportedMediaType()
  return { type, bytes: new Uint8Array(await c.req.arrayBuffer()) }
}

/**
 * Counts this request for its token or user, or for the address of an anonymous one.
 * @throws 429 when the quota of the day is used up
 */
export async function countAgainstQuota(c: AppContext): Promise<void> {
  const quota = quotaFor(c.env, { tokenId: c.get('tokenId'), userId: c.get('userId'), address: addressOf(c) })
  if (quota) await countRequest(c.env.KV, quota, Date.now(), task => c.executionCtx.waitUntil(task))
}

/** Parses the body before any other check and keeps it for the validator, which calls `c.req.json()`. */
async function readJson(c: AppContext): Promise<void> {
  const body = await parseBody(c)
  c.req.json = () => Promise.resolve(body)
}

async function parseBody(c: AppContext) {
  if (hasNoBody(c)) return {}
  if (!/^application\/([\w.-]+\+)?json\s*(;|$)/i.test(c.req.header('Content-Type') ?? '')) throw unsupportedMediaType()
  const text = await c.req.text()
  try {
    return text === '' ? {} : JSON.parse(text, SURROGATE_ESCAPE.test(text) ? wellFormed : undefined)
  } catch {
    throw ruleViolation('parse_error', 'JSON parse error - the body is not valid JSON.')
  }
}

// JSON can spell half a surrogate pair, which is not text: SQLite would keep bytes that no later input equals.
const SURROGATE_ESCAPE = /\\ud[89a-f]/i
const wellFormed = (_: string, value: unknown) => (typeof value === 'string' ? value.toWellFormed() : value)

/** The validators of path, query and body, in this order. */
function validatorsOf({ params, query, body }: Contract): MiddlewareHandler<AppEnv>[] {
  const refuse: Hook<unknown, AppEnv, string, Target, object, z.ZodObject> = async (result, c) => {
    if (result.success) return
    if (result.target === 'param') throw notFound()
    // A client whose query and body are both wrong gets the errors of both at once.
    const bodyIssues = result.target === 'query' && body ? parse(body, await c.req.json()).error?.issues : undefined
    throw invalid(fieldErrors([...result.error.issues, ...(bodyIssues ?? [])]))
  }
  const validators: MiddlewareHandler<AppEnv>[] = []
  if (params) validators.push(zValidator('param', params, refuse))
  if (query) validators.push(zValidator('query', query, refuse, { validationFunction: parseQuery }))
  if (body) validators.push(zValidator('json', body, refuse, { validationFunction: parse }))
  return validators
}
type Target = 'param' | 'query' | 'json'
const proceed = () => Promise.resolve()

/** Reports the input in every issue, by which `fieldErrors` tells an absent value from a null or a wrong one. */
const parse = (schema: z.ZodType, value: unknown) => schema.safeParse(value, { reportInput: true })

/** The first value of a repeated parameter counts. */
const parseQuery = (schema: z.ZodType, value: Record<string, string | string[]>) =>
  parse(schema, Object.fromEntries(Object.entries(value).map(([name, values]) => [name, [values].flat()[0]])))

/** Earlier middleware has set these headers, and a 304, which is a new response, would lose them. */
const COMMON_HEADERS = ['X-Request-Id', 'Access-Control-Allow-Origin', 'Access-Control-Expose-Headers']

const caching = ({ cache }: Contract): MiddlewareHandler<AppEnv>[] => {
  if (!cache) return []
  const { seconds, tag } = cache
  return [
    etag({ retainedHeaders: [...RETAINED_304_HEADERS, ...COMMON_HEADERS] }),
    async (c, next) => {
      await next()
      if (!c.res.ok) return
      c.header('Cache-Control', `public, max-age=${seconds}`)
      c.header('Cache-Tag', tag)
    },
  ]
}

function logLateFailure(c: AppContext, error: unknown): void {
  console.error({ event: 'failed after the response', request_id: c.get('requestId'), ...describe(error) })
}
