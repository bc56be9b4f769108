/** What it takes to start LearnMore, compiling and all, against a Worker that is nothing but Hono. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createTestHarness } from 'wrangler'
import { captureOrExit } from '../../../src/dev/wrangler.ts'

export type StartUp = { learnMoreMs: number; bareMs: number }

/**
 * It does nothing but compute, so the clock on the wall shows the processor's time, when nobody else wants it. That clock
 * tells whole milliseconds: what takes less is loaded under many names.
 */
const timed = (copies: number) => `export default {
  async fetch() {
    const before = performance.now()
    for (let copy = 0; copy < ${copies}; copy += 1) await import('./' + copy + '.js')
    return new Response(String((performance.now() - before) / ${copies}))
  },
}`
const COPIES = { learnMore: 1, bare: 30 }
const COMPATIBILITY_DATE = '2026-10-01'

/** The least of so many starts of each, turn and turn about, every one in a new process. */
export async function measureStartUp(starts: number): Promise<StartUp> {
  const folder = () => mkdtempSync(join(tmpdir(), 'learnmore-start-'))
  const folders = { learnMore: folder(), bare: folder() }
  const config = join(folders.bare, 'wrangler.json')
  const main = fileURLToPath(new URL('./nothing-but-hono/index.ts', import.meta.url))
  writeFileSync(config, JSON.stringify({ name: 'bare', main, compatibility_date: COMPATIBILITY_DATE }))
  await captureOrExit('deploy', '--dry-run', '--minify', '--outdir', folders.learnMore)
  await captureOrExit('deploy', '--dry-run', '--minify', '--outdir', folders.bare, '--config', config)
  for (const name of ['learnMore', 'bare'] as const) {
    writeFileSync(join(folders[name], 'timed.js'), timed(COPIES[name]))
    const built = readFileSync(join(folders[name], 'index.js'), 'utf8')
    // Each a text of its own, or the second would find what the first had compiled.
    for (let copy = 0; copy < COPIES[name]; copy += 1)
      writeFileSync(join(folders[name], `${copy}.js`), `// ${copy}\n${built}`)
  }
  const took = { learnMore: [] as number[], bare: [] as number[] }
  for (let turn = 0; turn < starts; turn += 1) {
    for (const name of ['learnMore', 'bare'] as const) took[name].push(await startMs(folders[name]))
  }
  for (const used of Object.values(folders)) rmSync(used, { recursive: true })
  return { learnMoreMs: Math.min(...took.learnMore), bareMs: Math.min(...took.bare) }
}

async function startMs(root: string): Promise<number> {
  const harness = createTestHarness({
    root,
    workers: [
      {
        config: {
          name: 'start',
          main: 'timed.js',
          compatibility_date: COMPATIBILITY_DATE,
          no_bundle: true,
          find_additional_modules: true,
          rules: [{ type: 'ESModule', globs: ['**/*.js'] }],
        },
      },
    ],
  })
  const { url } = await harness.listen()
  const text = await (await fetch(url)).text()
  await harness.close()
  return Number(text)
}
