import type { Problem } from './exchange.ts'

const LINE_FEED = 10

/**
 * The text of a file, which must be UTF-8: a file in another encoding would be read with its letters replaced, and nobody
 * told. A byte order mark is left for the readers.
 */
export function decoded(bytes: Uint8Array): { text: string } | { problem: Problem } {
  try {
    return { text: decode(bytes) }
  } catch {
    return { problem: { line: firstWrongLine(bytes), message: 'The file is not UTF-8. Save it as "CSV UTF-8".' } }
  }
}

const decode = (bytes: Uint8Array) => new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)

/** No letter of UTF-8 spans a line feed, so the lines can be tried one by one. */
function firstWrongLine(bytes: Uint8Array): number {
  let start = 0
  for (let line = 1; ; line++) {
    const end = bytes.indexOf(LINE_FEED, start)
    try {
      decode(bytes.subarray(start, end < 0 ? undefined : end))
    } catch {
      return line
    }
    if (end < 0) return line
    start = end + 1
  }
}
