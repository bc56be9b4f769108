/** The pages of QR codes: one for the phone that scans, one for the projector, one for the printer. No quota counts them. */
import { html } from 'hono/html'
import type { CodeRow } from '../../features/qr-codes/codes/queries.ts'
import { recentCode } from '../../features/qr-codes/codes/recent.ts'
import { isCurrent } from '../../features/qr-codes/proofs/rotation.ts'
import { issueTicket } from '../../features/qr-codes/proofs/tickets.ts'
import { closedBecause } from '../../features/qr-codes/scans/closed.ts'
import { codeStatusAt, holderOf, targetNameOf } from '../../features/qr-codes/schemas.ts'
import { addressOf } from '../../http/address.ts'
import type { Api } from '../../http/api.ts'
import { optionalCaller } from '../../http/authentication.ts'
import type { AppContext } from '../../http/context.ts'
import { toDate } from '../../http/fields.ts'
import { page } from '../document.ts'
import { pageHeaders } from '../headers.ts'
import { NEEDS_SCRIPT, notFoundPage, signedInAs, signInForm } from './document.ts'

export function qrPages({ app }: Api): void {
  app.get('/q/:uuid', async c => {
    const code = await namedCode(c)
    if (!code) return c.html(notFoundPage, 404, pageHeaders(c.env))
    const now = Math.floor(Date.now() / 1000)
    const content = code.type === 'certificate' ? certificatePage(c, code, now) : scanPage(c, code, now)
    return c.html(await content, 200, pageHeaders(c.env))
  })

  app.get('/q/:uuid/display', async c => {
    const code = await namedCode(c)
    if (!code) return c.html(notFoundPage, 404, pageHeaders(c.env))
    return c.html(displayPage(c, code.uuid), 200, pageHeaders(c.env))
  })

  app.get('/qr-codes/batches/:id/print', c => {
    const id = c.req.param('id')
    if (!/^[1-9]\d{0,15}$/.test(id)) return c.html(notFoundPage, 404, pageHeaders(c.env))
    return c.html(printPage(c, id), 200, pageHeaders(c.env))
  })
}

/** May be 30 seconds old. A page only names the code and issues a ticket; recording the scan reads and decides anew. */
const namedCode = (c: AppContext) => recentCode(c, (c.req.param('uuid') ?? '').toLowerCase())

const KINDS = { attendance: 'Attendance', access: 'Course access', certificate: 'Certificate', module: 'Module' }

/** Whether the request carries the rotating code now on display; always true of a code that does not rotate. */
const isShownNow = async (c: AppContext, code: CodeRow, now: number): Promise<boolean> =>
  !code.isRotating || (await isCurrent(c.env, code.uuid, c.req.query('c') ?? '', now))

/** Issues a ticket, so that the scan counts from now, when the page opens. */
async function ticketFor(c: AppContext, code: CodeRow, now: number): Promise<string> {
  const caller = await optionalCaller(c)
  const scanOrigin = { uuid: code.uuid, address: addressOf(c), isRotating: code.isRotating }
  return issueTicket(c.env, scanOrigin, caller?.userId ?? null, now)
}

async function scanPage(c: AppContext, code: CodeRow, now: number) {
  const isShown = await isShownNow(c, code, now)
  const ticket = isShown ? await ticketFor(c, code, now) : ''
  const closed = closedBecause(code, isShown, now)
  const name = targetNameOf(code)
  const isModule = code.type === 'attendance' || code.type === 'module'
  const form = signInForm(c.env.GOOGLE_CLIENT_ID, closed ? RECORDS_STAY : COUNTS_FROM_NOW)
  return page({
    title: name,
    script: 'scan',
    body: html`<main id="scan" data-uuid="${code.uuid}" data-type="${code.type}" data-ticket="${ticket}" data-course="${code.courseId}" ${isModule ? html`data-module="${code.targetId}"` : ''} ${closed ? html`data-closed="${closed.isForAll ? 'for all' : 'for new'}"` : ''}>
<section class="card target"><p class="kind">${KINDS[code.type]}</p><h1>${name}</h1>${startNotice(code, now)}</section>
${closed ? '' : NEEDS_SCRIPT}
<section id="outcome" class="card outcome ${closed ? 'bad' : ''}" role="status" ${closed ? '' : 'hidden'}>${closed ? html`<h2>Closed</h2><p>${closed.why}</p>` : ''}</section>
${closed ? html`<details id="record" hidden><summary>${RETURN_PROMPTS[code.type]} Sign in</summary>${form}</details>` : form}
<article id="text" class="card text" hidden></article>
${signedInAs}
</main>`,
  })
}

const COUNTS_FROM_NOW = 'Your scan already counts from the moment you opened this page.'
const RECORDS_STAY = 'What was recorded before stays recorded.'
const RETURN_PROMPTS = {
  attendance: 'Recorded before?',
  access: 'Enrolled already?',
  certificate: 'Verified before?',
  module: 'Do you teach it?',
}

/** The days of a course are UTC days. */
function startNotice({ courseStartDate }: CodeRow, now: number) {
  if (courseStartDate === null || courseStartDate <= toDate(now)) return ''
  const day = new Date(courseStartDate).toLocaleDateString('en-GB', { dateStyle: 'long', timeZone: 'UTC' })
  return html`<p class="note">The course has not begun: it begins on <time datetime="${courseStartDate}">${day}</time>.</p>`
}

/** Shows holder, course, date and validity to anybody, and records a signed-in visitor as having verified it. */
async function certificatePage(c: AppContext, code: CodeRow, now: number) {
  const isValid = code.enrollmentStatus === 'completed' && codeStatusAt(code, now) === 'active'
  const ticket = await ticketFor(c, code, now)
  return page({
    title: targetNameOf(code),
    script: 'scan',
    body: html`<main id="scan" data-uuid="${code.uuid}" data-type="certificate" data-ticket="${ticket}" data-course="${code.courseId}">
<section class="card target"><p class="kind">Certificate</p><h1>${code.courseTitle}</h1>
<dl><dt>Awarded to</dt><dd>${holderOf(code)}</dd>
${code.completedAt === null ? '' : html`<dt>Completed</dt><dd><time datetime="${toDate(code.completedAt)}">${toDate(code.completedAt)}</time></dd>`}</dl></section>
<section class="card outcome ${isValid ? 'good' : 'bad'}"><h2>${isValid ? 'This certificate stands' : 'This certificate does not stand'}</h2>
<p>${isValid ? 'It was issued here and has not been taken back.' : invalidReason(code, now)}</p></section>
<section id="outcome" class="card outcome" role="status" hidden></section>
<details id="record" hidden><summary>Record that you verified it</summary>${signInForm(c.env.GOOGLE_CLIENT_ID, 'The course’s instructor then sees who verified it, and when.')}</details>
${signedInAs}
</main>`,
  })
}

function invalidReason(code: CodeRow, now: number): string {
  if (code.enrollmentStatus !== 'completed') return 'The course is no longer completed.'
  return codeStatusAt(code, now) === 'revoked' ? 'Its code has been revoked.' : 'Its code has expired.'
}

/** Names neither course nor module before the instructor has signed in. */
const displayPage = (c: AppContext, uuid: string) =>
  page({
    title: 'Display',
    script: 'display',
    style: 'wide',
    body: html`<main id="display" data-uuid="${uuid}">
<h1 id="name">QR code on display</h1>
${NEEDS_SCRIPT}
${signInForm(c.env.GOOGLE_CLIENT_ID, 'For the instructor of the course.')}
<p class="alert" id="problem" role="alert" hidden></p>
<div id="stage" class="stage" hidden>
<section class="show"><div class="code"><img id="image" alt="" width="480" height="480"></div>
<div class="slot" aria-hidden="true"><i id="slot"></i></div><p id="hint"></p></section>
<section class="arrived"><h2><output id="count">0</output> arrived</h2><ol id="names" aria-live="polite"></ol></section>
</div>
${signedInAs}
</main>`,
  })

const printPage = (c: AppContext, id: string) =>
  page({
    title: 'Print',
    script: 'print',
    style: 'wide paper',
    body: html`<main id="print" data-batch="${id}">
<h1 id="name">QR codes to print</h1>
${NEEDS_SCRIPT}
${signInForm(c.env.GOOGLE_CLIENT_ID, 'For who may see the batch.')}
<p class="alert" id="problem" role="alert" hidden></p>
<div class="toolbar" hidden><p id="pages"></p><button type="button" id="go">Print</button></div>
<div id="sheet"></div>
${signedInAs}
</main>`,
  })
