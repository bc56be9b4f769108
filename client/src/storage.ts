/** Where a client keeps what must outlive a page: tokens, and answers that the server does not have yet. */

/** Keys and JSON texts. A write is kept once its promise has resolved. */
export type ClientStorage = {
  get(key: string): Promise<string | null>
  set(key: string, value: string): Promise<void>
  delete(key: string): Promise<void>
  /** The keys that begin with a prefix. */
  keys(prefix: string): Promise<string[]>
}

/** Forgets everything with the page, or with the process. For servers, and for tests. */
export function memoryStorage(): ClientStorage {
  const entries = new Map<string, string>()
  return {
    get: async key => entries.get(key) ?? null,
    set: async (key, value) => void entries.set(key, value),
    delete: async key => void entries.delete(key),
    keys: async prefix => [...entries.keys()].filter(key => key.startsWith(prefix)),
  }
}
