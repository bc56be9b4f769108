/** Storage as the migrations leave it, for each test file; files share a worker, so that it starts once. */
import { applyD1Migrations, reset } from 'cloudflare:test'
import { env } from 'cloudflare:workers'

const USERS_OF_A_FILE = 1_000_000
let files = 0

export async function freshStorage(): Promise<void> {
  await reset()
  await applyD1Migrations(env.DB, env.MIGRATIONS)
  // The isolate counts each user's requests of a day: no id comes twice in its life.
  const last = files++ * USERS_OF_A_FILE
  await env.DB.prepare("INSERT INTO sqlite_sequence (name, seq) VALUES ('users', ?)").bind(last).run()
}
