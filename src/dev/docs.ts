/** `npm run docs`: writes `docs/use/endpoints.md` from the contracts. With `--check` it only fails when the page is stale. */
import { readFileSync, writeFileSync } from 'node:fs'
import { contracts } from './contracts.ts'
import { endpointsPage } from './endpoints.ts'

const page = endpointsPage(contracts)
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
