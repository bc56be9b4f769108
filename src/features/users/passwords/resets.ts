/** Reset tokens: 256 random bits, of which the database stores only a hash. */
import { Buffer } from 'node:buffer'
import { createHash, randomBytes } from 'node:crypto'

export const RESET_TTL_SECONDS = 24 * 60 * 60
const TOKEN_BYTES = 32

export const newResetToken = () => randomBytes(TOKEN_BYTES).toString('base64url')

/** The hash needs no salt and may be fast, because nobody can guess 256 random bits. */
export const hashOf = (token: string) => createHash('sha256').update(Buffer.from(token)).digest('base64url')
