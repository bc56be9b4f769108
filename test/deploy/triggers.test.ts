/** The triggers' files are what the migrations make, and a difference becomes a migration. */
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { migratedDatabase, schemaOf } from '../../src/dev/schema.ts'
import { dataPage, triggers, unwrittenTriggers } from '../../src/dev/triggers.ts'

test('every trigger of the database is in a file, once, as it is', () => {
  const names = triggers().map(({ name }) => name)
  const made = schemaOf(migratedDatabase()).filter(({ type }) => type === 'trigger')
  expect(names.toSorted()).toEqual(made.map(({ name }) => name))
  expect(made.length).toBeGreaterThan(50)
  expect(unwrittenTriggers()).toEqual([])
})

test('what is changed, new or gone becomes statements that lead there', () => {
  const [first, second, ...rest] = triggers()
  if (!first || !second) throw new Error('there are triggers')
  const changed = { ...first, sql: first.sql.replace('BEGIN', 'BEGIN\n  SELECT 1;') }
  const added = { ...second, name: 'brand_new', sql: second.sql.replace(second.name, 'brand_new') }
  const statements = unwrittenTriggers([changed, added, ...rest])
  expect(statements).toEqual([`DROP TRIGGER ${second.name};`, `DROP TRIGGER ${first.name};`, changed.sql, added.sql])
  const database = migratedDatabase()
  for (const statement of statements) database.exec(statement)
  const now = schemaOf(database).filter(({ type }) => type === 'trigger')
  expect(now.map(({ name }) => name)).toContain('brand_new')
  expect(now.map(({ name }) => name)).not.toContain(second.name)
})

test('layout and comments alone are no difference', () => {
  const laidOut = triggers().map(trigger => ({ ...trigger, sql: trigger.sql.replaceAll('\n', '\n    -- why\n') }))
  expect(unwrittenTriggers(laidOut)).toEqual([])
})

test('the page lists them all, with what they write and refuse', () => {
  const page = dataPage()
  expect(readFileSync('docs/contribute/data.md', 'utf8')).toBe(page)
  for (const { name } of triggers()) expect(page).toContain(`[${name}](`)
  expect(page).toContain(
    '| `enrollments`: insert | [enrollments_counted_on_insert](../../src/db/triggers/courses.sql) | `courses`, `totals`, refuses with `COURSE_FULL` |',
  )
  expect(page).not.toMatch(/`(SET|OF)`/)
})
