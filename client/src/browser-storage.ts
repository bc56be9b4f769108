/** Storages of browsers, which all tabs of an origin share. */
import type { ClientStorage } from './storage.ts'

/** The browser's `localStorage`, which holds some 5 MB. */
export function webStorage(storage: Storage = localStorage): ClientStorage {
  return {
    get: async key => storage.getItem(key),
    set: async (key, value) => storage.setItem(key, value),
    delete: async key => storage.removeItem(key),
    keys: async prefix =>
      Array.from({ length: storage.length }, (_, place) => storage.key(place) ?? '').filter(key =>
        key.startsWith(prefix),
      ),
  }
}

const ENTRIES = 'entries'

/** The browser's IndexedDB: for essays that `localStorage` is too small for. */
export function indexedDbStorage(name = 'learnmore'): ClientStorage {
  const opened = new Promise<IDBDatabase>((resolve, reject) => {
    const request = indexedDB.open(name, 1)
    request.onupgradeneeded = () => request.result.createObjectStore(ENTRIES)
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error)
  })
  /** Resolves when the transaction is complete, not when the request is. */
  async function run<T>(mode: IDBTransactionMode, act: (store: IDBObjectStore) => IDBRequest<T>): Promise<T> {
    const transaction = (await opened).transaction(ENTRIES, mode)
    const request = act(transaction.objectStore(ENTRIES))
    return new Promise((resolve, reject) => {
      transaction.oncomplete = () => resolve(request.result)
      transaction.onabort = () => reject(transaction.error)
    })
  }
  return {
    get: async key => (await run<string | undefined>('readonly', store => store.get(key))) ?? null,
    set: async (key, value) => void (await run('readwrite', store => store.put(value, key))),
    delete: async key => void (await run('readwrite', store => store.delete(key))),
    keys: async prefix =>
      (await run('readonly', store => store.getAllKeys())).map(String).filter(key => key.startsWith(prefix)),
  }
}
