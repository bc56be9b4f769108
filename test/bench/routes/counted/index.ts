/**
 * The Worker as deployed; a request that asks for it is told in a header what it did in D1, its attempt's object and its quiz's desk included.
 * All others pass untouched. Such requests come one at a time, so one set of counts is enough.
 */

import worker, {
  AttemptSession as Attempt,
  QuizDesk as Desk,
  ExamRoom,
  Gate,
  RegradeJob,
  WebhookEndpoint,
} from '../../../../src/index.ts'
import { countedDatabase } from '../../../helpers/counted-database.ts'

export { ExamRoom, Gate, RegradeJob, WebhookEndpoint }

let counts: { d1Trips: number; rowsRead: number; rowsWritten: number } | null = null

const watched = (env: Env): Env => ({
  ...env,
  get DB() {
    return counts ? countedDatabase(env.DB, counts) : env.DB
  },
})

export class AttemptSession extends Attempt {
  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, watched(env))
  }
}

export class QuizDesk extends Desk {
  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, watched(env))
  }
}

export default {
  async fetch(request, env, ctx) {
    if (!request.headers.has('X-Count')) return worker.fetch(request, env, ctx)
    const own = (counts = { d1Trips: 0, rowsRead: 0, rowsWritten: 0 })
    const response = await worker.fetch(request, watched(env), ctx)
    const counted = new Response(response.body, response)
    counted.headers.set('X-Counts', JSON.stringify(own))
    counts = null
    return counted
  },
  scheduled: worker.scheduled,
} satisfies ExportedHandler<Env>
