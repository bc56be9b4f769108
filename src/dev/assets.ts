/**
 * Lays the scripts and styles of the API reference and of the QR pages where the Worker serves them, so that all of it
 * works offline. What is there already is not touched: a server that runs beside this would start anew.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { buildSync } from 'esbuild'

const swaggerUi = dirname(fileURLToPath(import.meta.resolve('swagger-ui-dist/package.json')))
const target = fileURLToPath(new URL('../../public/api/docs', import.meta.url))

for (const file of ['swagger-ui-bundle.js', 'swagger-ui.css'])
  lay(join(target, file), readFileSync(join(swaggerUi, file)))
lay(join(target, 'reference.js'), readFileSync(new URL('../pages/reference.browser.js', import.meta.url)))
// Asked for by browsers wherever a page names no other.
const favicon = readFileSync(new URL('../pages/favicon.ico', import.meta.url))
lay(fileURLToPath(new URL('../../public/favicon.ico', import.meta.url)), favicon)

const pages = fileURLToPath(new URL('../pages/qr/browser', import.meta.url))
const pageAssets = fileURLToPath(new URL('../../public/q/assets', import.meta.url))
const { outputFiles } = buildSync({
  entryPoints: ['scan.ts', 'display.ts', 'print.ts', 'page.css'].map(name => join(pages, name)),
  outdir: pageAssets,
  bundle: true,
  write: false,
  minify: true,
  format: 'esm',
  // Phones of students are not the newest.
  target: 'es2019',
  external: ['icon.svg'],
})
for (const { path, contents } of outputFiles) lay(path, contents)
lay(join(pageAssets, 'icon.svg'), readFileSync(join(pages, 'icon.svg')))

function lay(path: string, contents: Uint8Array | string): void {
  const bytes = Buffer.from(contents)
  if (existsSync(path) && readFileSync(path).equals(bytes)) return
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, bytes)
}
