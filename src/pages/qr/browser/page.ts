/** Shared by all pages: signing in and out, showing and hiding elements. */
import { session, signIn, signOut, userName } from './session.ts'

export function element<E extends HTMLElement = HTMLElement>(id: string): E {
  const node = document.getElementById(id)
  if (!node) throw new Error(`#${id} is missing`)
  return node as E
}

export const show = (id: string, isVisible = true) => {
  element(id).hidden = !isVisible
}

export function make<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  fields: Partial<HTMLElementTagNameMap[K]> = {},
  ...children: (Node | string)[]
): HTMLElementTagNameMap[K] {
  const created = Object.assign(document.createElement(tag), fields)
  created.append(...children)
  return created
}

/** Replaces all children of an element; some phones are older than `replaceChildren`. */
export function fill(parent: HTMLElement, ...children: (Node | string)[]): void {
  parent.textContent = ''
  parent.append(...children)
}

/** Runs after a sign-in on this page. */
let afterSignIn = () => {}

/** Calls `run` when a user is signed in: at once, or after signing in on this page. */
export function whenSignedIn(run: (isNewSignIn: boolean) => void): void {
  const form = element<HTMLFormElement>('sign-in')
  const enter = (isNewSignIn: boolean) => {
    const current = session()
    if (!current) return void askToSignIn()
    form.hidden = true
    const who = element('who')
    who.hidden = false
    const [name] = who.children
    if (name) name.textContent = `Signed in as ${userName(current)}.`
    run(isNewSignIn)
  }
  afterSignIn = () => enter(true)
  form.onsubmit = async event => {
    event.preventDefault()
    const { username, password } = Object.fromEntries(new FormData(form))
    await submit(() => signIn('/api/users/login/', { username, password }))
  }
  element('sign-out').onclick = () => {
    signOut()
    location.reload()
  }
  enter(false)
}

async function submit(signInBy: () => Promise<string | null>): Promise<void> {
  const button = element('sign-in').querySelector('button')
  if (button) button.disabled = true
  const problem = await signInBy().catch(() => 'There is no network. Try again when you are back online.')
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
      callback: ({ credential }) => submit(() => signIn('/api/users/google-auth/', claimsOf(credential))),
    })
    google.accounts.id.renderButton(place, { width: Math.min(place.clientWidth, 400), text: 'signin_with' })
  }
  document.head.append(script)
}

/** The claims of the credential under the API's field names; the API checks that the two agree. */
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
