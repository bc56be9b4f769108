import { countLineEnds, type Problem } from './exchange.ts'

/**
 * The text of a file, which must be UTF-8, or UTF-16 with its byte order mark, which spreadsheets call "Unicode text": a
 * file in another encoding would be read with its letters replaced, and nobody told. The mark of UTF-8 is left for the
 * readers.
 * @param wanted how to save a file of this format
 */
export function decoded(bytes: Uint8Array, wanted: string): { text: string } | { problem: Problem } {
  const encoding = encodingOf(bytes)
  const text = decode(bytes, encoding)
  if (text !== null) return { text: encoding === 'utf-8' ? text : text.slice(1) }
  const message = `The file is not ${encoding.slice(0, 6).toUpperCase()}${encoding === 'utf-8' ? '' : ', though it begins so'}. Save it as ${wanted}.`
  return { problem: { line: firstWrongLine(bytes, encoding), message } }
}

type Encoding = 'utf-8' | 'utf-16le' | 'utf-16be'

function encodingOf([first, second]: Uint8Array): Encoding {
  if (first === 0xff && second === 0xfe) return 'utf-16le'
  return first === 0xfe && second === 0xff ? 'utf-16be' : 'utf-8'
}

/** Null for what is not of the encoding. With `stream`, a last letter may be cut short. */
function decode(bytes: Uint8Array, encoding: Encoding, options?: { stream: boolean }): string | null {
  try {
    return new TextDecoder(encoding, { fatal: true, ignoreBOM: true }).decode(bytes, options)
  } catch {
    return null
  }
}

/** By halves: a file of line ends alone has millions of lines, too many to be tried one by one. */
function firstWrongLine(bytes: Uint8Array, encoding: Encoding): number {
  let [right, wrong] = [0, bytes.length]
  while (wrong - right > 1) {
    const middle = Math.floor((right + wrong) / 2)
    if (decode(bytes.subarray(0, middle), encoding, { stream: true }) === null) wrong = middle
    else right = middle
  }
  return countLineEnds(decode(bytes.subarray(0, right), encoding, { stream: true }) ?? '') + 1
}
