/**
 * Safe repeats: a `POST` with an `Idempotency-Key` is done at most once in 24 hours, and its answer is given again. The rights
 * are checked again, because a repeat runs the operation up to its first write.
 */
import { createHash } from 'node:crypto'
import { batch } from '../db/batch.ts'
import { backgroundDatabase, type Db } from '../db/client.ts'
import {
  IdempotencyClaim,
  isTaken,
  KeyUsed,
  keepAnswer,
  releaseKey,
  type StoredKey,
  storedKey,
} from '../db/idempotency.ts'
import type { AppContext } from './context.ts'
import { invalid, Refusal } from './errors.ts'

const HEADER = 'Idempotency-Key'
const REPLAYED = 'Idempotent-Replayed'
const PRINTABLE = /^[\x20-\x7e]{1,255}$/
const BODY_AT_MOST = 256 * 1024
/** For so long the request that used the key may still be under way. */
const UNDER_WAY_SECONDS = 30
/** What refuses a caller and not the act: a repeat may not hear more than its caller may see now. */
const OF_RIGHTS: readonly number[] = [401, 403, 404]

export const KEY_REUSED = 'This Idempotency-Key was used for another request.'
export const KEY_UNDER_WAY = 'A request with this Idempotency-Key is under way.'
export const ANSWER_LOST = 'This request was handled, but its answer was lost.'

/** What an object keeps of a key, to do the act that it names once. */
export type ActKey = { key: string; fingerprint: string }

/** 422: the key was used for another request. */
export const keyReused = () => new Refusal(422, { detail: KEY_REUSED, code: 'key_reused' })

/** Marks the answer of an object that has done the act before. */
export function markReplayed(c: AppContext, { isReplayed }: { isReplayed?: boolean }): void {
  if (isReplayed) c.header(REPLAYED, 'true')
}

export type IdempotentRequest = ActKey & {
  /** For an act outside of the database, once the session has been asked. @throws KeyUsed when the key was used before */
  requireUnused(): void
  /** Lets the key join the batches of the session. */
  joined(db: Db): Db
  /**
   * Runs the operation, or gives the stored answer.
   * @throws 409 while the first request is under way and when its answer was lost, 422 when the key was used for another request
   */
  answer(run: () => Promise<Response>): Promise<Response>
}

/** As it crosses a call. */
export const actKeyOf = (request: IdempotentRequest | null): ActKey | null =>
  request && { key: request.key, fingerprint: request.fingerprint }

/**
 * @param now Unix seconds
 * @returns null for a request without a key
 * @throws 400 for a key that is not 1 to 255 printable ASCII characters
 */
export async function idempotentRequest(c: AppContext, userId: number, now: number): Promise<IdempotentRequest | null> {
  const key = c.req.header(HEADER)
  if (key === undefined) return null
  if (!PRINTABLE.test(key)) throw invalid({ [HEADER]: ['Ensure this header has 1 to 255 printable ASCII characters.'] })
  const own = { userId, key, fingerprint: await fingerprintOf(c), now }
  const claim = new IdempotencyClaim(own)
  const db = () => backgroundDatabase(c.env)
  const later = (task: Promise<unknown>) =>
    c.executionCtx.waitUntil(task.catch(() => console.error({ event: 'idempotent answer not kept', user_id: userId })))

  const replayed = async () => {
    const stored = claim.stored ?? (await batch(db(), storedKey({ userId, key })))[0][0]
    // The request that had claimed it has failed since.
    if (!stored) throw underWay()
    if (stored.fingerprint !== own.fingerprint) throw keyReused()
    return replay(stored, now)
  }

  return {
    key,
    fingerprint: own.fingerprint,
    requireUnused() {
      if (claim.stored) throw new KeyUsed()
    },
    joined: session => ({ ...session, guard: claim }),
    async answer(run) {
      try {
        const response = await run()
        if (claim.stored) return await replayed()
        if (response.ok) later(keep(db(), own, response.clone()))
        return response
      } catch (error) {
        if (error instanceof KeyUsed || isTaken(error)) return replayed()
        const refuses = error instanceof Refusal
        if (claim.stored && refuses && !OF_RIGHTS.includes(error.status)) return replayed()
        if (claim.isClaimed && refuses && error.status < 500) later(batch(db(), releaseKey(own)))
        throw error
      }
    },
  }
}

const underWay = () => new Refusal(409, { detail: KEY_UNDER_WAY, code: 'request_under_way' }, { 'Retry-After': '1' })

function replay({ status, body, createdAt }: StoredKey, now: number): Response {
  if (status === null)
    throw now < createdAt + UNDER_WAY_SECONDS
      ? underWay()
      : new Refusal(409, { detail: ANSWER_LOST, code: 'answer_lost' })
  const headers = { [REPLAYED]: 'true', ...(body && { 'Content-Type': 'application/json' }) }
  return new Response(body || null, { status, headers })
}

async function keep(
  db: Db,
  own: Parameters<typeof storedKey>[0] & { fingerprint: string; now: number },
  response: Response,
) {
  const body = await response.text()
  if (body.length <= BODY_AT_MOST) await batch(db, keepAnswer({ ...own, status: response.status, body }))
}

/** Hono keeps what was read of the body. */
async function fingerprintOf(c: AppContext): Promise<string> {
  const { pathname, search } = new URL(c.req.url)
  return createHash('sha256')
    .update(`${c.req.method} ${pathname.replace(/\/$/, '')}${search}\n`)
    .update(new Uint8Array(await c.req.arrayBuffer()))
    .digest('hex')
}
