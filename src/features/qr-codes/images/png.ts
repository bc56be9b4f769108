/** PNG of one bit per pixel (ISO/IEC 15948): black and white without gray, so that it prints sharp. */
import { crc32 } from 'node:zlib'

const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]
const GRAYSCALE_1_BIT = [1, 0, 0, 0, 0]

/**
 * @param size width and height in pixels
 * @param rows runs of equal lines: the bits of one (1 is white), and how many lines there are
 */
export async function png(size: number, rows: readonly { bits: Uint8Array; height: number }[]): Promise<Uint8Array> {
  const stride = 1 + Math.ceil(size / 8)
  const raw = new Uint8Array(stride * size)
  let y = 0
  for (const { bits, height } of rows) {
    // Each line starts with its filter type; 0 is none.
    for (let line = 0; line < height; line += 1, y += 1) raw.set(bits, y * stride + 1)
  }
  const header = new Uint8Array([...uint32(size), ...uint32(size), ...GRAYSCALE_1_BIT])
  return concat([
    new Uint8Array(SIGNATURE),
    ...chunk('IHDR', header),
    ...chunk('IDAT', await deflate(raw)),
    ...chunk('IEND', new Uint8Array()),
  ])
}

function chunk(type: string, data: Uint8Array): Uint8Array[] {
  const body = concat([new TextEncoder().encode(type), data])
  return [new Uint8Array(uint32(data.byteLength)), body, new Uint8Array(uint32(crc32(body)))]
}

const uint32 = (value: number) => [value >>> 24, (value >>> 16) & 255, (value >>> 8) & 255, value & 255]

/** PNG requires a zlib stream, which `deflate` names here. */
async function deflate(data: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  const stream = new Blob([data]).stream().pipeThrough(new CompressionStream('deflate'))
  return new Uint8Array(await new Response(stream).arrayBuffer())
}

function concat(parts: Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.byteLength, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.byteLength
  }
  return whole
}
