import { env } from 'cloudflare:workers'
import jsQR from 'jsqr'
import { PNG } from 'pngjs'
import { describe, expect, test } from 'vitest'
import { app } from '../../src/app.ts'
import { pngOf, svgOf } from '../../src/features/qr-codes/images/image.ts'
import { makeTaughtCourse } from '../factories/classrooms.ts'
import { makeCourse } from '../factories/courses.ts'
import { makeCode } from '../factories/qr-codes.ts'
import { makeInstructor } from '../factories/users.ts'
import { call, ORIGIN } from '../helpers/client.ts'
import { counting } from '../helpers/counting.ts'

// Everything drawn is read back by decoders that know nothing of how it was drawn; a mirrored code would be read by
// jsQR too, so that is looked for apart.

const decode = (pixels: Uint8ClampedArray, size: number) =>
  jsQR(pixels, size, size, { inversionAttempts: 'dontInvert' })

/**
 * Whether the format information reads straight (ISO/IEC 18004, 7.9): along row 8, then up column 8, masked, it is a word
 * of the BCH code. In a mirrored code the other one is.
 */
function readsStraight(pixels: Uint8ClampedArray, size: number): boolean {
  const isDark = (x: number, y: number) => (pixels[(Math.floor(y) * size + Math.floor(x)) * 4] ?? 255) < 128
  let corner = 0
  while (!isDark(corner, corner)) corner += 1
  let finder = 0
  while (isDark(corner + finder, corner)) finder += 1
  const [module, first] = [finder / 7, corner + finder / 14]
  const at = (row: number, column: number) => (isDark(first + column * module, first + row * module) ? 1 : 0)
  const cells = [0, 1, 2, 3, 4, 5, 7, 8].map(column => at(8, column))
  cells.push(...[7, 5, 4, 3, 2, 1, 0].map(row => at(row, 8)))
  let rest = cells.reduce<number>((word, bit) => (word << 1) | bit, 0) ^ 0b101010000010010
  const level = rest >> 13
  for (let bit = 14; bit >= 10; bit -= 1) if (rest & (1 << bit)) rest ^= 0b10100110111 << (bit - 10)
  return rest === 0 && level === 0
}

async function pixelsOfPng(bytes: Uint8Array): Promise<{ pixels: Uint8ClampedArray; size: number; png: PNG }> {
  const png = await new Promise<PNG>((resolve, reject) => {
    new PNG().parse(Buffer.from(bytes), (error, read) => (error ? reject(error) : resolve(read)))
  })
  return { pixels: new Uint8ClampedArray(png.data), size: png.width, png }
}

/** Draws the runs of an SVG of ours, and refuses anything else. */
function pixelsOfSvg(svg: string, scale: number): { pixels: Uint8ClampedArray; size: number } {
  const side = Number(/viewBox="0 0 (\d+) \1"/.exec(svg)?.[1])
  const size = side * scale
  const pixels = new Uint8ClampedArray(size * size * 4).fill(255)
  const path = /<path d="([^"]+)"\/><\/svg>$/.exec(svg)?.[1] ?? ''
  let drawn = 0
  for (const [run, x = '', y = '', width = ''] of path.matchAll(/M(\d+) (\d+)h(\d+)v1h-\3z/g)) {
    drawn += run.length
    for (let py = Number(y) * scale; py < (Number(y) + 1) * scale; py += 1) {
      for (let px = Number(x) * scale; px < (Number(x) + Number(width)) * scale; px += 1) {
        pixels.fill(0, (py * size + px) * 4, (py * size + px) * 4 + 3)
      }
    }
  }
  expect(drawn).toBe(path.length)
  return { pixels, size }
}

const mirrored = (pixels: Uint8ClampedArray, size: number) => {
  const other = new Uint8ClampedArray(pixels.length)
  for (let y = 0; y < size; y += 1) {
    for (let x = 0; x < size; x += 1)
      other.set(pixels.subarray((y * size + x) * 4, (y * size + x) * 4 + 4), (x * size + y) * 4)
  }
  return other
}

const ORIGINS = ['http://localhost:8787', 'https://learn.example', 'https://learnmore.some-university.workers.dev']
const contents = Array.from(
  { length: 200 },
  (_, i) => `${ORIGINS[i % 3]}/q/${crypto.randomUUID()}${i % 5 ? '' : '?c=abcdEFGH1234-_zz'}`,
)

test('200 random codes as PNG, each read back', async () => {
  for (const [i, content] of contents.entries()) {
    const { pixels, size } = await pixelsOfPng(await pngOf(content, i % 10 === 0 ? 512 : 256))
    expect(decode(pixels, size)?.data).toBe(content)
    expect(readsStraight(pixels, size), content).toBe(true)
  }
}, 120_000)

test('and as SVG', async () => {
  for (const content of contents) {
    const { pixels, size } = pixelsOfSvg(await svgOf(content, 512), 6)
    expect(decode(pixels, size)?.data).toBe(content)
    expect(readsStraight(pixels, size), content).toBe(true)
  }
}, 120_000)

test('a mirrored one would be seen', async () => {
  for (const content of contents.slice(0, 20)) {
    const { pixels, size } = await pixelsOfPng(await pngOf(content, 256))
    expect(readsStraight(mirrored(pixels, size), size)).toBe(false)
  }
})

describe('the image of a code', () => {
  const made = async () => {
    const owner = await makeInstructor()
    return { owner, code: await makeCode(owner, { type: 'access', target_id: (await makeCourse(owner)).id }) }
  }
  const fetched = async (path: string) => {
    const response = await app.fetch(new Request(new URL(path, ORIGIN)), env, {
      waitUntil: () => {},
      passThroughOnException: () => {},
    } as unknown as ExecutionContext)
    return { response, bytes: new Uint8Array(await response.arrayBuffer()) }
  }

  test.each([undefined, 256, 512, 1024, 2048])(
    'as PNG of size %s: black and white, whole pixels, the scan page in it',
    async size => {
      const { code } = await made()
      const { response, bytes } = await fetched(`${code.qr_image_url}${size ? `?size=${size}` : ''}`)
      expect([response.status, response.headers.get('Content-Type')]).toEqual([200, 'image/png'])
      const read = await pixelsOfPng(bytes)
      expect([read.png.width, read.png.height]).toEqual([size ?? 512, size ?? 512])
      // IHDR: bit depth 1, grayscale.
      expect([...bytes.subarray(24, 26)]).toEqual([1, 0])
      expect(new Set(read.png.data)).toEqual(new Set([0, 255]))
      expect(decode(read.pixels, read.size)?.data).toBe(`${ORIGIN}/q/${code.uuid}`)
      expect(bytes.byteLength).toBeLessThan(20_000)
    },
  )

  test('as SVG beside it, and embeddable anywhere', async () => {
    const { code } = await made()
    const { status, text, headers } = await call('GET', code.qr_image_url.replace('.png', '.svg'))
    expect([status, headers.get('Content-Type')]).toEqual([200, 'image/svg+xml'])
    const { pixels, size } = pixelsOfSvg(text, 6)
    expect(decode(pixels, size)?.data).toBe(`${ORIGIN}/q/${code.uuid}`)
    expect(headers.get('Cross-Origin-Resource-Policy')).toBe('cross-origin')
  })

  test('may be kept for a day, and is gone with the code', async () => {
    const { owner, code } = await made()
    const before = await call('GET', code.qr_image_url)
    expect(before.headers.get('Cache-Control')).toBe('public, max-age=86400')
    expect(before.headers.get('Cache-Tag')).toBe(`qr-${code.uuid},qr-course-${code.target_id}`)
    await call('DELETE', `/api/qr-codes/codes/${code.id}/`, { as: owner })
    for (const url of [code.qr_image_url, code.qr_image_url.replace('.png', '.svg')]) {
      const { status, headers } = await call('GET', url)
      expect([status, headers.get('Cache-Control')]).toEqual([404, 'no-store'])
    }
  })

  test('carries a tag of all that takes it away, and that purges this tag', async () => {
    const { owner, learner, course, module, enrollment } = await makeTaughtCourse()
    await call('POST', `/api/module-progress/${enrollment.id * 10_000_000 + module.id}/complete/`, { as: learner })
    const targets = { attendance: module.id, module: module.id, access: course.id, certificate: enrollment.id }
    const images = await Promise.all(
      Object.entries(targets).map(async ([type, target_id]) => {
        const code = await makeCode(owner, { type, target_id })
        const url = code.qr_image_url as string
        return { type, url, code, tags: (await call('GET', url)).headers.get('Cache-Tag')?.split(',') ?? [] }
      }),
    )
    const purgedBy = async (path: string, as = owner) => {
      const purged: string[] = []
      const tasks: Promise<unknown>[] = []
      const headers = { Authorization: `Bearer ${as.token}` }
      const { status } = await app.fetch(new Request(new URL(path, ORIGIN), { method: 'DELETE', headers }), env, {
        waitUntil: (task: Promise<unknown>) => tasks.push(task),
        passThroughOnException: () => {},
        cache: { purge: async ({ tags }: { tags: string[] }) => purged.push(...tags) },
      } as unknown as ExecutionContext)
      await Promise.all(tasks)
      const takenAway = images.filter(({ tags }) => tags.some(tag => purged.includes(tag))).map(({ type }) => type)
      return [status, takenAway]
    }
    const gone = async () => {
      const statuses = await Promise.all(images.map(async ({ url }) => (await call('GET', url)).status))
      return images.filter((_, i) => statuses[i] === 404).map(({ type }) => type)
    }
    expect(await purgedBy(`/api/modules/${module.id}/`, learner), 'refused').toEqual([403, []])
    expect(await purgedBy(`/api/courses/${course.id}/`, learner), 'refused').toEqual([403, []])
    for (const [path, expected] of [
      [`/api/qr-codes/codes/${images[1]?.code.id}/`, ['module']],
      [`/api/modules/${module.id}/`, ['attendance', 'module']],
      [`/api/courses/${course.id}/`, Object.keys(targets)],
    ] as const) {
      expect(await purgedBy(path), path).toEqual([204, expected])
      expect(await gone(), path).toEqual(expected)
    }
  })

  test('of another size, name or format there is none', async () => {
    const { code } = await made()
    expect((await call('GET', `${code.qr_image_url}?size=300`)).body).toEqual({
      size: ['Must be one of: 256, 512, 1024, 2048.'],
    })
    expect((await call('GET', `${code.qr_image_url}?c=<script>`)).status).toBe(400)
    for (const file of [`${crypto.randomUUID()}.png`, `${code.uuid}.gif`, `${code.uuid}`, 'x.png'])
      expect((await call('GET', `/media/qr_codes/${file}`)).status).toBe(404)
  })

  test('costs one round trip, and nobody’s quota', async () => {
    const { code } = await made()
    const { env: counted, counts } = counting()
    const limited = { ...counted, RATE_LIMIT_ANON_PER_DAY: '1' }
    for (const _ of [1, 2, 3]) {
      const { status } = await call('GET', code.qr_image_url, {
        env: limited,
        headers: { 'CF-Connecting-IP': '198.51.100.1' },
      })
      expect(status).toBe(200)
    }
    expect(counts).toMatchObject({ d1Trips: 3, kvReads: 0, kvWrites: 0 })
  })
})
