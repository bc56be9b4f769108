/** The one error model: every refusal and every failure leaves through here with a documented body. */
import type { ErrorHandler } from 'hono'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import type * as z from 'zod'
import { isUnavailable, rootCause } from '../db/faults.ts'
import type { AppEnv } from './context.ts'
import type { ErrorCode } from './error-codes.ts'

export type FieldErrors = Record<string, string[]>
/** `detail` never comes without a code; bodies without it name the fields, or the rows of many at once, that are wrong. */
export type RefusalBody =
  | ({ detail: string; code: ErrorCode } & Record<string, unknown>)
  | FieldErrors
  | ({ detail?: never } & Record<string, unknown>)

/** A refusal as it crosses a call between a Worker and an object, which classes do not survive. */
export type RefusalValue = { status: ContentfulStatusCode; body: RefusalBody; headers: Record<string, string> }

/** An expected refusal: a status and its documented body. */
export class Refusal extends Error {
  override name = 'Refusal'
  readonly status: ContentfulStatusCode
  readonly body: RefusalBody
  readonly headers: Record<string, string>

  constructor(status: ContentfulStatusCode, body: RefusalBody, headers: Record<string, string> = {}) {
    super(`refused with ${status}`)
    this.status = status
    this.body = body
    this.headers = headers
  }
}

const BEARER = { 'WWW-Authenticate': 'Bearer' }

/** An answer has at most this many entries; when more fields are wrong, the last entry says so. */
const MAX_FIELDS_NAMED = 50
const MORE_FIELDS = 'More fields are wrong than these.'

/** 400: one or more fields are wrong. */
export const invalid = (fields: FieldErrors) => new Refusal(400, firstOf(fields))

function firstOf(fields: FieldErrors): FieldErrors {
  const all = Object.entries(fields)
  if (all.length <= MAX_FIELDS_NAMED) return fields
  const { non_field_errors: general = [], ...named } = fields
  const first = Object.entries(named).slice(0, MAX_FIELDS_NAMED - 1)
  return { ...Object.fromEntries(first), non_field_errors: [...general, MORE_FIELDS] }
}

/** @throws 400 with the fields that have messages. */
export function refuseWrong(errors: FieldErrors): void {
  const wrong = Object.entries(errors).filter(([, messages]) => messages.length > 0)
  if (wrong.length > 0) throw invalid(Object.fromEntries(wrong))
}

/** 400: a rule of the domain refuses. */
export const ruleViolation = (code: ErrorCode, detail: string) => new Refusal(400, { detail, code })
export const notAuthenticated = () =>
  new Refusal(401, { detail: 'Authentication credentials were not provided.', code: 'not_authenticated' }, BEARER)
export const tokenNotValid = () =>
  new Refusal(401, { detail: 'Given token not valid for any token type', code: 'token_not_valid' }, BEARER)
export const userInactive = () => new Refusal(401, { detail: 'User is inactive.', code: 'user_inactive' }, BEARER)
export const wrongCredentials = () =>
  new Refusal(401, { detail: 'No active account found with the given credentials', code: 'no_active_account' }, BEARER)
export const forbidden = (
  code: ErrorCode = 'permission_denied',
  detail = 'You do not have permission to perform this action.',
) => new Refusal(403, { detail, code })
/** Of what no personal access token can do, whatever it is for. */
export const notForTokens = () => forbidden('token_not_allowed', 'Personal access tokens cannot do this.')
export const notFound = (code: ErrorCode = 'not_found', detail = 'Not found.') => new Refusal(404, { detail, code })
export const methodNotAllowed = (method: string, allow: readonly string[]) =>
  new Refusal(
    405,
    { detail: `Method "${method}" not allowed.`, code: 'method_not_allowed' },
    { Allow: allow.join(', ') },
  )
export const bodyTooLarge = () => new Refusal(413, { detail: 'Request body too large.', code: 'body_too_large' })
export const unsupportedMediaType = () =>
  new Refusal(415, { detail: 'Unsupported media type.', code: 'unsupported_media_type' })
export const throttled = (seconds: number) =>
  new Refusal(
    429,
    { detail: `Request was throttled. Expected available in ${seconds} seconds.`, code: 'throttled' },
    { 'Retry-After': String(seconds) },
  )
/** 503 with a random wait of 1 to 5 seconds, so that clients refused together do not return together. */
export const unavailable = () =>
  new Refusal(
    503,
    { detail: 'Service temporarily unavailable.', code: 'unavailable' },
    { 'Retry-After': String(1 + Math.floor(Math.random() * 5)) },
  )

/**
 * Schema issues as `{field: [messages]}`; issues of the whole object under `non_field_errors`. Stops at one field more than
 * `invalid` names, which tells `invalid` that there are more.
 */
export function fieldErrors(issues: readonly z.core.$ZodIssue[]): FieldErrors {
  const errors: FieldErrors = {}
  let named = 0
  for (const issue of issues) {
    const field = issue.path.length === 0 ? 'non_field_errors' : issue.path.join('.')
    if (errors[field] === undefined && field !== 'non_field_errors' && ++named > MAX_FIELDS_NAMED + 1) continue
    const messages = (errors[field] ??= [])
    const message = messageFor(issue)
    if (!messages.includes(message)) messages.push(message)
  }
  return errors
}

/** The message for one issue, in the words of the API reference. Never echoes the value. */
function messageFor(issue: z.core.$ZodIssue): string {
  // Schemas run with `reportInput`, so the input tells an absent value from a null or a wrong one.
  if ('input' in issue && issue.input === undefined) return 'This field is required.'
  if ('input' in issue && issue.input === null) return 'This field may not be null.'
  switch (issue.code) {
    case 'invalid_type':
      return TYPE_MESSAGES[issue.expected] ?? 'Invalid value.'
    case 'too_small':
      if (issue.origin === 'string')
        return issue.minimum === 1
          ? 'This field may not be blank.'
          : `Ensure this field has at least ${issue.minimum} characters.`
      if (issue.origin === 'array') return `Ensure this list has at least ${issue.minimum} entries.`
      return `Ensure this value is greater than or equal to ${issue.minimum}.`
    case 'too_big':
      if (issue.origin === 'string') return `Ensure this field has no more than ${issue.maximum} characters.`
      if (issue.origin === 'array') return `Ensure this list has no more than ${issue.maximum} entries.`
      return `Ensure this value is less than or equal to ${issue.maximum}.`
    case 'invalid_value':
      return `Must be one of: ${issue.values.join(', ')}.`
    case 'invalid_format':
      return FORMAT_MESSAGES[issue.format] ?? issue.message
    default:
      return issue.message
  }
}

const TYPE_MESSAGES: Record<string, string> = {
  int: 'A valid integer is required.',
  number: 'A valid number is required.',
  string: 'Not a valid string.',
  boolean: 'Must be true or false.',
  array: 'Expected a list.',
  object: 'Expected an object.',
  record: 'Expected an object.',
}

const FORMAT_MESSAGES: Record<string, string> = {
  email: 'Enter a valid email address.',
  date: 'Enter a valid date: YYYY-MM-DD.',
  datetime: 'Enter a valid date and time with an offset or Z.',
  uuid: 'Enter a valid UUID.',
  safeint: 'A valid integer is required.',
}

/** Answers a thrown error: a refusal as it is, any other without its message, which only the log has (`log.ts`). */
export const onError: ErrorHandler<AppEnv> = (thrown, c) => {
  const refusal = thrown instanceof Refusal ? thrown : refusalFor(thrown)
  return c.json(refusal.body, refusal.status, refusal.headers)
}

const refusalFor = (thrown: Error): Refusal =>
  isUnavailable(thrown) ? unavailable() : new Refusal(500, { detail: 'Internal server error.', code: 'internal_error' })

/**
 * The loggable part of an error. The message of a failed query carries every bound value (password hashes, tokens), so only
 * the database's own message, which is its cause, is logged.
 */
export function describe(thrown: unknown): { error: string; message: string; stack?: string } {
  if (!(thrown instanceof Error)) return { error: typeof thrown, message: 'not an error' }
  const error = rootCause(thrown)
  // A stack begins with the message, and a line of the message may look like a frame.
  const stack = thrown.stack ?? ''
  const frames = stack
    .slice(stack.includes(thrown.message) ? stack.indexOf(thrown.message) + thrown.message.length : 0)
    .split('\n')
    .filter(line => line.trimStart().startsWith('at '))
    .join('\n')
  return { error: error.name, message: error.message.slice(0, MESSAGE_LENGTH), stack: frames }
}

/** In characters. The beginning of a message names the failure; the rest of a longer one quotes data. */
const MESSAGE_LENGTH = 500

/** Whether a batch was rolled back by the named trigger or constraint. */
export const failedOn = (thrown: unknown, constraint: string): boolean =>
  thrown instanceof Error && rootCause(thrown).message.includes(constraint)
