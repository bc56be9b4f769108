import type { components } from './schema.ts'

type ErrorCode = components['schemas']['ErrorCode']

/** A refusal of the server, as an error. `code` is one of the list of error codes; null where fields are wrong. */
export class LearnMoreError extends Error {
  override name = 'LearnMoreError'
  readonly status: number
  readonly code: ErrorCode | null
  readonly body: unknown

  constructor(status: number, body: unknown) {
    const { detail, code } = (body ?? {}) as { detail?: string; code?: ErrorCode }
    super(detail ?? `refused with ${status}`)
    this.status = status
    this.code = code ?? null
    this.body = body
  }
}
