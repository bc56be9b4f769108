/**
 * One description of an operation, its contract, makes the route, the validation, the types and the OpenAPI document.
 * A response of the wrong shape or with an undocumented status does not compile; a login is needed unless the contract
 * says `access: 'public'`.
 */
import { type Hook, zValidator } from '@hono/zod-validator'
import { Hono, type MiddlewareHandler } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { etag, RETAINED_304_HEADERS } from 'hono/etag'
import type { ContentfulStatusCode, StatusCode } from 'hono/utils/http-status'
import type * as z from 'zod'
import { bookmarkFrom, type Consistency, type Db, openSession } from '../db/client.ts'
import { addressOf } from './address.ts'
import { type Caller, optionalCaller, requireCaller } from './authentication.ts'
import type { AppContext, AppEnv } from './context.ts'
import {
  bodyTooLarge,
  describe,
  fieldErrors,
  invalid,
  notFound,
  ruleViolation,
  unsupportedMediaType,
} from './errors.ts'
import { partial } from './fields.ts'
import { lazy } from './lazy.ts'
import { countRequest, quotaFor } from './quotas.ts'

/** Why an operation refuses, for the reference: 403 and rules of the domain. The rest follows from the contract. */
export type Refusals = Partial<Record<400 | 401 | 403 | 404 | 429, string>>

export type Contract = {
  method: 'get' | 'post' | 'put' | 'delete'
  /** As documented, with the trailing slash and `{names}`; the same path without the slash answers the same. */
  path: string
  tag: string
  summary: string
  description?: string
  /** `public`: no login needed. An unusable token then counts as none. */
  access?: 'public'
  /** `free`: neither counted nor refused by the daily quotas, because it has a gate of its own. */
  quota?: 'free'
  /** `any`: reads may come from a replica that is behind. */
  consistency?: 'any'
  /** How long anybody may keep the answer; without it, nobody may. */
  cache?: { seconds: number; tag: string }
  params?: z.ZodObject
  query?: z.ZodObject
  body?: z.ZodObject
  /**
   * In place of a JSON body, a file as the body itself. A query with `formatParameter` says what the file is: then its
   * media type may be a generic one.
   */
  upload?: { types: readonly string[]; limitBytes: number; formatParameter?: string }
  /** Media types of the answer, where it is a file; its schema is then a string. */
  download?: readonly string[]
  /** Status to body schema; null is an empty body. */
  responses: { [status: number]: z.ZodType | null }
  refuses?: Refusals
}

type Out<S> = S extends z.ZodType ? z.output<S> : undefined
/** What is omitted from a PUT keeps its value, and PATCH takes the same fields, all optional. */
type BodyOf<C extends Contract> = C['method'] extends 'put' ? Partial<Out<C['body']>> : Out<C['body']>
type Status<C extends Contract> = keyof C['responses'] & number
type BodyFor<C extends Contract, S extends Status<C>> = C['responses'][S] extends z.ZodType
  ? z.input<C['responses'][S]>
  : never

/** Media types of files whose kind the sender does not know. Windows takes every CSV for Excel's. */
export const GENERIC_TYPES = ['application/octet-stream', 'application/vnd.ms-excel']

/** A file as it was sent, and its media type as the contract names it; null where only the query says what it is. */
export type Upload = { type: string | null; bytes: Uint8Array }
export type Download = { type: string; name: string; text: string }

export type Operation<C extends Contract> = {
  params: Out<C['params']>
  query: Out<C['query']>
  body: BodyOf<C>
  upload: C['upload'] extends object ? Upload : undefined
  caller: C['access'] extends 'public' ? Caller | null : Caller
  db: Db
  env: Env
  c: AppContext
  /** Unix seconds at which the request is decided. */
  now: number
  json<S extends Status<C> & ContentfulStatusCode>(status: S, body: BodyFor<C, S>): Response
  empty(status: Status<C>): Response
  /** To be saved, never shown: what is in it is somebody's. */
  file(download: C['download'] extends readonly string[] ? Download : never): Response
  /** Goes on after the response; a failure is logged, never told. */
  later(task: Promise<unknown>): void
}
export type Handler<C extends Contract> = (operation: Operation<C>) => Promise<Response> | Response

const BODY_LIMIT_BYTES = 1024 * 1024

export function createApi() {
  // Paths are matched without their trailing slash, so both forms arrive at the one route.
  const app = new Hono<AppEnv>({ strict: false })
  const contracts: Contract[] = []
  const handlers = new Map<Contract, Handler<Contract>>()

  return {
    app,
    contracts,
    /** Describes an operation and says how it is answered. */
    route<const C extends Contract>(contract: C, handler: Handler<C>): void {
      contracts.push(contract)
      handlers.set(contract, handler as unknown as Handler<Contract>)
    },
    /** Serves what was described, fixed path segments before `{names}`, whatever the order of description. */
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

/** An id is digits, so that `/users/login/` is never `/users/{id}/` to a method that it lacks. */
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

/** The order of refusals: 413 (before this), 415 and malformed JSON, 401, 429, then the form of path, query and body. */
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
  if (contract.quota !== 'free') await countAgainstQuota(c)
  for (const validate of validators) await validate(c, proceed)
  let db: Db | undefined
  return handler({
    params: c.req.valid('param' as never),
    query: c.req.valid('query' as never),
    body: c.req.valid('json' as never),
    upload: upload as never,
    caller: caller as Caller,
    // Opened when it is first asked for: answering an attempt never asks.
    get db() {
      db ??= open(c, contract)
      return db
    },
    env: c.env,
    c,
    now: Math.floor(Date.now() / 1000),
    json: (status, body) => c.json(body as object, status as ContentfulStatusCode),
    empty: status => c.body(null, status as StatusCode),
    file: ({ type, name, text }: Download) =>
      c.body(text, 200, {
        'Content-Type': `${type}; charset=utf-8`,
        'Content-Disposition': `attachment; filename="${name}"`,
      }),
    later: task => c.executionCtx.waitUntil(task.catch(error => logLater(c, error))),
  })
}

/** A session of the database, caught up with the bookmark that the client sent, if any. */
export const sessionFor = (c: AppContext, otherwise: Consistency = 'primary') =>
  openSession(c.env, bookmarkFrom(c.req.header('X-D1-Bookmark')) ?? otherwise, c.get('usage'))

function open(c: AppContext, contract: Contract): Db {
  const session = sessionFor(c, contract.consistency)
  c.set('bookmark', () => session.getBookmark())
  return session
}

const hasNoBody = (c: AppContext) => c.req.raw.body === null || c.req.header('Content-Length') === '0'

/** No body at all is an empty file. */
async function readUpload(c: AppContext, { types, formatParameter }: NonNullable<Contract['upload']>): Promise<Upload> {
  if (hasNoBody(c)) return { type: types[0] ?? null, bytes: new Uint8Array() }
  const sent = c.req.header('Content-Type')?.split(';', 1)[0]?.trim().toLowerCase() ?? ''
  const type = types.find(known => known === sent) ?? null
  const isTyped = formatParameter !== undefined && c.req.query(formatParameter) !== undefined
  if (type === null && !(isTyped && ['', ...GENERIC_TYPES].includes(sent))) throw unsupportedMediaType()
  return { type, bytes: new Uint8Array(await c.req.arrayBuffer()) }
}

/**
 * Counts this request for its caller, or for the address of nobody.
 * @throws 429 when the day's quota is used up
 */
export async function countAgainstQuota(c: AppContext): Promise<void> {
  const quota = quotaFor(c.env, c.get('userId') ?? null, addressOf(c))
  if (quota) await countRequest(c.env.KV, quota, Date.now(), task => c.executionCtx.waitUntil(task))
}

/** Reads the body before anything else is judged, and leaves it for the validator, which asks for `c.req.json()`. */
async function readJson(c: AppContext): Promise<void> {
  const sent = await sentJson(c)
  c.req.json = () => Promise.resolve(sent)
}

async function sentJson(c: AppContext) {
  if (hasNoBody(c)) return {}
  if (!/^application\/([\w.-]+\+)?json\s*(;|$)/i.test(c.req.header('Content-Type') ?? '')) throw unsupportedMediaType()
  const text = await c.req.text()
  try {
    return text === '' ? {} : JSON.parse(text, HALF_PAIR.test(text) ? wellFormed : undefined)
  } catch {
    throw ruleViolation('JSON parse error - the body is not valid JSON.')
  }
}

// JSON can spell half a surrogate pair, which is no text: in SQLite it becomes bytes that equal nothing sent later.
const HALF_PAIR = /\\ud[89a-f]/i
const wellFormed = (_: string, value: unknown) => (typeof value === 'string' ? value.toWellFormed() : value)

/** What judges the form of path, query and body, in this order. */
function validatorsOf({ params, query, body }: Contract): MiddlewareHandler<AppEnv>[] {
  const refuse: Hook<unknown, AppEnv, string, Target, object, z.ZodObject> = async (result, c) => {
    if (result.success) return
    if (result.target === 'param') throw notFound()
    // Whoever sent a wrong query and a wrong body is told of both at once.
    const ofBody = result.target === 'query' && body ? judge(body, await c.req.json()).error?.issues : undefined
    throw invalid(fieldErrors([...result.error.issues, ...(ofBody ?? [])]))
  }
  const validators: MiddlewareHandler<AppEnv>[] = []
  if (params) validators.push(zValidator('param', params, refuse))
  if (query) validators.push(zValidator('query', query, refuse, { validationFunction: judgeQuery }))
  if (body) validators.push(zValidator('json', body, refuse, { validationFunction: judge }))
  return validators
}
type Target = 'param' | 'query' | 'json'
const proceed = () => Promise.resolve()

/** With the input in every issue, by which `fieldErrors` tells an absent value from a null or a wrong one. */
const judge = (schema: z.ZodType, value: unknown) => schema.safeParse(value, { reportInput: true })

/** Of a parameter that is repeated, the first counts. */
const judgeQuery = (schema: z.ZodType, value: Record<string, string | string[]>) =>
  judge(schema, Object.fromEntries(Object.entries(value).map(([name, sent]) => [name, [sent].flat()[0]])))

/** Set before the answer is made, so that 304, which is another answer, would lose them. */
const ON_EVERY_ANSWER = ['X-Request-Id', 'Access-Control-Allow-Origin', 'Access-Control-Expose-Headers']

const caching = ({ cache }: Contract): MiddlewareHandler<AppEnv>[] => {
  if (!cache) return []
  const { seconds, tag } = cache
  return [
    etag({ retainedHeaders: [...RETAINED_304_HEADERS, ...ON_EVERY_ANSWER] }),
    async (c, next) => {
      await next()
      if (!c.res.ok) return
      c.header('Cache-Control', `public, max-age=${seconds}`)
      c.header('Cache-Tag', tag)
    },
  ]
}

function logLater(c: AppContext, error: unknown): void {
  console.error({ event: 'failed after the response', request_id: c.get('requestId'), ...describe(error) })
}
