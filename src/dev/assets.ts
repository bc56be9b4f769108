/**
 * Puts the OpenAPI document, and the scripts and styles of the API reference and of the QR pages, where the Worker serves them,
 * so that they work offline. Leaves unchanged files alone, because a running server would restart.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { buildSync } from 'esbuild'
import { contracts } from './contracts.ts'
import { openApiDocument } from './openapi.ts'

const swaggerUi = dirname(fileURLToPath(import.meta.resolve('swagger-ui-dist/package.json')))
const target = fileURLToPath(new URL('../../public/api/docs', import.meta.url))

for (const file of ['swagger-ui-bundle.js', 'swagger-ui.css'])
  writeIfChanged(join(target, file), readFileSync(join(swaggerUi, file)))
writeIfChanged(join(target, 'reference.js'), readFileSync(new URL('../pages/reference.browser.js', import.meta.url)))
writeIfChanged(join(target, 'openapi.json'), JSON.stringify(openApiDocument(contracts)))
// Browsers request this file on pages that name no other icon.
const favicon = readFileSync(new URL('../pages/favicon.ico', import.meta.url))
writeIfChanged(fileURLToPath(new URL('../../public/favicon.ico', import.meta.url)), favicon)

const pages = fileURLToPath(new URL('../pages/qr/browser', import.meta.url))
const pageAssets = fileURLToPath(new URL('../../public/q/assets', import.meta.url))
const { outputFiles } = buildSync({
  entryPoints: ['scan.ts', 'display.ts', 'print.ts', 'page.css'].map(name => join(pages, name)),
  outdir: pageAssets,
  bundle: true,
  write: false,
  minify: true,
  format: 'esm',
  // Students have older phones too.
  target: 'es2019',
  external: ['icon.svg'],
})
for (const { path, contents } of outputFiles) writeIfChanged(path, contents)
writeIfChanged(join(pageAssets, 'icon.svg'), readFileSync(join(pages, 'icon.svg')))

function writeIfChanged(path: string, contents: Uint8Array | string): void {
  const bytes = Buffer.from(contents)
  if (existsSync(path) && readFileSync(path).equals(bytes)) return
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, bytes)
}
