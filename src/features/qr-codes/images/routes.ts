import { batch } from '../../../db/batch.ts'
import { type Api, sessionFor } from '../../../http/api.ts'
import type { AppContext } from '../../../http/context.ts'
import { invalid, notFound } from '../../../http/errors.ts'
import { originOf } from '../../../http/origin.ts'
import { liveCode } from '../codes/queries.ts'
import { recentCode } from '../codes/recent.ts'
import { tagsOf } from './cache-tags.ts'
import { IMAGE_SIZES, type ImageSize, pngOf, svgOf } from './image.ts'

const DEFAULT_SIZE: ImageSize = 512
const CACHE_SECONDS = 86_400
/** The form of a rotating code. */
const ROTATING_CODE = /^[\w-]{16}$/

/** The URL that a code's image contains. */
const contentOf = (origin: string, uuid: string) => `${origin}/q/${uuid}`

/** The daily quotas neither count nor refuse images, because they are part of pages and printed sheets. */
export function imageRoutes({ app }: Api): void {
  app.get('/media/qr_codes/:file', async c => {
    const [, uuid, format] = /^([0-9a-f-]{36})\.(png|svg)$/.exec(c.req.param('file')) ?? []
    if (uuid === undefined) throw notFound()
    const size = sizeOf(c)
    const rotating = c.req.query('c')
    if (rotating !== undefined && !ROTATING_CODE.test(rotating)) throw invalid({ c: ['Not a rotating code.'] })
    // A display asks for a rotating image every 15 seconds; the others are kept for a day, so they start from the truth.
    const code = await (rotating === undefined ? readCode(c, uuid) : recentCode(c, uuid))
    if (!code) throw notFound()
    const content = contentOf(originOf(c), uuid) + (rotating === undefined ? '' : `?c=${rotating}`)
    const headers = {
      'Content-Type': format === 'svg' ? 'image/svg+xml' : 'image/png',
      // A rotating code changes within seconds, so no cache should store its image.
      'Cache-Control': rotating === undefined ? `public, max-age=${CACHE_SECONDS}` : 'no-store',
      'Cache-Tag': tagsOf(code),
    }
    if (format === 'svg') return c.body(await svgOf(content, size), 200, headers)
    return c.body((await pngOf(content, size)) as Uint8Array<ArrayBuffer>, 200, headers)
  })
}

/** @throws 400 for any other size */
function sizeOf(c: AppContext): ImageSize {
  const value = c.req.query('size')
  if (value === undefined) return DEFAULT_SIZE
  const size = IMAGE_SIZES.find(known => String(known) === value)
  if (size === undefined) throw invalid({ size: [`Must be one of: ${IMAGE_SIZES.join(', ')}.`] })
  return size
}

/** @returns undefined for a code that does not exist or is deleted */
async function readCode(c: AppContext, uuid: string) {
  const [[code]] = await batch(sessionFor(c), liveCode({ uuid }))
  return code
}
