/** What a page may load and do, and who may use what is served beside the API. */
import type { Api } from '../http/api.ts'

/** Alone in its group of windows, and silent of where its reader came from. */
export const OF_A_DOCUMENT = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Referrer-Policy': 'no-referrer',
}
/** Google's sign-in opens a window, and asks whose page it is on. */
const WITH_GOOGLE = {
  'Cross-Origin-Opener-Policy': 'same-origin-allow-popups',
  'Referrer-Policy': 'strict-origin-when-cross-origin',
}
const GOOGLE = 'https://accounts.google.com/gsi/'

/** Of the pages that a QR code leads to: their own files and the API, and Google's sign-in only where it is configured. */
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
    ...(env.GOOGLE_CLIENT_ID ? WITH_GOOGLE : OF_A_DOCUMENT),
    'Cache-Control': 'no-store',
    'Content-Security-Policy': policy.join('; '),
  }
}

/** A code's image may stand in any page; to be set around the strict default. */
export function shareMedia(app: Api['app']): void {
  app.use('/media/*', async (c, next) => {
    await next()
    c.header('Cross-Origin-Resource-Policy', 'cross-origin')
  })
}
