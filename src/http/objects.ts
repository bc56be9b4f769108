/** Reaching this deployment's Durable Objects: where they live, and how long anybody waits for one. */
import { storeTimeoutMs, withTimeout } from '../db/timeout.ts'

/**
 * The object of that name. It is born near its first caller, and stays there; with `JURISDICTION` set, which `npm run deploy --
 * --jurisdiction eu` does once for objects and database, within that jurisdiction. The same name in another is another object.
 * Its calls throw `StoreTimeout` when they take longer than `storeTimeoutMs`.
 */
export function objectNamed<T extends Rpc.DurableObjectBranded | undefined>(
  env: Env,
  namespace: DurableObjectNamespace<T>,
  name: string,
): DurableObjectStub<T> {
  // Deploying allows no other value.
  const jurisdiction = env.JURISDICTION as DurableObjectJurisdiction | ''
  const stub = (jurisdiction ? namespace.jurisdiction(jurisdiction) : namespace).getByName(name)
  return bounded(stub, storeTimeoutMs(env))
}

/** A stub of which every method is called in time; its properties are methods, but for its id and name. */
const bounded = <Stub extends object>(stub: Stub, timeoutMs: number): Stub =>
  new Proxy(stub, {
    get(target, property) {
      const method: unknown = Reflect.get(target, property)
      if (typeof method !== 'function') return method
      return (...values: unknown[]) => withTimeout(timeoutMs, Reflect.apply(method, target, values))
    },
  })
