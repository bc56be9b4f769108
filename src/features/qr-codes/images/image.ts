/** Draws QR codes as PNG and SVG from the matrix. */
import { lazy } from '../../../http/lazy.ts'
import { png } from './png.ts'

export const IMAGE_SIZES = [256, 512, 1024, 2048] as const
export type ImageSize = (typeof IMAGE_SIZES)[number]

/** The white modules on all sides that a reader needs (ISO/IEC 18004). */
const QUIET_ZONE = 4

const library = lazy(() => import('uqr'))

/**
 * `[row][column]`, true is dark. Level M survives a crease or a thumb over 15 % of the code; a higher one is used where it
 * costs no more modules.
 */
async function matrixOf(content: string): Promise<boolean[][]> {
  const { encode } = await library()
  return encode(content, { ecc: 'M', border: 0, boostEcc: true }).data
}

/** Modules are whole pixels; both sides share the remaining pixels as white. */
export async function pngOf(content: string, size: ImageSize): Promise<Uint8Array> {
  const matrix = await matrixOf(content)
  const scale = Math.floor(size / (matrix.length + 2 * QUIET_ZONE))
  const before = Math.floor((size - matrix.length * scale) / 2)
  const white = new Uint8Array(Math.ceil(size / 8)).fill(255)
  const rows = matrix.map(row => ({ bits: lineOf(row, scale, before, size), height: scale }))
  return png(size, [
    { bits: white, height: before },
    ...rows,
    { bits: white, height: size - before - matrix.length * scale },
  ])
}

function lineOf(row: boolean[], scale: number, before: number, size: number): Uint8Array {
  const bits = new Uint8Array(Math.ceil(size / 8)).fill(255)
  row.forEach((isDark, column) => {
    if (!isDark) return
    for (let x = before + column * scale; x < before + (column + 1) * scale; x += 1) {
      bits[x >> 3] = (bits[x >> 3] ?? 0) & ~(128 >> (x & 7))
    }
  })
  return bits
}

/** Draws one path of horizontal runs, which is small, and sharp at any size. */
export async function svgOf(content: string, size: ImageSize): Promise<string> {
  const matrix = await matrixOf(content)
  const side = matrix.length + 2 * QUIET_ZONE
  const path = matrix.map((row, y) => runsOf(row, y + QUIET_ZONE)).join('')
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" width="${size}" height="${size}" viewBox="0 0 ${side} ${side}" shape-rendering="crispEdges">` +
    `<path fill="#fff" d="M0 0h${side}v${side}H0z"/><path d="${path}"/></svg>`
  )
}

function runsOf(row: boolean[], y: number): string {
  let path = ''
  for (let x = 0; x < row.length; ) {
    const start = x
    while (row[x]) x += 1
    if (x > start) path += `M${start + QUIET_ZONE} ${y}h${x - start}v1h-${x - start}z`
    else x += 1
  }
  return path
}
