/** `npm run docs`: writes the pages of `docs/use/` that come from the code. With `--check` it only fails when one is stale. */
import { readFileSync, writeFileSync } from 'node:fs'
import { contracts } from './contracts.ts'
import { endpointsPage } from './endpoints.ts'
import { errorsPage } from './error-codes.ts'

const PAGES = { 'endpoints.md': endpointsPage(contracts), 'errors.md': errorsPage() }

for (const [name, page] of Object.entries(PAGES)) {
  const file = new URL(`../../docs/use/${name}`, import.meta.url)
  if (!process.argv.includes('--check')) {
    writeFileSync(file, page)
    console.log(`Wrote docs/use/${name}.`)
  } else if (readFileSync(file, 'utf8') === page) {
    console.log(`docs/use/${name} is up to date.`)
  } else {
    console.error(`docs/use/${name} is stale: npm run docs`)
    process.exitCode = 1
  }
}
