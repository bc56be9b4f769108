/** The Workers under load: LearnMore as it would be deployed, and the bare one, each on a port and a store of its own. */
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createTestHarness, type TestHarnessOptions } from 'wrangler'
import { must } from '../../src/dev/wrangler.ts'

export type Served = {
  origin: URL
  db: D1Database
  /** What it logged as errors. */
  errors(): string[]
  close(): Promise<void>
}

// The stores go into memory where there is a file system of it: a disk's fsync would hide what the code costs.
if (existsSync('/dev/shm')) process.env['TMPDIR'] ??= '/dev/shm'
// It would ask Cloudflare where this machine is.
process.env['CLOUDFLARE_CF_FETCH_ENABLED'] = 'false'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** Built once, minified, with the daily quotas off: a benchmark is one address and would soon have had its share. */
export async function serveLearnMore(jwtSecret: string): Promise<Served> {
  await import('../../src/dev/assets.ts')
  const built = mkdtempSync(join(tmpdir(), 'learnmore-bench-'))
  await must('deploy', '--dry-run', '--minify', '--outdir', built)
  const served = await serve({
    configPath: 'wrangler.toml',
    prebuiltWorkerDir: built,
    secrets: { JWT_SECRET: jwtSecret },
    vars: { RATE_LIMIT_ANON_PER_DAY: '0', RATE_LIMIT_USER_PER_DAY: '0' },
  })
  await served.migrate()
  return {
    ...served,
    async close() {
      await served.close()
      rmSync(built, { recursive: true })
    },
  }
}

export async function serveBare(): Promise<Served> {
  const served = await serve({
    config: {
      name: 'bare',
      main: 'test/bench/bare.ts',
      compatibility_date: '2026-10-01',
      d1_databases: [{ binding: 'DB', database_name: 'bare' }],
      durable_objects: { bindings: [{ name: 'CELLS', class_name: 'Cell' }] },
      migrations: [{ tag: 'v1', new_sqlite_classes: ['Cell'] }],
    },
  })
  await served.db
    .prepare('CREATE TABLE notes (id INTEGER PRIMARY KEY, learner INTEGER NOT NULL, text TEXT NOT NULL)')
    .run()
  return served
}

async function serve(worker: TestHarnessOptions['workers'][number]) {
  const harness = createTestHarness({ root, workers: [worker] })
  const { url: origin } = await harness.listen()
  const handle = harness.getWorker<{ DB: D1Database }>()
  const { DB: db } = await handle.getEnv()
  return {
    origin,
    db,
    migrate: () => handle.applyD1Migrations('DB'),
    errors: () =>
      harness
        .getLogs()
        .filter(({ level }) => level === 'error')
        .map(({ message }) => message),
    close: () => harness.close(),
  }
}
