export type KvCounts = { kvReads: number; kvWrites: number }

/** A namespace that counts what goes through it; a deletion is a write. */
export const countedKv = (inner: KVNamespace, counts: KvCounts): KVNamespace =>
  new Proxy(inner, {
    get(target, property) {
      if (property === 'get') counts.kvReads += 1
      if (property === 'put' || property === 'delete') counts.kvWrites += 1
      const value = Reflect.get(target, property)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
