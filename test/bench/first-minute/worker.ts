/** LearnMore before a D1 that takes its time. The product knows nothing of it: Worker and objects get other bindings. */
import worker, * as product from '../../../src/index.ts'
import { onSlowD1, type SlowEnv, slow, slowD1 } from './slow-d1.ts'

export { SlowD1 } from './slow-d1.ts'
export const AttemptSession = slow(product.AttemptSession)
export const ExamRoom = slow(product.ExamRoom)
export const WebhookEndpoint = slow(product.WebhookEndpoint)
export const Gate = slow(product.Gate)
export const QuizDesk = slow(product.QuizDesk)
export const RegradeJob = slow(product.RegradeJob)

export default {
  async fetch(request, env, ctx) {
    const { pathname, searchParams } = new URL(request.url)
    if (pathname !== '/__use') return worker.fetch(request, onSlowD1(env), ctx)
    return Response.json(await slowD1(env).takeUse(Number(searchParams.get('added-ms'))))
  },
} satisfies ExportedHandler<SlowEnv>
