/** Storage as the migrations leave it, for each test file; files share a worker, so that it starts once. */
import { applyD1Migrations, reset } from 'cloudflare:test'
import { env } from 'cloudflare:workers'

const IDS_OF_A_FILE = 100_000
let files = 0

export async function freshStorage(): Promise<void> {
  await reset()
  await applyD1Migrations(env.DB, env.MIGRATIONS)
  // No id of an account or attempt comes twice in a worker's life: the isolate counts an account's requests, and an attempt's
  // object may still be in memory.
  const last = files * IDS_OF_A_FILE
  files += 1
  await env.DB.prepare(
    "INSERT INTO sqlite_sequence (name, seq) VALUES ('users', ?1), ('attempts', ?1), ('questions', ?1)",
  )
    .bind(last)
    .run()
}
