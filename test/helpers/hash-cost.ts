import { COST, type Cost } from '../../src/features/users/passwords/cost.ts'

const REAL = { ...COST }
const hashAt = (cost: Cost) => void Object.assign(COST, cost)

/** Thousands of hashes are made in these tests, at a thousandth of what they cost in production. */
export const hashCheaply = () => hashAt({ N: 2, r: 8, p: 1 })
export const hashAsInProduction = () => hashAt(REAL)
/** A cost that scrypt refuses, so that whoever hashes is found out. */
export const hashNever = () => hashAt({ N: 3, r: 8, p: 1 })
