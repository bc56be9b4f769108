/** The parts that the pages of QR codes share. */
import { html } from 'hono/html'
import { page } from '../document.ts'

/** Only the script signs in; without it the form stays hidden, so that the browser never submits it. */
export const signInForm = (googleClientId: string, why: string) => html`<form id="sign-in" method="post" hidden>
<h2>Sign in</h2>
<p>${why}</p>
<p class="alert" id="sign-in-error" role="alert" hidden></p>
<label>Username <input name="username" autocomplete="username" autocapitalize="none" autocorrect="off" spellcheck="false" required></label>
<label>Password <input name="password" type="password" autocomplete="current-password" required></label>
<button type="submit">Sign in</button>
${googleClientId ? html`<div id="google" data-client="${googleClientId}"></div>` : ''}
</form>`

export const signedInAs = html`<p id="who" class="who" hidden><span></span> <button type="button" id="sign-out" class="link">Sign out</button></p>`

export const NEEDS_SCRIPT = html`<noscript><p class="alert">This page needs JavaScript to record your scan.</p></noscript>`

export const notFoundPage = page({
  title: 'Not found',
  body: html`<main><section class="card outcome bad" role="status"><h1>No such code</h1>
<p>This QR code was deleted, or the address is incomplete. Ask whoever gave it to you for a new one.</p></section></main>`,
})
