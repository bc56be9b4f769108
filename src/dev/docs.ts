/** `npm run docs`: writes `docs/use/endpoints.md` from the contracts. With `--check` it only fails when the page is stale. */
import { readFileSync, writeFileSync } from 'node:fs'
import { registerHooks } from 'node:module'
import { endpointsPage } from './endpoints.ts'

// The contracts import the classes of Durable Objects, whose base class exists only in the Workers runtime.
const WORKERS = 'data:text/javascript,export class DurableObject {}'
registerHooks({
  resolve: (specifier, context, next) =>
    specifier === 'cloudflare:workers' ? { url: WORKERS, shortCircuit: true } : next(specifier, context),
})
const { api } = await import('../app.ts')

const page = endpointsPage(api.contracts)
const file = new URL('../../docs/use/endpoints.md', import.meta.url)
if (!process.argv.includes('--check')) {
  writeFileSync(file, page)
  console.log('Wrote docs/use/endpoints.md.')
} else if (readFileSync(file, 'utf8') === page) {
  console.log('docs/use/endpoints.md is up to date.')
} else {
  console.error('docs/use/endpoints.md is stale: npm run docs')
  process.exitCode = 1
}
