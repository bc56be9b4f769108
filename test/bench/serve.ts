/** The Workers under load: LearnMore as it would be deployed, and the bare one, each on a port and a store of its own. */
import { randomBytes } from 'node:crypto'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createTestHarness, type TestHarnessOptions } from 'wrangler'
import { type Configuration, readConfiguration, writeConfiguration } from '../../src/dev/configuration.ts'
import { captureOrExit } from '../../src/dev/wrangler.ts'

export type Served = {
  origin: URL
  db: D1Database
  /** What it logged as errors. */
  errors(): string[]
  /** Processor time its processes have taken so far; NaN where no /proc tells. */
  cpuMs(): number
  close(): Promise<void>
}

// The stores go into memory where there is a file system of it: a disk's fsync would hide what the code costs.
if (existsSync('/dev/shm') && process.env['TMPDIR'] === undefined) {
  const memory = mkdtempSync('/dev/shm/learnmore-bench-')
  process.env['TMPDIR'] = memory
  process.once('exit', () => rmSync(memory, { recursive: true, force: true }))
}
// It would ask Cloudflare where this machine is.
process.env['CLOUDFLARE_CF_FETCH_ENABLED'] = 'false'

await import('../../src/dev/assets.ts')

const root = fileURLToPath(new URL('../..', import.meta.url))

/**
 * Built once, minified, with the daily quotas off: a benchmark is one address and would soon have had its share.
 * @param entry in place of the deployed one; an `index.ts`, unless it brings objects
 * @param objects classes of the entry that the deployment does not have, by binding
 */
export async function serveLearnMore(
  jwtSecret: string,
  entry = 'src/index.ts',
  objects: Record<string, string> = {},
): Promise<Served> {
  const folder = mkdtempSync(join(tmpdir(), 'learnmore-bench-'))
  const built = join(folder, 'built')
  const configPath = await configurationFor(entry, objects, folder)
  await captureOrExit('deploy', entry, '--config', configPath, '--dry-run', '--minify', '--outdir', built)
  const served = await serve({
    configPath,
    prebuiltWorkerDir: built,
    // All there are, or a fresh clone, which has no .dev.vars, would be refused everything.
    secrets: { JWT_SECRET: jwtSecret, RECEIPT_SECRET: randomBytes(48).toString('base64url') },
    // What is logged passes through wrangler here, which is no part of what is measured.
    vars: { RATE_LIMIT_ANON_PER_DAY: '0', RATE_LIMIT_USER_PER_DAY: '0', LOG: 'failures' },
  })
  await served.migrate()
  return {
    ...served,
    async close() {
      await served.close()
      rmSync(folder, { recursive: true })
    },
  }
}

/** @returns where the deployment's configuration is, or one in the folder with more objects */
async function configurationFor(entry: string, objects: Record<string, string>, folder: string): Promise<string> {
  const deployed = 'wrangler.toml'
  const classes = Object.values(objects)
  if (classes.length === 0) return deployed
  type WithObjects = Configuration & { durable_objects: { bindings: object[] }; migrations: object[] }
  const config = (await readConfiguration(deployed)) as WithObjects
  const bindings = Object.entries(objects).map(([name, class_name]) => ({ name, class_name }))
  const more: WithObjects = {
    ...config,
    main: entry,
    durable_objects: { bindings: [...config.durable_objects.bindings, ...bindings] },
    migrations: [...config.migrations, { tag: 'bench', new_sqlite_classes: classes }],
  }
  return writeConfiguration(join(folder, 'wrangler.json'), deployed, more)
}

export async function serveBare(): Promise<Served> {
  const served = await serve({
    config: {
      name: 'bare',
      main: 'test/bench/bare.ts',
      compatibility_date: '2026-10-01',
      // As LearnMore has them: locally a request passes wrangler's own Workers for assets before it reaches the code.
      assets: { directory: 'public' },
      d1_databases: [{ binding: 'DB', database_name: 'bare' }],
      durable_objects: { bindings: [{ name: 'CELLS', class_name: 'Cell' }] },
      migrations: [{ tag: 'v1', new_sqlite_classes: ['Cell'] }],
    },
  })
  await served.db.batch(BARE_TABLES.map(text => served.db.prepare(text)))
  return served
}

/** One to write to, and one to read from whose rows are as wide as a course. */
const BARE_TABLES = [
  'CREATE TABLE notes (id INTEGER PRIMARY KEY, learner INTEGER NOT NULL, text TEXT NOT NULL)',
  `CREATE TABLE pages (id INTEGER PRIMARY KEY, title TEXT, slug TEXT, description TEXT, status TEXT, kind TEXT, owner_id INTEGER,
    owner_name TEXT, seats INTEGER, taken INTEGER, created_at INTEGER, updated_at INTEGER)`,
  `INSERT INTO pages WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000)
    SELECT i, 'Page ' || i || ' about all sorts', 'page-' || i,
      'What everybody should know of number ' || i || ', told in 6 modules with quizzes, examples and a little patience.',
      'published', 'open', i, 'First' || i || ' Last', 0, i, 1790000000, 1790000000 FROM n`,
]

async function serve(worker: TestHarnessOptions['workers'][number]) {
  const before = children()
  const harness = createTestHarness({ root, workers: [worker] })
  const { url: origin } = await harness.listen()
  const handle = harness.getWorker<{ DB: D1Database }>()
  const { DB: db } = await handle.getEnv()
  const processes = children().filter(pid => !before.includes(pid))
  return {
    origin,
    db,
    migrate: () => handle.applyD1Migrations('DB'),
    errors: () =>
      harness
        .getLogs()
        .filter(({ level }) => level === 'error')
        .map(({ message }) => message),
    cpuMs: () => (processes.length === 0 ? Number.NaN : processes.reduce((sum, pid) => sum + cpuMsOf(pid), 0)),
    close: () => harness.close(),
  }
}

function children(): string[] {
  const file = `/proc/${process.pid}/task/${process.pid}/children`
  return existsSync(file) ? readFileSync(file, 'utf8').trim().split(' ') : []
}

/** The kernel counts hundredths of a second, of the user and of the system. */
function cpuMsOf(pid: string): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /s, '')
    .split(' ')
  return (Number(fields[11]) + Number(fields[12])) * 10
}
