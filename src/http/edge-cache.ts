import type { AppContext } from './context.ts'

/** Purges cached answers by tag where the platform offers it; elsewhere they expire by their `max-age`. */
export async function purgeTags(c: AppContext, ...tags: string[]): Promise<void> {
  const { cache } = c.executionCtx as { cache?: { purge(what: { tags: string[] }): Promise<unknown> } }
  await cache?.purge({ tags })
}
