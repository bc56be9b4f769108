/** Storage as the migrations leave it, for each test file; files share a worker, so that it starts once. */
import { applyD1Migrations, reset } from 'cloudflare:test'
import { env } from 'cloudflare:workers'

const IDS_OF_A_FILE = 100_000
let files = 0

export async function freshStorage(): Promise<void> {
  await reset()
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
