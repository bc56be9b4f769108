import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { EVENT_TABLES, mayCauseEvents } from '../../src/db/outbox.ts'
import { EVENTS } from '../../src/features/webhooks/events.ts'

const sql = readFileSync('src/db/triggers/outbox.sql', 'utf8')

test('the batches that ask for messages are those that write a table of the triggers', () => {
  const tables = [...sql.matchAll(/AFTER (?:INSERT|UPDATE OF \w+) ON (\w+)/g)].map(([, table]) => table)
  expect([...new Set(tables)].sort()).toEqual(EVENT_TABLES)
  for (const table of EVENT_TABLES) {
    expect(mayCauseEvents(`insert into "${table}" select 1`)).toBe(true)
    expect(mayCauseEvents(`update "${table}" set "status" = ?`)).toBe(true)
    expect(mayCauseEvents(`select * from "${table}"`)).toBe(false)
  }
  expect(mayCauseEvents('insert into "attempts_of_others" select 1')).toBe(false)
})

test('the triggers write the events that a webhook may subscribe to', () => {
  const types = [...sql.matchAll(/'((?:\w+)\.(?:\w+))'/g)].map(([, type]) => type)
  expect([...new Set(types)].sort()).toEqual([...EVENTS].sort())
})
