import type { AppContext } from './api.ts'

/** Where the platform keeps cached answers; elsewhere they simply live as long as they said. */
export async function purgeTag(c: AppContext, tag: string): Promise<void> {
  const { cache } = c.executionCtx as { cache?: { purge(what: { tags: string[] }): Promise<unknown> } }
  await cache?.purge({ tags: [tag] })
}
