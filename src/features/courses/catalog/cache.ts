import type { AppContext } from '../../../http/context.ts'
import { purgeTags } from '../../../http/edge-cache.ts'

/** How old a cached catalog may be, and the tag by which a change purges it. */
export const CATALOG_CACHE = { seconds: 30, tag: 'catalog' }

export const purgeCatalog = (c: AppContext, ...tags: string[]) => purgeTags(c, CATALOG_CACHE.tag, ...tags)
