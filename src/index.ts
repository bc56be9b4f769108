import { app } from './app.ts'
import { purge } from './db/purge.ts'

export { Gate } from './http/gates.ts'

export default {
  fetch: app.fetch,
  async scheduled(_controller, env) {
    await purge(env.DB, Date.now())
  },
} satisfies ExportedHandler<Env>
