import { app } from './app.ts'
import { runCron } from './cron/run.ts'

export { QuizDesk } from './features/attempts/desk/desk.ts'
export { RegradeJob } from './features/attempts/regrades/job.ts'
export { ExamRoom } from './features/attempts/room/room.ts'
export { AttemptSession } from './features/attempts/session/session.ts'
export { WebhookEndpoint } from './features/webhooks/delivery/endpoint.ts'
export { Gate } from './http/gates.ts'

export default {
  fetch: app.fetch,
  scheduled: (_controller, env) => runCron(env, Date.now()),
} satisfies ExportedHandler<Env>
