/** The cost of a password hash: one of the scrypt settings in OWASP's password storage cheat sheet. */
export type Cost = { N: number; r: number; p: number }

export const COST: Cost = { N: 2 ** 14, r: 8, p: 5 }
