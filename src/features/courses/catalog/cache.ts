import type { AppContext } from '../../../http/context.ts'
import { purgeTags } from '../../../http/edge-cache.ts'

/** The catalog may be this old; its answers carry the tag by which a change purges them. */
export const CATALOG_CACHE = { seconds: 30, tag: 'catalog' }

export const purgeCatalog = (c: AppContext, ...tags: string[]) => purgeTags(c, CATALOG_CACHE.tag, ...tags)
