/** Wakes the objects that send messages of webhooks. */
import { describe } from './errors.ts'
import { objectNamed } from './objects.ts'

/** The object of a webhook. It serves the database more than its callers. */
export const webhookObject = (env: Env, id: number) =>
  objectNamed(env, env.WEBHOOKS, String(id), { nearDatabase: true })

/** Never throws: a webhook that was not woken is woken by its next event or by the cron job. */
export async function wakeWebhooks(env: Env, ids: readonly number[]): Promise<void> {
  await Promise.all(
    ids.map(id =>
      webhookObject(env, id)
        .wake()
        .catch(error => console.error({ event: 'webhook not woken', webhook: id, ...describe(error) })),
    ),
  )
}
