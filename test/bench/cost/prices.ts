/** Cloudflare's public prices of the Workers Paid plan, in dollars. Looked up in November 2026; they change. */

/** What is used in a month. */
export type Use = {
  requests: number
  cpuMs: number
  logGb: number
  logStoredGb: number
  rowsRead: number
  rowsWritten: number
  storedGb: number
  kvReads: number
  kvWrites: number
  objectRequests: number
  objectGbSeconds: number
  objectRowsRead: number
  objectRowsWritten: number
  objectStoredGb: number
}
type Price = { what: string; included: number; perUnit: number; unit: number; source: string }

const MILLION = 1_000_000
const WORKERS = 'https://developers.cloudflare.com/workers/platform/pricing/'
/** As from 1 December 2026. */
const LOGS = 'https://developers.cloudflare.com/observability/pricing/'
const D1 = 'https://developers.cloudflare.com/d1/platform/pricing/'
const KV = 'https://developers.cloudflare.com/kv/platform/pricing/'
const OBJECTS = 'https://developers.cloudflare.com/durable-objects/platform/pricing/'

/** A month, an account. */
export const PLAN = 5

export const PRICES: Record<keyof Use, Price> = {
  requests: { what: 'requests', included: 10 * MILLION, perUnit: 0.3, unit: MILLION, source: WORKERS },
  cpuMs: { what: 'CPU, ms', included: 30 * MILLION, perUnit: 0.02, unit: MILLION, source: WORKERS },
  logGb: { what: 'log, GB', included: 50, perUnit: 0.25, unit: 1, source: LOGS },
  logStoredGb: { what: 'log stored, GB', included: 12, perUnit: 0.1, unit: 1, source: LOGS },
  rowsRead: { what: 'D1 rows read', included: 25_000 * MILLION, perUnit: 0.001, unit: MILLION, source: D1 },
  rowsWritten: { what: 'D1 rows written', included: 50 * MILLION, perUnit: 1, unit: MILLION, source: D1 },
  storedGb: { what: 'D1 stored, GB', included: 5, perUnit: 0.75, unit: 1, source: D1 },
  kvReads: { what: 'KV reads', included: 10 * MILLION, perUnit: 0.5, unit: MILLION, source: KV },
  kvWrites: { what: 'KV writes', included: MILLION, perUnit: 5, unit: MILLION, source: KV },
  objectRequests: { what: 'object requests', included: MILLION, perUnit: 0.15, unit: MILLION, source: OBJECTS },
  objectGbSeconds: {
    what: 'object duration, GB-s',
    included: 400_000,
    perUnit: 12.5,
    unit: MILLION,
    source: OBJECTS,
  },
  objectRowsRead: {
    what: 'object rows read',
    included: 25_000 * MILLION,
    perUnit: 0.001,
    unit: MILLION,
    source: OBJECTS,
  },
  objectRowsWritten: {
    what: 'object rows written',
    included: 50 * MILLION,
    perUnit: 1,
    unit: MILLION,
    source: OBJECTS,
  },
  objectStoredGb: { what: 'object storage, GB', included: 5, perUnit: 0.2, unit: 1, source: OBJECTS },
}

/** What an object is charged as, however little it takes. */
export const OBJECT_GB = 0.128

/** Dollars a month for one kind of use. */
export function priceOf(kind: keyof Use, used: number): number {
  const { included, perUnit, unit } = PRICES[kind]
  return (Math.max(0, used - included) / unit) * perUnit
}
