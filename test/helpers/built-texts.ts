/** What of SQL is put together: a query is a value, so that its text is built once in an isolate's life. */
import { SQLiteAsyncDialect } from 'drizzle-orm/sqlite-core'
import { vi } from 'vitest'

/** The result of what is run, and the texts that were built meanwhile. */
export async function withBuiltTexts<T>(run: () => Promise<T>): Promise<{ result: T; texts: string[] }> {
  const building = vi.spyOn(SQLiteAsyncDialect.prototype, 'sqlToQuery')
  try {
    const result = await run()
    return { result, texts: building.mock.results.map(({ value }) => value.sql) }
  } finally {
    building.mockRestore()
  }
}
