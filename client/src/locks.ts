/** Makes the tabs of one browser take turns. */
export type Locks = { request<T>(name: string, act: () => Promise<T>): Promise<T> }

/** The browser's own locks, or where it has none (or on a server) turns within this page alone. */
export function defaultLocks(): Locks {
  const { navigator } = globalThis as { navigator?: { locks?: Locks } }
  return navigator?.locks ?? memoryLocks()
}

export function memoryLocks(): Locks {
  const last = new Map<string, Promise<unknown>>()
  return {
    request(name, act) {
      const turn = (last.get(name) ?? Promise.resolve()).then(act, act)
      last.set(name, turn)
      return turn
    },
  }
}
