/** Numbered pages with absolute links, the same for every list. */

import * as z from 'zod'
import type { AppContext } from './context.ts'
import { notFound } from './errors.ts'
import { object } from './fields.ts'

export const DEFAULT_PAGE_SIZE = 10
export const MAX_PAGE_SIZE = 100

/** Spread into the query schema of a list. Larger sizes are clamped; an invalid size counts as the default. */
export const pageQuery = {
  get page() {
    return z.string().optional().meta({ type: 'integer', minimum: 1, default: 1, description: 'Page number, from 1' })
  },
  get page_size() {
    return z.string().optional().meta({
      type: 'integer',
      minimum: 1,
      maximum: MAX_PAGE_SIZE,
      default: DEFAULT_PAGE_SIZE,
      description: 'Results per page',
    })
  },
}

export type Page = { number: number; limit: number; offset: number }

/** @throws 404 `Invalid page.` for a page that is not a positive integer */
export function pageOf(query: { page?: string; page_size?: string }): Page {
  const number = positive(query.page ?? '1')
  if (number === null) throw notFound('Invalid page.')
  const limit = Math.min(positive(query.page_size ?? '') ?? DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE)
  const offset = (number - 1) * limit
  if (!Number.isSafeInteger(offset + limit)) throw notFound('Invalid page.')
  return { number, limit, offset }
}

function positive(value: string): number | null {
  const number = /^\d{1,16}$/.test(value) ? Number(value) : 0
  return number > 0 && Number.isSafeInteger(number) ? number : null
}

/** The body of a page of the given items. */
export const paginated = <Item extends z.ZodType>(item: Item) =>
  object(() => ({
    count: z.int().meta({ examples: [1], description: 'Entries on all pages together' }),
    next: z
      .url()
      .nullable()
      .meta({ examples: [null] }),
    previous: z
      .url()
      .nullable()
      .meta({ examples: [null] }),
    results: z.array(item),
  }))

/** @throws 404 `Invalid page.` for a page past the end; page 1 of an empty list is an empty page */
export function pageBody<Item>(c: AppContext, page: Page, count: number, results: Item[]) {
  if (page.number > 1 && page.offset >= count) throw notFound('Invalid page.')
  return {
    count,
    next: page.offset + page.limit < count ? linkTo(c, page.number + 1) : null,
    previous: page.number > 1 ? linkTo(c, page.number - 1) : null,
    results,
  }
}

/** This request's URL in its documented form, with another page and every other parameter kept. */
function linkTo(c: AppContext, page: number): string {
  const url = new URL(c.req.url)
  const link = new URL(`${url.pathname.replace(/\/$/, '')}/${url.search}`, c.env.PUBLIC_ORIGIN || url.origin)
  if (page === 1) link.searchParams.delete('page')
  else link.searchParams.set('page', String(page))
  return link.href
}
