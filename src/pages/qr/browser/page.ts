/** What all the pages do: sign in, sign out, show and hide. */
import { session, signIn, signOut, userName } from './session.ts'

export function element<E extends HTMLElement = HTMLElement>(id: string): E {
  const found = document.getElementById(id)
  if (!found) throw new Error(`#${id} is missing`)
  return found as E
}

export const show = (id: string, shown = true) => {
  element(id).hidden = !shown
}

export function make<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  fields: Partial<HTMLElementTagNameMap[K]> = {},
  ...children: (Node | string)[]
): HTMLElementTagNameMap[K] {
  const made = Object.assign(document.createElement(tag), fields)
  made.append(...children)
  return made
}

/** Puts these in place of what was there; `replaceChildren` is younger than some phones. */
export function fill(place: HTMLElement, ...children: (Node | string)[]): void {
  place.textContent = ''
  place.append(...children)
}

/** After a sign-in that somebody has just made. */
let afterSignIn = () => {}

/** Goes on when somebody is signed in: at once, or after they have done it here. */
export function whenSignedIn(go: (isJustDone: boolean) => void): void {
  const form = element<HTMLFormElement>('sign-in')
  const enter = (isJustDone: boolean) => {
    const current = session()
    if (!current) return void askToSignIn()
    form.hidden = true
    const who = element('who')
    who.hidden = false
    const [name] = who.children
    if (name) name.textContent = `Signed in as ${userName(current)}.`
    go(isJustDone)
  }
  afterSignIn = () => enter(true)
  form.onsubmit = async event => {
    event.preventDefault()
    const { username, password } = Object.fromEntries(new FormData(form))
    await attempt(() => signIn('/api/users/login/', { username, password }))
  }
  element('sign-out').onclick = () => {
    signOut()
    location.reload()
  }
  enter(false)
}

async function attempt(enterBy: () => Promise<string | null>): Promise<void> {
  const button = element('sign-in').querySelector('button')
  if (button) button.disabled = true
  const problem = await enterBy().catch(() => 'There is no network. Try again when you are back online.')
  if (button) button.disabled = false
  const error = element('sign-in-error')
  error.hidden = problem === null
  error.textContent = problem
  if (problem === null) afterSignIn()
}

/** Shows the form, and Google's button where it is configured. */
export function askToSignIn(): void {
  show('sign-in')
  show('who', false)
  const google = document.getElementById('google')
  if (google && !google.childElementCount) loadGoogle(google)
}

type Google = {
  accounts: {
    id: {
      initialize(options: { client_id: string; callback: (answer: { credential: string }) => void }): void
      renderButton(parent: HTMLElement, options: object): void
    }
  }
}

function loadGoogle(place: HTMLElement): void {
  const script = make('script', { src: 'https://accounts.google.com/gsi/client', async: true })
  script.onload = () => {
    const { google } = window as unknown as { google: Google }
    google.accounts.id.initialize({
      client_id: place.dataset['client'] ?? '',
      callback: ({ credential }) => attempt(() => signIn('/api/users/google-auth/', claimsOf(credential))),
    })
    google.accounts.id.renderButton(place, { width: Math.min(place.clientWidth, 400), text: 'signin_with' })
  }
  document.head.append(script)
}

/** What the credential says, as the API wants it said; it checks both. */
function claimsOf(credential: string): object {
  const text = atob((credential.split('.')[1] ?? '').replace(/-/g, '+').replace(/_/g, '/'))
  const claims = JSON.parse(new TextDecoder().decode(Uint8Array.from(text, char => char.charCodeAt(0))))
  return {
    google_id: claims.sub,
    email: claims.email,
    first_name: claims.given_name ?? '',
    last_name: claims.family_name ?? '',
    id_token: credential,
  }
}
