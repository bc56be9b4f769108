/** `npm run bundle:check`: builds the bundle of a deployment and fails when it exceeds its budget. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { capture } from './wrangler.ts'

/** The bundle has a budget because every isolate parses it before its first answer. */
const BUDGET_KIB = 206

await import('./assets.ts')
const folder = mkdtempSync(join(tmpdir(), 'learnmore-bundle-'))
const { code, stdout, stderr } = await capture('deploy', '--dry-run', '--minify', '--outdir', folder)
const scripts = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(name => /\.(js|wasm)$/.test(name))
const bytes = scripts.reduce((sum, name) => sum + gzipSync(readFileSync(join(folder, name))).byteLength, 0)
rmSync(folder, { recursive: true })

const size = `${(bytes / 1024).toFixed(1)} KiB gzip of ${BUDGET_KIB}`
if (code !== 0 || scripts.length === 0) {
  console.error(`${stdout}${stderr}`)
  process.exitCode = 1
} else if (bytes > BUDGET_KIB * 1024) {
  console.error(`The bundle is too large: ${size}.`)
  process.exitCode = 1
} else {
  console.log(`Bundle: ${size}.`)
}
