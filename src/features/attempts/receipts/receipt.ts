/**
 * A receipt states, signed, the answers of an attempt and its score when it ended. Its holder can have it verified for as long
 * as the operator keeps its secret. The service stores nothing for it, and no later grading changes it.
 */
import { sign, verify } from 'hono/jwt'
import * as z from 'zod'
import { isLong, requireLong } from '../../../http/authentication.ts'
import { object, toDateTime } from '../../../http/fields.ts'

export type Receipt = {
  attempt: number
  learner: number
  quiz: number
  /** Unix seconds. */
  endedAt: number
  /** A percentage in 1/100, as of the end; null for surveys and abandoned attempts. */
  scoreHundredths: number | null
  /** SHA-256 over the answers, in hexadecimal. */
  answersHash: string
}

const ALGORITHM = 'HS256'
/** The key id names the secret and reveals nothing about it. */
const KEY_ID_BYTES = 8

/** `typ` keeps receipts and tokens apart, even if an operator signs both with one secret. */
const Claims = object(() => ({
  typ: z.literal('receipt'),
  kid: z.string(),
  attempt: z.int(),
  learner: z.int(),
  quiz: z.int(),
  ended_at: z.string(),
  score: z.number().nullable(),
  answers_sha256: z.string(),
}))
export type ReceiptClaims = z.output<typeof Claims>

type Secrets = Pick<Env, 'RECEIPT_SECRET' | 'RECEIPT_SECRETS_PREVIOUS'>

/** @throws an error with instructions for the operator when the secret is missing or too short */
export const requireReceiptSecret = (env: Secrets): void => requireLong('RECEIPT_SECRET', env.RECEIPT_SECRET)

/** The same result always gets the same receipt, because the receipt contains no time of signing. */
export async function signReceipt(env: Secrets, receipt: Receipt): Promise<string> {
  requireReceiptSecret(env)
  const claims: ReceiptClaims = {
    typ: 'receipt',
    kid: await keyId(env.RECEIPT_SECRET),
    attempt: receipt.attempt,
    learner: receipt.learner,
    quiz: receipt.quiz,
    ended_at: toDateTime(receipt.endedAt),
    score: receipt.scoreHundredths === null ? null : receipt.scoreHundredths / 100,
    answers_sha256: receipt.answersHash,
  }
  return sign(claims, env.RECEIPT_SECRET, ALGORITHM)
}

/**
 * Never throws and never logs, because the error messages of `verify` contain the receipt.
 * @returns null unless this service signed the receipt
 */
export async function readReceipt(env: Secrets, receipt: string): Promise<ReceiptClaims | null> {
  const previous = (env.RECEIPT_SECRETS_PREVIOUS ?? '').split(',').map(secret => secret.trim())
  for (const secret of [env.RECEIPT_SECRET, ...previous].filter(isLong)) {
    const payload = await verify(receipt, secret, ALGORITHM).catch(() => null)
    const claims = Claims.safeParse(payload)
    if (claims.success && claims.data.kid === (await keyId(secret))) return claims.data
  }
  return null
}

async function keyId(secret: string): Promise<string> {
  const bytes = new TextEncoder()
  const key = await crypto.subtle.importKey('raw', bytes.encode(secret), { name: 'HMAC', hash: 'SHA-256' }, false, [
    'sign',
  ])
  const digest = await crypto.subtle.sign('HMAC', key, bytes.encode('key id'))
  return [...new Uint8Array(digest, 0, KEY_ID_BYTES)].map(byte => byte.toString(16).padStart(2, '0')).join('')
}
