import { countLineEnds, type Problem } from './exchange.ts'

/**
 * The text of a file, which must be UTF-8: a file in another encoding would be read with its letters replaced, and nobody
 * told. A byte order mark is left for the readers.
 */
export function decoded(bytes: Uint8Array): { text: string } | { problem: Problem } {
  const text = decode(bytes)
  if (text !== null) return { text }
  return { problem: { line: firstWrongLine(bytes), message: 'The file is not UTF-8. Save it as "CSV UTF-8".' } }
}

/** Null for what is not UTF-8. With `stream`, a last letter may be cut short. */
function decode(bytes: Uint8Array, options?: { stream: boolean }): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes, options)
  } catch {
    return null
  }
}

/** By halves: a file of line ends alone has millions of lines, too many to be tried one by one. */
function firstWrongLine(bytes: Uint8Array): number {
  let [right, wrong] = [0, bytes.length]
  while (wrong - right > 1) {
    const middle = Math.floor((right + wrong) / 2)
    if (decode(bytes.subarray(0, middle), { stream: true }) === null) wrong = middle
    else right = middle
  }
  return countLineEnds(decode(bytes.subarray(0, right), { stream: true }) ?? '') + 1
}
