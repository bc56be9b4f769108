/** Where this deployment's Durable Objects live; `npm run deploy -- --jurisdiction eu` sets it once, for them and the database. */

/**
 * The object of that name. It is born near its first caller, and stays there; with `JURISDICTION` set, within that jurisdiction.
 * The same name in another jurisdiction is another object.
 */
export function objectNamed<T extends Rpc.DurableObjectBranded | undefined>(
  env: Env,
  namespace: DurableObjectNamespace<T>,
  name: string,
): DurableObjectStub<T> {
  // Deploying allows no other value.
  const jurisdiction = env.JURISDICTION as DurableObjectJurisdiction | ''
  return (jurisdiction ? namespace.jurisdiction(jurisdiction) : namespace).getByName(name)
}
