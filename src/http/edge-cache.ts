import type { AppContext } from './context.ts'

/** Where the platform keeps cached answers; elsewhere they simply live as long as they said. */
export async function purgeTags(c: AppContext, ...tags: string[]): Promise<void> {
  const { cache } = c.executionCtx as { cache?: { purge(what: { tags: string[] }): Promise<unknown> } }
  await cache?.purge({ tags })
}
