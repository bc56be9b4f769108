import { app } from './app.ts'
import { purge } from './db/purge.ts'
import { sweepRegrades } from './features/attempts/regrades/job.ts'
import { sweepAttempts } from './features/attempts/sweep.ts'

export { RegradeJob } from './features/attempts/regrades/job.ts'
export { AttemptSession } from './features/attempts/session.ts'
export { Gate } from './http/gates.ts'

export default {
  fetch: app.fetch,
  async scheduled(_controller, env) {
    const now = Date.now()
    await sweepAttempts(env, Math.floor(now / 1000))
    await sweepRegrades(env)
    await purge(env, now)
  },
} satisfies ExportedHandler<Env>
