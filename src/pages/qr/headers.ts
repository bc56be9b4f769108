/** What a page may load and do: its own files and the API, and Google's sign-in only where it is configured. */
import type { Api } from '../../http/api.ts'

const GOOGLE = 'https://accounts.google.com/gsi/'

export function pageHeaders(env: Env): Record<string, string> {
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
  return { 'Cache-Control': 'no-store', 'Content-Security-Policy': policy.join('; ') }
}

/** To be set around the strict defaults: a code's image may stand in any page, and Google's sign-in opens a window. */
export function loosenHeaders(app: Api['app']): void {
  app.use('/media/*', async (c, next) => {
    await next()
    c.header('Cross-Origin-Resource-Policy', 'cross-origin')
  })
  for (const pages of ['/q/*', '/qr-codes/*']) {
    app.use(pages, async (c, next) => {
      await next()
      if (!c.env.GOOGLE_CLIENT_ID) return
      c.header('Cross-Origin-Opener-Policy', 'same-origin-allow-popups')
      c.header('Referrer-Policy', 'strict-origin-when-cross-origin')
    })
  }
}
