/** The contracts of all operations, outside of the Workers runtime. */
import { registerHooks } from 'node:module'

// The contracts import the classes of Durable Objects, whose base class exists only in the Workers runtime.
const WORKERS = 'data:text/javascript,export class DurableObject {}'
registerHooks({
  resolve: (specifier, context, next) =>
    specifier === 'cloudflare:workers' ? { url: WORKERS, shortCircuit: true } : next(specifier, context),
})
const { api } = await import('../app.ts')
export const { contracts } = api
