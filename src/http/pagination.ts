/** Pages with absolute links, the same for every list: numbered ones, and where the order is an id also those after a cursor. */

import { sql } from 'drizzle-orm'
import * as z from 'zod'
import { type Names, type Statement, statement } from '../db/statement.ts'
import type { AppContext } from './context.ts'
import { invalid, notFound } from './errors.ts'
import { object } from './fields.ts'

export const DEFAULT_PAGE_SIZE = 10
export const MAX_PAGE_SIZE = 100

/** Spread into the query schema of a list. Larger sizes are clamped; an invalid size counts as the default. */
export const pageQuery = {
  get page() {
    return z.string().optional().meta({ type: 'integer', minimum: 1, default: 1, description: 'Page number, from 1' })
  },
  get page_size() {
    return z
      .string()
      .optional()
      .meta({
        type: 'integer',
        minimum: 1,
        default: DEFAULT_PAGE_SIZE,
        description: `Results per page; more than ${MAX_PAGE_SIZE} are cut to ${MAX_PAGE_SIZE}`,
      })
  },
}

/** Spread beside `pageQuery` into the query schema of a list whose order is an id, the highest first. */
export const cursorQuery = {
  get cursor() {
    return z.string().optional().meta({
      pattern: '^([1-9][0-9]{0,15})?$',
      description:
        'Instead of `page`: empty for the beginning, then as `next` has it. The answer has no `count`, no entry is skipped or repeated while entries are added, and every page costs the same',
    })
  },
}

export type Page = {
  /** From 1; null for a page after a cursor. */
  number: number | null
  /** The answer has at most this many entries. */
  size: number
  /** Rows to read. After a cursor it is one more than the answer has, which tells whether there is a further page. */
  limit: number
  offset: number
  /** In a list whose order is an id, the rows have ids below this one. */
  before: number
}

/**
 * @throws 404 `Invalid page.` for a page that is not a positive integer
 * @throws 400 on `cursor` for one that no answer had
 */
export function pageOf(query: { page?: string; page_size?: string; cursor?: string }): Page {
  const size = Math.min(positive(query.page_size ?? '') ?? DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE)
  if (query.cursor !== undefined) {
    const before = query.cursor === '' ? Number.MAX_SAFE_INTEGER : positive(query.cursor)
    if (before === null) throw invalid({ cursor: ['Invalid cursor.'] })
    return { number: null, size, limit: size + 1, offset: 0, before }
  }
  const number = positive(query.page ?? '1')
  if (number === null) throw notFound('invalid_page', 'Invalid page.')
  const offset = (number - 1) * size
  if (!Number.isSafeInteger(offset + size)) throw notFound('invalid_page', 'Invalid page.')
  return { number, size, limit: size, offset, before: Number.MAX_SAFE_INTEGER }
}

/**
 * The cursor as a value to give to a query that takes the newest of many parts of an index: without one such a query has no
 * bound, because each empty part would cost the reading of a row.
 */
export const cursorOf = ({ number, before }: Page): { before?: number } => (number === null ? { before } : {})

type Counted = { count: number }[]
const uncounted = statement((db, _: Names<object>) =>
  db.select({ count: sql<number>`0`.as('count') }).from(sql`(SELECT 1)`),
)
/** The statement that counts a list, or for a page after a cursor, whose answer has no count, one that reads nothing. */
export const countFor = (page: Page, count: Statement<Counted>): Statement<Counted> =>
  page.number === null ? uncounted({}) : count

function positive(value: string): number | null {
  const number = /^\d{1,16}$/.test(value) ? Number(value) : 0
  return number > 0 && Number.isSafeInteger(number) ? number : null
}

const links = () => ({
  next: z
    .url()
    .nullable()
    .meta({ examples: [null] }),
  previous: z
    .url()
    .nullable()
    .meta({ examples: [null] }),
})
const count = () => z.int().meta({ examples: [1], description: 'Entries on all pages together' })

/** The body of a page of the given items. */
export const paginated = <Item extends z.ZodType>(item: Item) =>
  object(() => ({ count: count(), ...links(), results: z.array(item) }))

/** The body of a page, by number or after a cursor, of the given items. */
export const paginatedById = <Item extends z.ZodType>(item: Item) =>
  object(() => ({
    count: count().optional().meta({ description: 'Entries on all pages together; absent where `cursor` was given' }),
    ...links(),
    results: z.array(item),
  }))

/** @throws 404 `Invalid page.` for a page past the end; page 1 of an empty list is an empty page */
export function pageBody<Item>(c: AppContext, page: Page, count: number, results: Item[]) {
  const number = page.number ?? 1
  if (number > 1 && page.offset >= count) throw notFound('invalid_page', 'Invalid page.')
  return {
    count,
    next: page.offset + page.limit < count ? linkTo(c, number + 1) : null,
    previous: number > 1 ? linkTo(c, number - 1) : null,
    results,
  }
}

/**
 * The body of a page of a list whose order is an id.
 * @param results the entries of all rows that were read
 * @param idOf the id by which the list is ordered
 * @throws 404 `Invalid page.` for a page past the end
 */
export function pageBodyById<Item>(
  c: AppContext,
  page: Page,
  count: number,
  results: Item[],
  idOf: (entry: Item) => number,
) {
  if (page.number !== null) return pageBody(c, page, count, results)
  const shown = results.slice(0, page.size)
  const last = shown.at(-1)
  const hasMore = last !== undefined && results.length > page.size
  return { next: hasMore ? linkAfter(c, idOf(last)) : null, previous: null, results: shown }
}

/** This request's URL in its documented form, with every parameter. */
function ownUrl(c: AppContext): URL {
  const url = new URL(c.req.url)
  return new URL(`${url.pathname.replace(/\/$/, '')}/${url.search}`, c.env.PUBLIC_ORIGIN || url.origin)
}

/** This request's URL with another page. */
function linkTo(c: AppContext, page: number): string {
  const link = ownUrl(c)
  if (page === 1) link.searchParams.delete('page')
  else link.searchParams.set('page', String(page))
  return link.href
}

function linkAfter(c: AppContext, id: number): string {
  const link = ownUrl(c)
  link.searchParams.delete('page')
  link.searchParams.set('cursor', String(id))
  return link.href
}
