/** Headers that say what a page may load and do, and which sites may embed its files. */
import type { Api } from '../http/api.ts'

/** The page shares its group of windows with no other site, and its links send no referrer. */
export const DOCUMENT_HEADERS = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Referrer-Policy': 'no-referrer',
}
/** Google's sign-in opens a popup, and needs the origin of the page that it is on. */
const GOOGLE_DOCUMENT_HEADERS = {
  'Cross-Origin-Opener-Policy': 'same-origin-allow-popups',
  'Referrer-Policy': 'strict-origin-when-cross-origin',
}
const GOOGLE = 'https://accounts.google.com/gsi/'

/** For the pages of QR codes, which use their own files and the API, and Google's sign-in only where it is configured. */
export function pageHeaders(env: { GOOGLE_CLIENT_ID: string }): Record<string, string> {
  const google = (path: string) => (env.GOOGLE_CLIENT_ID ? ` ${GOOGLE}${path}` : '')
  const policy = [
    "default-src 'none'",
    `script-src 'self'${google('client')}`,
    `style-src 'self'${google('style')}`,
    `connect-src 'self'${google('')}`,
    `frame-src ${google('').trim() || "'none'"}`,
    "img-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ]
  return {
    ...(env.GOOGLE_CLIENT_ID ? GOOGLE_DOCUMENT_HEADERS : DOCUMENT_HEADERS),
    'Cache-Control': 'no-store',
    'Content-Security-Policy': policy.join('; '),
  }
}

/** Lets every site embed the image of a code. Must come before the middleware that sets the strict default. */
export function shareMedia(app: Api['app']): void {
  app.use('/media/*', async (c, next) => {
    await next()
    c.header('Cross-Origin-Resource-Policy', 'cross-origin')
  })
}
