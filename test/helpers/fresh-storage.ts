/** Storage as the migrations leave it, for each test file; files share a worker, so that it starts once. */
import { applyD1Migrations, reset } from 'cloudflare:test'
import { env } from 'cloudflare:workers'

const IDS_OF_A_FILE = 100_000
const RESETS_AT_MOST = 50
const WAIT_MS = 50
let files = 0

export async function freshStorage(): Promise<void> {
  await empty()
  await applyD1Migrations(env.DB, env.MIGRATIONS)
  // No id of an account, attempt or question comes twice in a worker's life: the isolate counts an account's requests, and
  // objects of attempts and questions may still be in memory. Ids below are for files that choose their own.
  files += 1
  await env.DB.prepare(
    "INSERT INTO sqlite_sequence (name, seq) VALUES ('users', ?1), ('attempts', ?1), ('questions', ?1)",
  )
    .bind(files * IDS_OF_A_FILE)
    .run()
}

/** Under load a reset can leave the database as it was, so it is looked at, and reset again. */
async function empty(): Promise<void> {
  for (let attempt = 0; attempt < RESETS_AT_MOST; attempt += 1) {
    await reset()
    const { results } = await env.DB.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'd1_migrations'").all()
    if (results.length === 0) return
    await scheduler.wait(WAIT_MS)
  }
  throw new Error('the database is not reset')
}
