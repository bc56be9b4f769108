/** Access to the deployment's Durable Objects: where they live, and how long a call waits for one. */
import { storeTimeoutMs, withTimeout } from '../db/timeout.ts'

/**
 * The object of that name. The platform places it near its first caller for good, or within `JURISDICTION`, which `npm run
 * deploy -- --jurisdiction eu` sets once for objects and database. The same name in another jurisdiction is another object.
 * Its calls throw `StoreTimeout` when they take longer than `storeTimeoutMs`.
 */
export function objectNamed<T extends Rpc.DurableObjectBranded | undefined>(
  env: Env,
  namespace: DurableObjectNamespace<T>,
  name: string,
): DurableObjectStub<T> {
  // The deploy command allows no other value.
  const jurisdiction = env.JURISDICTION as DurableObjectJurisdiction | ''
  const stub = (jurisdiction ? namespace.jurisdiction(jurisdiction) : namespace).getByName(name)
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
