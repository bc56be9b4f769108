/**
 * Computes a value on the first call and keeps it for the life of the isolate. Work at start-up delays the first answer of
 * every isolate, so values that only some requests need are lazy.
 */
export function lazy<Value>(compute: () => Value): () => Value {
  let computed: { value: Value } | undefined
  return () => {
    computed ??= { value: compute() }
    return computed.value
  }
}
