/** Access to the deployment's Durable Objects: where they live, and how long a call waits for one. */
import { storeTimeoutMs, withTimeout } from '../db/timeout.ts'

/**
 * The object of that name. The platform places it for good: near its first caller or, where it serves the database more than its
 * callers, in `DATABASE_REGION`; always within `JURISDICTION`, which `npm run deploy -- --jurisdiction eu` sets once for objects
 * and database. The same name in another jurisdiction is another object.
 * Its calls throw `StoreTimeout` when they take longer than `storeTimeoutMs`.
 */
export function objectNamed<T extends Rpc.DurableObjectBranded | undefined>(
  env: Env,
  namespace: DurableObjectNamespace<T>,
  name: string,
  { nearDatabase = false } = {},
): DurableObjectStub<T> {
  // The deploy command sets no other values.
  const jurisdiction = env.JURISDICTION as DurableObjectJurisdiction | ''
  const region = env.DATABASE_REGION as DurableObjectLocationHint | ''
  const allowed = jurisdiction ? namespace.jurisdiction(jurisdiction) : namespace
  const stub = nearDatabase && region ? allowed.getByName(name, { locationHint: region }) : allowed.getByName(name)
  return bounded(stub, storeTimeoutMs(env))
}

/** Puts a timeout on every method of a stub; all its properties but id and name are methods. */
const bounded = <Stub extends object>(stub: Stub, timeoutMs: number): Stub =>
  new Proxy(stub, {
    get(target, property) {
      const method: unknown = Reflect.get(target, property)
      if (typeof method !== 'function') return method
      return (...values: unknown[]) => withTimeout(timeoutMs, Reflect.apply(method, target, values))
    },
  })
