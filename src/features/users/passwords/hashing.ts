/**
 * Password hashes: scrypt, written `scrypt$N$r$p$salt$hash` (base64). The platform caps PBKDF2 at 100,000 iterations, which is
 * too few.
 */
import { Buffer } from 'node:buffer'
import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto'
import { COST, type Cost, durationMs } from './cost.ts'
import { inTurn } from './turns.ts'

const SALT_BYTES = 16
const HASH_BYTES = 32
/** scrypt needs 128·N·r bytes, 16 MiB at this cost, and somewhat more. */
const MAX_MEMORY_BYTES = 64 * 1024 * 1024

export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(SALT_BYTES)
  const hash = await derive(password, salt, COST, HASH_BYTES)
  return ['scrypt', COST.N, COST.r, COST.p, salt.toString('base64'), hash.toString('base64')].join('$')
}

/** Whether the password is right. Without a stored one (or an account) it does the same work and returns false. */
export async function isPassword(password: string, stored: string | null): Promise<boolean> {
  const parsed = parse(stored)
  if (!parsed) {
    await derive(password, randomBytes(SALT_BYTES), COST, HASH_BYTES)
    return false
  }
  return timingSafeEqual(await derive(password, parsed.salt, parsed.cost, parsed.hash.length), parsed.hash)
}

/** Whether a hash has another cost than the current one; the next login then hashes the password again. */
export function isOutdated(stored: string | null): boolean {
  const parsed = parse(stored)
  return parsed === null || parsed.cost.N !== COST.N || parsed.cost.r !== COST.r || parsed.cost.p !== COST.p
}

function parse(stored: string | null): { cost: Cost; salt: Buffer; hash: Buffer } | null {
  const parts = /^scrypt\$(\d+)\$(\d+)\$(\d+)\$([\w+/=]+)\$([\w+/=]+)$/.exec(stored ?? '')
  if (!parts) return null
  const [, N, r, p, salt = '', hash = ''] = parts
  return {
    cost: { N: Number(N), r: Number(r), p: Number(p) },
    salt: Buffer.from(salt, 'base64'),
    hash: Buffer.from(hash, 'base64'),
  }
}

/** The same characters make the same password, however a keyboard composes them. */
const normalized = (password: string) => password.normalize('NFKC')
export const isSamePassword = (one: string, other: string | undefined): boolean =>
  other !== undefined && normalized(one) === normalized(other)

const derive = (password: string, salt: Buffer, cost: Cost, bytes: number) =>
  inTurn(
    () =>
      new Promise<Buffer>((resolve, reject) => {
        scrypt(normalized(password), salt, bytes, { ...cost, maxmem: MAX_MEMORY_BYTES }, (error, hash) =>
          error ? reject(error) : resolve(hash),
        )
      }),
    durationMs(cost),
  )
