/** What the benchmarks compare with: a bare Hono route, one with one D1 insert, and one with one Durable Object call. */
import { DurableObject } from 'cloudflare:workers'
import { Hono } from 'hono'

type Bare = { DB: D1Database; CELLS: DurableObjectNamespace<Cell> }
type Given = { learner: number; text: string }

export class Cell extends DurableObject {
  constructor(ctx: DurableObjectState, env: Cloudflare.Env) {
    super(ctx, env)
    ctx.storage.sql.exec('CREATE TABLE IF NOT EXISTS notes (id INTEGER PRIMARY KEY, text TEXT NOT NULL)')
  }

  async keep(text: string): Promise<number> {
    const insert = 'INSERT INTO notes (text) VALUES (?) RETURNING id'
    return this.ctx.storage.sql.exec<{ id: number }>(insert, text).one().id
  }
}

const app = new Hono<{ Bindings: Bare }>()

app.post('/nothing', async c => {
  const { learner } = await c.req.json<Given>()
  return c.json({ id: learner })
})

app.post('/d1', async c => {
  const { learner, text } = await c.req.json<Given>()
  const insert = 'INSERT INTO notes (learner, text) VALUES (?, ?) RETURNING id'
  return c.json({ id: await c.env.DB.prepare(insert).bind(learner, text).first<number>('id') })
})

app.post('/do', async c => {
  const { learner, text } = await c.req.json<Given>()
  return c.json({ id: await c.env.CELLS.getByName(String(learner)).keep(text) })
})

export default app
