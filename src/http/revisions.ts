/** `ETag`, `If-None-Match` and `If-Match` of what people edit: `"<revision>.<hash of the body>"`. */
import { createHash } from 'node:crypto'
import { batch } from '../db/batch.ts'
import type { Db } from '../db/client.ts'
import { isRevisionChanged, type Revised, RevisionGuard } from '../db/precondition.ts'
import type { AppContext } from './context.ts'
import { Refusal } from './errors.ts'

const HASH_LENGTH = 16

export const REVISION_CHANGED = 'It was changed meanwhile.'

/** The answer with its `ETag`; 304 without a body when a reader has it already. */
export function withETag(c: AppContext, body: object, status: 200 | 201, revision: number): Response {
  const text = JSON.stringify(body)
  const hash = createHash('sha256').update(text).digest('base64url').slice(0, HASH_LENGTH)
  const etag = `"${revision}.${hash}"`
  const isKnown = c.req.method === 'GET' && tagsOf(c.req.header('If-None-Match')).includes(etag)
  if (isKnown) return c.body(null, 304, { ETag: etag })
  return c.body(text, status, { ETag: etag, 'Content-Type': 'application/json' })
}

/**
 * The guard of an `If-Match`, of which only the revision counts, because it alone is what people write.
 * @returns null without the header, and for `*`
 */
export function revisionGuard(c: AppContext, of: Revised, id: number): RevisionGuard | null {
  const header = c.req.header('If-Match')
  if (header === undefined || header.trim() === '*') return null
  const revisions = tagsOf(header).map(tag => Number(/^"(\d+)[."]/.exec(tag)?.[1] ?? Number.NaN))
  return new RevisionGuard(of, id, revisions.filter(Number.isSafeInteger))
}

/**
 * Runs a change that writes only while the revision fits.
 * @throws 412 when it does not, even when there was nothing to write
 */
export async function whileUnchanged(
  guard: RevisionGuard,
  db: () => Db,
  run: () => Promise<Response>,
): Promise<Response> {
  try {
    const response = await run()
    if (!guard.hasPassed) await batch(db(), guard.check)
    return response
  } catch (error) {
    throw isRevisionChanged(error) ? new Refusal(412, { detail: REVISION_CHANGED, code: 'changed_meanwhile' }) : error
  }
}

const tagsOf = (header = '') => header.split(',').map(tag => tag.trim().replace(/^W\//, ''))
