/**
 * `npm run client`: writes `client/src/schema.ts`, the types of the API, from the contracts. With `--check` it only fails when
 * they are stale: the file begins with the hash of the document that it was made from, so the check needs no generator.
 */
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Json, refTo } from './components.ts'
import { contracts } from './contracts.ts'
import { openApiDocument } from './openapi.ts'

// Only this command needs them, and the generator not the compiler that the project has, so npm fetches them for it.
const GENERATOR = ['--package', 'openapi-typescript@7.13.0', '--package', 'typescript@5.9.3']
const file = fileURLToPath(new URL('../../client/src/schema.ts', import.meta.url))
const document = JSON.stringify(withSharedRefusals(openApiDocument(contracts)))
const header = `/** \`npm run client\` writes this file. OpenAPI document ${createHash('sha256').update(document).digest('hex')} */\n`

/** The document with one component for all refusals of one form: in place, they would be two thirds of the types. */
function withSharedRefusals({ paths, components, ...rest }: Json): Json {
  const isRefusal = (response: unknown) =>
    JSON.stringify(response).includes('"schema":{"$ref":"#/components/schemas/ErrorDetail"}')
  const shared = JSON.parse(JSON.stringify(paths), (key, value) =>
    /^[45]\d\d$/.test(key) && isRefusal(value) ? { $ref: '#/components/responses/Refused' } : value,
  )
  const content = { 'application/json': { schema: refTo('ErrorDetail') } }
  const responses = { Refused: { description: 'A refusal with its code', content } }
  return { ...rest, paths: shared, components: { ...(components as Json), responses } }
}

if (!process.argv.includes('--check')) {
  const folder = mkdtempSync(join(tmpdir(), 'learnmore-client-'))
  const source = join(folder, 'openapi.json')
  writeFileSync(source, document)
  const { status, stdout, stderr } = spawnSync('npx', ['--yes', ...GENERATOR, 'openapi-typescript', source], {
    encoding: 'utf8',
    maxBuffer: 1 << 26,
  })
  rmSync(folder, { recursive: true })
  if (status !== 0) throw new Error(stderr)
  writeFileSync(file, header + stdout)
  console.log('Wrote client/src/schema.ts.')
} else if (readFileSync(file, 'utf8').startsWith(header)) {
  console.log('client/src/schema.ts is up to date.')
} else {
  console.error('client/src/schema.ts is stale: npm run client')
  process.exitCode = 1
}
