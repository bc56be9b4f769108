/** What a password hash costs: one of the settings of scrypt that OWASP's password storage cheat sheet lists. */
export type Cost = { N: number; r: number; p: number }

export const COST: Cost = { N: 2 ** 14, r: 8, p: 5 }
