/** What the benchmarks compare with: a bare Hono route for each thing that a route may be unable to do without. */

import { DurableObject } from 'cloudflare:workers'
import { scrypt } from 'node:crypto'
import { Hono } from 'hono'

type Bare = { DB: D1Database; CELLS: DurableObjectNamespace<Cell> }
type Given = { learner: number; text: string }

export class Cell extends DurableObject<Bare> {
  constructor(ctx: DurableObjectState, env: Bare) {
    super(ctx, env)
    ctx.storage.sql.exec('CREATE TABLE IF NOT EXISTS notes (id INTEGER PRIMARY KEY, text TEXT NOT NULL)')
  }

  async keep(text: string): Promise<number> {
    const insert = 'INSERT INTO notes (text) VALUES (?) RETURNING id'
    return this.ctx.storage.sql.exec<{ id: number }>(insert, text).one().id
  }

  async keepThere(learner: number, text: string): Promise<number | null> {
    await this.keep(text)
    return write(this.env.DB, { learner, text })
  }
}

const write = (db: D1Database, { learner, text }: Given) =>
  db.prepare('INSERT INTO notes (learner, text) VALUES (?, ?) RETURNING id').bind(learner, text).first<number>('id')

const read = (db: D1Database, from: number, rows: number) =>
  db
    .prepare(
      `SELECT id, title, slug, description, status, kind, owner_id, owner_name, seats, taken, created_at, updated_at
       FROM pages WHERE id >= ? ORDER BY id LIMIT ?`,
    )
    .bind(from, rows)
    .all()

const app = new Hono<{ Bindings: Bare }>()

app.post('/nothing', async c => {
  const { learner } = await c.req.json<Given>()
  return c.json({ id: learner })
})

/** As many as LearnMore sends, and as long. */
const HEADERS = {
  'X-Request-Id': '00000000-0000-4000-8000-000000000000',
  'Access-Control-Allow-Origin': '*',
  'Access-Control-Expose-Headers': 'X-Request-Id,Retry-After,ETag,X-D1-Bookmark,Content-Disposition',
  'Cache-Control': 'no-store',
  'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'",
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Strict-Transport-Security': 'max-age=15552000; includeSubDomains',
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'SAMEORIGIN',
  'X-D1-Bookmark': '00000000-00000000-00000000-00000000000000000000000000000000',
}

app.get('/nothing', c => c.json({ id: 1 }))

app.get('/headers', c => c.json({ id: 1 }, 200, HEADERS))

app.get('/read/:rows', async c => c.json((await read(c.env.DB, 1, Number(c.req.param('rows')))).results))

app.post('/d1', async c => c.json({ id: await write(c.env.DB, await c.req.json<Given>()) }))

/** A row decides whether another is written. */
app.post('/read-and-d1', async c => {
  const given = await c.req.json<Given>()
  const { results } = await read(c.env.DB, 1, 1)
  if (results.length === 0) return c.notFound()
  return c.json({ id: await write(c.env.DB, given) })
})

app.post('/do', async c => {
  const { learner, text } = await c.req.json<Given>()
  return c.json({ id: await c.env.CELLS.getByName(String(learner)).keep(text) })
})

app.post('/read-and-d1-and-do', async c => {
  const given = await c.req.json<Given>()
  const { results } = await read(c.env.DB, 1, 1)
  if (results.length === 0) return c.notFound()
  const id = await write(c.env.DB, given)
  return c.json({ id, kept: await c.env.CELLS.getByName(`new ${id}`).keep(given.text) })
})

/** The object writes to D1. */
app.post('/do-and-d1', async c => {
  const { learner, text } = await c.req.json<Given>()
  return c.json({ id: await c.env.CELLS.getByName(String(learner)).keepThere(learner, text) })
})

/** At the cost of `passwords/hashing.ts`. */
app.post('/hash', async c => {
  const { text } = await c.req.json<Given>()
  const hash = await new Promise<Uint8Array>((resolve, reject) => {
    const cost = { N: 2 ** 14, r: 8, p: 5, maxmem: 64 * 1024 * 1024 }
    scrypt(text, 'sixteen bytes of', 32, cost, (error, derived) => (error ? reject(error) : resolve(derived)))
  })
  return c.json({ id: hash[0] })
})

export default app
