import { env } from 'cloudflare:workers'
import { eq, sql } from 'drizzle-orm'
import { expect, test } from 'vitest'
import { batch, batchOf } from '../../src/db/batch.ts'
import { backgroundDatabase } from '../../src/db/client.ts'
import { totals } from '../../src/db/schema/statistics.ts'
import { type Given, listed, type Names, partialStatement, statement, statements } from '../../src/db/statement.ts'
import { unique } from '../factories/rows.ts'
import { withBuiltTexts } from '../helpers/built-texts.ts'

const db = backgroundDatabase(env)

const totalNamed = statement((db, { name }: Names<{ name: string }>) =>
  db.select().from(totals).where(eq(totals.name, name)),
)
const insertTotal = statement((db, total: Names<{ name: string; value: number }>) =>
  db.insert(totals).values({ name: total.name, value: total.value }),
)
const updateTotal = partialStatement((db, { name }: Names<{ name: string }>, values: Given<{ value?: number }>) =>
  db
    .update(totals)
    .set({ name: sql`${name}`, ...values })
    .where(eq(totals.name, name)),
)

test('parameters and rows go as they are described, in one batch', async () => {
  const name = unique('total')
  const [, before] = await batch(db, insertTotal({ name, value: 7 }), totalNamed({ name }))
  expect(before).toEqual([{ name, value: 7 }])
  const { after } = await batchOf(db, { changed: updateTotal({ name }, { value: 8 }), after: totalNamed({ name }) })
  expect(after).toEqual([{ name, value: 8 }])
})

test('a value that is not given stays as it is', async () => {
  const name = unique('total')
  const [, , rows] = await batch(
    db,
    insertTotal({ name, value: 7 }),
    updateTotal({ name }, { value: undefined }),
    totalNamed({ name }),
  )
  expect(rows).toEqual([{ name, value: 7 }])
})

test('a list is one parameter', async () => {
  const among = statement((db, { names }: Names<{ names: readonly string[] }>) =>
    db
      .select({ name: totals.name })
      .from(totals)
      .where(sql`${totals.name} IN ${listed(names)}`),
  )
  const names = Array.from({ length: 300 }, () => unique('total'))
  await batch(db, insertTotal({ name: names[299] ?? '', value: 1 }))
  const asked = among({ names })
  expect(asked.values).toHaveLength(1)
  expect(await batch(db, asked)).toEqual([[{ name: names[299] }]])
})

test('null is bound as null, an object as JSON', async () => {
  const echo = statement((db, { value }: Names<{ value: unknown }>) =>
    db
      .select({ value: sql`${value}`.as('value'), type: sql<string>`typeof(${value})`.as('type') })
      .from(sql`(SELECT 1)`),
  )
  expect(await batch(db, echo({ value: null }), echo({ value: { a: [1, null] } }), echo({ value: 'null' }))).toEqual([
    [{ value: null, type: 'null' }],
    [{ value: '{"a":[1,null]}', type: 'text' }],
    [{ value: 'null', type: 'text' }],
  ])
})

test('a text is built once, and once for each shape', async () => {
  const ordered = statements((db, _: Names<object>, order: 'up' | 'down') =>
    db
      .select()
      .from(totals)
      .orderBy(order === 'up' ? totals.value : sql`${totals.value} DESC`)
      .limit(1),
  )
  const changing = partialStatement((db, { name }: Names<{ name: string }>, values: Given<{ value?: number }>) =>
    db
      .update(totals)
      .set({ name: sql`${name}`, ...values })
      .where(eq(totals.name, name)),
  )
  const { texts } = await withBuiltTexts(async () => {
    for (let n = 0; n < 5; n += 1) {
      ordered('up', {})
      ordered('down', {})
      changing({ name: 'x' }, { value: n })
      changing({ name: 'x' }, {})
    }
  })
  expect(texts).toHaveLength(4)
  expect(new Set(texts).size).toBe(4)
})

test('a parameter without a value is an error, and so is spreading parameters', () => {
  expect(() => totalNamed({} as { name: string })).toThrow('name')
  const spreading = statement((db, total: Names<{ name: string; value: number }>) =>
    db.insert(totals).values({ ...(total as unknown as { name: string; value: number }) }),
  )
  expect(() => spreading({ name: 'x', value: 1 })).toThrow('one by one')
})
