/**
 * The session on this phone. A camera opens each code in a new tab, so the tokens are kept in localStorage, where the next
 * scan finds them. The page runs no script but its own (its Content-Security-Policy), and the refresh token ends after a
 * day or with "Sign out".
 */
const KEY = 'learnmore.session'

type User = { id: number; username: string; first_name: string; last_name: string }
type Session = { refresh: string; access: string; user: User }

// biome-ignore lint/suspicious/noExplicitAny: the API answers any JSON
type Body = any
export type Answer = { status: number; body: Body }

export const read = (): Session | null => stored<Session>(KEY)
export const userName = ({ user }: Session) => `${user.first_name} ${user.last_name}`.trim() || user.username
const write = (session: Session | null) => store(KEY, session)

export function stored<T>(key: string): T | null {
  try {
    return JSON.parse(localStorage.getItem(key) ?? 'null')
  } catch {
    return null
  }
}

/** Storage may be switched off; the page then works until it is closed. */
export function store(key: string, value: unknown): void {
  try {
    if (value === null) localStorage.removeItem(key)
    else localStorage.setItem(key, JSON.stringify(value))
  } catch {}
}

let current = read()
export const session = () => current

function setSession(next: Session | null): void {
  current = next
  write(next)
}

/** A call that takes longer is lost in a bad network; a retry is faster than waiting for the browser to give up. */
const TIMEOUT_MS = 20_000
/** Half a lecture hall may sign in at once, and hashing passwords takes time. */
const SIGN_IN_TIMEOUT_MS = 60_000

async function send(method: string, path: string, body?: object, access?: string, timeoutMs = TIMEOUT_MS) {
  const controller = new AbortController()
  const timer = setTimeout(() => controller.abort(), timeoutMs)
  try {
    const answer = await fetch(path, {
      method,
      headers: {
        ...(body && { 'Content-Type': 'application/json' }),
        ...(access && { Authorization: `Bearer ${access}` }),
      },
      ...(body && { body: JSON.stringify(body) }),
      signal: controller.signal,
    })
    // The timeout covers the body too, because an answer that breaks off half-way counts as none.
    return { status: answer.status, body: parsed(await answer.text()) }
  } finally {
    clearTimeout(timer)
  }
}

function parsed(text: string): Body {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

/** Seconds until an access token expires by this phone's clock; only a hint, because the server decides. */
const secondsLeft = (token: string) => {
  try {
    return JSON.parse(atob((token.split('.')[1] ?? '').replace(/-/g, '+').replace(/_/g, '/'))).exp - Date.now() / 1000
  } catch {
    return 0
  }
}

async function refresh(): Promise<void> {
  if (!current) return
  const { status, body } = await send('POST', '/api/users/token/refresh/', { refresh: current.refresh })
  if (status === 200) setSession({ ...current, access: body.access })
  else if (status < 500 && status !== 429) setSession(null)
}

/**
 * A call as the signed-in user, with a new access token if the old one has expired. Status 401: nobody is signed in any more.
 * @throws when there is no network
 */
export async function api(method: string, path: string, body?: object): Promise<Answer> {
  if (current && secondsLeft(current.access) < 5) await refresh()
  if (!current) return { status: 401, body: null }
  const answer = await send(method, path, body, current.access)
  if (answer.status !== 401) return answer
  await refresh()
  return current ? send(method, path, body, (current as Session).access) : answer
}

export async function signIn(
  path: '/api/users/login/' | '/api/users/google-auth/',
  body: object,
): Promise<string | null> {
  const answer = await send('POST', path, body, undefined, SIGN_IN_TIMEOUT_MS)
  if (answer.status === 401)
    return path === '/api/users/login/' ? 'Username or password is wrong.' : googleRefusal(answer)
  if (answer.status !== 200) return reason(answer)
  setSession({ refresh: answer.body.refresh, access: answer.body.access, user: answer.body.user })
  return null
}

export function signOut(): void {
  const ended = current
  setSession(null)
  if (ended) send('POST', '/api/users/logout/', { refresh: ended.refresh }).catch(() => {})
}

const googleRefusal = ({ body }: Answer): string =>
  body?.code === 'user_inactive' ? body.detail : 'This sign-in by Google is not accepted here. Try again.'

/** The message of a refusal, for the user. */
export function reason({ status, body }: Answer): string {
  if (status === 401) return 'You are signed out. Reload the page to sign in again.'
  const message = body?.detail ?? Object.values(body ?? {}).flat()[0]
  return typeof message === 'string' ? message : 'Something went wrong. Please try again.'
}
