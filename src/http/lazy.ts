/**
 * A value that is made by the first call and kept for the life of the isolate. Every isolate pays for what is made at
 * start-up before its first answer, so what only some requests need is lazy.
 */
export function lazy<Value>(make: () => Value): () => Value {
  let made: { value: Value } | undefined
  return () => {
    made ??= { value: make() }
    return made.value
  }
}
