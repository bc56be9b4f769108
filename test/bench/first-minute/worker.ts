/** LearnMore before a D1 that takes its time. The product knows nothing of it: Worker and objects get other bindings. */
import type { DurableObject } from 'cloudflare:workers'
import worker, * as product from '../../../src/index.ts'
import { onSlowD1, type SlowEnv, slowD1 } from './slow-d1.ts'

type ObjectClass<T> = new (ctx: DurableObjectState, env: Env) => T

/** The class, whose objects get the slow D1. */
function slow<T extends DurableObject<Env>>(Base: ObjectClass<T>): ObjectClass<T> {
  const Slow = class extends (Base as ObjectClass<DurableObject<Env>>) {
    constructor(ctx: DurableObjectState, env: Env) {
      super(ctx, onSlowD1(env))
    }
  }
  return Slow as ObjectClass<DurableObject<Env>> as ObjectClass<T>
}

export { SlowD1 } from './slow-d1.ts'
export const AttemptSession = slow(product.AttemptSession)
export const Gate = slow(product.Gate)
export const RegradeJob = slow(product.RegradeJob)

export default {
  async fetch(request, env, ctx) {
    const { pathname, searchParams } = new URL(request.url)
    if (pathname !== '/__use') return worker.fetch(request, onSlowD1(env), ctx)
    return Response.json(await slowD1(env).takeUse(Number(searchParams.get('added-ms'))))
  },
} satisfies ExportedHandler<SlowEnv>
