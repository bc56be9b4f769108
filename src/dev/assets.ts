/** Lays the API reference's scripts and styles where the Worker serves them, so that it works offline. */
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const swaggerUi = dirname(fileURLToPath(import.meta.resolve('swagger-ui-dist/package.json')))
const target = fileURLToPath(new URL('../../public/api/docs', import.meta.url))

mkdirSync(target, { recursive: true })
for (const file of ['swagger-ui-bundle.js', 'swagger-ui.css', 'favicon-32x32.png'])
  copyFileSync(join(swaggerUi, file), join(target, file))
writeFileSync(
  join(target, 'reference.js'),
  `SwaggerUIBundle({ url: '/api/openapi.json', dom_id: '#reference', deepLinking: true, tryItOutEnabled: true, persistAuthorization: true })\n`,
)
