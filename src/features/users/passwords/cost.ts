/** The cost of a password hash: one of the scrypt settings in OWASP's password storage cheat sheet. */
export type Cost = { N: number; r: number; p: number }

export const COST: Cost = { N: 2 ** 14, r: 8, p: 5 }

/** About what a hash takes on a core of the platform: `COST` 150 ms, others in proportion. */
export const durationMs = ({ N, r, p }: Cost): number => (150 * N * r * p) / (2 ** 14 * 8 * 5)
