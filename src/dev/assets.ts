/**
 * Lays the scripts and styles of the API reference and of the QR pages where the Worker serves them, so that all of it
 * works offline.
 */
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { buildSync } from 'esbuild'

const swaggerUi = dirname(fileURLToPath(import.meta.resolve('swagger-ui-dist/package.json')))
const target = fileURLToPath(new URL('../../public/api/docs', import.meta.url))

mkdirSync(target, { recursive: true })
for (const file of ['swagger-ui-bundle.js', 'swagger-ui.css', 'favicon-32x32.png'])
  copyFileSync(join(swaggerUi, file), join(target, file))
writeFileSync(
  join(target, 'reference.js'),
  `SwaggerUIBundle({ url: '/api/openapi.json', dom_id: '#reference', deepLinking: true, tryItOutEnabled: true, persistAuthorization: true })\n`,
)

const pages = fileURLToPath(new URL('../pages/qr/browser', import.meta.url))
const pageAssets = fileURLToPath(new URL('../../public/q/assets', import.meta.url))
buildSync({
  entryPoints: ['scan.ts', 'display.ts', 'print.ts', 'page.css'].map(name => join(pages, name)),
  outdir: pageAssets,
  bundle: true,
  minify: true,
  format: 'esm',
  target: 'es2022',
  external: ['icon.svg'],
})
copyFileSync(join(pages, 'icon.svg'), join(pageAssets, 'icon.svg'))
