import { countLineEnds, type Problem } from './exchange.ts'

/**
 * The text of a file in UTF-8, or in UTF-16 with its byte order mark, which spreadsheets call "Unicode text". Decoding another
 * encoding would replace letters without notice, so it is a problem. The mark of UTF-8 stays, for the readers to remove.
 * @param savedAs how to save a file of this format, for the message
 */
export function decoded(bytes: Uint8Array, savedAs: string): { text: string } | { problem: Problem } {
  const encoding = encodingOf(bytes)
  const text = decode(bytes, encoding)
  if (text !== null) return { text: encoding === 'utf-8' ? text : text.slice(1) }
  const message = `The file is not ${encoding.slice(0, 6).toUpperCase()}${encoding === 'utf-8' ? '' : ', though it begins so'}. Save it as ${savedAs}.`
  return { problem: { line: firstWrongLine(bytes, encoding), message } }
}

type Encoding = 'utf-8' | 'utf-16le' | 'utf-16be'

function encodingOf([first, second]: Uint8Array): Encoding {
  if (first === 0xff && second === 0xfe) return 'utf-16le'
  return first === 0xfe && second === 0xff ? 'utf-16be' : 'utf-8'
}

/** Null for bytes that are not in the encoding. With `stream`, the last letter may be incomplete. */
function decode(bytes: Uint8Array, encoding: Encoding, options?: { stream: boolean }): string | null {
  try {
    return new TextDecoder(encoding, { fatal: true, ignoreBOM: true }).decode(bytes, options)
  } catch {
    return null
  }
}

/** Searches by halves, because a file of line ends alone has millions of lines, too many to try one by one. */
function firstWrongLine(bytes: Uint8Array, encoding: Encoding): number {
  let [right, wrong] = [0, bytes.length]
  while (wrong - right > 1) {
    const middle = Math.floor((right + wrong) / 2)
    if (decode(bytes.subarray(0, middle), encoding, { stream: true }) === null) wrong = middle
    else right = middle
  }
  return countLineEnds(decode(bytes.subarray(0, right), encoding, { stream: true }) ?? '') + 1
}
